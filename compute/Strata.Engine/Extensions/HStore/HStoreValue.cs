using System.Buffers.Binary;

namespace Strata.Engine.Extensions.HStore;

// An hstore as PostgreSQL keeps it, which its hashes and order depend on; little-endian:
//
//   0   4          number of pairs, with the high bit set
//   4   8 per pair for the key and for the value: where it ends among the bytes; bit 31 marks the first key, bit 30 a null value (which ends where its key does)
//   …              the bytes: key, value, key, value, …
//
// Keys are there once, shorter ones first, those of a length in the order of their bytes.

/// <summary>A set of pairs of texts in its stored form. Allocates nothing.</summary>
internal readonly ref struct HStoreValue(ReadOnlySpan<byte> stored)
{
    public const uint CountMark = 0x8000_0000;
    public const uint FirstMark = 0x8000_0000;
    public const uint NullMark = 0x4000_0000;
    public const uint EndMask = 0x3FFF_FFFF;
    public const int HeaderBytes = 4;
    private const int EntryBytes = 4;

    private readonly ReadOnlySpan<byte> _stored = stored;

    /// <summary>Number of pairs.</summary>
    public int Count { get; } = (int)(BinaryPrimitives.ReadUInt32LittleEndian(stored) & EndMask);

    /// <summary>The stored form.</summary>
    public ReadOnlySpan<byte> Stored => _stored;

    /// <summary>All keys and values, one behind the other.</summary>
    public ReadOnlySpan<byte> Bytes => _stored[(HeaderBytes + (2 * EntryBytes * Count))..];

    /// <summary>An entry of the head: those of keys and values alternate.</summary>
    public uint Entry(int index) => BinaryPrimitives.ReadUInt32LittleEndian(_stored[(HeaderBytes + (EntryBytes * index))..]);

    private int End(int index) => index < 0 ? 0 : (int)(Entry(index) & EndMask);

    public ReadOnlySpan<byte> Key(int pair) => Bytes[End((2 * pair) - 1)..End(2 * pair)];

    /// <summary>The value of a pair; empty for a null one.</summary>
    public ReadOnlySpan<byte> Value(int pair) => Bytes[End(2 * pair)..End((2 * pair) + 1)];

    public bool IsNull(int pair) => (Entry((2 * pair) + 1) & NullMark) != 0;

    /// <summary>The pair with a key; -1 when there is none.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1, order = CompareKeys(Key(middle), key);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    /// <summary>The order of keys: shorter ones first.</summary>
    public static int CompareKeys(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => a.Length != b.Length ? a.Length - b.Length : a.SequenceCompareTo(b);

    /// <summary>The order of sets: as their bytes, then the number of pairs, then where they end.</summary>
    public static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var left = new HStoreValue(a);
        var right = new HStoreValue(b);
        if (left.Count == 0 || right.Count == 0)
            return left.Count - right.Count;
        int order = left.Bytes.SequenceCompareTo(right.Bytes);
        if (order != 0)
            return order;
        if (left.Count != right.Count)
            return left.Count - right.Count;
        for (int i = 0; i < 2 * left.Count; i++)
        {
            int ends = left.End(i).CompareTo(right.End(i)), nulls = (left.Entry(i) & NullMark).CompareTo(right.Entry(i) & NullMark);
            if (ends != 0 || nulls != 0)
                return ends != 0 ? ends : nulls;
        }

        return 0;
    }
}
