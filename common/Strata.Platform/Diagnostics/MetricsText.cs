using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Strata.Platform;

/// <summary>
/// All instruments of meters named <c>Strata.*</c> and the process's own figures, in Prometheus' text form. Counters and up-down counters are summed, histograms give count and sum. Thread-safe.
/// </summary>
public sealed class MetricsText : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Name, string Labels), Series> _series = new();

    public MetricsText()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Strata.", StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The text as of now.</summary>
    public string Render()
    {
        _listener.RecordObservableInstruments();
        StringBuilder text = new();
        string? family = null;
        foreach (((string name, string labels), Series series) in _series.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal).ThenBy(pair => pair.Key.Labels, StringComparer.Ordinal))
        {
            if (family != name)
                text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {series.Kind}\n");
            family = name;
            lock (series)
            {
                if (series.Kind == "summary")
                    text.Append(CultureInfo.InvariantCulture, $"{name}_count{labels} {series.Count}\n{name}_sum{labels} {series.Value}\n");
                else
                    text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {series.Value}\n");
            }
        }
        text.Append(CultureInfo.InvariantCulture, $"# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes {Environment.WorkingSet}\n");
        text.Append(CultureInfo.InvariantCulture, $"# TYPE dotnet_gc_heap_bytes gauge\ndotnet_gc_heap_bytes {GC.GetTotalMemory(false)}\n");
        text.Append(CultureInfo.InvariantCulture, $"# TYPE dotnet_gc_collections_total counter\n");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
            text.Append(CultureInfo.InvariantCulture, $"dotnet_gc_collections_total{{generation=\"{generation}\"}} {GC.CollectionCount(generation) - (generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0)}\n");
        RenderHeap(text);
        return text.ToString();
    }

    /// <summary>Where managed memory is, as of the last collection: what survived, what lies unused between survivors, and what the heap holds of the system.</summary>
    private static void RenderHeap(StringBuilder text)
    {
        GCMemoryInfo info = GC.GetGCMemoryInfo(GCKind.Any);
        text.Append(CultureInfo.InvariantCulture, $"# TYPE dotnet_gc_committed_bytes gauge\ndotnet_gc_committed_bytes {info.TotalCommittedBytes}\n");
        text.Append(CultureInfo.InvariantCulture, $"# TYPE dotnet_gc_allocated_bytes_total counter\ndotnet_gc_allocated_bytes_total {GC.GetTotalAllocatedBytes()}\n");
        text.Append(CultureInfo.InvariantCulture, $"# TYPE dotnet_gc_pause_seconds_total counter\ndotnet_gc_pause_seconds_total {GC.GetTotalPauseDuration().TotalSeconds}\n");
        ReadOnlySpan<string> heaps = ["0", "1", "2", "large", "pinned"];
        text.Append("# TYPE dotnet_gc_generation_bytes gauge\n");
        for (int i = 0; i < info.GenerationInfo.Length && i < heaps.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $"dotnet_gc_generation_bytes{{generation=\"{heaps[i]}\"}} {info.GenerationInfo[i].SizeAfterBytes}\n");
        text.Append("# TYPE dotnet_gc_fragmented_bytes gauge\n");
        for (int i = 0; i < info.GenerationInfo.Length && i < heaps.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $"dotnet_gc_fragmented_bytes{{generation=\"{heaps[i]}\"}} {info.GenerationInfo[i].FragmentationAfterBytes}\n");
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string kind = KindOf(instrument);
        string name = instrument.Name.Replace('.', '_').Replace('-', '_');
        Series series = _series.GetOrAdd((name, Labels(tags)), static (_, kind) => new Series(kind), kind);
        lock (series)
        {
            series.Count++;
            series.Value = instrument.IsObservable ? value : series.Value + value;
        }
    }

    private static string KindOf(Instrument instrument)
    {
        string type = instrument.GetType().Name;
        return type.Contains("Histogram", StringComparison.Ordinal) ? "summary" :
            type.Contains("UpDown", StringComparison.Ordinal) || type.Contains("Gauge", StringComparison.Ordinal) ? "gauge" : "counter";
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        StringBuilder labels = new("{");
        foreach ((string key, object? value) in tags)
            labels.Append(labels.Length == 1 ? "" : ",").Append(key.Replace('.', '_')).Append("=\"").Append(Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\"", "")).Append('"');
        return labels.Append('}').ToString();
    }

    private sealed class Series(string kind)
    {
        public string Kind { get; } = kind;
        public double Value;
        public long Count;
    }
}
