using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// The in_range functions of B-tree operator classes: in_range(value, base, offset, sub, less) says whether value &lt;= or &gt;= base - or + offset, where an offset that leads out of the type's
/// range is no error. Source: PostgreSQL 15, "B-Tree Support Functions".
/// </summary>
internal static class FrameOffsetFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("in_range_int8_int8", static (ref FunctionCall c) => Integers(ref c, c.Int64(0), c.Int64(1), c.Int64(2), long.MinValue, long.MaxValue));
        t.Add("in_range_int4_int8", static (ref FunctionCall c) => Integers(ref c, c.Int32(0), c.Int32(1), c.Int64(2), long.MinValue, long.MaxValue));
        t.Add("in_range_int4_int4", static (ref FunctionCall c) => Integers(ref c, c.Int32(0), c.Int32(1), c.Int32(2), int.MinValue, int.MaxValue));
        t.Add("in_range_int4_int2", static (ref FunctionCall c) => Integers(ref c, c.Int32(0), c.Int32(1), c.Int16(2), int.MinValue, int.MaxValue));
        t.Add("in_range_int2_int8", static (ref FunctionCall c) => Integers(ref c, c.Int16(0), c.Int16(1), c.Int64(2), long.MinValue, long.MaxValue));
        t.Add("in_range_int2_int4", static (ref FunctionCall c) => Integers(ref c, c.Int16(0), c.Int16(1), c.Int32(2), int.MinValue, int.MaxValue));
        t.Add("in_range_int2_int2", static (ref FunctionCall c) => Integers(ref c, c.Int16(0), c.Int16(1), c.Int16(2), int.MinValue, int.MaxValue));
        t.Add("in_range_float8_float8", static (ref FunctionCall c) => Floats(ref c, c.Float64(0), c.Float64(1), c.Float64(2)));
        t.Add("in_range_float4_float8", static (ref FunctionCall c) => Floats(ref c, c.Float32(0), c.Float32(1), c.Float64(2)));
        t.Add("in_range_numeric_numeric", static (ref FunctionCall c) => Numerics(ref c));
        t.Add("in_range_timestamp_interval", static (ref FunctionCall c) => Moments(ref c, c.Int64(0), c.Int64(1), TimeZoneRules.Utc));
        t.Add("in_range_timestamptz_interval", static (ref FunctionCall c) => Moments(ref c, c.Int64(0), c.Int64(1), c.Settings.TimeZone));
        t.Add("in_range_date_interval", static (ref FunctionCall c) =>
            Moments(ref c, DateTimeFunctions.DateToTimestamp(c.Int32(0)), DateTimeFunctions.DateToTimestamp(c.Int32(1)), TimeZoneRules.Utc));
        t.Add("in_range_interval_interval", static (ref FunctionCall c) =>
        {
            IntervalValue offset = Offset(ref c);
            IntervalValue end = IntervalArithmetic.Add(c.Fixed16<IntervalValue>(1), c.Boolean(3) ? DateTimeMath.Negate(offset) : offset);
            Answer(ref c, c.Fixed16<IntervalValue>(0).CompareTo(end));
        });
        t.Add("in_range_time_interval", static (ref FunctionCall c) => Times(ref c, c.Int64(1), static (ref FunctionCall c, Int128 end) => ((Int128)c.Int64(0)).CompareTo(end)));
        t.Add("in_range_timetz_interval", static (ref FunctionCall c) => Times(ref c, c.Fixed16<TimeTzValue>(1).Microseconds, static (ref FunctionCall c, Int128 end) =>
            c.Fixed16<TimeTzValue>(0).CompareTo(c.Fixed16<TimeTzValue>(1) with { Microseconds = (long)end })));
    }

    private static SqlException InvalidOffset() => new(SqlState.InvalidPrecedingOrFollowingSize, "invalid preceding or following size in window function");

    /// <summary>The answer by the order of the value and the frame's end.</summary>
    private static void Answer(ref FunctionCall c, int order) => c.Return(c.Boolean(4) ? order <= 0 : order >= 0);

    private static void Integers(ref FunctionCall c, long value, long start, long offset, long min, long max)
    {
        if (offset < 0)
            throw InvalidOffset();
        Int128 end = c.Boolean(3) ? (Int128)start - offset : (Int128)start + offset;
        if (end < min || end > max)
            c.Return(c.Boolean(3) ? !c.Boolean(4) : c.Boolean(4));
        else
            Answer(ref c, ((Int128)value).CompareTo(end));
    }

    private static void Floats(ref FunctionCall c, double value, double start, double offset)
    {
        bool isBefore = c.Boolean(3), isLess = c.Boolean(4);
        if (double.IsNaN(offset) || offset < 0)
            throw InvalidOffset();
        if (double.IsNaN(value))
            c.Return(double.IsNaN(start) || !isLess);
        else if (double.IsNaN(start))
            c.Return(isLess);
        else if (double.IsInfinity(offset) && double.IsInfinity(start) && (isBefore ? start > 0 : start < 0))
            c.Return(true);
        else
            Answer(ref c, value.CompareTo(isBefore ? start - offset : start + offset));
    }

    private static void Numerics(ref FunctionCall c)
    {
        NumericValue value = c.Numeric(0), start = c.Numeric(1), offset = c.Numeric(2);
        bool isBefore = c.Boolean(3), isLess = c.Boolean(4);
        if (offset.Kind == NumericKind.NaN || offset.CompareTo(NumericValue.Zero) < 0)
            throw InvalidOffset();
        if (value.Kind == NumericKind.NaN)
            c.Return(start.Kind == NumericKind.NaN || !isLess);
        else if (start.Kind == NumericKind.NaN)
            c.Return(isLess);
        else if (offset.Kind == NumericKind.PositiveInfinity && start.Kind == (isBefore ? NumericKind.PositiveInfinity : NumericKind.NegativeInfinity))
            c.Return(true);
        else
            Answer(ref c, value.CompareTo(isBefore ? NumericMath.Subtract(start, offset) : NumericMath.Add(start, offset)));
    }

    private static IntervalValue Offset(ref FunctionCall c)
    {
        IntervalValue offset = c.Fixed16<IntervalValue>(2);
        return offset.Span < 0 ? throw InvalidOffset() : offset;
    }

    private static void Moments(ref FunctionCall c, long value, long start, TimeZoneRules zone)
    {
        IntervalValue offset = Offset(ref c);
        Answer(ref c, value.CompareTo(DateTimeMath.AddInZone(start, c.Boolean(3) ? DateTimeMath.Negate(offset) : offset, zone)));
    }

    private delegate int TimeOrder(ref FunctionCall c, Int128 end);

    /// <summary>Times do not wrap around here, and the days of the offset count for nothing.</summary>
    private static void Times(ref FunctionCall c, long start, TimeOrder order)
    {
        long offset = c.Fixed16<IntervalValue>(2).Microseconds;
        if (offset < 0)
            throw InvalidOffset();
        Int128 end = c.Boolean(3) ? (Int128)start - offset : (Int128)start + offset;
        if (end > long.MaxValue)
            c.Return(c.Boolean(4));
        else
            Answer(ref c, order(ref c, end));
    }
}
