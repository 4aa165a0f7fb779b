using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// The functions that PostgreSQL builds aggregates of, as far as their states are values that SQL can show: arrays of doubles {N, Sx, Sxx[, Sy, Syy, Sxy]}, of bigint {count, sum}, of two intervals.
/// The aggregates themselves do not use them. Source: PostgreSQL 15's catalog and what it answers.
/// </summary>
internal static class AggregateSupportFunctions
{
    private const int SingleLength = 3;
    private const int PairLength = 6;

    public static void Register(FunctionTable t)
    {
        RegisterSingle(t);
        RegisterPairs(t);
        RegisterIntegers(t);
        RegisterIntervals(t);
        foreach (string name in (string[])["range_intersect_agg_transfn", "multirange_intersect_agg_transfn"])
            t.Add(name, (ref FunctionCall c) => throw new SqlException(SqlState.InternalError, $"{name} called in non-aggregate context"));
    }

    private static double[] Floats(ref FunctionCall c, int argument, int length)
    {
        var array = new ArrayValue(c.Bytes(argument));
        bool isGood = array.Dimensions == 1 && array.Count == length;
        double[] state = new double[length];
        int at = 0;
        foreach (ArrayValue.Element element in array)
        {
            isGood &= !element.IsNull;
            if (!isGood)
                break;
            state[at++] = BinaryPrimitives.ReadDoubleLittleEndian(element.Stored);
        }

        return isGood ? state : throw new SqlException(SqlState.InternalError, $"{c.Site.Function.Name}: expected {length}-element float8 array");
    }

    private static void ReturnFloats(ref FunctionCall c, scoped ReadOnlySpan<double> state)
    {
        var array = new ArrayBuilder();
        Span<byte> bytes = stackalloc byte[8];
        foreach (double value in state)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
            array.Add(bytes);
        }

        c.Return(array.Build(TypeOid.Float8));
    }

    private static SqlException Overflow() => new(SqlState.NumericValueOutOfRange, "value out of range: overflow");

    private static double Plus(double a, double b)
    {
        double sum = a + b;
        return double.IsInfinity(sum) && !double.IsInfinity(a) && !double.IsInfinity(b) ? throw Overflow() : sum;
    }

    private static void RegisterSingle(FunctionTable t)
    {
        t.Add("float8_accum", static (ref FunctionCall c) => Accumulate(ref c, c.Float64(1)));
        t.Add("float4_accum", static (ref FunctionCall c) => Accumulate(ref c, c.Float32(1)));
        t.Add("float8_combine", static (ref FunctionCall c) =>
        {
            double[] a = Floats(ref c, 0, SingleLength), b = Floats(ref c, 1, SingleLength);
            if (a[0] == 0 || b[0] == 0)
            {
                ReturnFloats(ref c, a[0] == 0 ? b : a);
                return;
            }

            double n = a[0] + b[0], sum = Plus(a[1], b[1]);
            ReturnFloats(ref c, [n, sum, Squares(a[0], b[0], n, a[1], b[1], a[2], b[2])]);
        });
        AddFinal(t, "float8_avg", SingleLength, 1, static s => s[1] / s[0]);
        AddFinal(t, "float8_var_pop", SingleLength, 1, static s => s[2] / s[0]);
        AddFinal(t, "float8_var_samp", SingleLength, 2, static s => s[2] / (s[0] - 1));
        AddFinal(t, "float8_stddev_pop", SingleLength, 1, static s => Math.Sqrt(s[2] / s[0]));
        AddFinal(t, "float8_stddev_samp", SingleLength, 2, static s => Math.Sqrt(s[2] / (s[0] - 1)));
    }

    private static double Squares(double n1, double n2, double n, double sum1, double sum2, double squares1, double squares2)
    {
        double difference = (sum1 / n1) - (sum2 / n2), squares = squares1 + squares2 + (n1 * n2 * difference * difference / n);
        return double.IsInfinity(squares) && !double.IsInfinity(squares1) && !double.IsInfinity(squares2) ? throw Overflow() : squares;
    }

    private static void Accumulate(ref FunctionCall c, double value)
    {
        double[] before = Floats(ref c, 0, SingleLength);
        double n = before[0] + 1, sum = before[1] + value, squares = before[2];
        if (before[0] > 0)
        {
            double difference = (value * n) - sum;
            squares += difference * difference / (n * before[0]);
            if (double.IsInfinity(sum) || double.IsInfinity(squares))
            {
                if (!double.IsInfinity(before[1]) && !double.IsInfinity(value))
                    throw Overflow();
                squares = double.NaN;
            }
        }
        else if (!double.IsFinite(value))
        {
            squares = double.NaN;
        }

        ReturnFloats(ref c, [n, sum, squares]);
    }

    private delegate double? Final(double[] state);

    /// <summary>A result of the state; null below a number of rows or where it has none. Two rows count as more than one.</summary>
    private static void AddFinal(FunctionTable t, string symbol, int length, int rowsMin, Final final) => t.Add(symbol, (ref FunctionCall c) =>
    {
        double[] state = Floats(ref c, 0, length);
        bool hasResult = length == PairLength ? state[0] >= rowsMin : rowsMin == 1 ? state[0] != 0 : state[0] > 1;
        if ((hasResult ? final(state) : null) is { } value)
            c.Return(value);
        else
            c.ReturnNull();
    });

    private static void RegisterPairs(FunctionTable t)
    {
        t.Add("float8_regr_accum", static (ref FunctionCall c) => AccumulatePair(ref c));
        t.Add("float8_regr_combine", static (ref FunctionCall c) =>
        {
            double[] a = Floats(ref c, 0, PairLength), b = Floats(ref c, 1, PairLength);
            if (a[0] == 0 || b[0] == 0)
            {
                ReturnFloats(ref c, a[0] == 0 ? b : a);
                return;
            }

            double n = a[0] + b[0], sumX = Plus(a[1], b[1]), squaresX = Squares(a[0], b[0], n, a[1], b[1], a[2], b[2]);
            double sumY = Plus(a[3], b[3]), squaresY = Squares(a[0], b[0], n, a[3], b[3], a[4], b[4]);
            double products = a[5] + b[5] + (a[0] * b[0] * ((a[1] / a[0]) - (b[1] / b[0])) * ((a[3] / a[0]) - (b[3] / b[0])) / n);
            if (double.IsInfinity(products) && !double.IsInfinity(a[5]) && !double.IsInfinity(b[5]))
                throw Overflow();
            ReturnFloats(ref c, [n, sumX, squaresX, sumY, squaresY, products]);
        });
        AddFinal(t, "float8_regr_sxx", PairLength, 1, static s => s[2]);
        AddFinal(t, "float8_regr_syy", PairLength, 1, static s => s[4]);
        AddFinal(t, "float8_regr_sxy", PairLength, 1, static s => s[5]);
        AddFinal(t, "float8_regr_avgx", PairLength, 1, static s => s[1] / s[0]);
        AddFinal(t, "float8_regr_avgy", PairLength, 1, static s => s[3] / s[0]);
        AddFinal(t, "float8_covar_pop", PairLength, 1, static s => s[5] / s[0]);
        AddFinal(t, "float8_covar_samp", PairLength, 2, static s => s[5] / (s[0] - 1));
        AddFinal(t, "float8_corr", PairLength, 1, static s => s[2] == 0 || s[4] == 0 ? null : s[5] / Math.Sqrt(s[2] * s[4]));
        AddFinal(t, "float8_regr_r2", PairLength, 1, static s => s[2] == 0 ? null : s[4] == 0 ? 1 : s[5] * s[5] / (s[2] * s[4]));
        AddFinal(t, "float8_regr_slope", PairLength, 1, static s => s[2] == 0 ? null : s[5] / s[2]);
        AddFinal(t, "float8_regr_intercept", PairLength, 1, static s => s[2] == 0 ? null : (s[3] - (s[1] * s[5] / s[2])) / s[0]);
    }

    private static void AccumulatePair(ref FunctionCall c)
    {
        double[] before = Floats(ref c, 0, PairLength);
        double y = c.Float64(1), x = c.Float64(2);
        double n = before[0] + 1, sumX = before[1] + x, squaresX = before[2], sumY = before[3] + y, squaresY = before[4], products = before[5];
        if (before[0] > 0)
        {
            double dx = (x * n) - sumX, dy = (y * n) - sumY, scale = 1 / (n * before[0]);
            squaresX += dx * dx * scale;
            squaresY += dy * dy * scale;
            products += dx * dy * scale;
            bool isFiniteX = !double.IsInfinity(before[1]) && !double.IsInfinity(x), isFiniteY = !double.IsInfinity(before[3]) && !double.IsInfinity(y);
            if ((isFiniteX && (double.IsInfinity(sumX) || double.IsInfinity(squaresX))) || (isFiniteY && (double.IsInfinity(sumY) || double.IsInfinity(squaresY)))
                || (isFiniteX && isFiniteY && double.IsInfinity(products)))
                throw Overflow();
            squaresX = double.IsInfinity(squaresX) ? double.NaN : squaresX;
            squaresY = double.IsInfinity(squaresY) ? double.NaN : squaresY;
            products = double.IsInfinity(products) ? double.NaN : products;
        }
        else
        {
            if (!double.IsFinite(x))
                squaresX = products = double.NaN;
            if (!double.IsFinite(y))
                squaresY = products = double.NaN;
        }

        ReturnFloats(ref c, [n, sumX, squaresX, sumY, squaresY, products]);
    }

    private static void RegisterIntegers(FunctionTable t)
    {
        t.Add("int2_sum", static (ref FunctionCall c) => Sum(ref c, c.IsNull(1) ? null : c.Int16(1)));
        t.Add("int4_sum", static (ref FunctionCall c) => Sum(ref c, c.IsNull(1) ? null : c.Int32(1)));
        t.Add("int8_sum", static (ref FunctionCall c) =>
        {
            if (c.IsNull(1))
            {
                if (c.IsNull(0))
                    c.ReturnNull();
                else
                    c.ReturnArgument(0);
                return;
            }

            NumericValue value = NumericValue.FromInt64(c.Int64(1));
            c.Return(c.IsNull(0) ? value : NumericMath.Add(c.Numeric(0), value));
        });
        t.Add("int8inc_any", static (ref FunctionCall c) => Step(ref c, 1));
        t.Add("int8inc_float8_float8", static (ref FunctionCall c) => Step(ref c, 1));
        t.Add("int8dec", static (ref FunctionCall c) => Step(ref c, -1));
        t.Add("int8dec_any", static (ref FunctionCall c) => Step(ref c, -1));
        t.Add("int2_avg_accum", static (ref FunctionCall c) => Count(ref c, 1, c.Int16(1)));
        t.Add("int4_avg_accum", static (ref FunctionCall c) => Count(ref c, 1, c.Int32(1)));
        t.Add("int2_avg_accum_inv", static (ref FunctionCall c) => Count(ref c, -1, -c.Int16(1)));
        t.Add("int4_avg_accum_inv", static (ref FunctionCall c) => Count(ref c, -1, -(long)c.Int32(1)));
        t.Add("int4_avg_combine", static (ref FunctionCall c) => throw new SqlException(SqlState.InternalError, "aggregate function called in non-aggregate context"));
        t.Add("int2int4_sum", static (ref FunctionCall c) =>
        {
            (long count, long sum) = Counts(ref c);
            if (count == 0)
                c.ReturnNull();
            else
                c.Return(sum);
        });
        t.Add("int8_avg", static (ref FunctionCall c) =>
        {
            (long count, long sum) = Counts(ref c);
            if (count == 0)
                c.ReturnNull();
            else
                c.Return(NumericMath.Divide(NumericValue.FromInt64(sum), NumericValue.FromInt64(count)));
        });
    }

    /// <summary>A null counts nothing; a sum beyond 64 bits wraps around, as PostgreSQL expects none.</summary>
    private static void Sum(ref FunctionCall c, long? value)
    {
        if (c.IsNull(0) && value is null)
            c.ReturnNull();
        else
            c.Return(unchecked((c.IsNull(0) ? 0 : c.Int64(0)) + (value ?? 0)));
    }

    private static void Step(ref FunctionCall c, long by)
    {
        long count = c.Int64(0);
        if (count == (by > 0 ? long.MaxValue : long.MinValue))
            c.Fail(SqlState.NumericValueOutOfRange, "bigint out of range");
        else
            c.Return(count + by);
    }

    private static (long Count, long Sum) Counts(ref FunctionCall c)
    {
        var array = new ArrayValue(c.Bytes(0));
        if (array.Dimensions != 1 || array.Count != 2 || array[0].IsNull || array[1].IsNull)
            throw new SqlException(SqlState.InternalError, "expected 2-element int8 array");
        return (BinaryPrimitives.ReadInt64LittleEndian(array[0].Stored), BinaryPrimitives.ReadInt64LittleEndian(array[1].Stored));
    }

    private static void Count(ref FunctionCall c, long by, long value)
    {
        (long count, long sum) = Counts(ref c);
        int lowerBound = new ArrayValue(c.Bytes(0)).LowerBound(0);
        var array = new ArrayBuilder();
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, unchecked(count + by));
        array.Add(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, unchecked(sum + value));
        array.Add(bytes);
        c.Return(array.Build(TypeOid.Int8, lowerBound));
    }

    private static void RegisterIntervals(FunctionTable t)
    {
        t.Add("interval_accum", static (ref FunctionCall c) =>
        {
            (IntervalValue sum, IntervalValue count) = Intervals(ref c, 0);
            ReturnIntervals(ref c, IntervalArithmetic.Add(sum, c.Fixed16<IntervalValue>(1)), count with { Microseconds = count.Microseconds + 1 });
        });
        t.Add("interval_accum_inv", static (ref FunctionCall c) =>
        {
            (IntervalValue sum, IntervalValue count) = Intervals(ref c, 0);
            ReturnIntervals(ref c, IntervalArithmetic.Add(sum, DateTimeMath.Negate(c.Fixed16<IntervalValue>(1))), count with { Microseconds = count.Microseconds - 1 });
        });
        t.Add("interval_combine", static (ref FunctionCall c) =>
        {
            (IntervalValue sum, IntervalValue count) = Intervals(ref c, 0);
            (IntervalValue otherSum, IntervalValue otherCount) = Intervals(ref c, 1);
            ReturnIntervals(ref c, IntervalArithmetic.Add(sum, otherSum), count with { Microseconds = count.Microseconds + otherCount.Microseconds });
        });
        t.Add("interval_avg", static (ref FunctionCall c) =>
        {
            (IntervalValue sum, IntervalValue count) = Intervals(ref c, 0);
            if (count.Microseconds == 0)
                c.ReturnNull();
            else
                c.ReturnFixed16(IntervalArithmetic.Divide(sum, count.Microseconds));
        });
    }

    private static (IntervalValue Sum, IntervalValue Count) Intervals(ref FunctionCall c, int argument)
    {
        var array = new ArrayValue(c.Bytes(argument));
        foreach (ArrayValue.Element element in array)
        {
            if (element.IsNull)
                throw new SqlException(SqlState.NullValueNotAllowed, "null array element not allowed in this context");
        }

        if (array.Count != 2)
            throw new SqlException(SqlState.InternalError, "expected 2-element interval array");
        return (MemoryMarshal.Read<IntervalValue>(array[0].Stored), MemoryMarshal.Read<IntervalValue>(array[1].Stored));
    }

    private static void ReturnIntervals(ref FunctionCall c, IntervalValue sum, IntervalValue count)
    {
        var array = new ArrayBuilder();
        array.Add(MemoryMarshal.AsBytes(new ReadOnlySpan<IntervalValue>(in sum)));
        array.Add(MemoryMarshal.AsBytes(new ReadOnlySpan<IntervalValue>(in count)));
        c.Return(array.Build(TypeOid.Interval));
    }
}
