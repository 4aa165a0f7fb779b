using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution;

/// <summary>
/// A set of row addresses in the order of the table, as bitmap scans collect them. Entries are numbers, block × 65536 + slot; slot 0 means the whole block. Beyond <see cref="EntriesMax"/> rows
/// the set keeps blocks only (it is lossy then, as PostgreSQL's bitmaps are beyond work_mem). Charged to an account; not thread-safe.
/// </summary>
internal sealed class TidBitmap(MemoryAccount? account) : IDisposable
{
    private const int SlotBits = 16;
    private const ulong SlotMask = (1UL << SlotBits) - 1;
    private const int EntriesAtFirst = 64;

    private ulong[] _entries = [];
    private bool _isSorted = true;

    /// <summary>Most rows that the set knows one by one.</summary>
    public int EntriesMax { get; set; } = int.MaxValue;

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Some entries stand for whole blocks: their rows must be checked.</summary>
    public bool IsLossy { get; private set; }

    /// <summary>Block of an entry.</summary>
    public uint BlockOf(int entry) => (uint)(_entries[entry] >> SlotBits);

    /// <summary>Slot of an entry; 0 for all of the block.</summary>
    public ushort SlotOf(int entry) => (ushort)(_entries[entry] & SlotMask);

    /// <summary>An entry as a number: block × 65536 + slot.</summary>
    public ulong NumberAt(int entry) => _entries[entry];

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Count = 0;
        IsLossy = false;
        _isSorted = true;
    }

    /// <summary>Adds an address. Call <see cref="Complete"/> before reading.</summary>
    public void Add(Tid tid)
    {
        ulong entry = ((ulong)tid.Block << SlotBits) | tid.Slot;
        if (IsLossy)
            entry &= ~SlotMask;
        if (Count > 0 && _entries[Count - 1] == entry)
            return;
        Append(entry);
    }

    /// <summary>Adds whole blocks, whose rows must be checked. Call <see cref="Complete"/> before reading.</summary>
    public void AddBlocks(uint from, uint to)
    {
        IsLossy |= from < to;
        for (uint block = from; block < to; block++)
            Append((ulong)block << SlotBits);
    }

    /// <summary>Sorts the entries and drops what is there twice.</summary>
    public void Complete()
    {
        if (!_isSorted)
            _entries.AsSpan(0, Count).Sort();
        _isSorted = true;
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            ulong entry = _entries[i];
            // A whole block stands before its rows.
            if (kept > 0 && (_entries[kept - 1] == entry || _entries[kept - 1] == (entry & ~SlotMask)))
                continue;
            _entries[kept++] = entry;
        }

        Count = kept;
    }

    /// <summary>Keeps what is in the other set too. Both are complete.</summary>
    public void IntersectWith(TidBitmap other)
    {
        int kept = 0;
        int theirs = 0;
        for (int mine = 0; mine < Count && theirs < other.Count;)
        {
            uint block = BlockOf(mine);
            uint otherBlock = other.BlockOf(theirs);
            if (block != otherBlock)
            {
                if (block < otherBlock)
                    mine++;
                else
                    theirs++;
                continue;
            }

            if (SlotOf(mine) == 0 || other.SlotOf(theirs) == 0)
            {
                // One side does not know which rows: the block stays as a whole.
                _entries[kept++] = (ulong)block << SlotBits;
                IsLossy = true;
                while (mine < Count && BlockOf(mine) == block)
                    mine++;
                while (theirs < other.Count && other.BlockOf(theirs) == block)
                    theirs++;
                continue;
            }

            ulong a = _entries[mine];
            ulong b = other._entries[theirs];
            if (a == b)
                _entries[kept++] = a;
            mine += a <= b ? 1 : 0;
            theirs += b <= a ? 1 : 0;
        }

        Count = kept;
    }

    /// <summary>Adds what is in the other set. Both are complete, and so is the result.</summary>
    public void UnionWith(TidBitmap other)
    {
        IsLossy |= other.IsLossy;
        for (int i = 0; i < other.Count; i++)
            Append(other._entries[i]);
        _isSorted = false;
        Complete();
    }

    public void Dispose()
    {
        account?.Release((long)_entries.Length * sizeof(ulong));
        _entries = [];
        Clear();
    }

    private void Append(ulong entry)
    {
        if (Count == _entries.Length && !MakeRoom())
            entry &= ~SlotMask;
        // Looked at here: making room sorts what is there.
        _isSorted &= Count == 0 || _entries[Count - 1] <= entry;
        _entries[Count++] = entry;
    }

    /// <summary>Room for an entry; false when the set became lossy for it.</summary>
    private bool MakeRoom()
    {
        Complete();
        bool isLossy = false;
        if (Count >= EntriesMax && !IsLossy)
        {
            for (int i = 0; i < Count; i++)
                _entries[i] &= ~SlotMask;
            IsLossy = isLossy = true;
            Complete();
        }

        if (Count > _entries.Length / 2 || _entries.Length == 0)
        {
            int capacity = Math.Max(EntriesAtFirst, _entries.Length * 2);
            account?.Charge((capacity - _entries.Length) * (long)sizeof(ulong));
            Array.Resize(ref _entries, capacity);
        }

        return !isLossy;
    }
}
