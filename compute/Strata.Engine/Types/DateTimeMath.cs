namespace Strata.Engine.Types;

/// <summary>
/// The proleptic Gregorian calendar by Julian day numbers, time zones, and conversions. Dates are days and timestamps microseconds since
/// 2000-01-01; the extreme values are the infinities.
/// </summary>
public static class DateTimeMath
{
    public const long MicrosecondsPerSecond = 1_000_000;
    public const long MicrosecondsPerMinute = 60 * MicrosecondsPerSecond;
    public const long MicrosecondsPerHour = 60 * MicrosecondsPerMinute;
    public const long MicrosecondsPerDay = 24 * MicrosecondsPerHour;

    /// <summary>Julian day of 2000-01-01.</summary>
    public const int EpochJulianDay = 2451545;

    /// <summary>Julian day of 1970-01-01.</summary>
    public const int UnixEpochJulianDay = 2440588;

    public const int DateInfinity = int.MaxValue;
    public const int DateMinusInfinity = int.MinValue;
    public const long TimestampInfinity = long.MaxValue;
    public const long TimestampMinusInfinity = long.MinValue;

    /// <summary>4714-11-24 BC, the first day that exists.</summary>
    public const long TimestampMin = -211813488000000000;

    /// <summary>294277-01-01: the first moment out of range.</summary>
    public const long TimestampEnd = 9223371331200000000;

    private const int DateMin = -EpochJulianDay;
    private const int DateEnd = 2147483494 - EpochJulianDay;

    private const long UnixEpochMicroseconds = (EpochJulianDay - UnixEpochJulianDay) * MicrosecondsPerDay;

    public static bool IsFinite(int date) => date is not (DateInfinity or DateMinusInfinity);

    public static bool IsFinite(long timestamp) => timestamp is not (TimestampInfinity or TimestampMinusInfinity);

    public static bool IsValidTimestamp(long timestamp) => timestamp is >= TimestampMin and < TimestampEnd;

    public static bool IsValidDate(long date) => date is >= DateMin and < DateEnd;

    public static bool IsLeapYear(int year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    public static int DaysInMonth(int year, int month) => month switch
    {
        2 => IsLeapYear(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    /// <summary>Julian day of a date; year 0 is 1 BC. Source: the usual integer algorithm.</summary>
    public static int ToJulianDay(int year, int month, int day)
    {
        if (month > 2)
        {
            month++;
            year += 4800;
        }
        else
        {
            month += 13;
            year += 4799;
        }

        int century = year / 100;
        int julian = (year * 365) - 32167;
        julian += (year / 4) - century + (century / 4);
        julian += (7834 * month / 256) + day;
        return julian;
    }

    public static (int Year, int Month, int Day) FromJulianDay(int julianDay)
    {
        uint julian = (uint)julianDay + 32044;
        uint quad = julian / 146097;
        uint extra = ((julian - (quad * 146097)) * 4) + 3;
        julian += 60 + (quad * 3) + (extra / 146097);
        quad = julian / 1461;
        julian -= quad * 1461;
        uint year = julian * 4 / 1461;
        julian = (year != 0 ? (julian + 305) % 365 : (julian + 306) % 366) + 123;
        year += quad * 4;
        uint monthCode = julian * 2141 / 65536;
        return ((int)year - 4800, (int)((monthCode + 10) % 12) + 1, (int)(julian - (7834 * monthCode / 256)));
    }

    /// <summary>0 Sunday … 6 Saturday.</summary>
    public static int DayOfWeek(int julianDay)
    {
        int day = (julianDay + 1) % 7;
        return day < 0 ? day + 7 : day;
    }

    /// <summary>Splits a finite timestamp into Julian day and microseconds of the day.</summary>
    public static (int JulianDay, long Time) Split(long timestamp)
    {
        long day = Math.DivRem(timestamp, MicrosecondsPerDay, out long time);
        if (time < 0)
        {
            time += MicrosecondsPerDay;
            day--;
        }

        return ((int)day + EpochJulianDay, time);
    }

    public static DateTimeFields ToFields(long timestamp)
    {
        (int julianDay, long time) = Split(timestamp);
        (int year, int month, int day) = FromJulianDay(julianDay);
        return new DateTimeFields(year, month, day, time);
    }

    /// <summary>The timestamp of fields, or null when out of range.</summary>
    public static long? FromFields(int year, int month, int day, long time)
    {
        if (year is < -4713 or > 294276)
            return null;
        Int128 value = ((ToJulianDay(year, month, day) - EpochJulianDay) * (Int128)MicrosecondsPerDay) + time;
        return value >= TimestampMin && value < TimestampEnd ? (long)value : null;
    }

    public static SqlException TimestampOutOfRange() => new(SqlState.DatetimeFieldOverflow, "timestamp out of range");

    public static SqlException DateOutOfRange(string target = "timestamp") =>
        new(SqlState.DatetimeFieldOverflow, $"date out of range for {target}");

    /// <summary>Offset of a zone east of UTC, in seconds, at a moment.</summary>
    public static int OffsetAt(TimeZoneRules zone, long utc) => ReferenceEquals(zone, TimeZoneRules.Utc) ? 0 : zone.At(UnixSeconds(utc)).OffsetSeconds;

    /// <summary>Offset of a zone east of UTC, in seconds, for a local time.</summary>
    public static int OffsetAtLocal(TimeZoneRules zone, long local) =>
        ReferenceEquals(zone, TimeZoneRules.Utc) ? 0 : zone.AtLocal(UnixSeconds(local)).OffsetSeconds;

    /// <summary>Offset, summer time and abbreviation of a zone at a moment.</summary>
    public static TimeZoneRules.Period PeriodAt(TimeZoneRules zone, long utc) => zone.At(UnixSeconds(utc));

    private static long UnixSeconds(long timestamp)
    {
        long seconds = Math.DivRem(timestamp, MicrosecondsPerSecond, out long rest);
        return seconds - (rest < 0 ? 1 : 0) + (UnixEpochMicroseconds / MicrosecondsPerSecond);
    }

    public static long ToLocal(TimeZoneRules zone, long utc) => utc + (OffsetAt(zone, utc) * MicrosecondsPerSecond);

    public static long ToUtc(TimeZoneRules zone, long local)
    {
        if (!IsFinite(local))
            return local;
        long utc = local - (OffsetAtLocal(zone, local) * MicrosecondsPerSecond);
        return IsValidTimestamp(utc) ? utc : throw TimestampOutOfRange();
    }

    /// <summary>The current moment of a clock.</summary>
    public static long Now(TimeProvider clock) => FromUtc(clock.GetUtcNow());

    public static long FromUtc(DateTimeOffset moment) =>
        ((moment.UtcTicks - DateTime.UnixEpoch.Ticks) / 10) - UnixEpochMicroseconds;

    public static long FromUnixMicroseconds(long value) => value - UnixEpochMicroseconds;

    public static long ToUnixMicroseconds(long timestamp) => timestamp + UnixEpochMicroseconds;

    /// <summary>Rounds microseconds to a number of fractional digits, half away from zero; -1 and 6 leave them.</summary>
    public static long RoundToPrecision(long value, int precision)
    {
        if (precision is < 0 or >= 6)
            return value;
        long unit = 1;
        for (int i = precision; i < 6; i++)
            unit *= 10;
        long half = unit / 2;
        return value >= 0 ? (value + half) / unit * unit : -((-value + half) / unit * unit);
    }

    /// <summary>timestamp + interval: months, then days, then time.</summary>
    public static long Add(long timestamp, in IntervalValue span)
    {
        if (!IsFinite(timestamp))
            return timestamp;
        if (span.Months != 0)
        {
            DateTimeFields fields = ToFields(timestamp);
            long months = ((long)fields.Year * 12) + fields.Month - 1 + span.Months;
            int year = (int)Math.Clamp(Math.DivRem(months, 12, out long month), -300_000, 300_000);
            if (month < 0)
            {
                month += 12;
                year--;
            }

            int day = Math.Min(fields.Day, DaysInMonth(year, (int)month + 1));
            timestamp = FromFields(year, (int)month + 1, day, fields.Time) ?? throw TimestampOutOfRange();
        }

        Int128 result = timestamp + (span.Days * (Int128)MicrosecondsPerDay) + span.Microseconds;
        return result >= TimestampMin && result < TimestampEnd ? (long)result : throw TimestampOutOfRange();
    }

    /// <summary>timestamptz + interval: months and days by the local calendar of the zone, then time.</summary>
    public static long AddInZone(long timestamp, in IntervalValue span, TimeZoneRules zone)
    {
        if (!IsFinite(timestamp))
            return timestamp;
        if (span.Months != 0 || span.Days != 0)
            timestamp = ToUtc(zone, Add(ToLocal(zone, timestamp), span with { Microseconds = 0 }));
        return Add(timestamp, new IntervalValue(span.Microseconds, 0, 0));
    }

    public static IntervalValue Negate(in IntervalValue span)
    {
        if (span.Microseconds == long.MinValue || span.Days == int.MinValue || span.Months == int.MinValue)
            throw IntervalOutOfRange();
        return new IntervalValue(-span.Microseconds, -span.Days, -span.Months);
    }

    public static SqlException IntervalOutOfRange() => new(SqlState.DatetimeFieldOverflow, "interval out of range");

}
