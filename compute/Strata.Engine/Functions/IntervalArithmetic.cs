using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Arithmetic of intervals. Throws 22008 "interval out of range".</summary>
internal static class IntervalArithmetic
{
    private const int DaysPerMonth = 30;

    public static IntervalValue Add(in IntervalValue a, in IntervalValue b)
    {
        try
        {
            return new IntervalValue(checked(a.Microseconds + b.Microseconds), checked(a.Days + b.Days), checked(a.Months + b.Months));
        }
        catch (OverflowException)
        {
            throw DateTimeMath.IntervalOutOfRange();
        }
    }

    public static IntervalValue Multiply(in IntervalValue span, double factor) => Scale(span, factor, isDivision: false);

    public static IntervalValue Divide(in IntervalValue span, double divisor) =>
        divisor == 0 ? throw NumericMath.DivisionByZero() : Scale(span, divisor, isDivision: true);

    /// <summary>Fractions of months spill to days (30 per month), fractions of days to time.</summary>
    private static IntervalValue Scale(in IntervalValue span, double by, bool isDivision)
    {
        double Apply(double value) => isDivision ? value / by : value * by;
        double months = Apply(span.Months), days = Apply(span.Days);
        if (double.IsNaN(months) || Math.Abs(months) > int.MaxValue || double.IsNaN(days) || Math.Abs(days) > int.MaxValue)
            throw DateTimeMath.IntervalOutOfRange();
        int wholeMonths = (int)months, wholeDays = (int)days;

        double monthRemainderDays = RoundToMicrosecond((months - wholeMonths) * DaysPerMonth);
        double secondsRemainder = RoundToMicrosecond(
            (days - wholeDays + monthRemainderDays - (int)monthRemainderDays) * 86400);
        if (Math.Abs(secondsRemainder) >= 86400)
        {
            wholeDays += (int)(secondsRemainder / 86400);
            secondsRemainder -= (int)(secondsRemainder / 86400) * 86400;
        }

        wholeDays += (int)monthRemainderDays;
        double time = Math.Round(Apply(span.Microseconds) + (secondsRemainder * DateTimeMath.MicrosecondsPerSecond), MidpointRounding.ToEven);
        if (double.IsNaN(time) || time is < long.MinValue or >= 9223372036854775808.0)
            throw DateTimeMath.IntervalOutOfRange();
        return new IntervalValue((long)time, wholeDays, wholeMonths);
    }

    private static double RoundToMicrosecond(double value) =>
        Math.Round(value * DateTimeMath.MicrosecondsPerSecond, MidpointRounding.ToEven) / DateTimeMath.MicrosecondsPerSecond;

    /// <summary>30-day periods become months.</summary>
    public static IntervalValue JustifyDays(IntervalValue span)
    {
        int months = span.Days / DaysPerMonth, days = span.Days % DaysPerMonth;
        int total = span.Months + months;
        if (total > 0 && days < 0)
        {
            days += DaysPerMonth;
            total--;
        }
        else if (total < 0 && days > 0)
        {
            days -= DaysPerMonth;
            total++;
        }

        return new IntervalValue(span.Microseconds, days, total);
    }

    /// <summary>24-hour periods become days.</summary>
    public static IntervalValue JustifyHours(IntervalValue span)
    {
        long days = span.Microseconds / DateTimeMath.MicrosecondsPerDay, time = span.Microseconds % DateTimeMath.MicrosecondsPerDay;
        long total = span.Days + days;
        if (total > 0 && time < 0)
        {
            time += DateTimeMath.MicrosecondsPerDay;
            total--;
        }
        else if (total < 0 && time > 0)
        {
            time -= DateTimeMath.MicrosecondsPerDay;
            total++;
        }

        return new IntervalValue(time, (int)total, span.Months);
    }

    public static IntervalValue JustifyInterval(IntervalValue span)
    {
        span = JustifyHours(span);
        span = JustifyDays(span);
        // Signs agree from the largest unit down.
        if (span.Months > 0 && (span.Days < 0 || (span.Days == 0 && span.Microseconds < 0)))
            span = new IntervalValue(span.Microseconds, span.Days + DaysPerMonth, span.Months - 1);
        else if (span.Months < 0 && (span.Days > 0 || (span.Days == 0 && span.Microseconds > 0)))
            span = new IntervalValue(span.Microseconds, span.Days - DaysPerMonth, span.Months + 1);
        if (span.Days > 0 && span.Microseconds < 0)
            span = new IntervalValue(span.Microseconds + DateTimeMath.MicrosecondsPerDay, span.Days - 1, span.Months);
        else if (span.Days < 0 && span.Microseconds > 0)
            span = new IntervalValue(span.Microseconds - DateTimeMath.MicrosecondsPerDay, span.Days + 1, span.Months);
        return span;
    }
}
