using System.Globalization;

namespace Strata.Engine.Types;

/// <summary>
/// Reads intervals: "1 year 2 mons 3 days 04:05:06", "1-2", "@ 1 hour ago", and ISO 8601 ("P1Y2M3DT4H5M6S"). Fields are read from the last to
/// the first, so that a unit is known before its number. For one text.
/// </summary>
internal sealed class IntervalInput
{
    private const int WordMaxChars = 10;

    /// <summary>What a number counts.</summary>
    private enum Unit : byte
    {
        None,
        Microsecond,
        Millisecond,
        Second,
        Minute,
        Hour,
        Day,
        Week,
        Month,
        Year,
        Decade,
        Century,
        Millennium,

        /// <summary>Known to extract, but no unit of an interval.</summary>
        Other,
    }

    private readonly string _text;
    private readonly int _range;
    private readonly bool _sqlStandard;
    private IntervalParts _parts;

    private IntervalInput(string text, int range, bool sqlStandard)
    {
        _text = text;
        _range = range;
        _sqlStandard = sqlStandard;
    }

    private SqlException Bad() => new(SqlState.InvalidDatetimeFormat, $"invalid input syntax for type interval: \"{_text}\"");

    /// <summary>
    /// Reads a text; <paramref name="range"/> is the field mask of the modifier. In the style of the SQL standard a leading minus counts for all fields.
    /// </summary>
    public static IntervalValue Parse(string text, int range = DateTimeMask.FullRange, bool sqlStandard = false)
    {
        try
        {
            var input = new IntervalInput(text, range, sqlStandard);
            if (input.TryDecode())
                return input._parts.Result();
            input._parts = default;
            return new IsoIntervalReader(text).TryRead(ref input._parts) ? input._parts.Result() : throw input.Bad();
        }
        catch (OverflowException)
        {
            throw new SqlException(SqlState.IntervalFieldOverflow, $"interval field value out of range: \"{text}\"");
        }
    }

    private static Unit? FindUnit(string word)
    {
        switch (word.Length > WordMaxChars ? word[..WordMaxChars] : word)
        {
            case "us" or "usec" or "usecs" or "usecond" or "useconds" or "microsecon": return Unit.Microsecond;
            case "ms" or "msec" or "msecs" or "msecond" or "mseconds" or "millisecon": return Unit.Millisecond;
            case "s" or "sec" or "secs" or "second" or "seconds": return Unit.Second;
            case "m" or "min" or "mins" or "minute" or "minutes": return Unit.Minute;
            case "h" or "hr" or "hrs" or "hour" or "hours": return Unit.Hour;
            case "d" or "day" or "days": return Unit.Day;
            case "w" or "week" or "weeks": return Unit.Week;
            case "mon" or "mons" or "month" or "months": return Unit.Month;
            case "y" or "yr" or "yrs" or "year" or "years": return Unit.Year;
            case "dec" or "decs" or "decade" or "decades": return Unit.Decade;
            case "c" or "cent" or "century" or "centuries": return Unit.Century;
            case "mil" or "mils" or "millennium" or "millennia": return Unit.Millennium;
            case "qtr" or "quarter" or "timezone" or "timezone_h" or "timezone_m": return Unit.Other;
            default: return null;
        }
    }

    private Unit LastUnitOfRange()
    {
        if (_range == DateTimeMask.FullRange || (_range & DateTimeMask.Second) != 0)
            return Unit.Second;
        if ((_range & DateTimeMask.Minute) != 0)
            return Unit.Minute;
        if ((_range & DateTimeMask.Hour) != 0)
            return Unit.Hour;
        if ((_range & DateTimeMask.Day) != 0)
            return Unit.Day;
        return (_range & DateTimeMask.Month) != 0 ? Unit.Month : (_range & DateTimeMask.Year) != 0 ? Unit.Year : Unit.Second;
    }

    private bool TryDecode()
    {
        if (DateTimeTokens.Split(_text) is not { } fields)
            return false;
        bool forceNegative = _sqlStandard && fields.Count > 0 && fields[0].Text[0] == '-'
            && !fields.Skip(1).Any(f => f.Text[0] is '-' or '+');
        bool ago = false, isBehindAgo = false;
        int mask = 0;
        var unit = Unit.None;
        for (int i = fields.Count - 1; i >= 0; i--)
        {
            (DateTimeFieldKind kind, string field) = fields[i];
            int set = 0;
            switch (kind)
            {
                case DateTimeFieldKind.Word:
                    if (field == "ago")
                    {
                        ago = isBehindAgo = true;
                        unit = Unit.None;
                        break;
                    }

                    if (FindUnit(field) is not { } named)
                    {
                        if (DateTimeWords.Find(field) is { Kind: DateTimeWordKind.Ignored })
                            continue;
                        return false;
                    }

                    unit = named;
                    isBehindAgo = false;
                    break;
                case DateTimeFieldKind.SignedWord:
                    return false;
                case DateTimeFieldKind.Time:
                    if (!TryTime(field, 0, out long time))
                        return false;
                    AddTime(time, negative: forceNegative);
                    set = DateTimeMask.Time;
                    unit = Unit.Day;
                    break;
                case DateTimeFieldKind.Signed when field.Contains(':', StringComparison.Ordinal) && TryTime(field, 1, out long signed):
                    AddTime(signed, field[0] == '-' || forceNegative);
                    set = DateTimeMask.Time;
                    unit = Unit.Day;
                    break;
                default:
                    // "ago" is no unit.
                    if (unit == Unit.None && isBehindAgo)
                        return false;
                    if (unit == Unit.None)
                        unit = LastUnitOfRange();
                    set = AddNumber(field, ref unit, forceNegative);
                    if (set == 0)
                        return false;
                    break;
            }

            if ((set & mask) != 0)
                return false;
            mask |= set;
        }

        if (mask == 0)
            return false;
        if (ago)
            _parts.Negate();
        return true;
    }

    private void AddTime(long time, bool negative) => _parts.Microseconds = checked(_parts.Microseconds + (negative ? -time : time));

    /// <summary>hh:mm[:ss[.ffffff]]; with a fraction or the modifier MINUTE TO SECOND two fields are mm:ss. Digits that are missing are a zero (1::1).</summary>
    private bool TryTime(string field, int at, out long time)
    {
        time = 0;
        double fraction = 0;
        long hour = TakeNumber(field, ref at, long.MaxValue), minute, second = 0;
        if (at >= field.Length || field[at++] != ':')
            return false;
        minute = TakeNumber(field, ref at, int.MaxValue);
        bool hasSeconds = at < field.Length && field[at] == ':';
        if (hasSeconds)
        {
            at++;
            second = TakeNumber(field, ref at, int.MaxValue);
        }

        bool hasFraction = at < field.Length && field[at] == '.';
        if (hasFraction ? !TryFraction(field.AsSpan(at), out fraction) : at < field.Length)
            return false;
        if (!hasSeconds && (hasFraction || _range == (DateTimeMask.Minute | DateTimeMask.Second)))
            (hour, minute, second) = (0, hour, minute);
        int microsecond = (int)Math.Round(fraction * 1_000_000, MidpointRounding.ToEven);
        if (minute > 59 || second > 60)
            throw new OverflowException();
        time = checked((hour * DateTimeMath.MicrosecondsPerHour) + (minute * DateTimeMath.MicrosecondsPerMinute)
            + (second * DateTimeMath.MicrosecondsPerSecond) + microsecond);
        return true;
    }

    private static long TakeNumber(string field, ref int at, long max)
    {
        int start = at;
        while (at < field.Length && char.IsAsciiDigit(field[at]))
            at++;
        long value = at == start ? 0 : ParseInt64(field.AsSpan(start, at - start));
        return value <= max ? value : throw new OverflowException();
    }

    internal static long ParseInt64(ReadOnlySpan<char> digits) =>
        long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : throw new OverflowException();

    /// <summary>".digits", perhaps none.</summary>
    internal static bool TryFraction(ReadOnlySpan<char> text, out double fraction)
    {
        fraction = 0;
        if (text.Length == 1)
            return true;
        foreach (char c in text[1..])
        {
            if (!char.IsAsciiDigit(c))
                return false;
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out fraction);
    }

    /// <summary>Adds a number of units; returns the bits that it sets, 0 when it is malformed.</summary>
    private int AddNumber(string field, ref Unit unit, bool forceNegative)
    {
        int at = field[0] is '+' or '-' ? 1 : 0, start = at;
        while (at < field.Length && char.IsAsciiDigit(field[at]))
            at++;
        bool negative = field[0] == '-';
        long value = at > start ? ParseInt64(field.AsSpan(negative ? 0 : start, at - (negative ? 0 : start))) : 0;
        double fraction = 0;
        if (at < field.Length && field[at] == '-')
        {
            ReadOnlySpan<char> months = field.AsSpan(at + 1);
            if (months.IsEmpty || months.IndexOfAnyExceptInRange('0', '9') >= 0)
                return 0;
            long second = ParseInt64(months);
            if (second >= 12)
                throw new OverflowException();
            value = checked((value * 12) + (negative ? -second : second));
            unit = Unit.Month;
        }
        else if (at < field.Length && field[at] == '.')
        {
            if (!TryFraction(field.AsSpan(at), out fraction))
                return 0;
            fraction = negative ? -fraction : fraction;
        }
        else if (at < field.Length || at == start)
        {
            return 0;
        }

        if (forceNegative)
        {
            value = value > 0 ? -value : value;
            fraction = fraction > 0 ? -fraction : fraction;
        }

        return Add(value, fraction, ref unit);
    }

    private int Add(long value, double fraction, ref Unit unit)
    {
        switch (unit)
        {
            case Unit.Microsecond: _parts.Add(value, fraction, 1); return DateTimeMask.Microsecond;
            case Unit.Millisecond: _parts.Add(value, fraction, 1000); return DateTimeMask.Millisecond;
            case Unit.Second:
                _parts.Add(value, fraction, DateTimeMath.MicrosecondsPerSecond);
                return fraction == 0 ? DateTimeMask.Second : DateTimeMask.AllSeconds;
            case Unit.Minute: _parts.Add(value, fraction, DateTimeMath.MicrosecondsPerMinute); return DateTimeMask.Minute;
            case Unit.Hour:
                _parts.Add(value, fraction, DateTimeMath.MicrosecondsPerHour);
                unit = Unit.Day;
                return DateTimeMask.Hour;
            case Unit.Day: _parts.AddDays(value, fraction, 1); return DateTimeMask.Day;
            case Unit.Week: _parts.AddDays(value, fraction, 7); return DateTimeMask.Week;
            case Unit.Month: _parts.AddMonths(value, fraction); return DateTimeMask.Month;
            case Unit.Year: _parts.AddYears(value, fraction, 1); return DateTimeMask.Year;
            case Unit.Decade: _parts.AddYears(value, fraction, 10); return DateTimeMask.Decade;
            case Unit.Century: _parts.AddYears(value, fraction, 100); return DateTimeMask.Century;
            case Unit.Millennium: _parts.AddYears(value, fraction, 1000); return DateTimeMask.Millennium;
            default: return 0;
        }
    }
}
