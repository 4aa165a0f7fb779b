using Strata.Format;
using Strata.PageServer.Layers;
using Strata.PageServer.Pages;

namespace Strata.PageServer.Timelines;

/// <summary>
/// Merges runs: <see cref="PageServerOptions.RunsPerLevel"/> runs of a level become one of the next, and what lies below the history's start is merged into the
/// bottom run when that at least doubles it. A byte of WAL is therefore written once per level and, below the history, at most twice more. One thread at a time.
/// </summary>
internal sealed class Compactor(PageServerContext context)
{
    /// <summary>Level of the run that holds what is older than the history; merges of levels never reach it.</summary>
    public const int BottomLevel = 15;

    private const int LevelMax = 5;

    private readonly PageReader _bases = new(context.Layers, null, checkHistory: false);

    /// <summary>Does one merge; false when there is nothing to do.</summary>
    public bool CompactOnce(Timeline timeline)
    {
        if (!timeline.IsInheritanceThere)
            return false;
        lock (timeline.CompactGate)
        {
            LayerMap map = timeline.Map;
            Lsn cutoff = timeline.HistoryStart;
            if (PickBelowHistory(map, cutoff) is { Length: > 0 } old)
            {
                Merge(timeline, old, BottomLevel, new Retention(cutoff, timeline.Retained), bottom: timeline.Ancestor is null);
                return true;
            }
            if (PickLevel(map, timeline.IngestedLsn - Lsn.Min(cutoff, timeline.IngestedLsn)) is { Length: > 0 } runs)
            {
                Merge(timeline, runs, runs[0].Level + 1, retention: null, bottom: false);
                return true;
            }
            return false;
        }
    }

    // Everything that ends at or below the cutoff, when what is not in the bottom run yet is worth rewriting it.
    private LayerRun[] PickBelowHistory(LayerMap map, Lsn cutoff)
    {
        LayerRun[] old = [.. map.Runs.Where(run => run.LastLsn <= cutoff)];
        long bottomBytes = old.Where(static run => run.Level == BottomLevel).Sum(static run => run.SizeBytes);
        long aboveBytes = old.Where(static run => run.Level != BottomLevel).Sum(static run => run.SizeBytes);
        return aboveBytes > 0 && aboveBytes >= Math.Max(bottomBytes, context.Options.LayerFileBytes) ? old : [];
    }

    // The oldest runs of the lowest level that has enough. Runs of a level lie side by side, so what is left of it stays newer than the output. Above level 0 a run must
    // stay short against the history: what straddles its start can't be collected.
    private LayerRun[] PickLevel(LayerMap map, ulong historyBytes)
    {
        for (int level = 0; level < LevelMax; level++)
        {
            LayerRun[] runs = [.. map.Runs.Where(run => run.Level == level)];
            if (runs.Length < context.Options.RunsPerLevel)
                continue;
            LayerRun[] oldest = level == 0 ? runs : runs[^context.Options.RunsPerLevel..];
            if (level == 0 || oldest[0].LastLsn - oldest[^1].FirstLsn <= historyBytes / 4)
                return oldest;
        }
        return [];
    }

    private void Merge(Timeline timeline, LayerRun[] runs, int level, Retention? retention, bool bottom)
    {
        Lsn first = runs[^1].FirstLsn;
        Lsn last = runs[0].LastLsn;
        bool isBottom = bottom && timeline.Map.Runs[^1] == runs[^1];
        Layer[] inputs = [.. runs.SelectMany(static run => run.Layers)];
        RangeTombstone[] tombstones = [.. inputs.SelectMany(static layer => layer.Descriptor.Tombstones).OrderBy(static t => t.At)];
        var writer = new RunWriter(context, timeline, level, first, last, _bases, tombstones, retention, isBottom);
        var pinned = new List<Layer>();
        try
        {
            // Oldest run first: at one key their LSN ranges follow each other, so the merge takes them in this order.
            var sources = new List<LayerFileIterator>();
            foreach (LayerRun run in runs.Reverse())
            {
                var files = new List<LayerFileReader>();
                foreach (Layer layer in run.Layers)
                {
                    files.Add(context.Layers.Acquire(layer));
                    pinned.Add(layer);
                }
                sources.Add(new LayerFileIterator(files));
            }
            MergeInto(sources, writer);
            List<Layer> outputs = writer.Finish();
            timeline.ReplaceLayers(inputs, outputs);
            context.Metrics.Compacted(outputs.Sum(static layer => layer.Descriptor.SizeBytes));
        }
        catch
        {
            writer.Abandon();
            throw;
        }
        finally
        {
            foreach (Layer layer in pinned)
                context.Layers.Release(layer);
        }
    }

    private static void MergeInto(List<LayerFileIterator> sources, RunWriter writer)
    {
        var open = new List<LayerFileIterator>();
        foreach (LayerFileIterator source in sources)
        {
            if (source.MoveNext())
                open.Add(source);
        }
        while (open.Count > 0)
        {
            // Few sources: a scan beats a heap. Of equal keys the older run wins, and gives all its entries first.
            int lowest = 0;
            for (int i = 1; i < open.Count; i++)
            {
                if (open[i].Key < open[lowest].Key)
                    lowest = i;
            }
            LayerFileIterator source = open[lowest];
            PageKey key = source.Key;
            bool more;
            do
            {
                writer.Add(key, source.Lsn, source.Kind, source.Payload);
                more = source.MoveNext();
            }
            while (more && source.Key == key);
            if (!more)
                open.RemoveAt(lowest);
        }
    }
}
