using System.Globalization;
using System.Numerics;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Functions and casts of numeric.</summary>
internal static class NumericFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("numeric_add", static (ref FunctionCall c) => c.Return(NumericMath.Add(c.Numeric(0), c.Numeric(1))));
        t.Add("numeric_sub", static (ref FunctionCall c) => c.Return(NumericMath.Subtract(c.Numeric(0), c.Numeric(1))));
        t.Add("numeric_mul", static (ref FunctionCall c) => c.Return(NumericMath.Multiply(c.Numeric(0), c.Numeric(1))));
        t.Add("numeric_div", static (ref FunctionCall c) => c.Return(NumericMath.Divide(c.Numeric(0), c.Numeric(1))));
        t.Add("numeric_mod", static (ref FunctionCall c) => c.Return(NumericMath.Remainder(c.Numeric(0), c.Numeric(1))));
        t.Add("numeric_div_trunc", static (ref FunctionCall c) => c.Return(TruncatedQuotient(c.Numeric(0), c.Numeric(1))));
        t.Add("numeric_uminus", static (ref FunctionCall c) => c.Return(NumericMath.Negate(c.Numeric(0))));
        t.Add("numeric_uplus", static (ref FunctionCall c) => c.ReturnArgument(0));
        t.Add("numeric_abs", static (ref FunctionCall c) => c.Return(NumericMath.Abs(c.Numeric(0))));
        t.Add("numeric_sign", static (ref FunctionCall c) => c.Return(c.Numeric(0).IsNaN ? NumericValue.NaN : NumericValue.FromInt64(c.Numeric(0).Sign)));
        t.Add("numeric_round", static (ref FunctionCall c) => c.Return(NumericMath.Round(c.Numeric(0), Math.Clamp(c.Int32(1), NumericMath.RoundingScaleMin, NumericValue.ScaleMax))));
        t.Add("numeric_trunc", static (ref FunctionCall c) => c.Return(NumericMath.Truncate(c.Numeric(0), Math.Clamp(c.Int32(1), NumericMath.RoundingScaleMin, NumericValue.ScaleMax))));
        // round(numeric) and trunc(numeric) are SQL functions in the catalog.
        t.Add(1708u, static (ref FunctionCall c) => c.Return(NumericMath.Round(c.Numeric(0), 0)));
        t.Add(1710u, static (ref FunctionCall c) => c.Return(NumericMath.Truncate(c.Numeric(0), 0)));
        t.Add("numeric_ceil", static (ref FunctionCall c) => c.Return(NumericMath.Ceiling(c.Numeric(0))));
        t.Add("numeric_floor", static (ref FunctionCall c) => c.Return(NumericMath.Floor(c.Numeric(0))));
        t.Add("numeric_inc", static (ref FunctionCall c) => c.Return(NumericMath.Add(c.Numeric(0), NumericValue.One)));
        t.Add("numeric_larger", static (ref FunctionCall c) => c.ReturnArgument(c.Numeric(0).CompareTo(c.Numeric(1)) > 0 ? 0 : 1));
        t.Add("numeric_smaller", static (ref FunctionCall c) => c.ReturnArgument(c.Numeric(0).CompareTo(c.Numeric(1)) < 0 ? 0 : 1));
        t.Add("numeric_scale", static (ref FunctionCall c) =>
        {
            NumericValue value = c.Numeric(0);
            if (value.IsFinite)
                c.Return(value.Scale);
            else
                c.ReturnNull();
        });
        t.Add("numeric_min_scale", static (ref FunctionCall c) =>
        {
            NumericValue value = c.Numeric(0);
            if (value.IsFinite)
                c.Return(NumericMath.TrimScale(value).Scale);
            else
                c.ReturnNull();
        });
        t.Add("numeric_trim_scale", static (ref FunctionCall c) => c.Return(NumericMath.TrimScale(c.Numeric(0))));
        t.Add("numeric_sqrt", static (ref FunctionCall c) => c.Return(NumericTranscendental.SquareRoot(c.Numeric(0))));
        t.Add("numeric_exp", static (ref FunctionCall c) => c.Return(NumericTranscendental.Exponential(c.Numeric(0))));
        t.Add("numeric_ln", static (ref FunctionCall c) => c.Return(NumericTranscendental.NaturalLogarithm(c.Numeric(0))));
        t.Add("numeric_log", static (ref FunctionCall c) => c.Return(NumericTranscendental.Logarithm(c.Numeric(0), c.Numeric(1))));
        t.Add(1741u, static (ref FunctionCall c) => c.Return(NumericTranscendental.Logarithm(NumericValue.FromInt64(10), c.Numeric(0))));
        t.Add(1481u, static (ref FunctionCall c) => c.Return(NumericTranscendental.Logarithm(NumericValue.FromInt64(10), c.Numeric(0))));
        t.Add("numeric_power", static (ref FunctionCall c) => c.Return(NumericTranscendental.Power(c.Numeric(0), c.Numeric(1))));
        t.Add("numeric_fac", static (ref FunctionCall c) => c.Return(Factorial(c.Int64(0))));
        t.Add("numeric_gcd", static (ref FunctionCall c) => c.Return(GreatestCommonDivisor(c.Numeric(0), c.Numeric(1))));
        t.Add("numeric_lcm", static (ref FunctionCall c) => c.Return(LeastCommonMultiple(c.Numeric(0), c.Numeric(1))));
        t.Add("numeric", static (ref FunctionCall c) => c.Return(NumericMath.ApplyTypmod(c.Numeric(0), c.Int32(1))));
        t.Add("width_bucket_numeric", WidthBucket);
        RegisterCasts(t);
    }

    private static void RegisterCasts(FunctionTable t)
    {
        t.Add("int2_numeric", static (ref FunctionCall c) => c.Return(NumericValue.FromInt64(c.Int16(0))));
        t.Add("int4_numeric", static (ref FunctionCall c) => c.Return(NumericValue.FromInt64(c.Int32(0))));
        t.Add("int8_numeric", static (ref FunctionCall c) => c.Return(NumericValue.FromInt64(c.Int64(0))));
        t.Add("numeric_int2", static (ref FunctionCall c) => c.Return((short)ToInteger(c.Numeric(0), short.MinValue, short.MaxValue, "smallint")));
        t.Add("numeric_int4", static (ref FunctionCall c) => c.Return((int)ToInteger(c.Numeric(0), int.MinValue, int.MaxValue, "integer")));
        t.Add("numeric_int8", static (ref FunctionCall c) => c.Return(ToInteger(c.Numeric(0), long.MinValue, long.MaxValue, "bigint")));
        t.Add("numeric_float4", static (ref FunctionCall c) => c.Return(ToFloat32(c.Numeric(0))));
        t.Add("numeric_float8", static (ref FunctionCall c) => c.Return(ToFloat64(c.Numeric(0))));
        t.Add("float4_numeric", static (ref FunctionCall c) => c.Return(FromFloat(c.Float32(0), 6)));
        t.Add("float8_numeric", static (ref FunctionCall c) => c.Return(FromFloat(c.Float64(0), 15)));
    }

    private static long ToInteger(in NumericValue value, long min, long max, string type)
    {
        if (!value.IsFinite)
        {
            throw new SqlException(
                SqlState.FeatureNotSupported, $"cannot convert {(value.IsNaN ? "NaN" : "infinity")} to {type}");
        }

        return NumericMath.TryToInt64(value, out long result) && result >= min && result <= max ? result : throw TypeErrors.OutOfRange(type);
    }

    private static string Text(in NumericValue value)
    {
        var buffer = new ByteBuffer();
        NumberText.WriteNumeric(buffer, value);
        return buffer.ToString();
    }

    public static double ToFloat64(in NumericValue value)
    {
        if (!value.IsFinite)
            return value.IsNaN ? double.NaN : value.Sign > 0 ? double.PositiveInfinity : double.NegativeInfinity;
        double result = double.Parse(Text(value), CultureInfo.InvariantCulture);
        if (double.IsInfinity(result) || (result == 0 && value.Sign != 0))
            throw new SqlException(SqlState.NumericValueOutOfRange, $"\"{Text(value)}\" is out of range for type double precision");
        return result;
    }

    private static float ToFloat32(in NumericValue value)
    {
        if (!value.IsFinite)
            return value.IsNaN ? float.NaN : value.Sign > 0 ? float.PositiveInfinity : float.NegativeInfinity;
        float result = float.Parse(Text(value), CultureInfo.InvariantCulture);
        if (float.IsInfinity(result) || (result == 0 && value.Sign != 0))
            throw new SqlException(SqlState.NumericValueOutOfRange, $"\"{Text(value)}\" is out of range for type real");
        return result;
    }

    /// <summary>The decimal with a float's guaranteed digits.</summary>
    public static NumericValue FromFloat(double value, int digits)
    {
        if (double.IsNaN(value))
            return NumericValue.NaN;
        if (double.IsInfinity(value))
            return value > 0 ? NumericValue.PositiveInfinity : NumericValue.NegativeInfinity;
        string text = value.ToString("E" + (digits - 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        NumericValue exact = NumberText.ParseNumeric(System.Text.Encoding.ASCII.GetBytes(text));
        return NumericMath.TrimScale(exact);
    }

    private static NumericValue TruncatedQuotient(in NumericValue a, in NumericValue b)
    {
        if (!a.IsFinite || !b.IsFinite || b.Sign == 0)
            return NumericMath.Divide(a, b);
        int scale = Math.Max(a.Scale, b.Scale);
        return new NumericValue(BigInteger.Divide(NumericMath.MantissaAt(a, scale), NumericMath.MantissaAt(b, scale)), 0);
    }

    private static NumericValue Factorial(long n)
    {
        if (n < 0)
            throw new SqlException(SqlState.NumericValueOutOfRange, "factorial of a negative number is undefined");
        if (n > 32177)
            throw NumericMath.Overflow();
        BigInteger product = 1;
        for (long i = 2; i <= n; i++)
        {
            DepthGuard.Look();
            product *= i;
        }

        return NumericMath.Checked(new NumericValue(product, 0));
    }

    private static NumericValue GreatestCommonDivisor(in NumericValue a, in NumericValue b)
    {
        if (!a.IsFinite || !b.IsFinite)
            return NumericValue.NaN;
        int scale = Math.Max(a.Scale, b.Scale);
        return new NumericValue(BigInteger.GreatestCommonDivisor(NumericMath.MantissaAt(a, scale), NumericMath.MantissaAt(b, scale)), scale);
    }

    private static NumericValue LeastCommonMultiple(in NumericValue a, in NumericValue b)
    {
        if (!a.IsFinite || !b.IsFinite)
            return NumericValue.NaN;
        int scale = Math.Max(a.Scale, b.Scale);
        BigInteger x = NumericMath.MantissaAt(a, scale), y = NumericMath.MantissaAt(b, scale);
        BigInteger result = x.IsZero || y.IsZero ? 0 : BigInteger.Abs(x / BigInteger.GreatestCommonDivisor(x, y) * y);
        return NumericMath.Checked(new NumericValue(result, scale));
    }

    private static void WidthBucket(ref FunctionCall c)
    {
        NumericValue operand = c.Numeric(0), low = c.Numeric(1), high = c.Numeric(2);
        int count = c.Int32(3);
        if (count <= 0)
            throw new SqlException(SqlState.InvalidArgumentForWidthBucketFunction, "count must be greater than zero");
        if (operand.IsNaN || low.IsNaN || high.IsNaN)
            throw new SqlException(SqlState.InvalidArgumentForWidthBucketFunction, "operand, lower bound, and upper bound cannot be NaN");
        if (!low.IsFinite || !high.IsFinite)
            throw new SqlException(SqlState.InvalidArgumentForWidthBucketFunction, "lower and upper bounds must be finite");
        int order = low.CompareTo(high);
        if (order == 0)
            throw new SqlException(SqlState.InvalidArgumentForWidthBucketFunction, "lower bound cannot equal upper bound");
        bool ascending = order < 0;
        if (ascending ? operand.CompareTo(low) < 0 : operand.CompareTo(low) > 0)
        {
            c.Return(0);
        }
        else if (ascending ? operand.CompareTo(high) >= 0 : operand.CompareTo(high) <= 0)
        {
            c.Return(count + 1);
        }
        else
        {
            // The quotient is rounded as any other: just below the upper bound that may give the bucket behind it.
            NumericValue distance = NumericMath.Multiply(NumericMath.Abs(NumericMath.Subtract(operand, low)), NumericValue.FromInt64(count));
            NumericValue quotient = NumericMath.Divide(distance, NumericMath.Abs(NumericMath.Subtract(high, low)));
            c.Return((int)(quotient.Mantissa / NumericMath.PowerOfTen(quotient.Scale)) + 1);
        }
    }
}
