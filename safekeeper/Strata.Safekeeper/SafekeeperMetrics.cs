using System.Diagnostics.Metrics;

namespace Strata.Safekeeper;

/// <summary>Instruments of the meter <c>Strata.Safekeeper</c>, tagged with the safekeeper's id.</summary>
internal sealed class SafekeeperMetrics : IDisposable
{
    private readonly Meter _meter = new("Strata.Safekeeper");
    private readonly KeyValuePair<string, object?> _tag;
    private readonly Counter<long> _appendedBytes;
    private readonly Counter<long> _appends;
    private readonly Counter<long> _syncs;
    private readonly Histogram<double> _syncSeconds;
    private readonly Counter<long> _uploadedBytes;
    private readonly Counter<long> _removedSegments;
    private readonly Counter<long> _refusedConnections;

    public SafekeeperMetrics(uint id, Func<long> connections, Func<long> timelines, Func<long> diskBytes)
    {
        _tag = new KeyValuePair<string, object?>("safekeeper", (long)id);
        _appendedBytes = _meter.CreateCounter<long>("strata_safekeeper_appended_bytes", "By", "WAL bytes taken from leaders");
        _appends = _meter.CreateCounter<long>("strata_safekeeper_appends", null, "append requests");
        _syncs = _meter.CreateCounter<long>("strata_safekeeper_syncs", null, "fdatasync rounds of one timeline");
        _syncSeconds = _meter.CreateHistogram<double>("strata_safekeeper_sync_seconds", "s", "time until appended WAL was durable");
        _uploadedBytes = _meter.CreateCounter<long>("strata_safekeeper_uploaded_bytes", "By", "sealed WAL put to the object store");
        _removedSegments = _meter.CreateCounter<long>("strata_safekeeper_removed_segments", null, "local segments removed or recycled");
        _refusedConnections = _meter.CreateCounter<long>("strata_safekeeper_refused_connections", null, "connections closed for what they sent, or for their number");
        _meter.CreateObservableGauge("strata_safekeeper_connections", () => new Measurement<long>(connections(), _tag));
        _meter.CreateObservableGauge("strata_safekeeper_timelines", () => new Measurement<long>(timelines(), _tag));
        _meter.CreateObservableGauge("strata_safekeeper_disk_bytes", () => new Measurement<long>(diskBytes(), _tag), "By", "bytes of local segments");
    }

    public void Appended(int bytes)
    {
        _appends.Add(1, _tag);
        if (bytes > 0)
            _appendedBytes.Add(bytes, _tag);
    }

    public bool SyncsAreTimed => _syncSeconds.Enabled;

    public void Synced(TimeSpan elapsed)
    {
        _syncs.Add(1, _tag);
        if (elapsed > TimeSpan.Zero)
            _syncSeconds.Record(elapsed.TotalSeconds, _tag);
    }

    public void Uploaded(long bytes) => _uploadedBytes.Add(bytes, _tag);

    public void Removed(int segments) => _removedSegments.Add(segments, _tag);

    public void Refused() => _refusedConnections.Add(1, _tag);

    public void Dispose() => _meter.Dispose();
}
