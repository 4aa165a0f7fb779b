using System.Buffers.Binary;

namespace Strata.Engine.Types.Ranges;

/// <summary>
/// Reads and makes the stored form of ranges. Little-endian:
/// <code>
/// 0       1
/// | flags | lower: length:4, stored bytes | upper: length:4, stored bytes |
/// flags: 01 empty, 02 lower inclusive, 04 upper inclusive, 08 lower infinite, 10 upper infinite
/// </code>
/// Infinite bounds and empty ranges have no bytes. The flags are those of PostgreSQL's binary form.
/// </summary>
public readonly ref struct RangeValue
{
    internal const byte EmptyFlag = 1;
    internal const byte LowerInclusive = 2;
    internal const byte UpperInclusive = 4;
    internal const byte LowerInfinite = 8;
    internal const byte UpperInfinite = 16;

    private readonly byte _flags;
    private readonly ReadOnlySpan<byte> _lower;
    private readonly ReadOnlySpan<byte> _upper;

    public RangeValue(ReadOnlySpan<byte> stored)
    {
        Stored = stored;
        _flags = stored.IsEmpty ? EmptyFlag : stored[0];
        if (IsEmpty)
            return;
        ReadOnlySpan<byte> rest = stored[1..];
        if ((_flags & LowerInfinite) == 0)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            _lower = rest.Slice(4, length);
            rest = rest[(4 + length)..];
        }

        if ((_flags & UpperInfinite) == 0)
            _upper = rest.Slice(4, BinaryPrimitives.ReadInt32LittleEndian(rest));
    }

    /// <summary>The bytes that the range was read from.</summary>
    public ReadOnlySpan<byte> Stored { get; }

    public bool IsEmpty => (_flags & EmptyFlag) != 0;

    internal byte Flags => _flags;

    public RangeBound Lower => new(_lower, (_flags & LowerInfinite) != 0, (_flags & LowerInclusive) != 0, isLower: true);

    public RangeBound Upper => new(_upper, (_flags & UpperInfinite) != 0, (_flags & UpperInclusive) != 0, isLower: false);

    private static readonly byte[] s_empty = [EmptyFlag];

    /// <summary>The empty range; of every type.</summary>
    public static byte[] Empty => s_empty;

    /// <summary>The stored form of a range, canonical for discrete types. Throws 22000 when the lower bound is above the upper one.</summary>
    public static byte[] Make(RangeInfo type, RangeBound lower, RangeBound upper)
    {
        byte[] range = Serialize(type, lower, upper);
        return type.IsDiscrete && (range[0] & EmptyFlag) == 0 ? Canonical(type, lower, upper) : range;
    }

    private static byte[] Canonical(RangeInfo type, RangeBound lower, RangeBound upper)
    {
        if (!lower.IsInfinite && !lower.IsInclusive && type.HasSuccessor(lower.Value))
            lower = new RangeBound(type.Successor(lower.Value), false, true, isLower: true);
        if (!upper.IsInfinite && upper.IsInclusive && type.HasSuccessor(upper.Value))
            upper = new RangeBound(type.Successor(upper.Value), false, false, isLower: false);
        return Serialize(type, lower, upper);
    }

    private static byte[] Serialize(RangeInfo type, RangeBound lower, RangeBound upper)
    {
        int order = RangeBound.CompareValues(type, lower, upper);
        if (order > 0)
            throw new SqlException(SqlState.DataException, "range lower bound must be less than or equal to range upper bound");
        if (order == 0 && !(lower.IsInclusive && upper.IsInclusive))
            return s_empty;
        int length = 1 + (lower.IsInfinite ? 0 : 4 + lower.Value.Length) + (upper.IsInfinite ? 0 : 4 + upper.Value.Length);
        var bytes = new byte[length];
        bytes[0] = (byte)((lower.IsInfinite ? LowerInfinite : lower.IsInclusive ? LowerInclusive : 0)
            | (upper.IsInfinite ? UpperInfinite : upper.IsInclusive ? UpperInclusive : 0));
        int at = 1;
        if (!lower.IsInfinite)
            at = Append(bytes, at, lower.Value);
        if (!upper.IsInfinite)
            Append(bytes, at, upper.Value);
        return bytes;
    }

    private static int Append(byte[] bytes, int at, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value.Length);
        value.CopyTo(bytes.AsSpan(at + 4));
        return at + 4 + value.Length;
    }
}
