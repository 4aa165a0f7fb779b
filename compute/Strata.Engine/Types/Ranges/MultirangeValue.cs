using System.Buffers.Binary;

namespace Strata.Engine.Types.Ranges;

/// <summary>
/// Reads and makes the stored form of multiranges: ranges that are not empty, in order, neither overlapping nor adjacent. Little-endian:
/// <code>
/// | number of ranges:4 | per range: length:4, stored bytes |
/// </code>
/// </summary>
public readonly ref struct MultirangeValue(ReadOnlySpan<byte> stored)
{
    private readonly ReadOnlySpan<byte> _stored = stored;

    public int Count => _stored.Length < 4 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(_stored);

    public bool IsEmpty => Count == 0;

    public ReadOnlySpan<byte> Stored => _stored;

    public RangeValue First => Range(4);

    public RangeValue Last
    {
        get
        {
            int at = 4;
            for (int i = Count; i > 1; i--)
                at += 4 + BinaryPrimitives.ReadInt32LittleEndian(_stored[at..]);
            return Range(at);
        }
    }

    private RangeValue Range(int at) => new(_stored.Slice(at + 4, BinaryPrimitives.ReadInt32LittleEndian(_stored[at..])));

    public Enumerator GetEnumerator() => new(_stored, Count);

    /// <summary>The stored forms of the ranges, copied.</summary>
    public List<byte[]> ToList()
    {
        var ranges = new List<byte[]>(Count);
        foreach (RangeValue range in this)
            ranges.Add(range.Stored.ToArray());
        return ranges;
    }

    /// <summary>Ranges in order.</summary>
    public ref struct Enumerator(ReadOnlySpan<byte> stored, int count)
    {
        private readonly ReadOnlySpan<byte> _stored = stored;
        private int _left = count;
        private int _at = 4;
        private int _current;
        private int _length;

        public readonly RangeValue Current => new(_stored.Slice(_current, _length));

        public bool MoveNext()
        {
            if (_left-- <= 0)
                return false;
            _length = BinaryPrimitives.ReadInt32LittleEndian(_stored[_at..]);
            _current = _at + 4;
            _at = _current + _length;
            return true;
        }
    }

    /// <summary>The stored form of the union of ranges in any order. Sorts the list.</summary>
    public static byte[] Make(RangeInfo type, List<byte[]> ranges)
    {
        ranges.Sort((a, b) => RangeMath.Compare(type, new RangeValue(a), new RangeValue(b)));
        var merged = new List<byte[]>(ranges.Count);
        foreach (byte[] range in ranges)
        {
            var value = new RangeValue(range);
            if (value.IsEmpty)
                continue;
            if (merged.Count > 0
                && (RangeMath.Overlaps(type, new RangeValue(merged[^1]), value) || RangeMath.AreAdjacent(type, new RangeValue(merged[^1]), value)))
                merged[^1] = RangeMath.Union(type, new RangeValue(merged[^1]), value);
            else
                merged.Add(range);
        }

        int length = 4;
        foreach (byte[] range in merged)
            length += 4 + range.Length;
        var bytes = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, merged.Count);
        int at = 4;
        foreach (byte[] range in merged)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), range.Length);
            range.CopyTo(bytes, at + 4);
            at += 4 + range.Length;
        }

        return bytes;
    }
}
