using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
using Strata.Format;

namespace Strata.Engine.Ddl;

/// <summary>
/// Keys of an index in memory, with their rows, and their order. Eight bytes of each key, those behind what all keys begin with, are sorted digit by digit, which compares nothing; only keys that they do not tell
/// apart are compared. Reused; not thread-safe.
/// </summary>
internal sealed class IndexKeySorter
{
    private const int BlockBytes = 1 << 20;
    private const int Digits = sizeof(ulong);
    private const int DigitValues = 256;

    /// <summary>Fewer keys are sorted by comparing.</summary>
    private const int RadixMin = 256;

    private readonly List<byte[]> _blocks = [];
    private readonly List<Entry> _entries = [];
    private int _blockUsed = BlockBytes;
    private int _blocksInUse;
    private int _common;
    private bool _isOrdered = true;
    private bool _areTidsOrdered = true;
    private int[]? _order;

    private readonly record struct Entry(int Block, int Offset, ushort Length, bool HasNull, Tid Tid);

    /// <summary>What an entry takes beside its key: the entry, and twice a prefix and a number while it is sorted.</summary>
    public static int EntryBytes => Unsafe.SizeOf<Entry>() + (2 * (sizeof(ulong) + sizeof(int)));

    /// <summary>Keys so far.</summary>
    public int Count => _entries.Count;

    /// <summary>The next key needs another block.</summary>
    public bool IsBlockFull(int keyBytes) => _blockUsed + keyBytes > BlockBytes;

    /// <summary>Bytes held with one block more.</summary>
    public long BytesWithNextBlock => ((long)(_blocksInUse + 1) * BlockBytes) + ((long)_entries.Count * EntryBytes);

    /// <summary>Adds a key, which is at most a block long.</summary>
    public void Add(ReadOnlySpan<byte> key, Tid tid, bool hasNull)
    {
        if (IsBlockFull(key.Length))
        {
            if (_blocksInUse == _blocks.Count)
                _blocks.Add(new byte[BlockBytes]);
            _blocksInUse++;
            _blockUsed = 0;
        }

        if (_entries.Count == 0)
        {
            _common = key.Length;
        }
        else
        {
            ReadOnlySpan<byte> last = Bytes(CollectionsMarshal.AsSpan(_entries)[^1]);
            Tid lastTid = _entries[^1].Tid;
            _common = last[..Math.Min(_common, last.Length)].CommonPrefixLength(key);
            _areTidsOrdered &= lastTid.CompareTo(tid) < 0;
            if (_isOrdered)
            {
                int order = last.SequenceCompareTo(key);
                _isOrdered = order < 0 || (order == 0 && lastTid.CompareTo(tid) < 0);
            }
        }

        key.CopyTo(_blocks[_blocksInUse - 1].AsSpan(_blockUsed));
        _entries.Add(new Entry(_blocksInUse - 1, _blockUsed, (ushort)key.Length, hasNull, tid));
        _blockUsed += key.Length;
    }

    /// <summary>Finds the order. Rows often stand in the order of a serial key: then there is nothing to do.</summary>
    public void Sort()
    {
        if (_isOrdered)
            return;
        int count = _entries.Count;
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
            order[i] = i;
        if (count < RadixMin)
        {
            order.AsSpan().Sort(new Comparer(this));
            _order = order;
            return;
        }

        ulong[] prefixes = new ulong[count];
        ReadOnlySpan<Entry> entries = CollectionsMarshal.AsSpan(_entries);
        for (int i = 0; i < count; i++)
            prefixes[i] = KeyPrefix.Of(Bytes(entries[i])[_common..]);
        RadixSort(ref prefixes, ref order);
        SortTies(prefixes, order);
        _order = order;
    }

    // Least significant digit first; each pass keeps the order of the one before it. Digits that are the same in all keys need no pass.
    private static void RadixSort(ref ulong[] prefixes, ref int[] order)
    {
        int count = order.Length;
        int[] counts = new int[Digits * DigitValues];
        foreach (ulong prefix in prefixes)
        {
            for (int digit = 0; digit < Digits; digit++)
                counts[(digit * DigitValues) + (byte)(prefix >> (digit * 8))]++;
        }

        ulong[] otherPrefixes = new ulong[count];
        int[] otherOrder = new int[count];
        for (int digit = 0; digit < Digits; digit++)
        {
            Span<int> places = counts.AsSpan(digit * DigitValues, DigitValues);
            int shift = digit * 8;
            if (places[(byte)(prefixes[0] >> shift)] == count)
                continue;
            int next = 0;
            for (int value = 0; value < DigitValues; value++)
            {
                int size = places[value];
                places[value] = next;
                next += size;
            }

            for (int i = 0; i < count; i++)
            {
                int place = places[(byte)(prefixes[i] >> shift)]++;
                otherPrefixes[place] = prefixes[i];
                otherOrder[place] = order[i];
            }

            (prefixes, otherPrefixes) = (otherPrefixes, prefixes);
            (order, otherOrder) = (otherOrder, order);
        }
    }

    private void SortTies(ulong[] prefixes, int[] order)
    {
        int wholeMax = _common + sizeof(ulong);
        ReadOnlySpan<Entry> entries = CollectionsMarshal.AsSpan(_entries);
        var comparer = new Comparer(this);
        for (int begin = 0; begin < order.Length;)
        {
            int end = begin + 1;
            bool isDecided = entries[order[begin]].Length <= wholeMax;
            while (end < order.Length && prefixes[end] == prefixes[begin])
                isDecided &= entries[order[end++]].Length <= wholeMax;
            // Keys of an index are free of prefixes: of those that the eight bytes hold as a whole, equal bytes mean equal keys. They are in the order in which they came.
            if (end - begin > 1 && !(isDecided && _areTidsOrdered))
                order.AsSpan(begin, end - begin).Sort(comparer);
            begin = end;
        }
    }

    private readonly struct Comparer(IndexKeySorter sorter) : IComparer<int>
    {
        public int Compare(int a, int b)
        {
            ReadOnlySpan<Entry> entries = CollectionsMarshal.AsSpan(sorter._entries);
            ref readonly Entry x = ref entries[a];
            ref readonly Entry y = ref entries[b];
            int order = sorter.Bytes(x)[sorter._common..].SequenceCompareTo(sorter.Bytes(y)[sorter._common..]);
            return order != 0 ? order : x.Tid.CompareTo(y.Tid);
        }
    }

    private ReadOnlySpan<byte> Bytes(in Entry entry) => _blocks[entry.Block].AsSpan(entry.Offset, entry.Length);

    /// <summary>A key by its place in the order that <see cref="Sort"/> found.</summary>
    public ReadOnlySpan<byte> Read(int place, out Tid tid, out bool hasNull)
    {
        ref readonly Entry entry = ref CollectionsMarshal.AsSpan(_entries)[_order is null ? place : _order[place]];
        tid = entry.Tid;
        hasNull = entry.HasNull;
        return Bytes(entry);
    }

    /// <summary>Forgets the keys; the memory stays.</summary>
    public void Clear()
    {
        _entries.Clear();
        _blocksInUse = 0;
        _blockUsed = BlockBytes;
        _isOrdered = _areTidsOrdered = true;
        _order = null;
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        Clear();
        _blocks.Clear();
        _entries.TrimExcess();
    }
}
