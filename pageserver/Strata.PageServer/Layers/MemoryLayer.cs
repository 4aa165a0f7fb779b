using System.Runtime.InteropServices;
using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>
/// Changes that are not in a file yet: an append-only arena, and per page a chain of entries, newest first. One writer; readers at the same time.
/// All access is under the layer's own lock, held for one page or one record. Frozen layers are no longer written; <see cref="Release"/> gives the memory of one whose files took over
/// back to the pool, and late readers look at the timeline's new map.
/// </summary>
internal sealed class MemoryLayer(Lsn first, LayerMemory memory)
{
    private const int ChunkBytes = LayerMemory.ChunkBytes;
    private const int EntriesPerChunk = LayerMemory.EntriesPerChunk;

    private readonly Lock _gate = new();
    private readonly Dictionary<PageKey, int> _newest = new(PageKeyComparer.Instance);
    private readonly List<byte[]> _chunks = [];
    private readonly List<RangeTombstone> _tombstones = [];
    private readonly List<MemoryLayerEntry[]> _entries = [];
    private int _count;
    private int _chunkUsed = ChunkBytes;
    private long _bytes;
    private bool _released;

    /// <summary>Everything in the layer is above this LSN.</summary>
    public Lsn FirstLsn { get; } = first;

    /// <summary>End of the last record that was added, or reached without a change; set by the writer.</summary>
    public Lsn LastLsn { get; private set; } = first;

    /// <summary>When the first entry came (server clock), for freezing by age.</summary>
    public DateTimeOffset? FirstEntryAt { get; set; }

    /// <summary>WAL bytes that went in.</summary>
    public long WalBytes { get; set; }

    /// <summary>Bytes of payloads and bookkeeping.</summary>
    public long SizeBytes => Interlocked.Read(ref _bytes);

    public bool IsEmpty => _count == 0 && _tombstones.Count == 0;

    public int EntryCount => _count;

    /// <summary>Adds an entry of the newest record.</summary>
    public void Add(PageKey key, Lsn lsn, LayerEntryKind kind, ReadOnlySpan<byte> payload)
    {
        Invariant.Check(lsn > FirstLsn);
        lock (_gate)
        {
            if (_count == _entries.Count * EntriesPerChunk)
                _entries.Add(memory.RentEntries());
            (int chunk, int offset) = Store(payload);
            ref int newest = ref CollectionsMarshal.GetValueRefOrAddDefault(_newest, key, out bool exists);
            Invariant.Check(!exists || EntryAt(newest).Lsn < lsn);
            EntryAt(_count) = new MemoryLayerEntry
            {
                Lsn = lsn,
                Older = exists ? newest : -1,
                Chunk = chunk,
                Offset = offset,
                Length = payload.Length,
                Kind = kind,
            };
            newest = _count++;
            Interlocked.Add(ref _bytes, payload.Length + (exists ? 32 : 80));
        }
    }

    public void AddTombstone(RangeTombstone tombstone)
    {
        lock (_gate)
            _tombstones.Add(tombstone);
    }

    /// <summary>Moves <see cref="LastLsn"/> to the end of the record whose changes have all been added.</summary>
    public void Advance(Lsn lsn)
    {
        Invariant.Check(lsn >= LastLsn);
        LastLsn = lsn;
    }

    public RangeTombstone[] CopyTombstones()
    {
        lock (_gate)
            return [.. _tombstones];
    }

    /// <summary>
    /// Collects the page's entries in (floor, at], newest first, until a base; true when a base was found. <paramref name="released"/>: files have taken the layer's place since the
    /// caller took its map; nothing was collected, and it must take the new one.
    /// </summary>
    public bool Collect(PageKey key, Lsn at, Lsn floor, PageChain chain, out bool released)
    {
        lock (_gate)
        {
            released = _released;
            if (released || !_newest.TryGetValue(key, out int index))
                return false;
            for (; index >= 0; index = EntryAt(index).Older)
            {
                ref MemoryLayerEntry entry = ref EntryAt(index);
                if (entry.Lsn > at)
                    continue;
                if (entry.Lsn <= floor)
                    return false;
                chain.AddOlder(entry.Lsn, entry.Kind, _chunks[entry.Chunk].AsSpan(entry.Offset, entry.Length));
                if (entry.Kind is LayerEntryKind.Init or LayerEntryKind.Image)
                    return true;
            }
            return false;
        }
    }

    /// <summary>Newest commit time entry for which LSN and time are at or below the given ones, as (LSN, time). <paramref name="released"/> as for <see cref="Collect"/>.</summary>
    public bool FindCommit(Lsn maxLsn, long maxTime, out Lsn lsn, out long time, out bool released)
    {
        lock (_gate)
        {
            released = _released;
            if (!released && _newest.TryGetValue(CommitTimeKey.Value, out int index))
            {
                for (; index >= 0; index = EntryAt(index).Older)
                {
                    ref MemoryLayerEntry entry = ref EntryAt(index);
                    time = BitConverter.ToInt64(_chunks[entry.Chunk].AsSpan(entry.Offset, entry.Length));
                    lsn = entry.Lsn;
                    if (lsn <= maxLsn && time <= maxTime)
                        return true;
                }
            }
        }
        lsn = default;
        time = 0;
        return false;
    }

    /// <summary>A frozen layer's keys in order.</summary>
    public PageKey[] SortedKeys()
    {
        PageKey[] keys = [.. _newest.Keys];
        Array.Sort(keys);
        return keys;
    }

    /// <summary>A frozen layer's entries of one key, oldest first, as indexes for <see cref="GetEntry"/>.</summary>
    public void ListEntries(PageKey key, List<int> indexes)
    {
        indexes.Clear();
        for (int index = _newest[key]; index >= 0; index = EntryAt(index).Older)
            indexes.Add(index);
        indexes.Reverse();
    }

    public (Lsn Lsn, LayerEntryKind Kind) GetEntry(int index) => (EntryAt(index).Lsn, EntryAt(index).Kind);

    public ReadOnlySpan<byte> GetPayload(int index)
    {
        ref MemoryLayerEntry entry = ref EntryAt(index);
        return _chunks[entry.Chunk].AsSpan(entry.Offset, entry.Length);
    }

    /// <summary>Gives the memory back once no current map has the layer. Its bounds stay readable.</summary>
    public void Release()
    {
        lock (_gate)
        {
            Invariant.Check(!_released);
            _released = true;
            foreach (byte[] chunk in _chunks)
                memory.Return(chunk);
            foreach (MemoryLayerEntry[] entries in _entries)
                memory.Return(entries);
            _chunks.Clear();
            _entries.Clear();
            _newest.Clear();
            _newest.TrimExcess();
        }
    }

    private ref MemoryLayerEntry EntryAt(int index) => ref _entries[index / EntriesPerChunk][index % EntriesPerChunk];

    private (int Chunk, int Offset) Store(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > ChunkBytes - _chunkUsed)
        {
            // A payload longer than a chunk gets one of its own size; the next one begins a fresh chunk.
            _chunks.Add(payload.Length > ChunkBytes ? new byte[payload.Length] : memory.RentChunk());
            _chunkUsed = 0;
        }
        int offset = _chunkUsed;
        payload.CopyTo(_chunks[^1].AsSpan(offset));
        _chunkUsed = Math.Min(offset + payload.Length, ChunkBytes);
        return (_chunks.Count - 1, offset);
    }
}
