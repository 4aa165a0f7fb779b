using System.Numerics;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Statistics;

/// <summary>How many bytes values take in a row of PostgreSQL's, which is what widths in <c>pg_stats</c> and in plans mean.</summary>
internal static class ValueWidth
{
    private const int ShortHeaderMax = 126;
    private const int NumericHeaderBytes = 2;
    private const int DigitsPerGroup = 4;
    private const int ArrayHeaderBytes = 12;
    private const int ArrayDimensionBytes = 8;

    /// <summary>What the header of a value that was just computed has more than that of a short one in a row.</summary>
    public const int ComputedHeaderBytes = 3;

    /// <summary>Of a row of a vector, which is not null.</summary>
    public static int Of(SqlType type, Vector values, int row)
    {
        if (type.Length > 0)
            return type.Length;
        if (type.Plain.Oid == TypeOid.Numeric)
            return Numeric(NumericValue.Decode(values.GetBytes(row)));
        if (type.ElementType is { } element)
            return Variable(Array(element, new ArrayValue(values.GetBytes(row))));
        return type.Physical == PhysicalType.Bytes ? Variable(values.GetBytes(row).Length) : type.Physical.WidthBytes();
    }

    /// <summary>Bytes of a value of variable length with its header.</summary>
    public static int Variable(int bytes) => bytes <= ShortHeaderMax ? bytes + 1 : bytes + 4;

    private static int Array(SqlType element, ArrayValue array)
    {
        int bytes = ArrayHeaderBytes + (array.Dimensions * ArrayDimensionBytes);
        foreach (ArrayValue.Element item in array)
            bytes += item.IsNull ? 0 : element.Length > 0 ? element.Length : (4 + item.Stored.Length + 3) & ~3;
        return bytes;
    }

    private static int Numeric(in NumericValue value)
    {
        if (!value.IsFinite || value.Sign == 0)
            return 1 + NumericHeaderBytes;
        if (value.TryGetSmall(out Int128 small) && small == (long)small && small != long.MinValue)
            return Numeric((ulong)Math.Abs((long)small), value.Scale);
        int digits = (int)BigInteger.Log10(BigInteger.Abs(value.Mantissa)) + 1;
        int whole = Math.Max(0, (digits - value.Scale + DigitsPerGroup - 1) / DigitsPerGroup);
        BigInteger rest = value.Mantissa;
        int fraction = value.Scale;
        while (fraction > 0 && rest % 10 == 0)
        {
            rest /= 10;
            fraction--;
        }

        return 1 + NumericHeaderBytes + (2 * (whole + ((fraction + DigitsPerGroup - 1) / DigitsPerGroup)));
    }

    /// <summary>Of a number below 2^63, which most are.</summary>
    private static int Numeric(ulong mantissa, int scale)
    {
        int digits = 0;
        for (ulong rest = mantissa; rest > 0; rest /= 10)
            digits++;
        int whole = Math.Max(0, (digits - scale + DigitsPerGroup - 1) / DigitsPerGroup);
        while (scale > 0 && mantissa % 10 == 0)
        {
            mantissa /= 10;
            scale--;
        }

        return 1 + NumericHeaderBytes + (2 * (whole + ((scale + DigitsPerGroup - 1) / DigitsPerGroup)));
    }
}
