using System.Globalization;
using System.Numerics;
using System.Text;

namespace Strata.Engine.Types;

/// <summary>
/// Decimals that lie exactly between two doubles, such as 1e23: they read back as the even neighbour, so .NET prints them for it; PostgreSQL prints only decimals
/// nearer to the value than to any other.
/// </summary>
internal static class FloatMidpoint
{
    private const double SmallestExact = 9007199254740992;
    private const double Largest = 1e41;
    private const int DigitsMax = 17;

    /// <summary>Quick test: below 2^53 such a decimal has more digits than the shortest form, above 10^41 it has no so short a form.</summary>
    public static bool MayBe(double value) =>
        Math.Abs(value) is >= SmallestExact and < Largest && (BitConverter.DoubleToInt64Bits(value) & 1) == 0;

    /// <summary>True when digits (of any .NET format) name the exact middle between the value and a neighbour.</summary>
    public static bool Is(double value, ReadOnlySpan<byte> digits)
    {
        BigInteger named = BigInteger.Parse(Encoding.ASCII.GetString(digits), NumberStyles.Float, CultureInfo.InvariantCulture);
        BigInteger exact = new(value);
        return named * 2 == exact + new BigInteger(Math.BitIncrement(value)) || named * 2 == exact + new BigInteger(Math.BitDecrement(value));
    }

    /// <summary>Writes the shortest decimal that is nearer to the value than to its neighbours; returns its length.</summary>
    public static int Inside(double value, Span<byte> digits)
    {
        for (int precision = 1; precision < DigitsMax; precision++)
        {
            string format = string.Create(CultureInfo.InvariantCulture, $"E{precision - 1}");
            value.TryFormat(digits, out int written, format, CultureInfo.InvariantCulture);
            if (double.Parse(digits[..written], CultureInfo.InvariantCulture) == value && !Is(value, digits[..written]))
                return written;
        }

        value.TryFormat(digits, out int full, "E16", CultureInfo.InvariantCulture);
        return full;
    }
}
