using System.Diagnostics.Metrics;

namespace Strata.PageServer;

/// <summary>The meter <c>Strata.PageServer</c>: sums over all timelines of one server.</summary>
internal sealed class PageServerMetrics : IDisposable
{
    public const string MeterName = "Strata.PageServer";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _pagesServed;
    private readonly Counter<long> _walBytes;
    private readonly Counter<long> _uploadedBytes;
    private readonly Counter<long> _compactionBytes;
    private readonly Counter<long> _compactions;
    private readonly Counter<long> _errors;

    public PageServerMetrics()
    {
        _pagesServed = _meter.CreateCounter<long>("strata_pageserver_pages_served", "pages");
        _walBytes = _meter.CreateCounter<long>("strata_pageserver_wal_ingested", "By");
        _uploadedBytes = _meter.CreateCounter<long>("strata_pageserver_layer_bytes_uploaded", "By");
        _compactionBytes = _meter.CreateCounter<long>("strata_pageserver_compaction_bytes", "By");
        _compactions = _meter.CreateCounter<long>("strata_pageserver_compactions");
        _errors = _meter.CreateCounter<long>("strata_pageserver_request_errors");
    }

    /// <summary>Adds a value that is read when somebody looks.</summary>
    public void Observe(string name, string unit, Func<long> read) => _meter.CreateObservableGauge(name, read, unit);

    public void PagesServed(int pages) => _pagesServed.Add(pages);
    public void WalIngested(long bytes) => _walBytes.Add(bytes);
    public void LayerUploaded(long bytes) => _uploadedBytes.Add(bytes);
    public void RequestFailed() => _errors.Add(1);

    public void Compacted(long bytes)
    {
        _compactions.Add(1);
        _compactionBytes.Add(bytes);
    }

    public void Dispose() => _meter.Dispose();
}
