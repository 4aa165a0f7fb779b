using System.Numerics;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Functions of integers and floats beyond the arithmetic kernels, and casts among numbers.</summary>
internal static class NumberFunctions
{
    public static void Register(FunctionTable t)
    {
        RegisterIntegers(t);
        RegisterCasts(t);
        RegisterFloats(t);
    }

    private static SqlException Range(string type) => TypeErrors.OutOfRange(type);

    private static void RegisterIntegers(FunctionTable t)
    {
        t.Add("int2up", static (ref FunctionCall c) => c.Return(c.Int16(0)));
        t.Add("int4up", static (ref FunctionCall c) => c.Return(c.Int32(0)));
        t.Add("int8up", static (ref FunctionCall c) => c.Return(c.Int64(0)));
        t.Add("int2um", static (ref FunctionCall c) => c.Return(c.Int16(0) == short.MinValue ? throw Range("smallint") : (short)-c.Int16(0)));
        t.Add("int4um", static (ref FunctionCall c) => c.Return(c.Int32(0) == int.MinValue ? throw Range("integer") : -c.Int32(0)));
        t.Add("int8um", static (ref FunctionCall c) => c.Return(c.Int64(0) == long.MinValue ? throw Range("bigint") : -c.Int64(0)));
        t.Add("int2abs", static (ref FunctionCall c) => c.Return(c.Int16(0) == short.MinValue ? throw Range("smallint") : Math.Abs(c.Int16(0))));
        t.Add("int4abs", static (ref FunctionCall c) => c.Return(c.Int32(0) == int.MinValue ? throw Range("integer") : Math.Abs(c.Int32(0))));
        t.Add("int8abs", static (ref FunctionCall c) => c.Return(c.Int64(0) == long.MinValue ? throw Range("bigint") : Math.Abs(c.Int64(0))));
        t.Add("int4inc", static (ref FunctionCall c) => c.Return(c.Int32(0) == int.MaxValue ? throw Range("integer") : c.Int32(0) + 1));
        t.Add("int8inc", static (ref FunctionCall c) => c.Return(c.Int64(0) == long.MaxValue ? throw Range("bigint") : c.Int64(0) + 1));
        t.Add("int2and", static (ref FunctionCall c) => c.Return((short)(c.Int16(0) & c.Int16(1))));
        t.Add("int2or", static (ref FunctionCall c) => c.Return((short)(c.Int16(0) | c.Int16(1))));
        t.Add("int2xor", static (ref FunctionCall c) => c.Return((short)(c.Int16(0) ^ c.Int16(1))));
        t.Add("int2not", static (ref FunctionCall c) => c.Return((short)~c.Int16(0)));
        t.Add("int2shl", static (ref FunctionCall c) => c.Return((short)(c.Int16(0) << (c.Int32(1) & 31))));
        t.Add("int2shr", static (ref FunctionCall c) => c.Return((short)(c.Int16(0) >> (c.Int32(1) & 31))));
        t.Add("int4and", static (ref FunctionCall c) => c.Return(c.Int32(0) & c.Int32(1)));
        t.Add("int4or", static (ref FunctionCall c) => c.Return(c.Int32(0) | c.Int32(1)));
        t.Add("int4xor", static (ref FunctionCall c) => c.Return(c.Int32(0) ^ c.Int32(1)));
        t.Add("int4not", static (ref FunctionCall c) => c.Return(~c.Int32(0)));
        t.Add("int4shl", static (ref FunctionCall c) => c.Return(c.Int32(0) << c.Int32(1)));
        t.Add("int4shr", static (ref FunctionCall c) => c.Return(c.Int32(0) >> c.Int32(1)));
        t.Add("int8and", static (ref FunctionCall c) => c.Return(c.Int64(0) & c.Int64(1)));
        t.Add("int8or", static (ref FunctionCall c) => c.Return(c.Int64(0) | c.Int64(1)));
        t.Add("int8xor", static (ref FunctionCall c) => c.Return(c.Int64(0) ^ c.Int64(1)));
        t.Add("int8not", static (ref FunctionCall c) => c.Return(~c.Int64(0)));
        t.Add("int8shl", static (ref FunctionCall c) => c.Return(c.Int64(0) << c.Int32(1)));
        t.Add("int8shr", static (ref FunctionCall c) => c.Return(c.Int64(0) >> c.Int32(1)));
        t.Add("int2larger", static (ref FunctionCall c) => c.Return(Math.Max(c.Int16(0), c.Int16(1))));
        t.Add("int2smaller", static (ref FunctionCall c) => c.Return(Math.Min(c.Int16(0), c.Int16(1))));
        t.Add("int4larger", static (ref FunctionCall c) => c.Return(Math.Max(c.Int32(0), c.Int32(1))));
        t.Add("int4smaller", static (ref FunctionCall c) => c.Return(Math.Min(c.Int32(0), c.Int32(1))));
        t.Add("int8larger", static (ref FunctionCall c) => c.Return(Math.Max(c.Int64(0), c.Int64(1))));
        t.Add("int8smaller", static (ref FunctionCall c) => c.Return(Math.Min(c.Int64(0), c.Int64(1))));
        t.Add("int4gcd", static (ref FunctionCall c) => c.Return(ToInt32(BigInteger.GreatestCommonDivisor(c.Int32(0), c.Int32(1)))));
        t.Add("int8gcd", static (ref FunctionCall c) => c.Return(ToInt64(BigInteger.GreatestCommonDivisor(c.Int64(0), c.Int64(1)))));
        t.Add("int4lcm", static (ref FunctionCall c) => c.Return(ToInt32(LeastCommonMultiple(c.Int32(0), c.Int32(1)))));
        t.Add("int8lcm", static (ref FunctionCall c) => c.Return(ToInt64(LeastCommonMultiple(c.Int64(0), c.Int64(1)))));
    }

    private static BigInteger LeastCommonMultiple(BigInteger a, BigInteger b) =>
        a.IsZero || b.IsZero ? 0 : BigInteger.Abs(a / BigInteger.GreatestCommonDivisor(a, b) * b);

    private static int ToInt32(BigInteger value) => value > int.MaxValue ? throw Range("integer") : (int)value;

    private static long ToInt64(BigInteger value) => value > long.MaxValue ? throw Range("bigint") : (long)value;

    private static short ToInt16(long value) => value == (short)value ? (short)value : throw Range("smallint");

    private static int ToInt32(long value) => value == (int)value ? (int)value : throw Range("integer");

    /// <summary>Rounds half to even, as rint() does.</summary>
    private static long FromFloat(double value, double min, double end, string type)
    {
        double rounded = Math.Round(value, MidpointRounding.ToEven);
        return rounded >= min && rounded < end ? (long)rounded : throw Range(type);
    }

    private static short FloatToInt16(double value) => (short)FromFloat(value, short.MinValue, short.MaxValue + 1.0, "smallint");

    private static int FloatToInt32(double value) => (int)FromFloat(value, int.MinValue, int.MaxValue + 1.0, "integer");

    private static long FloatToInt64(double value) => FromFloat(value, long.MinValue, 9223372036854775808.0, "bigint");

    private static void RegisterCasts(FunctionTable t)
    {
        t.Add("i2toi4", static (ref FunctionCall c) => c.Return((int)c.Int16(0)));
        t.Add("i4toi2", static (ref FunctionCall c) => c.Return(ToInt16(c.Int32(0))));
        t.Add("int28", static (ref FunctionCall c) => c.Return((long)c.Int16(0)));
        t.Add("int82", static (ref FunctionCall c) => c.Return(ToInt16(c.Int64(0))));
        t.Add("int48", static (ref FunctionCall c) => c.Return((long)c.Int32(0)));
        t.Add("int84", static (ref FunctionCall c) => c.Return(ToInt32(c.Int64(0))));
        t.Add("i2tof", static (ref FunctionCall c) => c.Return((float)c.Int16(0)));
        t.Add("i4tof", static (ref FunctionCall c) => c.Return((float)c.Int32(0)));
        t.Add("i8tof", static (ref FunctionCall c) => c.Return((float)c.Int64(0)));
        t.Add("i2tod", static (ref FunctionCall c) => c.Return((double)c.Int16(0)));
        t.Add("i4tod", static (ref FunctionCall c) => c.Return((double)c.Int32(0)));
        t.Add("i8tod", static (ref FunctionCall c) => c.Return((double)c.Int64(0)));
        t.Add("ftoi2", static (ref FunctionCall c) => c.Return(FloatToInt16(c.Float32(0))));
        t.Add("ftoi4", static (ref FunctionCall c) => c.Return(FloatToInt32(c.Float32(0))));
        t.Add("ftoi8", static (ref FunctionCall c) => c.Return(FloatToInt64(c.Float32(0))));
        t.Add("dtoi2", static (ref FunctionCall c) => c.Return(FloatToInt16(c.Float64(0))));
        t.Add("dtoi4", static (ref FunctionCall c) => c.Return(FloatToInt32(c.Float64(0))));
        t.Add("dtoi8", static (ref FunctionCall c) => c.Return(FloatToInt64(c.Float64(0))));
        t.Add("ftod", static (ref FunctionCall c) => c.Return((double)c.Float32(0)));
        t.Add("dtof", static (ref FunctionCall c) =>
        {
            double value = c.Float64(0);
            float result = (float)value;
            if (float.IsInfinity(result) && !double.IsInfinity(value))
                throw new SqlException(SqlState.NumericValueOutOfRange, "value out of range: overflow");
            if (result == 0 && value != 0)
                throw new SqlException(SqlState.NumericValueOutOfRange, "value out of range: underflow");
            c.Return(result);
        });
        t.Add("i8tooid", static (ref FunctionCall c) => c.Return(c.Int64(0) is >= 0 and <= uint.MaxValue ? (uint)c.Int64(0) : throw Range("OID")));
        t.Add("oidtoi8", static (ref FunctionCall c) => c.Return((long)c.Oid(0)));
        t.Add("int4_bool", static (ref FunctionCall c) => c.Return(c.Int32(0) != 0));
        t.Add("bool_int4", static (ref FunctionCall c) => c.Return(c.Boolean(0) ? 1 : 0));
        t.Add("chartoi4", static (ref FunctionCall c) => c.Return((int)(sbyte)c.Byte(0)));
        t.Add("i4tochar", static (ref FunctionCall c) => c.Return(c.Int32(0) is >= sbyte.MinValue and <= sbyte.MaxValue
            ? (byte)c.Int32(0) : throw new SqlException(SqlState.NumericValueOutOfRange, "\"char\" out of range")));
        t.Add("xid8toxid", static (ref FunctionCall c) => c.Return((uint)c.Int64(0)));
        t.Add("booland_statefunc", static (ref FunctionCall c) => c.Return(c.Boolean(0) && c.Boolean(1)));
        t.Add("boolor_statefunc", static (ref FunctionCall c) => c.Return(c.Boolean(0) || c.Boolean(1)));
        t.Add("booltext", static (ref FunctionCall c) => c.Return(c.Boolean(0) ? "true"u8 : "false"u8));
        t.Add("to_hex32", static (ref FunctionCall c) => c.Return(c.Int32(0).ToString("x", System.Globalization.CultureInfo.InvariantCulture)));
        t.Add("to_hex64", static (ref FunctionCall c) => c.Return(c.Int64(0).ToString("x", System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static double Checked(double result, bool infiniteInput, bool zeroAllowed = true)
    {
        if (double.IsInfinity(result) && !infiniteInput)
            throw new SqlException(SqlState.NumericValueOutOfRange, "value out of range: overflow");
        if (result == 0 && !zeroAllowed)
            throw new SqlException(SqlState.NumericValueOutOfRange, "value out of range: underflow");
        return result;
    }

    private static SqlException InputRange() => new(SqlState.NumericValueOutOfRange, "input is out of range");

    private static void RegisterFloats(FunctionTable t)
    {
        t.Add("float4um", static (ref FunctionCall c) => c.Return(-c.Float32(0)));
        t.Add("float8um", static (ref FunctionCall c) => c.Return(-c.Float64(0)));
        t.Add("float4up", static (ref FunctionCall c) => c.Return(c.Float32(0)));
        t.Add("float8up", static (ref FunctionCall c) => c.Return(c.Float64(0)));
        t.Add("float4abs", static (ref FunctionCall c) => c.Return(Math.Abs(c.Float32(0))));
        t.Add("float8abs", static (ref FunctionCall c) => c.Return(Math.Abs(c.Float64(0))));
        t.Add("float4larger", static (ref FunctionCall c) => c.Return(ValueComparison.CompareFloats(c.Float32(0), c.Float32(1)) > 0 ? c.Float32(0) : c.Float32(1)));
        t.Add("float4smaller", static (ref FunctionCall c) => c.Return(ValueComparison.CompareFloats(c.Float32(0), c.Float32(1)) < 0 ? c.Float32(0) : c.Float32(1)));
        t.Add("float8larger", static (ref FunctionCall c) => c.Return(ValueComparison.CompareFloats(c.Float64(0), c.Float64(1)) > 0 ? c.Float64(0) : c.Float64(1)));
        t.Add("float8smaller", static (ref FunctionCall c) => c.Return(ValueComparison.CompareFloats(c.Float64(0), c.Float64(1)) < 0 ? c.Float64(0) : c.Float64(1)));
        t.Add("dround", static (ref FunctionCall c) => c.Return(Math.Round(c.Float64(0), MidpointRounding.ToEven)));
        t.Add("dtrunc", static (ref FunctionCall c) => c.Return(Math.Truncate(c.Float64(0))));
        t.Add("dceil", static (ref FunctionCall c) => c.Return(Math.Ceiling(c.Float64(0))));
        t.Add("dfloor", static (ref FunctionCall c) => c.Return(Math.Floor(c.Float64(0))));
        t.Add("dsign", static (ref FunctionCall c) => c.Return(c.Float64(0) > 0 ? 1.0 : c.Float64(0) < 0 ? -1.0 : 0.0));
        t.Add("dsqrt", static (ref FunctionCall c) => c.Return(c.Float64(0) < 0
            ? throw new SqlException(SqlState.InvalidArgumentForPowerFunction, "cannot take square root of a negative number") : Math.Sqrt(c.Float64(0))));
        t.Add("dcbrt", static (ref FunctionCall c) => c.Return(Math.Cbrt(c.Float64(0))));
        t.Add("dpow", static (ref FunctionCall c) => c.Return(Power(c.Float64(0), c.Float64(1))));
        t.Add("dexp", static (ref FunctionCall c) => c.Return(Checked(Math.Exp(c.Float64(0)), double.IsInfinity(c.Float64(0)), double.IsNegativeInfinity(c.Float64(0)))));
        t.Add("dlog1", static (ref FunctionCall c) => c.Return(Math.Log(LogArgument(c.Float64(0)))));
        t.Add("dlog10", static (ref FunctionCall c) => c.Return(Math.Log10(LogArgument(c.Float64(0)))));
        t.Add("dpi", static (ref FunctionCall c) => c.Return(Math.PI));
        t.Add("degrees", static (ref FunctionCall c) =>
        {
            double degrees = c.Float64(0) / (Math.PI / 180);
            if (double.IsInfinity(degrees) && !double.IsInfinity(c.Float64(0)))
                throw new SqlException(SqlState.NumericValueOutOfRange, "value out of range: overflow");
            c.Return(degrees);
        });
        t.Add("radians", static (ref FunctionCall c) => c.Return(c.Float64(0) * (Math.PI / 180)));
        t.Add("dsin", static (ref FunctionCall c) => c.Return(Trigonometric(c.Float64(0), Math.Sin)));
        t.Add("dcos", static (ref FunctionCall c) => c.Return(Trigonometric(c.Float64(0), Math.Cos)));
        t.Add("dtan", static (ref FunctionCall c) => c.Return(Trigonometric(c.Float64(0), Math.Tan)));
        t.Add("dcot", static (ref FunctionCall c) => c.Return(Trigonometric(c.Float64(0), static x => 1 / Math.Tan(x))));
        t.Add("dasin", static (ref FunctionCall c) => c.Return(c.Float64(0) is < -1 or > 1 ? throw InputRange() : Math.Asin(c.Float64(0))));
        t.Add("dacos", static (ref FunctionCall c) => c.Return(c.Float64(0) is < -1 or > 1 ? throw InputRange() : Math.Acos(c.Float64(0))));
        t.Add("datan", static (ref FunctionCall c) => c.Return(Math.Atan(c.Float64(0))));
        t.Add("datan2", static (ref FunctionCall c) => c.Return(Math.Atan2(c.Float64(0), c.Float64(1))));
        t.Add("dsinh", static (ref FunctionCall c) => c.Return(Math.Sinh(c.Float64(0))));
        t.Add("dcosh", static (ref FunctionCall c) => c.Return(Math.Cosh(c.Float64(0))));
        t.Add("dtanh", static (ref FunctionCall c) => c.Return(Math.Tanh(c.Float64(0))));
        t.Add("dasinh", static (ref FunctionCall c) => c.Return(Math.Asinh(c.Float64(0))));
        t.Add("dacosh", static (ref FunctionCall c) => c.Return(c.Float64(0) < 1 ? throw InputRange() : Math.Acosh(c.Float64(0))));
        t.Add("datanh", static (ref FunctionCall c) => c.Return(c.Float64(0) is < -1 or > 1 ? throw InputRange() : Math.Atanh(c.Float64(0))));
        DegreeFunctions.Register(t);
        t.Add("oidlarger", static (ref FunctionCall c) => c.Return(Math.Max(c.Oid(0), c.Oid(1))));
        t.Add("oidsmaller", static (ref FunctionCall c) => c.Return(Math.Min(c.Oid(0), c.Oid(1))));
        t.Add("width_bucket_float8", WidthBucket);
    }

    private static double Trigonometric(double value, Func<double, double> function) =>
        double.IsInfinity(value) ? throw InputRange() : function(value);

    private static double LogArgument(double value)
    {
        if (value == 0)
            throw new SqlException(SqlState.InvalidArgumentForLogarithm, "cannot take logarithm of zero");
        return value < 0 ? throw new SqlException(SqlState.InvalidArgumentForLogarithm, "cannot take logarithm of a negative number") : value;
    }

    private static double Power(double x, double y)
    {
        if (double.IsNaN(x))
            return y == 0 ? 1 : x;
        if (double.IsNaN(y))
            return x == 1 ? 1 : y;
        if (x == 0 && y < 0)
            throw new SqlException(SqlState.InvalidArgumentForPowerFunction, "zero raised to a negative power is undefined");
        if (x < 0 && Math.Floor(y) != y)
            throw new SqlException(SqlState.InvalidArgumentForPowerFunction, "a negative number raised to a non-integer power yields a complex result");
        bool infinite = double.IsInfinity(x) || double.IsInfinity(y);
        double result = Math.Pow(x, y);
        return Checked(result, infinite, infinite || x == 0);
    }

    private static void WidthBucket(ref FunctionCall c)
    {
        double operand = c.Float64(0), low = c.Float64(1), high = c.Float64(2);
        int count = c.Int32(3);
        if (count <= 0)
            throw new SqlException(SqlState.InvalidArgumentForWidthBucketFunction, "count must be greater than zero");
        if (double.IsNaN(operand) || double.IsNaN(low) || double.IsNaN(high))
            throw new SqlException(SqlState.InvalidArgumentForWidthBucketFunction, "operand, lower bound, and upper bound cannot be NaN");
        if (!double.IsFinite(low) || !double.IsFinite(high))
            throw new SqlException(SqlState.InvalidArgumentForWidthBucketFunction, "lower and upper bounds must be finite");
        if (low == high)
            throw new SqlException(SqlState.InvalidArgumentForWidthBucketFunction, "lower bound cannot equal upper bound");
        bool ascending = low < high;
        if (ascending ? operand < low : operand > low)
            c.Return(0);
        else if (ascending ? operand >= high : operand <= high)
            c.Return(count == int.MaxValue ? throw Range("integer") : count + 1);
        else
            c.Return((int)(count * ((operand - low) / (high - low))) + 1);
    }
}
