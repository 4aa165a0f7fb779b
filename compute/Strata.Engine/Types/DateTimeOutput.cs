namespace Strata.Engine.Types;

/// <summary>Text forms of dates and times in DateStyle ISO and of intervals in IntervalStyle postgres.</summary>
public static class DateTimeOutput
{
    public static void WriteDate(ByteBuffer buffer, int date)
    {
        if (!DateTimeMath.IsFinite(date))
        {
            buffer.Write(date > 0 ? "infinity"u8 : "-infinity"u8);
            return;
        }

        (int year, int month, int day) = DateTimeMath.FromJulianDay(date + DateTimeMath.EpochJulianDay);
        WriteYearMonthDay(buffer, year, month, day);
        WriteEra(buffer, year);
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

    public static void WriteTimestampTz(ByteBuffer buffer, long timestamp, TimeZoneInfo zone, bool isoT = false)
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
    private static void WriteIsoZone(ByteBuffer buffer, int secondsEast)
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

    public static void WriteInterval(ByteBuffer buffer, in IntervalValue value)
    {
        int start = buffer.Length;
        int years = value.Months / 12, months = value.Months % 12;
        bool negativeBefore = false;
        WriteField(buffer, start, years, "year", ref negativeBefore);
        WriteField(buffer, start, months, "mon", ref negativeBefore);
        WriteField(buffer, start, value.Days, "day", ref negativeBefore);
        if (value.Microseconds == 0 && buffer.Length > start)
            return;
        if (buffer.Length > start)
            buffer.Write(' ');
        UInt128 time = (UInt128)Int128.Abs(value.Microseconds);
        if (value.Microseconds < 0)
            buffer.Write('-');
        else if (negativeBefore)
            buffer.Write('+');
        ulong microseconds = (ulong)time;
        buffer.WritePadded((long)(microseconds / (ulong)DateTimeMath.MicrosecondsPerHour), 2);
        buffer.Write(':');
        buffer.WritePadded((long)(microseconds / (ulong)DateTimeMath.MicrosecondsPerMinute % 60), 2);
        buffer.Write(':');
        WriteSeconds(buffer, (long)(microseconds / (ulong)DateTimeMath.MicrosecondsPerSecond % 60), (int)(microseconds % (ulong)DateTimeMath.MicrosecondsPerSecond), 2);
    }

    private static void WriteField(ByteBuffer buffer, int start, int value, string unit, ref bool negativeBefore)
    {
        if (value == 0)
            return;
        if (buffer.Length > start)
            buffer.Write(' ');
        if (negativeBefore && value > 0)
            buffer.Write('+');
        buffer.WriteNumber(value);
        buffer.Write(' ');
        buffer.Write(unit);
        if (value != 1)
            buffer.Write('s');
        negativeBefore = value < 0;
    }
}
