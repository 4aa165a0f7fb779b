namespace Strata.Engine.Types;

/// <summary>Text forms of dates and times in each DateStyle.</summary>
public static class DateTimeOutput
{
    public static void WriteDate(ByteBuffer buffer, int date, DateStyle style = DateStyle.Iso, DateOrder order = DateOrder.Mdy)
    {
        if (!DateTimeMath.IsFinite(date))
        {
            buffer.Write(date > 0 ? "infinity"u8 : "-infinity"u8);
            return;
        }

        (int year, int month, int day) = DateTimeMath.FromJulianDay(date + DateTimeMath.EpochJulianDay);
        if (style == DateStyle.Iso)
            WriteYearMonthDay(buffer, year, month, day);
        else
            WriteStyled(buffer, year, month, day, style == DateStyle.Sql ? '/' : style == DateStyle.German ? '.' : '-', style == DateStyle.German || order == DateOrder.Dmy);
        WriteEra(buffer, year);
    }

    private static void WriteStyled(ByteBuffer buffer, int year, int month, int day, char separator, bool dayFirst)
    {
        buffer.WritePadded(dayFirst ? day : month, 2);
        buffer.Write(separator);
        buffer.WritePadded(dayFirst ? month : day, 2);
        buffer.Write(separator);
        buffer.WritePadded(year > 0 ? year : 1 - year, 4);
    }

    /// <summary>A timestamp in the styles other than ISO; <paramref name="zone"/> is the abbreviation to show, or null.</summary>
    private static void WriteStyledTimestamp(ByteBuffer buffer, long local, DateStyle style, DateOrder order, string? zone)
    {
        DateTimeFields fields = DateTimeMath.ToFields(local);
        if (style == DateStyle.Postgres)
        {
            buffer.Write(DateTimeWords.Days[DateTimeMath.DayOfWeek(fields.JulianDay)][..3]);
            buffer.Write(' ');
            string month = DateTimeWords.Months[fields.Month - 1][..3];
            if (order != DateOrder.Dmy)
            {
                buffer.Write(month);
                buffer.Write(' ');
            }

            buffer.WritePadded(fields.Day, 2);
            buffer.Write(' ');
            if (order == DateOrder.Dmy)
            {
                buffer.Write(month);
                buffer.Write(' ');
            }

            WriteTime(buffer, fields.Time);
            buffer.Write(' ');
            buffer.WritePadded(fields.Year > 0 ? fields.Year : 1 - fields.Year, 4);
        }
        else
        {
            WriteStyled(buffer, fields.Year, fields.Month, fields.Day, style == DateStyle.Sql ? '/' : '.', style == DateStyle.German || order == DateOrder.Dmy);
            buffer.Write(' ');
            WriteTime(buffer, fields.Time);
        }

        if (zone is not null)
        {
            buffer.Write(' ');
            buffer.Write(zone);
        }

        WriteEra(buffer, fields.Year);
    }

    /// <summary>A timestamp as the session's DateStyle wants it.</summary>
    public static void WriteTimestamp(ByteBuffer buffer, long timestamp, TypeSettings settings)
    {
        if (settings.DateStyle == DateStyle.Iso)
            WriteTimestamp(buffer, timestamp);
        else if (!WriteInfinity(buffer, timestamp))
            WriteStyledTimestamp(buffer, timestamp, settings.DateStyle, settings.DateOrder, null);
    }

    /// <summary>A timestamptz as the session's DateStyle and TimeZone want it.</summary>
    public static void WriteTimestampTz(ByteBuffer buffer, long timestamp, TypeSettings settings)
    {
        if (settings.DateStyle == DateStyle.Iso)
        {
            WriteTimestampTz(buffer, timestamp, settings.TimeZone);
        }
        else if (!WriteInfinity(buffer, timestamp))
        {
            TimeZoneRules.Period period = DateTimeMath.PeriodAt(settings.TimeZone, timestamp);
            long local = timestamp + (period.OffsetSeconds * DateTimeMath.MicrosecondsPerSecond);
            WriteStyledTimestamp(buffer, local, settings.DateStyle, settings.DateOrder, period.Abbreviation);
        }
    }

    private static void WriteYearMonthDay(ByteBuffer buffer, int year, int month, int day)
    {
        buffer.WritePadded(year > 0 ? year : 1 - year, 4);
        buffer.Write('-');
        buffer.WritePadded(month, 2);
        buffer.Write('-');
        buffer.WritePadded(day, 2);
    }

    private static void WriteEra(ByteBuffer buffer, int year)
    {
        if (year <= 0)
            buffer.Write(" BC"u8);
    }

    /// <summary>hh:mm:ss[.ffffff] without trailing zeros in the fraction.</summary>
    public static void WriteTime(ByteBuffer buffer, long time)
    {
        buffer.WritePadded(time / DateTimeMath.MicrosecondsPerHour, 2);
        buffer.Write(':');
        buffer.WritePadded(time / DateTimeMath.MicrosecondsPerMinute % 60, 2);
        buffer.Write(':');
        WriteSeconds(buffer, time / DateTimeMath.MicrosecondsPerSecond % 60, (int)(time % DateTimeMath.MicrosecondsPerSecond), 2);
    }

    internal static void WriteSeconds(ByteBuffer buffer, long seconds, int microseconds, int digits)
    {
        buffer.WritePadded(seconds, digits);
        if (microseconds == 0)
            return;
        buffer.Write('.');
        buffer.WritePadded(microseconds, 6);
        while (buffer.Written[^1] == (byte)'0')
            buffer.Length--;
    }

    public static void WriteTimeTz(ByteBuffer buffer, in TimeTzValue value)
    {
        WriteTime(buffer, value.Microseconds);
        WriteZone(buffer, -value.ZoneSecondsWest);
    }

    /// <summary>+hh[:mm[:ss]].</summary>
    public static void WriteZone(ByteBuffer buffer, int secondsEast)
    {
        buffer.Write(secondsEast < 0 ? '-' : '+');
        int seconds = Math.Abs(secondsEast);
        buffer.WritePadded(seconds / 3600, 2);
        if (seconds % 3600 == 0)
            return;
        buffer.Write(':');
        buffer.WritePadded(seconds / 60 % 60, 2);
        if (seconds % 60 == 0)
            return;
        buffer.Write(':');
        buffer.WritePadded(seconds % 60, 2);
    }

    public static void WriteTimestamp(ByteBuffer buffer, long timestamp, bool isoT = false)
    {
        if (!WriteInfinity(buffer, timestamp))
        {
            DateTimeFields fields = DateTimeMath.ToFields(timestamp);
            WriteYearMonthDay(buffer, fields.Year, fields.Month, fields.Day);
            buffer.Write(isoT ? 'T' : ' ');
            WriteTime(buffer, fields.Time);
            WriteEra(buffer, fields.Year);
        }
    }

    public static void WriteTimestampTz(ByteBuffer buffer, long timestamp, TimeZoneRules zone, bool isoT = false)
    {
        if (WriteInfinity(buffer, timestamp))
            return;
        int offset = DateTimeMath.OffsetAt(zone, timestamp);
        DateTimeFields fields = DateTimeMath.ToFields(timestamp + (offset * DateTimeMath.MicrosecondsPerSecond));
        WriteYearMonthDay(buffer, fields.Year, fields.Month, fields.Day);
        buffer.Write(isoT ? 'T' : ' ');
        WriteTime(buffer, fields.Time);
        if (isoT)
            WriteIsoZone(buffer, offset);
        else
            WriteZone(buffer, offset);
        WriteEra(buffer, fields.Year);
    }

    /// <summary>JSON wants hours and minutes always.</summary>
    internal static void WriteIsoZone(ByteBuffer buffer, int secondsEast)
    {
        WriteZone(buffer, secondsEast);
        if (secondsEast % 3600 == 0)
            buffer.Write(":00"u8);
    }

    private static bool WriteInfinity(ByteBuffer buffer, long timestamp)
    {
        if (DateTimeMath.IsFinite(timestamp))
            return false;
        buffer.Write(timestamp > 0 ? "infinity"u8 : "-infinity"u8);
        return true;
    }
}
