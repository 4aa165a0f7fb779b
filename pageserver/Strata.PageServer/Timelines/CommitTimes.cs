using Strata.Format;
using Strata.PageServer.Layers;

namespace Strata.PageServer.Timelines;

/// <summary>Finds record boundaries by time or by LSN in the commit times that layers keep.</summary>
internal sealed class CommitTimes(LayerCache layers)
{
    /// <summary>
    /// The newest commit with LSN ≤ <paramref name="maxLsn"/> and time ≤ <paramref name="maxTime"/>, here or in an ancestor; false when history does not go back that far.
    /// </summary>
    public bool TryFind(Timeline timeline, Lsn maxLsn, long maxTime, out Lsn lsn, out long time)
    {
        for (Timeline? current = timeline; current is not null; current = current.Ancestor)
        {
            LayerMap map;
            bool released;
            do
            {
                map = current.Map;
                if (FindInMemory(map, maxLsn, maxTime, out lsn, out time, out released))
                    return true;
            }
            while (released);
            foreach (LayerRun run in map.Runs)
            {
                if (run.FirstLsn < maxLsn && run.Find(CommitTimeKey.Value) is { } layer && layer.Descriptor.FirstTime <= maxTime &&
                    TryFindInLayer(layer, maxLsn, maxTime, out lsn, out time))
                    return true;
            }
            maxLsn = Lsn.Min(maxLsn, current.AncestorLsn);
        }
        lsn = default;
        time = 0;
        return false;
    }

    private static bool FindInMemory(LayerMap map, Lsn maxLsn, long maxTime, out Lsn lsn, out long time, out bool released)
    {
        released = false;
        foreach (MemoryLayer memory in map.Memory)
        {
            if (memory.FirstLsn >= maxLsn)
                continue;
            if (memory.FindCommit(maxLsn, maxTime, out lsn, out time, out released))
                return true;
            if (released)
                break;
        }
        lsn = default;
        time = 0;
        return false;
    }

    private bool TryFindInLayer(Layer layer, Lsn maxLsn, long maxTime, out Lsn lsn, out long time)
    {
        lsn = default;
        time = 0;
        LayerFileReader file = layers.Acquire(layer);
        try
        {
            for (int block = file.FindBlock(CommitTimeKey.Value, maxLsn); block >= 0; block--)
            {
                var cursor = new LayerBlockCursor(layers.ReadBlock(layer, file, block), file.FirstLsn);
                bool found = false;
                for (bool more = cursor.SeekGroup(CommitTimeKey.Value); more && cursor.MoveNextInGroup();)
                {
                    long at = BitConverter.ToInt64(cursor.Payload);
                    if (cursor.Lsn > maxLsn || at > maxTime)
                        break;
                    found = true;
                    lsn = cursor.Lsn;
                    time = at;
                }
                if (found)
                    return true;
                if (!file.ContinuesBackward(block, CommitTimeKey.Value))
                    return false;
            }
            return false;
        }
        finally
        {
            layers.Release(layer);
        }
    }
}
