using System.Numerics;
using System.Runtime.CompilerServices;

namespace Strata.Engine.Types;

/// <summary>
/// Arithmetic of <see cref="NumericValue"/> with PostgreSQL's result scales. Operations on Int128 mantissas that would overflow go on with
/// <see cref="BigInteger"/>, so both paths give the same value. Throws <see cref="SqlException"/> (22003, 22012, …).
/// </summary>
public static class NumericMath
{
    private const int MinSignificantDigits = 16;
    private const int DecimalDigitsPerGroup = 4;

    /// <summary>Most digits after the point that computed results (division, roots) show.</summary>
    public const int DisplayScaleMax = 1000;

    /// <summary>Rounding before this digit leaves nothing of any value.</summary>
    public const int RoundingScaleMin = -131_073;

    private const int SmallPowersCount = 39;

    private static readonly Int128[] s_powers = MakePowers();

    private static Int128[] MakePowers()
    {
        var powers = new Int128[SmallPowersCount];
        powers[0] = 1;
        for (int i = 1; i < SmallPowersCount; i++)
            powers[i] = powers[i - 1] * 10;
        return powers;
    }

    /// <summary>10^exponent.</summary>
    public static BigInteger PowerOfTen(int exponent) =>
        exponent < SmallPowersCount ? s_powers[exponent] : BigInteger.Pow(10, exponent);

    /// <summary>value × 10^digits, or false when it does not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryScaleUp(Int128 value, int digits, out Int128 scaled)
    {
        scaled = value;
        if (digits == 0 || value == 0)
            return true;
        if (digits <= 18 && value == (long)value)
        {
            scaled = Product((long)value, (long)s_powers[digits]);
            return true;
        }

        if (digits >= SmallPowersCount)
            return false;
        Int128 limit = Int128.MaxValue / s_powers[digits];
        if (value > limit || value < -limit)
            return false;
        scaled = value * s_powers[digits];
        return true;
    }

    private static Int128 Product(long a, long b)
    {
        long high = Math.BigMul(a, b, out long low);
        return new Int128((ulong)high, (ulong)low);
    }

    /// <summary>The mantissa at a scale that is not smaller than the value's.</summary>
    public static BigInteger MantissaAt(in NumericValue value, int scale) =>
        value.Scale == scale ? value.Mantissa : value.Mantissa * PowerOfTen(scale - value.Scale);

    public static NumericValue Add(in NumericValue a, in NumericValue b)
    {
        if (a.TryGetSmall(out Int128 x) && b.TryGetSmall(out Int128 y))
        {
            int scale = Math.Max(a.Scale, b.Scale);
            if (TryScaleUp(x, scale - a.Scale, out x) && TryScaleUp(y, scale - b.Scale, out y))
            {
                Int128 sum = x + y;
                if (((x ^ sum) & (y ^ sum)) >= 0)
                    return new NumericValue(sum, scale);
            }
        }

        return AddSlow(a, b, negate: false);
    }

    public static NumericValue Subtract(in NumericValue a, in NumericValue b)
    {
        if (a.TryGetSmall(out Int128 x) && b.TryGetSmall(out Int128 y))
        {
            int scale = Math.Max(a.Scale, b.Scale);
            if (TryScaleUp(x, scale - a.Scale, out x) && TryScaleUp(y, scale - b.Scale, out y))
            {
                Int128 difference = x - y;
                if (((x ^ y) & (x ^ difference)) >= 0)
                    return new NumericValue(difference, scale);
            }
        }

        return AddSlow(a, b, negate: true);
    }

    private static NumericValue AddSlow(in NumericValue a, in NumericValue b, bool negate)
    {
        NumericValue other = negate ? Negate(b) : b;
        if (!a.IsFinite || !other.IsFinite)
        {
            if (a.IsNaN || other.IsNaN)
                return NumericValue.NaN;
            if (a.IsFinite)
                return other;
            return other.IsFinite || other.Kind == a.Kind ? a : NumericValue.NaN;
        }

        int scale = Math.Max(a.Scale, other.Scale);
        return Checked(new NumericValue(MantissaAt(a, scale) + MantissaAt(other, scale), scale));
    }

    public static NumericValue Negate(in NumericValue value) => value.Kind switch
    {
        NumericKind.NaN => value,
        NumericKind.PositiveInfinity => NumericValue.NegativeInfinity,
        NumericKind.NegativeInfinity => NumericValue.PositiveInfinity,
        _ => value.TryGetSmall(out Int128 small) && small != Int128.MinValue
            ? new NumericValue(-small, value.Scale)
            : new NumericValue(-value.Mantissa, value.Scale),
    };

    public static NumericValue Abs(in NumericValue value) =>
        value.Sign < 0 ? Negate(value) : value;

    public static NumericValue Multiply(in NumericValue a, in NumericValue b)
    {
        if (a.TryGetSmall(out Int128 x) && b.TryGetSmall(out Int128 y)
            && x == (long)x && y == (long)y && a.Scale + b.Scale <= NumericValue.ScaleMax)
            return new NumericValue(Product((long)x, (long)y), a.Scale + b.Scale);
        if (!a.IsFinite || !b.IsFinite)
        {
            if (a.IsNaN || b.IsNaN || a.Sign == 0 || b.Sign == 0)
                return NumericValue.NaN;
            return a.Sign == b.Sign ? NumericValue.PositiveInfinity : NumericValue.NegativeInfinity;
        }

        int scale = a.Scale + b.Scale;
        BigInteger product = a.Mantissa * b.Mantissa;
        if (scale > NumericValue.ScaleMax)
        {
            product = DivideRounded(product, PowerOfTen(scale - NumericValue.ScaleMax));
            scale = NumericValue.ScaleMax;
        }

        return Checked(new NumericValue(product, scale));
    }

    public static NumericValue Divide(in NumericValue a, in NumericValue b)
    {
        if (!a.IsFinite || !b.IsFinite)
        {
            if (a.IsNaN || b.IsNaN || (!a.IsFinite && !b.IsFinite))
                return NumericValue.NaN;
            if (b.IsFinite)
            {
                if (b.Sign == 0)
                    throw DivisionByZero();
                return a.Sign == b.Sign ? NumericValue.PositiveInfinity : NumericValue.NegativeInfinity;
            }

            return NumericValue.Zero;
        }

        if (b.Sign == 0)
            throw DivisionByZero();
        return DivideAt(a, b, DivisionScale(a, b));
    }

    /// <summary>a / b rounded to a scale; both finite, b not zero.</summary>
    public static NumericValue DivideAt(in NumericValue a, in NumericValue b, int scale)
    {
        int shift = scale - a.Scale + b.Scale;
        if (a.TryGetSmall(out Int128 x) && b.TryGetSmall(out Int128 y) && shift >= 0 && TryScaleUp(x, shift, out Int128 dividend)
            && y > -(Int128.MaxValue / 2) && y < Int128.MaxValue / 2)
            return new NumericValue(DivideRounded(dividend, y), scale);
        BigInteger numerator = a.Mantissa, denominator = b.Mantissa;
        if (shift >= 0)
            numerator *= PowerOfTen(shift);
        else
            denominator *= PowerOfTen(-shift);
        return Checked(new NumericValue(DivideRounded(numerator, denominator), scale));
    }

    private static Int128 DivideRounded(Int128 dividend, Int128 divisor)
    {
        Int128 quotient = dividend / divisor;
        Int128 remainder = dividend - (quotient * divisor);
        Int128 twice = Int128.Abs(remainder) * 2;
        if (twice >= Int128.Abs(divisor))
            quotient += (dividend < 0) == (divisor < 0) ? 1 : -1;
        return quotient;
    }

    /// <summary>Quotient rounded half away from zero.</summary>
    public static BigInteger DivideRounded(BigInteger dividend, BigInteger divisor)
    {
        BigInteger quotient = BigInteger.DivRem(dividend, divisor, out BigInteger remainder);
        if (BigInteger.Abs(remainder) * 2 >= BigInteger.Abs(divisor))
            quotient += dividend.Sign == divisor.Sign ? 1 : -1;
        return quotient;
    }

    /// <summary>
    /// The scale of a quotient: at least 16 significant digits, counted in groups of four decimal digits as PostgreSQL's
    /// select_div_scale does, and not less than either operand's.
    /// </summary>
    public static int DivisionScale(in NumericValue a, in NumericValue b)
    {
        (int weightA, int firstA) = LeadingGroup(a);
        (int weightB, int firstB) = LeadingGroup(b);
        int weight = weightA - weightB;
        if (firstA <= firstB)
            weight--;
        int scale = MinSignificantDigits - (weight * DecimalDigitsPerGroup);
        scale = Math.Max(scale, Math.Max(a.Scale, b.Scale));
        return Math.Clamp(scale, 0, DisplayScaleMax);
    }

    /// <summary>Weight (in groups of four digits, 0 for the group left of the point) and value of the first nonzero group.</summary>
    public static (int Weight, int First) LeadingGroup(in NumericValue value)
    {
        if (value.Sign == 0)
            return (0, 0);
        int digits = DigitCount(value);
        int exponent = digits - value.Scale - 1;
        int weight = (int)Math.Floor(exponent / (double)DecimalDigitsPerGroup);
        int digitsInFirst = exponent - (weight * DecimalDigitsPerGroup) + 1;
        int drop = digits - digitsInFirst;
        BigInteger mantissa = BigInteger.Abs(value.Mantissa);
        BigInteger first = drop >= 0 ? mantissa / PowerOfTen(drop) : mantissa * PowerOfTen(-drop);
        return (weight, (int)first);
    }

    /// <summary>Decimal digits of the mantissa; 1 for zero.</summary>
    public static int DigitCount(in NumericValue value)
    {
        if (value.TryGetSmall(out Int128 small) && small != Int128.MinValue)
        {
            Int128 magnitude = Int128.Abs(small);
            int count = 1;
            while (count < SmallPowersCount && magnitude >= s_powers[count])
                count++;
            return count;
        }

        return DigitCount(BigInteger.Abs(value.Mantissa));
    }

    private static int DigitCount(BigInteger magnitude)
    {
        int estimate = Math.Max(1, (int)((magnitude.GetBitLength() - 1) * 0.30102999566398120));
        while (PowerOfTen(estimate) <= magnitude)
            estimate++;
        return estimate;
    }

    public static NumericValue Remainder(in NumericValue a, in NumericValue b)
    {
        if (!a.IsFinite || !b.IsFinite)
        {
            if (a.IsNaN || b.IsNaN)
                return NumericValue.NaN;
            if (!a.IsFinite)
            {
                if (b.Sign == 0)
                    throw DivisionByZero();
                return NumericValue.NaN;
            }

            return a;
        }

        if (b.Sign == 0)
            throw DivisionByZero();
        int scale = Math.Max(a.Scale, b.Scale);
        if (a.TryGetSmall(out Int128 x) && b.TryGetSmall(out Int128 y)
            && TryScaleUp(x, scale - a.Scale, out x) && TryScaleUp(y, scale - b.Scale, out y) && y != -1)
            return new NumericValue(x % y, scale);
        return new NumericValue(BigInteger.Remainder(MantissaAt(a, scale), MantissaAt(b, scale)), scale);
    }

    /// <summary>Rounds half away from zero to a scale, which may be negative; shows max(scale, 0) digits.</summary>
    public static NumericValue Round(in NumericValue value, int scale)
    {
        if (!value.IsFinite)
            return value;
        if (scale >= value.Scale)
            return Rescale(value, scale);
        if (DigitCount(value) < value.Scale - scale)
            return new NumericValue(0, Math.Max(scale, 0));
        return FromScaled(DivideRounded(value.Mantissa, PowerOfTen(value.Scale - scale)), scale);
    }

    /// <summary>Cuts towards zero.</summary>
    public static NumericValue Truncate(in NumericValue value, int scale)
    {
        if (!value.IsFinite)
            return value;
        if (scale >= value.Scale)
            return Rescale(value, scale);
        if (DigitCount(value) < value.Scale - scale)
            return new NumericValue(0, Math.Max(scale, 0));
        return FromScaled(BigInteger.Divide(value.Mantissa, PowerOfTen(value.Scale - scale)), scale);
    }

    private static NumericValue FromScaled(BigInteger mantissa, int scale) =>
        Checked(scale >= 0 ? new NumericValue(mantissa, scale) : new NumericValue(mantissa * PowerOfTen(-scale), 0));

    /// <summary>The same value with more digits shown.</summary>
    private static NumericValue Rescale(in NumericValue value, int scale)
    {
        if (scale == value.Scale)
            return value;
        if (value.TryGetSmall(out Int128 small) && TryScaleUp(small, scale - value.Scale, out small))
            return new NumericValue(small, scale);
        return new NumericValue(MantissaAt(value, scale), scale);
    }

    public static NumericValue Ceiling(in NumericValue value)
    {
        if (!value.IsFinite)
            return value;
        BigInteger quotient = BigInteger.DivRem(value.Mantissa, PowerOfTen(value.Scale), out BigInteger remainder);
        return new NumericValue(remainder.Sign > 0 ? quotient + 1 : quotient, 0);
    }

    public static NumericValue Floor(in NumericValue value)
    {
        if (!value.IsFinite)
            return value;
        BigInteger quotient = BigInteger.DivRem(value.Mantissa, PowerOfTen(value.Scale), out BigInteger remainder);
        return new NumericValue(remainder.Sign < 0 ? quotient - 1 : quotient, 0);
    }

    /// <summary>Without trailing zeros after the point.</summary>
    public static NumericValue TrimScale(in NumericValue value)
    {
        NumericValue result = value;
        while (result.IsFinite && result.Scale > 0)
        {
            BigInteger quotient = BigInteger.DivRem(result.Mantissa, 10, out BigInteger remainder);
            if (!remainder.IsZero)
                break;
            result = new NumericValue(quotient, result.Scale - 1);
        }

        return result;
    }

    /// <summary>Applies numeric(precision, scale). Throws 22003 when the integer part does not fit.</summary>
    public static NumericValue ApplyTypmod(in NumericValue value, int typmod)
    {
        if (typmod < 4 || value.IsNaN)
            return value;
        int precision = TypeNames.NumericPrecision(typmod), scale = TypeNames.NumericScale(typmod);
        if (!value.IsFinite)
            throw FieldOverflow($"A field with precision {precision}, scale {scale} cannot hold an infinite value.");
        NumericValue rounded = Round(value, scale);
        int integerDigitsMax = precision - scale;
        if (rounded.Sign != 0 && DigitCount(rounded) - rounded.Scale > integerDigitsMax)
        {
            string limit = integerDigitsMax == 0 ? "1" : $"10^{integerDigitsMax}";
            throw FieldOverflow($"A field with precision {precision}, scale {scale} must round to an absolute value less than {limit}.");
        }

        return rounded;
    }

    private static SqlException FieldOverflow(string detail) =>
        new(SqlState.NumericValueOutOfRange, "numeric field overflow") { Detail = detail };

    public static SqlException DivisionByZero() => new(SqlState.DivisionByZero, "division by zero");

    public static SqlException Overflow() => new(SqlState.NumericValueOutOfRange, "value overflows numeric format");

    /// <summary>Throws 22003 for what PostgreSQL's format could not hold.</summary>
    public static NumericValue Checked(in NumericValue value)
    {
        if (!value.TryGetSmall(out _) && value.IsFinite)
        {
            // 131072 digits before the point need about 435,412 bits; the exact count is only needed near the limit.
            if (value.Mantissa.GetBitLength() > 435_000 && DigitCount(value) - value.Scale > 131072)
                throw Overflow();
        }

        return value.Scale > NumericValue.ScaleMax ? throw Overflow() : value;
    }

    /// <summary>Nearest integer, half away from zero, or false when it is outside of [min, max] or not finite.</summary>
    public static bool TryToInt64(in NumericValue value, out long result)
    {
        result = 0;
        if (!value.IsFinite)
            return false;
        NumericValue rounded = Round(value, 0);
        if (!rounded.TryGetSmall(out Int128 small) || small != (long)small)
            return false;
        result = (long)small;
        return true;
    }
}
