namespace Strata.Engine.Types;

/// <summary>The sum of an interval's fields while it is read. A fraction of a unit spills into the lower ones as in PostgreSQL. Throws <see cref="OverflowException"/>.</summary>
internal struct IntervalParts
{
    public const int DaysPerMonth = 30;
    private const int MonthsPerYear = 12;

    private int _years;
    private int _months;
    private int _days;

    public long Microseconds { get; set; }

    public void Add(long value, double fraction, long unitMicroseconds)
    {
        checked
        {
            Microseconds += value * unitMicroseconds;
        }

        AddFraction(fraction, unitMicroseconds);
    }

    private void AddFraction(double fraction, long unitMicroseconds)
    {
        if (fraction == 0)
            return;
        fraction *= unitMicroseconds;
        long whole = (long)fraction;
        fraction -= whole;
        whole += fraction > 0.5 ? 1 : fraction < -0.5 ? -1 : 0;
        Microseconds = checked(Microseconds + whole);
    }

    public void AddDays(long value, double fraction, int scale)
    {
        _days = checked(_days + (int)(value * scale));
        if (scale == 1)
            AddFraction(fraction, DateTimeMath.MicrosecondsPerDay);
        else
            AddFractionOfDays(fraction, scale);
    }

    private void AddFractionOfDays(double fraction, int scale)
    {
        if (fraction == 0)
            return;
        fraction *= scale;
        int whole = (int)fraction;
        _days = checked(_days + whole);
        AddFraction(fraction - whole, DateTimeMath.MicrosecondsPerDay);
    }

    public void AddMonths(long value, double fraction)
    {
        _months = checked(_months + (int)value);
        AddFractionOfDays(fraction, DaysPerMonth);
    }

    public void AddYears(long value, double fraction, int scale)
    {
        _years = checked(_years + (int)(value * scale));
        _months = checked(_months + (int)Math.Round(fraction * scale * MonthsPerYear, MidpointRounding.ToEven));
    }

    public void Negate()
    {
        checked
        {
            Microseconds = -Microseconds;
            _days = -_days;
            _months = -_months;
            _years = -_years;
        }
    }

    /// <summary>The interval; throws 22008 when its months don't fit.</summary>
    public readonly IntervalValue Result()
    {
        long months = ((long)_years * MonthsPerYear) + _months;
        return months is < int.MinValue or > int.MaxValue ? throw DateTimeMath.IntervalOutOfRange() : new IntervalValue(Microseconds, _days, (int)months);
    }
}
