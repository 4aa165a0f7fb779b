namespace Strata.Engine.Types;

/// <summary>Text forms of intervals in each IntervalStyle.</summary>
internal static class IntervalOutput
{
    /// <summary>The fields of an interval; each has its own sign.</summary>
    private readonly record struct Fields(long Years, long Months, long Days, long Hours, long Minutes, long Seconds, long Microseconds)
    {
        public static Fields Of(in IntervalValue value) => new(
            value.Months / 12,
            value.Months % 12,
            value.Days,
            value.Microseconds / DateTimeMath.MicrosecondsPerHour,
            value.Microseconds / DateTimeMath.MicrosecondsPerMinute % 60,
            value.Microseconds / DateTimeMath.MicrosecondsPerSecond % 60,
            value.Microseconds % DateTimeMath.MicrosecondsPerSecond);

        public bool IsTimeNegative => Hours < 0 || Minutes < 0 || Seconds < 0 || Microseconds < 0;

        public bool HasTime => Hours != 0 || Minutes != 0 || Seconds != 0 || Microseconds != 0;

        public Fields Absolute => new(Math.Abs(Years), Math.Abs(Months), Math.Abs(Days), Math.Abs(Hours), Math.Abs(Minutes), Math.Abs(Seconds), Math.Abs(Microseconds));
    }

    public static void Write(ByteBuffer buffer, in IntervalValue value, IntervalStyle style)
    {
        Fields fields = Fields.Of(value);
        switch (style)
        {
            case IntervalStyle.PostgresVerbose: WriteVerbose(buffer, fields); break;
            case IntervalStyle.SqlStandard: WriteSqlStandard(buffer, fields); break;
            case IntervalStyle.Iso8601: WriteIso(buffer, fields); break;
            default: WritePostgres(buffer, fields); break;
        }
    }

    /// <summary>hh:mm:ss[.ffffff] of absolute fields.</summary>
    private static void WriteClock(ByteBuffer buffer, in Fields fields, int hourDigits)
    {
        Fields absolute = fields.Absolute;
        buffer.WritePadded(absolute.Hours, hourDigits);
        buffer.Write(':');
        buffer.WritePadded(absolute.Minutes, 2);
        buffer.Write(':');
        DateTimeOutput.WriteSeconds(buffer, absolute.Seconds, (int)absolute.Microseconds, 2);
    }

    private static void WritePostgres(ByteBuffer buffer, in Fields fields)
    {
        int start = buffer.Length;
        bool negativeBefore = false;
        WritePostgresField(buffer, start, fields.Years, "year", ref negativeBefore);
        WritePostgresField(buffer, start, fields.Months, "mon", ref negativeBefore);
        WritePostgresField(buffer, start, fields.Days, "day", ref negativeBefore);
        if (!fields.HasTime && buffer.Length > start)
            return;
        if (buffer.Length > start)
            buffer.Write(' ');
        if (fields.IsTimeNegative)
            buffer.Write('-');
        else if (negativeBefore)
            buffer.Write('+');
        WriteClock(buffer, fields, 2);
    }

    private static void WritePostgresField(ByteBuffer buffer, int start, long value, string unit, ref bool negativeBefore)
    {
        if (value == 0)
            return;
        if (buffer.Length > start)
            buffer.Write(' ');
        if (negativeBefore && value > 0)
            buffer.Write('+');
        WriteUnit(buffer, value, unit);
        negativeBefore = value < 0;
    }

    private static void WriteUnit(ByteBuffer buffer, long value, string unit)
    {
        buffer.WriteNumber(value);
        buffer.Write(' ');
        buffer.Write(unit);
        if (value != 1)
            buffer.Write('s');
    }

    private static void WriteVerbose(ByteBuffer buffer, in Fields fields)
    {
        buffer.Write('@');
        int start = buffer.Length;
        bool isBefore = false;
        WriteVerboseField(buffer, start, fields.Years, "year", ref isBefore);
        WriteVerboseField(buffer, start, fields.Months, "mon", ref isBefore);
        WriteVerboseField(buffer, start, fields.Days, "day", ref isBefore);
        WriteVerboseField(buffer, start, fields.Hours, "hour", ref isBefore);
        WriteVerboseField(buffer, start, fields.Minutes, "min", ref isBefore);
        if (fields.Seconds != 0 || fields.Microseconds != 0)
        {
            bool isZero = buffer.Length == start;
            buffer.Write(' ');
            if (fields.Seconds < 0 || fields.Microseconds < 0)
            {
                if (isZero)
                    isBefore = true;
                else if (!isBefore)
                    buffer.Write('-');
            }
            else if (isBefore)
            {
                buffer.Write('-');
            }

            Fields absolute = fields.Absolute;
            DateTimeOutput.WriteSeconds(buffer, absolute.Seconds, (int)absolute.Microseconds, 1);
            buffer.Write(absolute.Seconds != 1 || absolute.Microseconds != 0 ? " secs"u8 : " sec"u8);
        }

        if (buffer.Length == start)
            buffer.Write(" 0"u8);
        if (isBefore)
            buffer.Write(" ago"u8);
    }

    /// <summary>The first field's sign becomes "ago", others are relative to it.</summary>
    private static void WriteVerboseField(ByteBuffer buffer, int start, long value, string unit, ref bool isBefore)
    {
        if (value == 0)
            return;
        if (buffer.Length == start)
        {
            isBefore = value < 0;
            value = Math.Abs(value);
        }
        else if (isBefore)
        {
            value = -value;
        }

        buffer.Write(' ');
        WriteUnit(buffer, value, unit);
    }

    private static void WriteSqlStandard(ByteBuffer buffer, in Fields fields)
    {
        bool hasNegative = fields.Years < 0 || fields.Months < 0 || fields.Days < 0 || fields.IsTimeNegative;
        bool hasPositive = fields.Years > 0 || fields.Months > 0 || fields.Days > 0
            || fields.Hours > 0 || fields.Minutes > 0 || fields.Seconds > 0 || fields.Microseconds > 0;
        bool hasYearMonth = fields.Years != 0 || fields.Months != 0, hasDayTime = fields.Days != 0 || fields.HasTime;
        if (!hasNegative && !hasPositive)
        {
            buffer.Write('0');
            return;
        }

        Fields absolute = fields.Absolute;
        if ((hasNegative && hasPositive) || (hasYearMonth && hasDayTime))
        {
            // No form of the standard has all of these; signs keep it unambiguous.
            buffer.Write(fields.Years < 0 || fields.Months < 0 ? '-' : '+');
            WriteYearMonth(buffer, absolute);
            buffer.Write(' ');
            buffer.Write(fields.Days < 0 ? '-' : '+');
            buffer.WriteNumber(absolute.Days);
            buffer.Write(' ');
            buffer.Write(fields.IsTimeNegative ? '-' : '+');
            WriteClock(buffer, absolute, 1);
            return;
        }

        if (hasNegative)
            buffer.Write('-');
        if (hasYearMonth)
        {
            WriteYearMonth(buffer, absolute);
            return;
        }

        if (fields.Days != 0)
        {
            buffer.WriteNumber(absolute.Days);
            buffer.Write(' ');
        }

        WriteClock(buffer, absolute, 1);
    }

    private static void WriteYearMonth(ByteBuffer buffer, in Fields absolute)
    {
        buffer.WriteNumber(absolute.Years);
        buffer.Write('-');
        buffer.WriteNumber(absolute.Months);
    }

    private static void WriteIso(ByteBuffer buffer, in Fields fields)
    {
        buffer.Write('P');
        int start = buffer.Length;
        WriteIsoField(buffer, fields.Years, 'Y');
        WriteIsoField(buffer, fields.Months, 'M');
        WriteIsoField(buffer, fields.Days, 'D');
        if (!fields.HasTime)
        {
            if (buffer.Length == start)
                buffer.Write("T0S"u8);
            return;
        }

        buffer.Write('T');
        WriteIsoField(buffer, fields.Hours, 'H');
        WriteIsoField(buffer, fields.Minutes, 'M');
        if (fields.Seconds == 0 && fields.Microseconds == 0)
            return;
        if (fields.Seconds < 0 || fields.Microseconds < 0)
            buffer.Write('-');
        Fields absolute = fields.Absolute;
        DateTimeOutput.WriteSeconds(buffer, absolute.Seconds, (int)absolute.Microseconds, 1);
        buffer.Write('S');
    }

    private static void WriteIsoField(ByteBuffer buffer, long value, char unit)
    {
        if (value == 0)
            return;
        buffer.WriteNumber(value);
        buffer.Write(unit);
    }
}
