using Strata.Engine.Vectors;
using System.Numerics;

namespace Strata.Engine.Types;

/// <summary>
/// Roots, exponentials, logarithms and powers of numeric, computed in fixed point with guard digits and rounded to PostgreSQL's
/// result scale (16 or more significant digits).
/// </summary>
public static class NumericTranscendental
{
    private const int MinSignificantDigits = 16;
    private const int GuardDigits = 12;

    /// <summary>Beyond this natural logarithm PostgreSQL takes a result for infinite or zero.</summary>
    private const double ExponentMax = 6020;
    private const double LogarithmOfE = 0.434294481903252;
    private const double BitsPerDigit = 3.3219280948873626;

    /// <summary>Digits up to which powers with whole exponents are computed exactly.</summary>
    private const long ExactPowerDigitsMax = 300_000;

    private static readonly NumericValue s_nearOneMin = new(9, 1);
    private static readonly NumericValue s_nearOneMax = new(11, 1);

    private static SqlException Argument(SqlState state, string message) => new(state, message);

    public static NumericValue SquareRoot(in NumericValue value)
    {
        if (value.IsNaN || value.Kind == NumericKind.PositiveInfinity)
            return value;
        if (value.Sign < 0)
            throw Argument(SqlState.InvalidArgumentForPowerFunction, "cannot take square root of a negative number");
        if (value.Sign == 0)
            return new NumericValue(0, Math.Clamp(Math.Max(value.Scale, MinSignificantDigits - 1), 0, NumericMath.DisplayScaleMax));
        (int weight, _) = NumericMath.LeadingGroup(value);
        // Decimal weight of the result, from groups of four digits of the argument.
        int resultWeight = ((weight + 1) * 2) - 1;
        return SquareRoot(value, Math.Clamp(Math.Max(MinSignificantDigits - resultWeight, value.Scale), 0, NumericMath.DisplayScaleMax));
    }

    /// <summary>The square root of a positive finite value, rounded to a scale.</summary>
    public static NumericValue SquareRoot(in NumericValue value, int scale)
    {
        int working = (2 * (scale + 2)) - value.Scale;
        BigInteger scaled = working >= 0 ? value.Mantissa * NumericMath.PowerOfTen(working) : value.Mantissa / NumericMath.PowerOfTen(-working);
        BigInteger root = IntegerSquareRoot(scaled);
        return NumericMath.Round(new NumericValue(root, scale + 2), scale);
    }

    /// <summary>Floor of the square root, by Newton's iteration.</summary>
    public static BigInteger IntegerSquareRoot(BigInteger value)
    {
        if (value.IsZero)
            return 0;
        BigInteger x = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);
        while (true)
        {
            DepthGuard.Look();
            BigInteger next = (x + (value / x)) >> 1;
            if (next >= x)
                return x;
            x = next;
        }
    }

    /// <summary>e^(x) in fixed point: both with <paramref name="digits"/> decimal digits.</summary>
    private static BigInteger FixedExponential(BigInteger x, int digits)
    {
        // Binary fixed point needs no divisions but those by small numbers. The argument is halved until the series needs about as many
        // terms as there are squarings afterwards, each of which doubles the error.
        BigInteger one = NumericMath.PowerOfTen(digits);
        int bits = (int)(digits * BitsPerDigit) + 1;
        int halvings = (int)Math.Sqrt(bits) + Math.Max(0, (int)((long)BigInteger.Abs(x).GetBitLength() - (long)one.GetBitLength()));
        int precision = bits + (2 * halvings) + 32;
        BigInteger reduced = ((x << precision) / one) >> halvings;
        BigInteger sum = BigInteger.One << precision, term = sum;
        for (int n = 1; !term.IsZero && term != BigInteger.MinusOne; n++)
        {
            DepthGuard.Look();
            term = ((term * reduced) >> precision) / n;
            sum += term;
        }

        for (int i = 0; i < halvings; i++)
        {
            DepthGuard.Look();
            sum = (sum * sum) >> precision;
        }

        return (sum * one) >> precision;
    }

    /// <summary>ln(x) in fixed point for x &gt; 0, by the series of artanh after scaling near 1.</summary>
    private static BigInteger FixedLogarithm(BigInteger x, int digits)
    {
        BigInteger one = NumericMath.PowerOfTen(digits);
        int twos = 0;
        BigInteger upper = one * 4 / 3, lower = one * 2 / 3;
        while (x > upper)
        {
            DepthGuard.Look();
            x /= 2;
            twos++;
        }

        while (x < lower)
        {
            x *= 2;
            twos--;
        }

        return ArTanhSeries(x, one) + (twos * ArTanhSeries(one * 2, one));
    }

    /// <summary>2·artanh((x-1)/(x+1)).</summary>
    private static BigInteger ArTanhSeries(BigInteger x, BigInteger one)
    {
        BigInteger y = (x - one) * one / (x + one);
        BigInteger square = y * y / one;
        BigInteger sum = 0, power = y;
        for (int n = 1; !power.IsZero; n += 2)
        {
            DepthGuard.Look();
            sum += power / n;
            power = power * square / one;
        }

        return 2 * sum;
    }

    private static BigInteger ToFixed(in NumericValue value, int digits) =>
        digits >= value.Scale ? NumericMath.MantissaAt(value, digits) : value.Mantissa / NumericMath.PowerOfTen(value.Scale - digits);

    private static double Approximate(in NumericValue value)
    {
        int digits = NumericMath.DigitCount(value);
        int drop = Math.Max(0, digits - 17);
        double leading = (double)(value.Mantissa / NumericMath.PowerOfTen(drop));
        return leading * Math.Pow(10, drop - value.Scale);
    }

    /// <summary>log10 of |value|, roughly; value is not zero.</summary>
    private static double ApproximateLog10(in NumericValue value)
    {
        int digits = NumericMath.DigitCount(value);
        int drop = Math.Max(0, digits - 17);
        double leading = (double)(BigInteger.Abs(value.Mantissa) / NumericMath.PowerOfTen(drop));
        return Math.Log10(leading) + drop - value.Scale;
    }

    public static NumericValue Exponential(in NumericValue value)
    {
        if (!value.IsFinite)
            return value.Kind == NumericKind.NegativeInfinity ? NumericValue.Zero : value;
        double decimalWeight = Approximate(value) * 0.434294481903252;
        if (decimalWeight > 131072)
            throw NumericMath.Overflow();
        decimalWeight = Math.Max(decimalWeight, -NumericMath.DisplayScaleMax);
        int scale = Math.Clamp(Math.Max(MinSignificantDigits - (int)decimalWeight, value.Scale), 0, NumericMath.DisplayScaleMax);
        int digits = scale + GuardDigits + Math.Max(0, (int)decimalWeight) + 8;
        BigInteger result = FixedExponential(ToFixed(value, digits), digits);
        return NumericMath.Round(new NumericValue(result / NumericMath.PowerOfTen(GuardDigits - 4), digits - GuardDigits + 4), scale);
    }

    public static NumericValue NaturalLogarithm(in NumericValue value)
    {
        if (value.IsNaN || value.Kind == NumericKind.PositiveInfinity)
            return value;
        CheckLogarithm(value);
        int weight = EstimateLogWeight(value);
        int scale = Math.Clamp(Math.Max(MinSignificantDigits - weight, value.Scale), 0, NumericMath.DisplayScaleMax);
        return NumericMath.Round(LogarithmAt(value, scale + GuardDigits), scale);
    }

    private static NumericValue LogarithmAt(in NumericValue value, int scale)
    {
        // value = m × 10^exponent with m between 0.1 and 1: only digits of m that count are taken, however long the number is.
        int digits = scale + GuardDigits;
        int length = NumericMath.DigitCount(value), exponent = length - value.Scale;
        if (exponent is 0 or 1)
            exponent = 0;
        int shift = digits - value.Scale - exponent;
        BigInteger fraction = shift >= 0 ? value.Mantissa * NumericMath.PowerOfTen(shift) : value.Mantissa / NumericMath.PowerOfTen(-shift);
        BigInteger result = FixedLogarithm(fraction, digits);
        if (exponent != 0)
            result += exponent * FixedLogarithm(NumericMath.PowerOfTen(digits + 1), digits);
        return new NumericValue(result / NumericMath.PowerOfTen(digits - scale), scale);
    }

    private static void CheckLogarithm(in NumericValue value)
    {
        if (value.Sign == 0)
            throw Argument(SqlState.InvalidArgumentForLogarithm, "cannot take logarithm of zero");
        if (value.Sign < 0)
            throw Argument(SqlState.InvalidArgumentForLogarithm, "cannot take logarithm of a negative number");
    }

    /// <summary>Decimal weight of ln(value): the position of its first digit.</summary>
    private static int EstimateLogWeight(in NumericValue value)
    {
        double log = ApproximateLog10(value) * 2.302585092994046;
        if (value.CompareTo(s_nearOneMin) >= 0 && value.CompareTo(s_nearOneMax) <= 0)
        {
            // Near 1: ln(x) is about x - 1.
            NumericValue difference = NumericMath.Subtract(value, NumericValue.One);
            return difference.Sign == 0 ? 0 : (int)Math.Floor(ApproximateLog10(difference));
        }

        return (int)Math.Log10(Math.Abs(log));
    }

    public static NumericValue Logarithm(in NumericValue radix, in NumericValue value)
    {
        if (radix.IsNaN || value.IsNaN)
            return NumericValue.NaN;
        if (!radix.IsFinite || !value.IsFinite)
        {
            CheckLogarithm(radix);
            CheckLogarithm(value);
            return !radix.IsFinite && !value.IsFinite ? NumericValue.NaN : radix.IsFinite ? NumericValue.PositiveInfinity : NumericValue.Zero;
        }

        CheckLogarithm(radix);
        CheckLogarithm(value);
        int logWeight = EstimateLogWeight(radix), valueWeight = EstimateLogWeight(value);
        int resultWeight = valueWeight - logWeight;
        int scale = Math.Clamp(
            Math.Max(MinSignificantDigits - resultWeight, Math.Max(radix.Scale, value.Scale)), 0, NumericMath.DisplayScaleMax);
        int working = scale + GuardDigits;
        NumericValue denominator = LogarithmAt(radix, working + Math.Max(0, -logWeight));
        if (denominator.Sign == 0)
            throw NumericMath.DivisionByZero();
        return NumericMath.DivideAt(LogarithmAt(value, working + Math.Max(0, -logWeight)), denominator, scale);
    }

    public static NumericValue Power(in NumericValue x, in NumericValue y)
    {
        if (!x.IsFinite || !y.IsFinite)
            return SpecialPower(x, y);
        if (x.Sign == 0 && y.Sign < 0)
            throw Argument(SqlState.InvalidArgumentForPowerFunction, "zero raised to a negative power is undefined");
        bool isInteger = NumericMath.TrimScale(y).Scale == 0;
        bool isSmallInteger = isInteger && NumericMath.TryToInt64(y, out long small) && small is >= int.MinValue and <= int.MaxValue;
        if (x.Sign < 0 && !isInteger)
            throw Argument(SqlState.InvalidArgumentForPowerFunction, "a negative number raised to a non-integer power yields a complex result");
        if (x.Sign == 0)
            return new NumericValue(y.Sign == 0 ? NumericMath.PowerOfTen(MinSignificantDigits) : 0, MinSignificantDigits);
        double weight = isSmallInteger ? Approximate(y) * ApproximateLog10(x) : RoughLogarithm(x, y);
        // What goes through the logarithm has the limits of exp.
        if (!isSmallInteger && weight < -ExponentMax)
            return new NumericValue(0, NumericMath.DisplayScaleMax);
        if (!isSmallInteger && weight > ExponentMax)
            throw NumericMath.Overflow();
        if (!isSmallInteger)
            weight *= LogarithmOfE;
        if (weight > 131072)
            throw NumericMath.Overflow();
        int scale = isSmallInteger
            ? Math.Max(MinSignificantDigits, x.Scale)
            : Math.Max(MinSignificantDigits - (int)weight, Math.Max(x.Scale, y.Scale));
        scale = Math.Clamp(scale, 0, NumericMath.DisplayScaleMax);
        if (weight < -NumericMath.DisplayScaleMax - 10)
            return new NumericValue(0, scale);
        if (isInteger && NumericMath.TryToInt64(y, out long exponent) && Math.Abs(exponent) <= int.MaxValue
            && Math.Abs(exponent) * NumericMath.DigitCount(x) <= ExactPowerDigitsMax)
            return IntegerPower(x, (int)exponent, scale);
        if (isInteger && NumericMath.TryToInt64(y, out long large) && Math.Abs(large) <= int.MaxValue)
            return RoundedPower(x, (int)large, (int)Math.Max(0, weight) + 1, scale);
        int digits = scale + GuardDigits + (int)Math.Max(0, weight);
        NumericValue logarithm = LogarithmAt(NumericMath.Abs(x), digits + 8);
        NumericValue product = NumericMath.Multiply(logarithm, y);
        BigInteger result = FixedExponential(ToFixed(product, digits), digits);
        NumericValue rounded = NumericMath.Round(new NumericValue(result, digits), scale);
        return x.Sign < 0 && !NumericMath.TrimScale(y).Mantissa.IsEven ? NumericMath.Negate(rounded) : rounded;
    }

    /// <summary>y·ln|x| from eight digits of the logarithm: PostgreSQL chooses the scale of a power by this number.</summary>
    private static double RoughLogarithm(in NumericValue x, in NumericValue y)
    {
        NumericValue positive = NumericMath.Abs(x);
        int scale = Math.Clamp(8 - EstimateLogWeight(positive), 0, NumericMath.DisplayScaleMax);
        NumericValue logarithm = NumericMath.Round(LogarithmAt(positive, scale + GuardDigits), scale);
        return Approximate(NumericMath.Round(NumericMath.Multiply(logarithm, y), scale));
    }

    private static NumericValue IntegerPower(in NumericValue x, int exponent, int scale)
    {
        BigInteger power = BigInteger.Pow(x.Mantissa, Math.Abs(exponent));
        long powerScale = (long)x.Scale * Math.Abs(exponent);
        if (exponent < 0)
        {
            BigInteger numerator = NumericMath.PowerOfTen(scale + (int)powerScale);
            return NumericMath.Checked(new NumericValue(NumericMath.DivideRounded(numerator, power), scale));
        }

        if (powerScale <= scale)
            return NumericMath.Checked(new NumericValue(power * NumericMath.PowerOfTen(scale - (int)powerScale), scale));
        return NumericMath.Checked(new NumericValue(NumericMath.DivideRounded(power, NumericMath.PowerOfTen((int)powerScale - scale)), scale));
    }

    /// <summary>x^exponent by squaring, with no more bits than <paramref name="integerDigits"/> and <paramref name="scale"/> need.</summary>
    private static NumericValue RoundedPower(in NumericValue x, int exponent, int integerDigits, int scale)
    {
        int count = Math.Abs(exponent);
        int precision = (int)((integerDigits + scale) * BitsPerDigit) + (2 * (32 - int.LeadingZeroCount(count))) + 64;
        BigInteger unit = NumericMath.PowerOfTen(x.Scale), mantissa = BigInteger.Abs(x.Mantissa);
        int shift = precision - (int)mantissa.GetBitLength() + (int)unit.GetBitLength();
        (BigInteger Bits, long Exponent) square = (shift >= 0 ? (mantissa << shift) / unit : (mantissa >> -shift) / unit, -shift);
        (BigInteger Bits, long Exponent) result = (BigInteger.One, 0);
        for (int rest = count; rest > 0; rest >>= 1)
        {
            DepthGuard.Look();
            if ((rest & 1) != 0)
                result = Product(result, square, precision);
            if (rest > 1)
                square = Product(square, square, precision);
        }

        if (exponent < 0)
            result = ((BigInteger.One << (2 * precision)) / result.Bits, (-2L * precision) - result.Exponent);
        BigInteger scaled = result.Bits * NumericMath.PowerOfTen(scale);
        if (result.Exponent < -(2L * precision) - (long)scaled.GetBitLength())
            return new NumericValue(0, scale);
        scaled = result.Exponent >= 0 ? scaled << (int)result.Exponent : (scaled + (BigInteger.One << ((int)-result.Exponent - 1))) >> (int)-result.Exponent;
        return NumericMath.Checked(new NumericValue(x.Sign < 0 && (count & 1) != 0 ? -scaled : scaled, scale));
    }

    /// <summary>The product of two binary floating-point numbers, cut to so many bits.</summary>
    private static (BigInteger Bits, long Exponent) Product((BigInteger Bits, long Exponent) a, (BigInteger Bits, long Exponent) b, int precision)
    {
        BigInteger bits = a.Bits * b.Bits;
        int excess = Math.Max(0, (int)bits.GetBitLength() - precision);
        return (bits >> excess, a.Exponent + b.Exponent + excess);
    }

    private static NumericValue SpecialPower(in NumericValue x, in NumericValue y)
    {
        if (x.IsNaN)
            return y.IsFinite && y.Sign == 0 ? NumericValue.One : NumericValue.NaN;
        if (y.IsNaN)
            return x.CompareTo(NumericValue.One) == 0 ? NumericValue.One : NumericValue.NaN;
        if (x.CompareTo(NumericValue.One) == 0)
            return NumericValue.One;
        if (y.Sign == 0)
            return NumericValue.One;
        if (x.Sign == 0)
        {
            return y.Sign < 0
                ? throw Argument(SqlState.InvalidArgumentForPowerFunction, "zero raised to a negative power is undefined")
                : NumericValue.Zero;
        }

        if (!y.IsFinite)
        {
            int magnitude = NumericMath.Abs(x).CompareTo(NumericValue.One);
            if (magnitude == 0)
                return NumericValue.One;
            return magnitude > 0 == y.Sign > 0 ? NumericValue.PositiveInfinity : NumericValue.Zero;
        }

        if (x.Sign < 0 && NumericMath.TrimScale(y).Scale != 0)
            throw Argument(SqlState.InvalidArgumentForPowerFunction, "a negative number raised to a non-integer power yields a complex result");
        if (y.Sign < 0)
            return NumericValue.Zero;
        bool isOdd = NumericMath.TrimScale(y).Scale == 0 && !NumericMath.TrimScale(y).Mantissa.IsEven;
        return x.Sign < 0 && isOdd ? NumericValue.NegativeInfinity : NumericValue.PositiveInfinity;
    }
}
