using System.Buffers.Binary;
using System.Numerics;

namespace Strata.Engine.Types;

/// <summary>
/// numeric on the wire, big-endian:
/// <code>
/// 0             2        4      6        8
/// | digit count | weight | sign | dscale | digits, 2 bytes each, base 10000 |
/// </code>
/// weight: power of 10000 of the first digit. sign: 0 +, 0x4000 -, 0xC000 NaN, 0xD000 +Infinity, 0xF000 -Infinity.
/// </summary>
internal static class NumericBinary
{
    private const int Base = 10_000;
    private const int DigitsPerGroup = 4;
    private const ushort Negative = 0x4000;
    private const ushort NaN = 0xC000;
    private const ushort PositiveInfinity = 0xD000;
    private const ushort NegativeInfinity = 0xF000;

    /// <summary>What PostgreSQL's infinities have where other values have their scale.</summary>
    private const short InfinityScale = 0x20;

    public static void Send(in NumericValue value, ByteBuffer buffer)
    {
        if (!value.IsFinite)
        {
            WriteHeader(buffer, 0, 0, value.Kind switch
            {
                NumericKind.NaN => NaN,
                NumericKind.PositiveInfinity => PositiveInfinity,
                _ => NegativeInfinity,
            }, value.IsNaN ? (short)0 : InfinityScale);
            return;
        }

        // Groups are aligned at the point: pad the fraction to whole groups.
        int groupsAfterPoint = (value.Scale + DigitsPerGroup - 1) / DigitsPerGroup;
        BigInteger magnitude = BigInteger.Abs(value.Mantissa) * NumericMath.PowerOfTen((groupsAfterPoint * DigitsPerGroup) - value.Scale);
        var groups = new List<short>();
        while (!magnitude.IsZero)
        {
            magnitude = BigInteger.DivRem(magnitude, Base, out BigInteger group);
            groups.Add((short)group);
        }

        int weight = groups.Count - groupsAfterPoint - 1;
        int trailingZeros = 0;
        while (trailingZeros < groups.Count && groups[trailingZeros] == 0)
            trailingZeros++;
        WriteHeader(
            buffer, (short)(groups.Count - trailingZeros), groups.Count == 0 ? (short)0 : (short)weight,
            value.Sign < 0 ? Negative : (ushort)0, (short)value.Scale);
        for (int i = groups.Count - 1; i >= trailingZeros; i--)
            buffer.WriteInt16(groups[i]);
    }

    private static void WriteHeader(ByteBuffer buffer, short count, short weight, ushort sign, short scale)
    {
        buffer.WriteInt16(count);
        buffer.WriteInt16(weight);
        buffer.WriteInt16((short)sign);
        buffer.WriteInt16(scale);
    }

    public static NumericValue Receive(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8)
            throw new SqlException(SqlState.ProtocolViolation, "insufficient data left in message");
        int count = BinaryPrimitives.ReadUInt16BigEndian(bytes), weight = BinaryPrimitives.ReadInt16BigEndian(bytes[2..]);
        ushort sign = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]), scale = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        switch (sign)
        {
            case NaN: return NumericValue.NaN;
            case PositiveInfinity: return NumericValue.PositiveInfinity;
            case NegativeInfinity: return NumericValue.NegativeInfinity;
            case not (0 or Negative): throw new SqlException(SqlState.InvalidBinaryRepresentation, "invalid sign in external \"numeric\" value");
        }

        if (scale > NumericValue.ScaleMax)
            throw new SqlException(SqlState.InvalidBinaryRepresentation, "invalid scale in external \"numeric\" value");
        if (bytes.Length != 8 + (count * 2))
            throw new SqlException(SqlState.ProtocolViolation, "insufficient data left in message");
        BigInteger magnitude = 0;
        for (int i = 0; i < count; i++)
        {
            short digit = BinaryPrimitives.ReadInt16BigEndian(bytes[(8 + (i * 2))..]);
            if (digit is < 0 or >= Base)
                throw new SqlException(SqlState.InvalidBinaryRepresentation, "invalid digit in external \"numeric\" value");
            magnitude = (magnitude * Base) + digit;
        }

        // The digits' own scale: groups behind the point; negative when the last group stands left of it.
        int digitScale = (count - 1 - weight) * DigitsPerGroup;
        BigInteger mantissa = digitScale <= scale
            ? magnitude * NumericMath.PowerOfTen(scale - digitScale)
            : BigInteger.Divide(magnitude, NumericMath.PowerOfTen(digitScale - scale));
        return NumericMath.Checked(new NumericValue(sign == Negative ? -mantissa : mantissa, scale));
    }
}
