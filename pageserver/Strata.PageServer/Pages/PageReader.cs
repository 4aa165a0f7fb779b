using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Pages;
using Strata.PageServer.Layers;
using Strata.PageServer.Timelines;

namespace Strata.PageServer.Pages;

/// <summary>
/// Rebuilds pages: collects entries newest first through in-memory layers, runs and ancestors down to a base, then applies them oldest first.
/// One instance per thread; its buffers are reused.
/// </summary>
internal sealed class PageReader(LayerCache layers, PageCache? cache, bool checkHistory = true)
{
    private readonly PageChain _chain = new();
    private readonly List<int> _found = [];
    private readonly byte[] _cached = new byte[PageFormat.PageSizeBytes];

    /// <summary>Deltas applied since construction.</summary>
    public long DeltasApplied { get; private set; }

    /// <summary>
    /// Writes the page as of <paramref name="at"/> into <paramref name="page"/>, without its checksum, and returns the LSN of its last change; zero, and a zeroed page, when
    /// it does not exist there. The caller made sure that ingest has passed <paramref name="at"/>.
    /// </summary>
    public Lsn Read(Timeline timeline, PageKey key, Lsn at, Span<byte> page)
    {
        bool retried = false;
        while (true)
        {
            try
            {
                return ReadOnce(timeline, key, at, page);
            }
            catch (BrokenLayerException broken) when (!retried && layers.Distrust(broken.Layer, broken.Message))
            {
                retried = true;
            }
            catch (CorruptPageException error)
            {
                throw new PageServerException(PageErrorCode.Corrupt, $"page {key} of timeline {timeline.Id} at {at}: {error.Message}", error);
            }
        }
    }

    private Lsn ReadOnce(Timeline timeline, PageKey key, Lsn at, Span<byte> page)
    {
        _chain.Clear();
        bool cached = cache is not null;
        Lsn version = default;
        Lsn checkedTo = default;
        cached = cached && cache!.TryGet(timeline.Id, key, at, _cached, out version, out checkedTo);
        if (cached && checkedTo == at)
        {
            // The map is looked at all the same: history below its start must not be served from memory either.
            RequireHistory(timeline, at);
            _cached.CopyTo(page);
            return version;
        }
        bool based = Collect(timeline, key, at, cached ? checkedTo : Lsn.Zero, out bool ended, out bool outdated);
        if (outdated)
        {
            cached = false;
            _chain.Clear();
            based = Collect(timeline, key, at, Lsn.Zero, out ended, out _);
        }
        if (!based && !ended && cached)
        {
            _cached.CopyTo(page);
            if (_chain.Count > 0)
                version = Apply(page, version);
        }
        else
        {
            version = Rebuild(page);
        }
        if (cache is not null && !version.IsZero)
            cache.Put(timeline.Id, key, page, version, at);
        return version;
    }

    /// <summary>
    /// Fills the chain; true when it ends in a base. <paramref name="ended"/>: a tombstone says that nothing older counts. <paramref name="outdated"/>: the cached
    /// page can't be the base, because tombstones after it may have been collected with all that they ended.
    /// </summary>
    private bool Collect(Timeline timeline, PageKey key, Lsn at, Lsn checkedTo, out bool ended, out bool outdated)
    {
        ulong hash = BloomFilter.Hash(key);
        ended = false;
        outdated = false;
        for (Timeline? current = timeline; current is not null;)
        {
            // An answer for an LSN that is not there yet would be incomplete, and the cache would keep it.
            Invariant.Check(at <= current.IngestedLsn);
            LayerMap map = current.Map;
            RequireHistory(current, at);
            // Asked after the map was taken: tombstones that a map lacks are below the start that was in force when it was made.
            if (!checkedTo.IsZero && checkedTo < current.HistoryStart)
            {
                outdated = true;
                return false;
            }
            Lsn tombstone = map.FindTombstone(key, at);
            Lsn floor = Lsn.MaxOf(tombstone, checkedTo);
            ended = tombstone > checkedTo;
            int collected = _chain.Count;
            bool inMemory = CollectFromMemory(map, key, at, floor, out bool released);
            if (released)
            {
                _chain.Truncate(collected);
                continue;
            }
            if (inMemory || CollectFromRuns(map, key, hash, at, floor))
                return true;
            if (!floor.IsZero && floor >= current.AncestorLsn)
                return false;
            at = Lsn.Min(at, current.AncestorLsn);
            current = current.Ancestor;
        }
        return false;
    }

    // Compaction reads the page just below its inputs, where collapsing older files has left everything in place; everybody else stays within history.
    private void RequireHistory(Timeline timeline, Lsn at)
    {
        if (checkHistory)
            timeline.RequireHistory(at);
    }

    private bool CollectFromMemory(LayerMap map, PageKey key, Lsn at, Lsn floor, out bool released)
    {
        released = false;
        foreach (MemoryLayer memory in map.Memory)
        {
            if (memory.FirstLsn >= at)
                continue;
            if (memory.LastLsn <= floor)
                return false;
            if (memory.Collect(key, at, floor, _chain, out released))
                return true;
            if (released)
                return false;
        }
        return false;
    }

    private bool CollectFromRuns(LayerMap map, PageKey key, ulong hash, Lsn at, Lsn floor)
    {
        foreach (LayerRun run in map.Runs)
        {
            if (run.FirstLsn >= at)
                continue;
            if (run.LastLsn <= floor)
                return false;
            if (run.Find(key) is { } layer && CollectFromLayer(layer, key, hash, at, floor))
                return true;
        }
        return false;
    }

    private bool CollectFromLayer(Layer layer, PageKey key, ulong hash, Lsn at, Lsn floor)
    {
        LayerFileReader file = layers.Acquire(layer);
        try
        {
            if (!file.MayContain(hash))
                return false;
            for (int block = file.FindBlock(key, at); block >= 0; block--)
            {
                byte[] bytes = layers.ReadBlock(layer, file, block);
                if (CollectFromBlock(bytes, file.FirstLsn, key, at, floor, out bool reachedFloor))
                    return true;
                if (reachedFloor || !file.ContinuesBackward(block, key))
                    return false;
            }
            return false;
        }
        catch (Exception error) when (error is CorruptPageException or ObjectDisposedException or IOException)
        {
            throw new BrokenLayerException(layer, error);
        }
        finally
        {
            layers.Release(layer);
        }
    }

    private bool CollectFromBlock(byte[] bytes, Lsn firstLsn, PageKey key, Lsn at, Lsn floor, out bool reachedFloor)
    {
        reachedFloor = false;
        var cursor = new LayerBlockCursor(bytes, firstLsn);
        if (!cursor.SeekGroup(key))
            return false;
        // Entries come oldest first: keep those since the newest base, then hand them on newest first.
        _found.Clear();
        bool based = false;
        while (cursor.MoveNextInGroup())
        {
            if (cursor.Lsn > at)
                break;
            if (cursor.Lsn <= floor)
            {
                reachedFloor = true;
                continue;
            }
            if (cursor.Kind is LayerEntryKind.Init or LayerEntryKind.Image)
            {
                _found.Clear();
                based = true;
            }
            _found.Add((int)(cursor.Lsn - firstLsn >> 32));
            _found.Add((int)(cursor.Lsn - firstLsn));
            _found.Add((int)cursor.Kind);
            _found.Add(cursor.PayloadPosition);
            _found.Add(cursor.PayloadLength);
        }
        for (int i = _found.Count - 5; i >= 0; i -= 5)
        {
            Lsn lsn = firstLsn + ((ulong)(uint)_found[i] << 32 | (uint)_found[i + 1]);
            _chain.AddOlder(lsn, (LayerEntryKind)_found[i + 2], bytes.AsSpan(_found[i + 3], _found[i + 4]));
        }
        return based;
    }

    private Lsn Rebuild(Span<byte> page)
    {
        if (_chain.Count == 0)
        {
            page.Clear();
            return Lsn.Zero;
        }
        PageChain.Entry oldest = _chain[_chain.Count - 1];
        if (oldest.Kind != LayerEntryKind.Image)
        {
            // A page that no change has touched is all zeroes; maps and logs begin with a plain change of that.
            page.Clear();
            return Apply(page, Lsn.Zero);
        }
        LayerFileReader.Require(oldest.Length == PageFormat.PageSizeBytes, "image of a wrong size");
        _chain.Payload(_chain.Count - 1).CopyTo(page);
        return Apply(page, oldest.Lsn, skipOldest: true);
    }

    private Lsn Apply(Span<byte> page, Lsn version, bool skipOldest = false)
    {
        for (int i = _chain.Count - (skipOldest ? 2 : 1); i >= 0; i--)
        {
            PageChain.Entry entry = _chain[i];
            Invariant.Check(entry.Lsn > version && entry.Kind is LayerEntryKind.Change or LayerEntryKind.Init);
            PageOps.Apply(page, _chain.Payload(i), entry.Lsn);
            version = entry.Lsn;
            DeltasApplied++;
        }
        return version;
    }
}
