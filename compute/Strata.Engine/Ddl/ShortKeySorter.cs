using System.Runtime.InteropServices;
using Strata.Format;

namespace Strata.Engine.Ddl;

/// <summary>
/// Short keys of an index in memory, side by side, and their order: sorted in place by one byte after the other of those that differ (American flag sort: McIlroy, Bostic and McIlroy, "Engineering Radix Sort",
/// 1993), small parts by comparing. Not thread-safe.
/// </summary>
internal sealed unsafe class ShortKeySorter : IDisposable
{
    private const int DigitValues = 256;
    private const int DigitBits = 8;
    private const int ComparedMax = 128;
    private const int WordBits = 64;
    private const int RowWord = 2;

    private ShortIndexKey* _keys;
    private ShortIndexKey _last;
    private bool _isOrdered = true;

    /// <summary>Keys so far.</summary>
    public int Count { get; private set; }

    /// <summary>Keys that there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>The keys; in order after <see cref="Sort"/>.</summary>
    public ReadOnlySpan<ShortIndexKey> Keys => new(_keys, Count);

    /// <summary>A key by its place.</summary>
    public ref readonly ShortIndexKey this[int place] => ref _keys[place];

    /// <summary>Makes room for so many keys.</summary>
    public void Grow(int capacity)
    {
        Invariant.Check(capacity >= Count);
        _keys = (ShortIndexKey*)NativeMemory.Realloc(_keys, (nuint)capacity * ShortIndexKey.SizeBytes);
        Capacity = capacity;
    }

    /// <summary>Adds a key, for which there is room.</summary>
    public void Add(in ShortIndexKey key)
    {
        Invariant.Check(Count < Capacity);
        _isOrdered &= Count == 0 || _last.IsBelow(key);
        _last = key;
        _keys[Count++] = key;
    }

    /// <summary>Brings the keys in order. Rows often stand in the order of a serial key: then there is nothing to do.</summary>
    public void Sort()
    {
        if (!_isOrdered)
            SortPart(_keys, Count, 0);
        _isOrdered = true;
    }

    /// <summary>Sorts keys that are equal in all bits of their words above <paramref name="bit"/>, counted from the highest of the first word.</summary>
    private static void SortPart(ShortIndexKey* keys, int count, int bit)
    {
        if (count <= ComparedMax)
        {
            new Span<ShortIndexKey>(keys, count).Sort();
            return;
        }

        bit = FirstDifference(keys, count, bit);
        if (bit < 0)
            return;
        int* ends = stackalloc int[DigitValues], next = stackalloc int[DigitValues];
        new Span<int>(ends, DigitValues).Clear();
        int word = bit / WordBits, shift = Math.Max(0, WordBits - DigitBits - (bit % WordBits));
        for (int i = 0; i < count; i++)
            ends[DigitOf(keys + i, word, shift)]++;
        for (int value = 0, begin = 0; value < DigitValues; value++)
        {
            next[value] = begin;
            begin += ends[value];
            ends[value] = begin;
        }

        // Each key is carried to its part, from where another one is carried on, until the one that belongs here comes.
        for (int value = 0; value < DigitValues; value++)
        {
            while (next[value] < ends[value])
            {
                ShortIndexKey carried = keys[next[value]];
                int digit = DigitOf(&carried, word, shift);
                while (digit != value)
                {
                    (keys[next[digit]], carried) = (carried, keys[next[digit]]);
                    next[digit]++;
                    digit = DigitOf(&carried, word, shift);
                }

                keys[next[value]++] = carried;
            }
        }

        for (int value = 0, begin = 0; value < DigitValues; value++)
        {
            if (ends[value] - begin > 1)
                SortPart(keys + begin, ends[value] - begin, bit + DigitBits);
            begin = ends[value];
        }
    }

    private static int DigitOf(ShortIndexKey* key, int word, int shift) => (byte)(((ulong*)key)[word] >> shift);

    /// <summary>The highest bit from one on in which keys differ; -1 when they are equal.</summary>
    private static int FirstDifference(ShortIndexKey* keys, int count, int bit)
    {
        for (int word = Math.Min(bit / WordBits, RowWord); word <= RowWord; word++)
        {
            ulong first = ((ulong*)keys)[word], differences = 0;
            for (int i = 1; i < count; i++)
                differences |= ((ulong*)(keys + i))[word] ^ first;
            if (differences != 0)
                return (word * WordBits) + System.Numerics.BitOperations.LeadingZeroCount(differences);
        }

        return -1;
    }

    /// <summary>Forgets the keys; the memory stays.</summary>
    public void Clear()
    {
        Count = 0;
        _isOrdered = true;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Clear();
        NativeMemory.Free(_keys);
        _keys = null;
        Capacity = 0;
    }
}
