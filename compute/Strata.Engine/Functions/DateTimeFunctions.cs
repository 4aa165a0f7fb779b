using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Operators, casts and functions of dates, times and intervals, apart from extract and formatting.</summary>
internal static class DateTimeFunctions
{
    public static void Register(FunctionTable t)
    {
        RegisterClock(t);
        RegisterDates(t);
        RegisterTimestamps(t);
        RegisterTimes(t);
        RegisterIntervals(t);
        RegisterCasts(t);
        RegisterMixedComparisons(t);
    }

    private static void RegisterClock(FunctionTable t)
    {
        t.Add("now", static (ref FunctionCall c) => c.Return(c.Context.TransactionTimestamp));
        t.Add("statement_timestamp", static (ref FunctionCall c) => c.Return(c.Context.StatementTimestamp));
        t.Add("clock_timestamp", static (ref FunctionCall c) => c.Return(DateTimeMath.Now(c.Context.Clock)));
        t.Add("timeofday", static (ref FunctionCall c) =>
        {
            long now = DateTimeMath.Now(c.Context.Clock);
            TimeZoneRules.Period period = DateTimeMath.PeriodAt(c.Settings.TimeZone, now);
            DateTimeFields f = DateTimeMath.ToFields(now + (period.OffsetSeconds * DateTimeMath.MicrosecondsPerSecond));
            string day = DateTimeWords.Days[DateTimeMath.DayOfWeek(f.JulianDay)][..3], month = DateTimeWords.Months[f.Month - 1][..3];
            c.Return(FormattableString.Invariant(
                $"{day} {month} {f.Day:00} {f.Hour:00}:{f.Minute:00}:{f.Second:00}.{f.Microsecond:000000} {f.Year:0000} {period.Abbreviation}"));
        });
    }

    private static int CheckedDate(long date) =>
        DateTimeMath.IsValidDate(date) ? (int)date : throw new SqlException(SqlState.DatetimeFieldOverflow, "date out of range");

    internal static long DateToTimestamp(int date)
    {
        if (!DateTimeMath.IsFinite(date))
            return date > 0 ? DateTimeMath.TimestampInfinity : DateTimeMath.TimestampMinusInfinity;
        Int128 value = (Int128)date * DateTimeMath.MicrosecondsPerDay;
        return value < DateTimeMath.TimestampEnd && value >= DateTimeMath.TimestampMin ? (long)value : throw DateTimeMath.DateOutOfRange();
    }

    private static void RegisterDates(FunctionTable t)
    {
        t.Add("date_pli", static (ref FunctionCall c) => c.Return(DateTimeMath.IsFinite(c.Int32(0)) ? CheckedDate((long)c.Int32(0) + c.Int32(1)) : c.Int32(0)));
        t.Add("date_mii", static (ref FunctionCall c) => c.Return(DateTimeMath.IsFinite(c.Int32(0)) ? CheckedDate((long)c.Int32(0) - c.Int32(1)) : c.Int32(0)));
        t.Add(2547u, static (ref FunctionCall c) =>
        {
            // interval + timetz.
            TimeTzValue value = c.Fixed16<TimeTzValue>(1);
            c.ReturnFixed16(value with { Microseconds = WrapTime(value.Microseconds + (c.Fixed16<IntervalValue>(0).Microseconds % DateTimeMath.MicrosecondsPerDay)) });
        });
        t.Add(1848u, static (ref FunctionCall c) =>
            c.Return(WrapTime(c.Int64(1) + (c.Fixed16<IntervalValue>(0).Microseconds % DateTimeMath.MicrosecondsPerDay))));
        t.Add(2550u, static (ref FunctionCall c) => c.Return(DateTimeMath.IsFinite(c.Int32(1)) ? CheckedDate((long)c.Int32(0) + c.Int32(1)) : c.Int32(1)));
        t.Add("date_mi", static (ref FunctionCall c) => c.Return(DateTimeMath.IsFinite(c.Int32(0)) && DateTimeMath.IsFinite(c.Int32(1))
            ? c.Int32(0) - c.Int32(1) : throw new SqlException(SqlState.DatetimeFieldOverflow, "cannot subtract infinite dates")));
        t.Add("date_pl_interval", static (ref FunctionCall c) => c.Return(DateTimeMath.Add(DateToTimestamp(c.Int32(0)), c.Fixed16<IntervalValue>(1))));
        t.Add("date_mi_interval", static (ref FunctionCall c) =>
            c.Return(DateTimeMath.Add(DateToTimestamp(c.Int32(0)), DateTimeMath.Negate(c.Fixed16<IntervalValue>(1)))));
        t.Add("date_larger", static (ref FunctionCall c) => c.Return(Math.Max(c.Int32(0), c.Int32(1))));
        t.Add("date_smaller", static (ref FunctionCall c) => c.Return(Math.Min(c.Int32(0), c.Int32(1))));
        t.Add("date_finite", static (ref FunctionCall c) => c.Return(DateTimeMath.IsFinite(c.Int32(0))));
        t.Add("datetime_timestamp", static (ref FunctionCall c) => c.Return(DateToTimestamp(c.Int32(0)) + (DateTimeMath.IsFinite(c.Int32(0)) ? c.Int64(1) : 0)));
        t.Add("datetimetz_timestamptz", static (ref FunctionCall c) =>
        {
            TimeTzValue time = c.Fixed16<TimeTzValue>(1);
            c.Return(DateTimeMath.IsFinite(c.Int32(0))
                ? DateToTimestamp(c.Int32(0)) + time.Microseconds + (time.ZoneSecondsWest * DateTimeMath.MicrosecondsPerSecond)
                : DateToTimestamp(c.Int32(0)));
        });
        t.Add("make_date", static (ref FunctionCall c) =>
        {
            int year = c.Int32(0), month = c.Int32(1), day = c.Int32(2);
            if (year == int.MinValue)
                throw FieldRange("date", year, month, day);
            if (year < 0)
                year++;
            else if (year == 0)
                throw FieldRange("date", year, month, day);
            if (month is < 1 or > 12 || day < 1 || day > DateTimeMath.DaysInMonth(year, month))
                throw FieldRange("date", year, month, day);
            if (year is < -4713 or > 5874897)
                throw new SqlException(SqlState.DatetimeFieldOverflow, FormattableString.Invariant($"date out of range: {year}-{month:00}-{day:00}"));
            c.Return(CheckedDate(DateTimeMath.ToJulianDay(year, month, day) - DateTimeMath.EpochJulianDay));
        });
    }

    private static SqlException FieldRange(string type, int a, int b, int d) =>
        new(SqlState.DatetimeFieldOverflow, FormattableString.Invariant($"{type} field value out of range: {a}-{TwoDigits(b)}-{TwoDigits(d)}"));

    /// <summary>C's %02d.</summary>
    private static string TwoDigits(int value) =>
        value < 0 ? value.ToString(System.Globalization.CultureInfo.InvariantCulture) : value.ToString("00", System.Globalization.CultureInfo.InvariantCulture);

    private static void RegisterTimestamps(FunctionTable t)
    {
        t.Add("timestamp_pl_interval", static (ref FunctionCall c) => c.Return(DateTimeMath.Add(c.Int64(0), c.Fixed16<IntervalValue>(1))));
        t.Add("timestamp_mi_interval", static (ref FunctionCall c) => c.Return(DateTimeMath.Add(c.Int64(0), DateTimeMath.Negate(c.Fixed16<IntervalValue>(1)))));
        t.Add("timestamptz_pl_interval", static (ref FunctionCall c) =>
            c.Return(DateTimeMath.AddInZone(c.Int64(0), c.Fixed16<IntervalValue>(1), c.Settings.TimeZone)));
        t.Add("timestamptz_mi_interval", static (ref FunctionCall c) =>
            c.Return(DateTimeMath.AddInZone(c.Int64(0), DateTimeMath.Negate(c.Fixed16<IntervalValue>(1)), c.Settings.TimeZone)));
        // interval + timestamp and its like are SQL functions that swap the operands.
        t.Add(2546u, static (ref FunctionCall c) => c.Return(DateTimeMath.Add(DateToTimestamp(c.Int32(1)), c.Fixed16<IntervalValue>(0))));
        t.Add(2548u, static (ref FunctionCall c) => c.Return(DateTimeMath.Add(c.Int64(1), c.Fixed16<IntervalValue>(0))));
        t.Add(2549u, static (ref FunctionCall c) => c.Return(DateTimeMath.AddInZone(c.Int64(1), c.Fixed16<IntervalValue>(0), c.Settings.TimeZone)));
        t.Add("timestamp_mi", static (ref FunctionCall c) =>
        {
            if (!DateTimeMath.IsFinite(c.Int64(0)) || !DateTimeMath.IsFinite(c.Int64(1)))
                throw new SqlException(SqlState.DatetimeFieldOverflow, "cannot subtract infinite timestamps");
            c.ReturnFixed16(IntervalArithmetic.JustifyHours(new IntervalValue(c.Int64(0) - c.Int64(1), 0, 0)));
        });
        t.Add("timestamp_larger", static (ref FunctionCall c) => c.Return(Math.Max(c.Int64(0), c.Int64(1))));
        t.Add("timestamp_smaller", static (ref FunctionCall c) => c.Return(Math.Min(c.Int64(0), c.Int64(1))));
        t.Add("timestamp_finite", static (ref FunctionCall c) => c.Return(DateTimeMath.IsFinite(c.Int64(0))));
        t.Add("timestamp_age", static (ref FunctionCall c) => c.ReturnFixed16(Age(c.Int64(0), c.Int64(1), TimeZoneRules.Utc)));
        t.Add("timestamptz_age", static (ref FunctionCall c) => c.ReturnFixed16(Age(c.Int64(0), c.Int64(1), c.Settings.TimeZone)));
        t.Add(2059u, static (ref FunctionCall c) => c.ReturnFixed16(Age(Today(ref c), c.Int64(0), TimeZoneRules.Utc)));
        t.Add(1386u, static (ref FunctionCall c) => c.ReturnFixed16(Age(DateTimeMath.ToUtc(c.Settings.TimeZone, Today(ref c)), c.Int64(0), c.Settings.TimeZone)));
        t.Add("timestamp_zone", static (ref FunctionCall c) => c.Return(FromZone(c.String(0), c.Int64(1))));
        t.Add("timestamptz_zone", static (ref FunctionCall c) =>
            c.Return(DateTimeMath.IsFinite(c.Int64(1)) ? Shifted(c.Int64(1), TimeZones.OffsetAt(c.String(0), c.Int64(1))) : c.Int64(1)));
        t.Add("timestamp_izone", static (ref FunctionCall c) => c.Return(DateTimeMath.IsFinite(c.Int64(1)) ? c.Int64(1) - OffsetOf(c.Fixed16<IntervalValue>(0)) : c.Int64(1)));
        t.Add("timestamptz_izone", static (ref FunctionCall c) => c.Return(DateTimeMath.IsFinite(c.Int64(1)) ? c.Int64(1) + OffsetOf(c.Fixed16<IntervalValue>(0)) : c.Int64(1)));
        t.Add("float8_timestamptz", static (ref FunctionCall c) => c.Return(FromUnixSeconds(c.Float64(0))));
        t.Add("make_timestamp", static (ref FunctionCall c) => c.Return(MakeTimestamp(ref c)));
        t.Add("make_timestamptz", static (ref FunctionCall c) => c.Return(DateTimeMath.ToUtc(c.Settings.TimeZone, MakeTimestamp(ref c))));
        t.Add("make_timestamptz_at_timezone", static (ref FunctionCall c) => c.Return(InNamedZone(ref c)));
    }

    private static long FromZone(string zone, long local) =>
        DateTimeMath.IsFinite(local) ? Shifted(local, -TimeZones.OffsetAtLocal(zone, local)) : local;

    private static long Shifted(long timestamp, int seconds)
    {
        long result = timestamp + (seconds * DateTimeMath.MicrosecondsPerSecond);
        return DateTimeMath.IsValidTimestamp(result) ? result : throw DateTimeMath.TimestampOutOfRange();
    }

    /// <summary>make_timestamptz with a zone: a signed number is an offset as ISO writes it.</summary>
    private static long InNamedZone(ref FunctionCall c)
    {
        string zone = c.String(6);
        long local = MakeTimestamp(ref c);
        if (zone.Length == 0 || zone[0] is not ('+' or '-'))
            return char.IsAsciiDigit(zone.Length > 0 ? zone[0] : ' ') ? throw MissingSign(zone) : FromZone(zone, local);
        string[] parts = zone[1..].Split(':');
        int total = 0, unit = 3600;
        if (parts.Length == 1 && parts[0].Length > 2)
            parts = [parts[0][..^2], parts[0][^2..]];
        foreach (string part in parts)
        {
            if (unit == 0 || !int.TryParse(part, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int value))
                throw new SqlException(SqlState.InvalidParameterValue, $"invalid input syntax for type time zone: \"{zone}\"");
            if (value > (unit == 3600 ? 15 : 59))
                throw new SqlException(SqlState.InvalidParameterValue, $"numeric time zone \"{zone}\" out of range");
            total += value * unit;
            unit /= 60;
        }

        return Shifted(local, zone[0] == '-' ? total : -total);
    }

    private static SqlException MissingSign(string zone) =>
        new(SqlState.InvalidParameterValue, $"invalid input syntax for type numeric time zone: \"{zone}\"") { Hint = "Numeric time zones must have \"-\" or \"+\" as first character." };

    /// <summary>What does not fit becomes the smallest number, as the processor's conversion that PostgreSQL uses makes it.</summary>
    private static long RoundedMicroseconds(double seconds)
    {
        double microseconds = Math.Round(seconds * 1e6, MidpointRounding.ToEven);
        return microseconds is >= -9.2233720368547758e18 and < 9.2233720368547758e18 ? (long)microseconds : long.MinValue;
    }

    private static string ZoneText(in IntervalValue zone)
    {
        var buffer = new ByteBuffer();
        IntervalOutput.Write(buffer, zone, IntervalStyle.Postgres);
        return System.Text.Encoding.UTF8.GetString(buffer.Written);
    }

    private static long OffsetOf(in IntervalValue zone) =>
        zone.Months != 0 || zone.Days != 0
            ? throw new SqlException(SqlState.InvalidParameterValue, $"interval time zone \"{ZoneText(zone)}\" must not include months or days")
            : zone.Microseconds / DateTimeMath.MicrosecondsPerSecond * DateTimeMath.MicrosecondsPerSecond;

    private static long Today(ref FunctionCall c)
    {
        long local = DateTimeMath.ToLocal(c.Settings.TimeZone, c.Context.TransactionTimestamp);
        return local - DateTimeMath.Split(local).Time;
    }

    private static long FromUnixSeconds(double seconds)
    {
        if (double.IsNaN(seconds))
            throw new SqlException(SqlState.DatetimeFieldOverflow, "timestamp cannot be NaN");
        if (double.IsInfinity(seconds))
            return seconds > 0 ? DateTimeMath.TimestampInfinity : DateTimeMath.TimestampMinusInfinity;
        double microseconds = Math.Round((seconds - 946684800.0) * 1e6, MidpointRounding.ToEven);
        return microseconds is >= DateTimeMath.TimestampMin and < DateTimeMath.TimestampEnd ? (long)microseconds
            : throw new SqlException(SqlState.DatetimeFieldOverflow, $"timestamp out of range: \"{NumberText.General(seconds, 6)}\"");
    }

    private static long MakeTimestamp(ref FunctionCall c)
    {
        int year = c.Int32(0), month = c.Int32(1), day = c.Int32(2), hour = c.Int32(3), minute = c.Int32(4);
        double second = c.Float64(5);
        int actualYear = year < 0 ? year + 1 : year;
        if (year == 0 || month is < 1 or > 12 || day < 1 || day > DateTimeMath.DaysInMonth(actualYear, month))
            throw FieldRange("date", year, month, day);
        return DateTimeMath.FromFields(actualYear, month, day, MakeTime(hour, minute, second)) ?? throw DateTimeMath.TimestampOutOfRange();
    }

    private static long MakeTime(int hour, int minute, double second)
    {
        // What counts is what is left after rounding.
        double microseconds = Math.Round(second * 1e6, MidpointRounding.ToEven);
        if (hour is < 0 or > 24 || minute is < 0 or > 59 || double.IsNaN(second) || microseconds is < 0 or > 60e6 || (hour == 24 && (minute > 0 || microseconds > 0)))
            throw new SqlException(SqlState.DatetimeFieldOverflow, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"time field value out of range: {hour}:{TwoDigits(minute)}:{NumberText.General(second, 6).PadLeft(2, '0')}"));
        return (hour * DateTimeMath.MicrosecondsPerHour) + (minute * DateTimeMath.MicrosecondsPerMinute) + (long)microseconds;
    }

    /// <summary>A difference in years, months, days and time, by the calendar.</summary>
    /// <summary>The moments themselves say which comes first, even where the clock was set back between them.</summary>
    private static IntervalValue Age(long a, long b, TimeZoneRules zone)
    {
        DateTimeFields x = AgeFields(a, zone), y = AgeFields(b, zone);
        return a < b ? DateTimeMath.Negate(AgeOrdered(y, x)) : AgeOrdered(x, y);
    }

    /// <summary>PostgreSQL 15 takes infinity for the greatest number of microseconds that there is; -infinity lies before its calendar.</summary>
    private static DateTimeFields AgeFields(long moment, TimeZoneRules zone)
    {
        if (moment == DateTimeMath.TimestampMinusInfinity)
            throw DateTimeMath.TimestampOutOfRange();
        (int julianDay, long time) = DateTimeMath.Split(moment);
        time += DateTimeMath.OffsetAt(zone, moment) * DateTimeMath.MicrosecondsPerSecond;
        int days = time < 0 ? -1 : time >= DateTimeMath.MicrosecondsPerDay ? 1 : 0;
        (int year, int month, int day) = DateTimeMath.FromJulianDay(julianDay + days);
        return new DateTimeFields(year, month, day, time - (days * DateTimeMath.MicrosecondsPerDay));
    }

    private static IntervalValue AgeOrdered(in DateTimeFields x, in DateTimeFields y)
    {
        long time = x.Time - y.Time;
        int day = x.Day - y.Day, month = x.Month - y.Month, year = x.Year - y.Year;
        if (time < 0)
        {
            time += DateTimeMath.MicrosecondsPerDay;
            day--;
        }

        // Days are borrowed from the length of the earlier one's month.
        while (day < 0)
        {
            day += DateTimeMath.DaysInMonth(y.Year, y.Month);
            month--;
        }

        while (month < 0)
        {
            month += 12;
            year--;
        }

        return new IntervalValue(time, day, (year * 12) + month);
    }

    internal static long WrapTime(long time)
    {
        time %= DateTimeMath.MicrosecondsPerDay;
        return time < 0 ? time + DateTimeMath.MicrosecondsPerDay : time;
    }

    private static void RegisterTimes(FunctionTable t)
    {
        t.Add("time_pl_interval", static (ref FunctionCall c) => c.Return(WrapTime(c.Int64(0) + (c.Fixed16<IntervalValue>(1).Microseconds % DateTimeMath.MicrosecondsPerDay))));
        t.Add("time_mi_interval", static (ref FunctionCall c) => c.Return(WrapTime(c.Int64(0) - (c.Fixed16<IntervalValue>(1).Microseconds % DateTimeMath.MicrosecondsPerDay))));
        t.Add("time_mi_time", static (ref FunctionCall c) => c.ReturnFixed16(new IntervalValue(c.Int64(0) - c.Int64(1), 0, 0)));
        t.Add("timetz_pl_interval", static (ref FunctionCall c) =>
        {
            TimeTzValue value = c.Fixed16<TimeTzValue>(0);
            c.ReturnFixed16(value with { Microseconds = WrapTime(value.Microseconds + (c.Fixed16<IntervalValue>(1).Microseconds % DateTimeMath.MicrosecondsPerDay)) });
        });
        t.Add("timetz_mi_interval", static (ref FunctionCall c) =>
        {
            TimeTzValue value = c.Fixed16<TimeTzValue>(0);
            c.ReturnFixed16(value with { Microseconds = WrapTime(value.Microseconds - (c.Fixed16<IntervalValue>(1).Microseconds % DateTimeMath.MicrosecondsPerDay)) });
        });
        t.Add("time_larger", static (ref FunctionCall c) => c.Return(Math.Max(c.Int64(0), c.Int64(1))));
        t.Add("time_smaller", static (ref FunctionCall c) => c.Return(Math.Min(c.Int64(0), c.Int64(1))));
        t.Add("make_time", static (ref FunctionCall c) => c.Return(MakeTime(c.Int32(0), c.Int32(1), c.Float64(2))));
        t.Add("timetz_zone", static (ref FunctionCall c) =>
        {
            int east = TimeZones.OffsetAt(c.String(0), c.Context.TransactionTimestamp);
            c.ReturnFixed16(InZone(c.Fixed16<TimeTzValue>(1), -east));
        });
        t.Add("timetz_izone", static (ref FunctionCall c) =>
            c.ReturnFixed16(InZone(c.Fixed16<TimeTzValue>(1), (int)(-OffsetOf(c.Fixed16<IntervalValue>(0)) / DateTimeMath.MicrosecondsPerSecond))));
    }

    private static TimeTzValue InZone(TimeTzValue value, int secondsWest) =>
        new(WrapTime(value.Microseconds + ((value.ZoneSecondsWest - secondsWest) * DateTimeMath.MicrosecondsPerSecond)), secondsWest);

    private static void RegisterIntervals(FunctionTable t)
    {
        t.Add("interval_pl", static (ref FunctionCall c) => c.ReturnFixed16(IntervalArithmetic.Add(c.Fixed16<IntervalValue>(0), c.Fixed16<IntervalValue>(1))));
        t.Add("interval_mi", static (ref FunctionCall c) =>
            c.ReturnFixed16(IntervalArithmetic.Add(c.Fixed16<IntervalValue>(0), DateTimeMath.Negate(c.Fixed16<IntervalValue>(1)))));
        t.Add("interval_um", static (ref FunctionCall c) => c.ReturnFixed16(DateTimeMath.Negate(c.Fixed16<IntervalValue>(0))));
        t.Add("interval_mul", static (ref FunctionCall c) => c.ReturnFixed16(IntervalArithmetic.Multiply(c.Fixed16<IntervalValue>(0), c.Float64(1))));
        t.Add("mul_d_interval", static (ref FunctionCall c) => c.ReturnFixed16(IntervalArithmetic.Multiply(c.Fixed16<IntervalValue>(1), c.Float64(0))));
        t.Add("interval_div", static (ref FunctionCall c) => c.ReturnFixed16(IntervalArithmetic.Divide(c.Fixed16<IntervalValue>(0), c.Float64(1))));
        t.Add("interval_larger", static (ref FunctionCall c) => c.ReturnArgument(c.Fixed16<IntervalValue>(0).CompareTo(c.Fixed16<IntervalValue>(1)) > 0 ? 0 : 1));
        t.Add("interval_smaller", static (ref FunctionCall c) => c.ReturnArgument(c.Fixed16<IntervalValue>(0).CompareTo(c.Fixed16<IntervalValue>(1)) < 0 ? 0 : 1));
        t.Add("interval_finite", static (ref FunctionCall c) => c.Return(true));
        t.Add("interval_justify_hours", static (ref FunctionCall c) => c.ReturnFixed16(IntervalArithmetic.JustifyHours(c.Fixed16<IntervalValue>(0))));
        t.Add("interval_justify_days", static (ref FunctionCall c) => c.ReturnFixed16(IntervalArithmetic.JustifyDays(c.Fixed16<IntervalValue>(0))));
        t.Add("interval_justify_interval", static (ref FunctionCall c) => c.ReturnFixed16(IntervalArithmetic.JustifyInterval(c.Fixed16<IntervalValue>(0))));
        t.Add("make_interval", static (ref FunctionCall c) => c.ReturnFixed16(!double.IsFinite(c.Float64(6)) ? throw DateTimeMath.IntervalOutOfRange() : new IntervalValue(
            (c.Int32(4) * DateTimeMath.MicrosecondsPerHour) + (c.Int32(5) * DateTimeMath.MicrosecondsPerMinute) + RoundedMicroseconds(c.Float64(6)),
            (c.Int32(2) * 7) + c.Int32(3),
            (c.Int32(0) * 12) + c.Int32(1))));
    }

    private static void RegisterCasts(FunctionTable t)
    {
        t.Add("date_timestamp", static (ref FunctionCall c) => c.Return(DateToTimestamp(c.Int32(0))));
        t.Add("timestamp_date", static (ref FunctionCall c) => c.Return(TimestampToDate(c.Int64(0))));
        t.Add("date_timestamptz", static (ref FunctionCall c) => c.Return(DateTimeMath.ToUtc(c.Settings.TimeZone, DateToTimestamp(c.Int32(0)))));
        t.Add("timestamptz_date", static (ref FunctionCall c) => c.Return(TimestampToDate(ToLocal(ref c, 0))));
        t.Add("timestamp_timestamptz", static (ref FunctionCall c) => c.Return(DateTimeMath.ToUtc(c.Settings.TimeZone, c.Int64(0))));
        t.Add("timestamptz_timestamp", static (ref FunctionCall c) => c.Return(ToLocal(ref c, 0)));
        t.Add("timestamp_time", static (ref FunctionCall c) => ReturnTime(ref c, c.Int64(0)));
        t.Add("timestamptz_time", static (ref FunctionCall c) => ReturnTime(ref c, ToLocal(ref c, 0)));
        t.Add("timestamptz_timetz", static (ref FunctionCall c) =>
        {
            if (!DateTimeMath.IsFinite(c.Int64(0)))
            {
                c.ReturnNull();
                return;
            }

            int east = DateTimeMath.OffsetAt(c.Settings.TimeZone, c.Int64(0));
            c.ReturnFixed16(new TimeTzValue(DateTimeMath.Split(ToLocal(ref c, 0)).Time, -east));
        });
        t.Add("time_timetz", static (ref FunctionCall c) =>
            c.ReturnFixed16(new TimeTzValue(c.Int64(0), -DateTimeMath.OffsetAt(c.Settings.TimeZone, c.Context.TransactionTimestamp))));
        t.Add("timetz_time", static (ref FunctionCall c) => c.Return(c.Fixed16<TimeTzValue>(0).Microseconds));
        t.Add("time_interval", static (ref FunctionCall c) => c.ReturnFixed16(new IntervalValue(c.Int64(0), 0, 0)));
        t.Add("interval_time", static (ref FunctionCall c) => c.Return(WrapTime(c.Fixed16<IntervalValue>(0).Microseconds)));
        t.Add("timestamp_scale", static (ref FunctionCall c) => c.Return(Scaled(c.Int64(0), c.Int32(1))));
        t.Add("timestamptz_scale", static (ref FunctionCall c) => c.Return(Scaled(c.Int64(0), c.Int32(1))));
        t.Add("time_scale", static (ref FunctionCall c) => c.Return(DateTimeMath.RoundToPrecision(c.Int64(0), c.Int32(1))));
        t.Add("timetz_scale", static (ref FunctionCall c) =>
        {
            TimeTzValue value = c.Fixed16<TimeTzValue>(0);
            c.ReturnFixed16(value with { Microseconds = DateTimeMath.RoundToPrecision(value.Microseconds, c.Int32(1)) });
        });
        t.Add("interval_scale", static (ref FunctionCall c) => c.ReturnFixed16(IntervalModifier.Apply(c.Fixed16<IntervalValue>(0), c.Int32(1))));
    }

    private static long Scaled(long timestamp, int precision) =>
        !DateTimeMath.IsFinite(timestamp) || precision is -1 or 6 ? timestamp
            : precision is >= 0 and < 6 ? DateTimeMath.RoundToPrecision(timestamp, precision)
            : throw new SqlException(SqlState.InvalidParameterValue, $"timestamp({precision}) precision must be between 0 and 6");

    internal static long ToLocal(ref FunctionCall c, int argument) =>
        DateTimeMath.IsFinite(c.Int64(argument)) ? DateTimeMath.ToLocal(c.Settings.TimeZone, c.Int64(argument)) : c.Int64(argument);

    private static int TimestampToDate(long timestamp)
    {
        if (!DateTimeMath.IsFinite(timestamp))
            return timestamp > 0 ? DateTimeMath.DateInfinity : DateTimeMath.DateMinusInfinity;
        return DateTimeMath.Split(timestamp).JulianDay - DateTimeMath.EpochJulianDay;
    }

    private static void ReturnTime(ref FunctionCall c, long timestamp)
    {
        if (DateTimeMath.IsFinite(timestamp))
            c.Return(DateTimeMath.Split(timestamp).Time);
        else
            c.ReturnNull();
    }

    /// <summary>Comparisons of date with timestamp(tz) and of timestamp with timestamptz.</summary>
    private static void RegisterMixedComparisons(FunctionTable t)
    {
        foreach (string op in new[] { "eq", "ne", "lt", "le", "gt", "ge" })
        {
            t.Add($"date_{op}_timestamp", (ref FunctionCall c) => c.Return(Test(op, CompareDate(c.Int32(0), LooseTimestamp(c.Int32(0)), c.Int64(1)))));
            t.Add($"timestamp_{op}_date", (ref FunctionCall c) => c.Return(Test(op, -CompareDate(c.Int32(1), LooseTimestamp(c.Int32(1)), c.Int64(0)))));
            t.Add($"date_{op}_timestamptz", (ref FunctionCall c) => c.Return(Test(op, CompareDate(c.Int32(0), InUtc(ref c, LooseTimestamp(c.Int32(0))), c.Int64(1)))));
            t.Add($"timestamptz_{op}_date", (ref FunctionCall c) => c.Return(Test(op, -CompareDate(c.Int32(1), InUtc(ref c, LooseTimestamp(c.Int32(1))), c.Int64(0)))));
            t.Add($"timestamp_{op}_timestamptz", (ref FunctionCall c) => c.Return(Test(op, InUtc(ref c, c.Int64(0)).CompareTo(c.Int64(1)))));
            t.Add($"timestamptz_{op}_timestamp", (ref FunctionCall c) => c.Return(Test(op, c.Int64(0).CompareTo(InUtc(ref c, c.Int64(1))))));
        }

        t.Add("date_cmp_timestamp", static (ref FunctionCall c) => c.Return(CompareDate(c.Int32(0), LooseTimestamp(c.Int32(0)), c.Int64(1))));
        t.Add("timestamp_cmp_date", static (ref FunctionCall c) => c.Return(-CompareDate(c.Int32(1), LooseTimestamp(c.Int32(1)), c.Int64(0))));
        t.Add("date_cmp_timestamptz", static (ref FunctionCall c) => c.Return(CompareDate(c.Int32(0), InUtc(ref c, LooseTimestamp(c.Int32(0))), c.Int64(1))));
        t.Add("timestamptz_cmp_date", static (ref FunctionCall c) => c.Return(-CompareDate(c.Int32(1), InUtc(ref c, LooseTimestamp(c.Int32(1))), c.Int64(0))));
        t.Add("timestamp_cmp_timestamptz", static (ref FunctionCall c) => c.Return(InUtc(ref c, c.Int64(0)).CompareTo(c.Int64(1))));
        t.Add("timestamptz_cmp_timestamp", static (ref FunctionCall c) => c.Return(-InUtc(ref c, c.Int64(1)).CompareTo(c.Int64(0))));
    }

    /// <summary>A date beyond the range of timestamps counts as the infinity on its side.</summary>
    private static long LooseTimestamp(int date)
    {
        Int128 value = (Int128)date * DateTimeMath.MicrosecondsPerDay;
        return value >= DateTimeMath.TimestampEnd ? DateTimeMath.TimestampInfinity
            : value < DateTimeMath.TimestampMin ? DateTimeMath.TimestampMinusInfinity : (long)value;
    }

    /// <summary>A date beyond all timestamps is greater than each of them and less than infinity.</summary>
    private static int CompareDate(int date, long asTimestamp, long timestamp) =>
        DateTimeMath.IsFinite(date) && asTimestamp == DateTimeMath.TimestampInfinity && timestamp == asTimestamp ? -1 : asTimestamp.CompareTo(timestamp);

    private static long InUtc(ref FunctionCall c, long local) =>
        DateTimeMath.IsFinite(local) ? local - (DateTimeMath.OffsetAtLocal(c.Settings.TimeZone, local) * DateTimeMath.MicrosecondsPerSecond) : local;

    private static bool Test(string op, int order) => op switch
    {
        "eq" => order == 0,
        "ne" => order != 0,
        "lt" => order < 0,
        "le" => order <= 0,
        "gt" => order > 0,
        _ => order >= 0,
    };
}
