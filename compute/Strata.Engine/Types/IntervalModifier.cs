namespace Strata.Engine.Types;

/// <summary>The modifier of interval: allowed fields (high half) and fractional digits (low half).</summary>
internal static class IntervalModifier
{
    private const int FullRange = 0x7FFF;
    private const int FullPrecision = 0xFFFF;
    private const int Month = 1 << 1, Year = 1 << 2, Day = 1 << 3, Hour = 1 << 10, Minute = 1 << 11, Second = 1 << 12;

    public static int Range(int typmod) => typmod < 0 ? FullRange : (typmod >> 16) & FullRange;

    private static bool IsRange(int range) => range is FullRange or Year or Month or (Year | Month) or Day or Hour or Minute or Second or (Day | Hour) or (Day | Hour | Minute)
        or (Day | Hour | Minute | Second) or (Hour | Minute) or (Hour | Minute | Second) or (Minute | Second);

    /// <summary>What PostgreSQL's planner finds wrong with a constant modifier: XX000.</summary>
    public static void CheckPlanned(int typmod)
    {
        if (typmod >= 0 && !IsRange(Range(typmod)))
            throw new SqlException(SqlState.InternalError, $"invalid INTERVAL typmod: 0x{typmod:x}");
    }

    /// <summary>Cuts the fields below the last allowed one and rounds the seconds.</summary>
    public static IntervalValue Apply(IntervalValue value, int typmod)
    {
        if (typmod < 0)
            return value;
        int range = Range(typmod), precision = typmod & FullPrecision;
        if (range != FullRange)
        {
            if (!IsRange(range))
                throw new SqlException(SqlState.InternalError, $"unrecognized interval typmod: {typmod}");
            if ((range & (Day | Hour | Minute | Second)) == 0)
                value = new IntervalValue(0, 0, (range & Month) != 0 ? value.Months : value.Months / 12 * 12);
            else if ((range & (Hour | Minute | Second)) == 0)
                value = value with { Microseconds = 0 };
            else if ((range & (Minute | Second)) == 0)
                value = value with { Microseconds = value.Microseconds / DateTimeMath.MicrosecondsPerHour * DateTimeMath.MicrosecondsPerHour };
            else if ((range & Second) == 0)
                value = value with { Microseconds = value.Microseconds / DateTimeMath.MicrosecondsPerMinute * DateTimeMath.MicrosecondsPerMinute };
        }

        if (precision is > 6 and not FullPrecision)
            throw new SqlException(SqlState.InvalidParameterValue, $"interval({precision}) precision must be between 0 and 6");
        return precision == FullPrecision ? value
            : value with { Microseconds = DateTimeMath.RoundToPrecision(value.Microseconds, precision) };
    }
}
