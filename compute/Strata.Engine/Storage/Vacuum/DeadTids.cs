using Strata.Format;

namespace Strata.Engine.Storage.Vacuum;

/// <summary>
/// Dead line pointers that vacuum found, to be removed from indexes: a sorted array, 8 bytes each. Filled in TID order; lookups are thread-safe once filled.
/// </summary>
public sealed class DeadTids(int capacity)
{
    private ulong[] _tids = new ulong[Math.Min(capacity, 256)];

    public int Count { get; private set; }

    /// <summary>No more than this many are held at once: then the indexes are cleaned and vacuum goes on.</summary>
    public bool IsFull => Count + Strata.Format.Pages.Heap.HeapPage.MaxSlots > capacity;

    /// <summary>Adds a TID above all that were added.</summary>
    public void Add(Tid tid)
    {
        ulong value = (ulong)tid.Block << 16 | tid.Slot;
        Invariant.Check(Count == 0 || _tids[Count - 1] < value);
        if (Count == _tids.Length)
            Array.Resize(ref _tids, Math.Min(capacity, Count * 2));
        _tids[Count++] = value;
    }

    public Tid this[int index] => new((uint)(_tids[index] >> 16), (ushort)_tids[index]);

    public bool Contains(Tid tid) => _tids.AsSpan(0, Count).BinarySearch((ulong)tid.Block << 16 | tid.Slot) >= 0;

    public void Clear() => Count = 0;
}
