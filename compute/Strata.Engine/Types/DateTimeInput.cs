namespace Strata.Engine.Types;

/// <summary>Reads dates and times in every form that PostgreSQL accepts. Throws 22007, 22008 or 22009. For one text.</summary>
internal readonly ref struct DateTimeInput
{
    private readonly string _text;
    private readonly string _typeName;
    private readonly TypeSettings _settings;
    private readonly long _now;

    public DateTimeInput(string text, string typeName, TypeSettings settings, long now)
    {
        _text = text;
        _typeName = typeName;
        _settings = settings;
        _now = now;
    }

    private DateTimeDecoder Decode(bool timeOnly)
    {
        var decoder = new DateTimeDecoder(_text, _typeName, _settings, _now, timeOnly);
        decoder.Decode();
        return decoder;
    }

    private SqlException OutOfRange(string what) => new(SqlState.DatetimeFieldOverflow, $"{what} out of range: \"{_text}\"");

    public int ParseDate()
    {
        if (TryParseIsoDate(_text, out int iso))
            return iso;
        DateTimeDecoder decoder = Decode(timeOnly: false);
        switch (decoder.Keyword)
        {
            case DateTimeKeyword.Infinity: return DateTimeMath.DateInfinity;
            case DateTimeKeyword.MinusInfinity: return DateTimeMath.DateMinusInfinity;
            case DateTimeKeyword.Epoch: return DateTimeMath.UnixEpochJulianDay - DateTimeMath.EpochJulianDay;
        }

        int year = decoder.Year, month = decoder.Month;
        if (year is < -4713 or > 5874898 || (year == -4713 && month < 11) || (year == 5874898 && month >= 6))
            throw OutOfRange("date");
        long date = (long)DateTimeMath.ToJulianDay(year, month, decoder.Day) - DateTimeMath.EpochJulianDay;
        return DateTimeMath.IsValidDate(date) ? (int)date : throw OutOfRange("date");
    }

    /// <summary>yyyy-mm-dd, by far the most frequent form.</summary>
    private static bool TryParseIsoDate(string text, out int date)
    {
        date = 0;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-' || !TryDigits(text, 0, 4, out int year) || !TryDigits(text, 5, 2, out int month) || !TryDigits(text, 8, 2, out int day))
            return false;
        if (year == 0 || month is < 1 or > 12 || day < 1 || day > DateTimeMath.DaysInMonth(year, month))
            return false;
        date = DateTimeMath.ToJulianDay(year, month, day) - DateTimeMath.EpochJulianDay;
        return true;
    }

    private static bool TryDigits(string text, int at, int count, out int value)
    {
        value = 0;
        for (int i = at; i < at + count; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
                return false;
            value = (value * 10) + text[i] - '0';
        }

        return true;
    }

    /// <summary>A timestamp; with a zone when <paramref name="withZone"/> (the result is then UTC).</summary>
    public long ParseTimestamp(bool withZone)
    {
        DateTimeDecoder decoder = Decode(timeOnly: false);
        switch (decoder.Keyword)
        {
            case DateTimeKeyword.Infinity: return DateTimeMath.TimestampInfinity;
            case DateTimeKeyword.MinusInfinity: return DateTimeMath.TimestampMinusInfinity;
            case DateTimeKeyword.Epoch: return DateTimeMath.FromUnixMicroseconds(0);
        }

        Int128 local = LocalTime(decoder, decoder.Year, decoder.Month, decoder.Day);
        if (withZone)
            local -= decoder.OffsetAt((long)Int128.Clamp(local, DateTimeMath.TimestampMin, DateTimeMath.TimestampEnd)) * DateTimeMath.MicrosecondsPerSecond;
        return local >= DateTimeMath.TimestampMin && local < DateTimeMath.TimestampEnd ? (long)local : throw OutOfRange("timestamp");
    }

    private Int128 LocalTime(DateTimeDecoder decoder, int year, int month, int day)
    {
        // A day beyond the first and last that exist may come back into range by its offset.
        if (year is < -4713 or > 294277)
            throw OutOfRange("timestamp");
        return ((DateTimeMath.ToJulianDay(year, month, day) - DateTimeMath.EpochJulianDay) * (Int128)DateTimeMath.MicrosecondsPerDay) + decoder.Time;
    }

    public long ParseTime()
    {
        DateTimeDecoder decoder = Decode(timeOnly: true);
        return NeedsNoDate(decoder).Time;
    }

    private DateTimeDecoder NeedsNoDate(DateTimeDecoder decoder) => decoder.NeedsDate
        ? throw new SqlException(SqlState.InvalidDatetimeFormat, $"invalid input syntax for type {_typeName}: \"{_text}\"")
        : decoder;

    public TimeTzValue ParseTimeTz()
    {
        DateTimeDecoder decoder = NeedsNoDate(Decode(timeOnly: true));
        long local;
        if (decoder.HasDate)
        {
            local = (long)Int128.Clamp(LocalTime(decoder, decoder.Year, decoder.Month, decoder.Day), DateTimeMath.TimestampMin, DateTimeMath.TimestampEnd - 1);
        }
        else
        {
            long today = DateTimeMath.ToLocal(_settings.TimeZone, _now);
            local = today - DateTimeMath.Split(today).Time + decoder.Time;
        }

        return new TimeTzValue(decoder.Time, -decoder.OffsetAt(local));
    }
}
