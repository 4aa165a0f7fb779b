using Strata.Format;
using Strata.PageServer.Layers;
using Strata.PageServer.Pages;

namespace Strata.PageServer.Timelines;

/// <summary>Writes frozen in-memory layers as level-0 files, oldest first. One thread per timeline at a time.</summary>
internal sealed class LayerFlusher(PageServerContext context)
{
    private readonly PageReader _bases = new(context.Layers, null, checkHistory: false);
    private readonly List<int> _indexes = [];

    /// <summary>Flushes the oldest frozen layer; false when there is none, or when bases for its images are not there yet. <see cref="IOException"/> when the disk fails: the layer stays in memory.</summary>
    public bool FlushOldest(Timeline timeline)
    {
        LayerMap map = timeline.Map;
        if (map.Memory.Length == 1 || !timeline.IsInheritanceThere)
            return false;
        MemoryLayer frozen = map.Memory[^1];
        if (frozen.IsEmpty)
        {
            timeline.ReplaceFrozen(frozen, []);
            return true;
        }
        var writer = new RunWriter(
            context, timeline, level: 0, frozen.FirstLsn, frozen.LastLsn, _bases, frozen.CopyTombstones());
        try
        {
            foreach (PageKey key in frozen.SortedKeys())
            {
                frozen.ListEntries(key, _indexes);
                foreach (int index in _indexes)
                {
                    (Lsn lsn, LayerEntryKind kind) = frozen.GetEntry(index);
                    writer.Add(key, lsn, kind, frozen.GetPayload(index));
                }
            }
            timeline.ReplaceFrozen(frozen, writer.Finish());
            return true;
        }
        catch
        {
            writer.Abandon();
            throw;
        }
    }
}
