using System.Globalization;

namespace Strata.Engine.Types;

/// <summary>
/// Reads intervals: "1 year 2 mons 3 days 04:05:06", "1-2", "@ 1 hour ago", ISO 8601 "P1Y2M3DT4H5M6S". A fraction of a unit spills to the
/// lower ones as in PostgreSQL. Short-lived.
/// </summary>
internal ref struct IntervalInput
{
    private const int DaysPerMonth = 30;

    private readonly string _text;
    private decimal _months;
    private decimal _days;
    private decimal _microseconds;
    private readonly int _range;

    public IntervalInput(string text, int range)
    {
        _text = text;
        _range = range;
    }

    private readonly SqlException Bad() =>
        new(SqlState.InvalidDatetimeFormat, $"invalid input syntax for type interval: \"{_text}\"");

    private readonly SqlException Overflow() =>
        new(SqlState.IntervalFieldOverflow, $"interval field value out of range: \"{_text}\"");

    /// <summary>Reads a text; <paramref name="range"/> is the field mask of the modifier (0x7FFF for all).</summary>
    public static IntervalValue Parse(string text, int range = 0x7FFF)
    {
        var input = new IntervalInput(text, range);
        try
        {
            string trimmed = text.Trim();
            if (trimmed.StartsWith('P') || trimmed.StartsWith("-P", StringComparison.Ordinal))
                input.ParseIso(trimmed);
            else
                input.ParseUnits(trimmed);
            return input.Result();
        }
        catch (OverflowException)
        {
            throw input.Overflow();
        }
    }

    private readonly IntervalValue Result()
    {
        decimal microseconds = Math.Round(_microseconds, MidpointRounding.ToEven);
        if (_months is < int.MinValue or > int.MaxValue || _days is < int.MinValue or > int.MaxValue
            || microseconds is < long.MinValue or > long.MaxValue)
            throw Overflow();
        return new IntervalValue((long)microseconds, (int)_days, (int)_months);
    }

    private void AddMonths(decimal months)
    {
        decimal whole = Math.Truncate(months);
        _months += whole;
        AddDays((months - whole) * DaysPerMonth);
    }

    /// <summary>Years only keep whole months.</summary>
    private void AddYears(decimal years) => _months += Math.Round(years * 12, MidpointRounding.ToEven);

    private void AddDays(decimal days)
    {
        decimal whole = Math.Truncate(days);
        _days += whole;
        _microseconds += (days - whole) * DateTimeMath.MicrosecondsPerDay;
    }

    private void Add(decimal value, string unit)
    {
        switch (unit)
        {
            case "us" or "usec" or "usecs" or "usecond" or "useconds" or "microsecond" or "microseconds" or "microsecon": _microseconds += value; break;
            case "ms" or "msec" or "msecs" or "msecond" or "mseconds" or "millisecond" or "milliseconds" or "millisecon": _microseconds += value * 1000; break;
            case "s" or "sec" or "secs" or "second" or "seconds": _microseconds += value * DateTimeMath.MicrosecondsPerSecond; break;
            case "m" or "min" or "mins" or "minute" or "minutes": _microseconds += value * DateTimeMath.MicrosecondsPerMinute; break;
            case "h" or "hr" or "hrs" or "hour" or "hours": _microseconds += value * DateTimeMath.MicrosecondsPerHour; break;
            case "d" or "day" or "days": AddDays(value); break;
            case "w" or "week" or "weeks": AddDays(value * 7); break;
            case "mon" or "mons" or "month" or "months": AddMonths(value); break;
            case "y" or "yr" or "yrs" or "year" or "years": AddYears(value); break;
            case "dec" or "decs" or "decade" or "decades": AddYears(value * 10); break;
            case "c" or "cent" or "century" or "centuries": AddYears(value * 100); break;
            case "mil" or "mils" or "millennium" or "millennia" or "millenniums": AddYears(value * 1000); break;
            default: throw Bad();
        }
    }

    private void ParseUnits(string text)
    {
        int at = 0;
        bool any = false, ago = false;
        decimal? pending = null;
        while (at < text.Length)
        {
            char c = text[at];
            if (char.IsWhiteSpace(c) || c is '@' or ',')
            {
                at++;
            }
            else if (char.IsAsciiDigit(c) || c is '+' or '-' or '.')
            {
                if (pending is { } unitless)
                    AddUnitless(unitless, isLast: false);
                pending = null;
                at = ParseNumber(text, at, ref pending);
                any = true;
            }
            else if (char.IsAsciiLetter(c))
            {
                int end = at;
                while (end < text.Length && char.IsAsciiLetter(text[end]))
                    end++;
                string word = text[at..end].ToLowerInvariant();
                at = end;
                if (word == "ago")
                {
                    ago = true;
                    if (text[at..].Trim().Length > 0)
                        throw Bad();
                    continue;
                }

                if (pending is not { } value)
                    throw Bad();
                Add(value, word);
                pending = null;
            }
            else
            {
                throw Bad();
            }
        }

        if (pending is { } last)
            AddUnitless(last, isLast: true);
        if (!any)
            throw Bad();
        if (ago)
        {
            _months = -_months;
            _days = -_days;
            _microseconds = -_microseconds;
        }
    }

    /// <summary>A number without unit: seconds, or the last field of the modifier; before a time it means days.</summary>
    private void AddUnitless(decimal value, bool isLast)
    {
        const int year = 1 << 2, month = 1 << 1, day = 1 << 3, hour = 1 << 10, minute = 1 << 11, second = 1 << 12;
        if (!isLast)
            throw Bad();
        if (_range == 0x7FFF || (_range & second) != 0)
            Add(value, "s");
        else if ((_range & minute) != 0)
            Add(value, "m");
        else if ((_range & hour) != 0)
            Add(value, "h");
        else if ((_range & day) != 0)
            Add(value, "d");
        else if ((_range & month) != 0)
            Add(value, "mon");
        else if ((_range & year) != 0)
            Add(value, "y");
        else
            Add(value, "s");
    }

    private int ParseNumber(string text, int at, ref decimal? pending)
    {
        bool negative = text[at] == '-';
        if (text[at] is '+' or '-')
        {
            at++;
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
        }

        int digits = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
            at++;
        if (at == digits)
            throw Bad();
        if (at < text.Length && text[at] == ':')
        {
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] is ':' or '.'))
                at++;
            AddTime(text[digits..at], negative);
            return at;
        }

        if (at + 1 < text.Length && text[at] == '-' && char.IsAsciiDigit(text[at + 1]))
        {
            int monthStart = at + 1;
            at = monthStart;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            decimal years = Number(text[digits..(monthStart - 1)]), months = Number(text[monthStart..at]);
            if (months >= 12)
                throw Overflow();
            decimal total = (years * 12) + months;
            _months += negative ? -total : total;
            return at;
        }

        decimal value = Number(text[digits..at]);
        value = negative ? -value : value;
        // "1 04:05:06": a bare number before a time counts days.
        int next = at;
        while (next < text.Length && char.IsWhiteSpace(text[next]))
            next++;
        if (next > at && next < text.Length && LooksLikeTime(text, next))
        {
            AddDays(value);
            return at;
        }

        pending = value;
        return at;
    }

    private static bool LooksLikeTime(string text, int at)
    {
        if (text[at] is '+' or '-')
            at++;
        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at > start && at < text.Length && text[at] == ':';
    }

    private readonly decimal Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)
            ? value
            : throw (text.Count(c => c == '.') > 1 ? Bad() : Overflow());

    private void AddTime(string text, bool negative)
    {
        string[] parts = text.Split(':');
        if (parts.Length > 3 || parts.Any(p => p.Length == 0))
            throw Bad();
        decimal hours, minutes, seconds;
        bool minuteToSecond = parts.Length == 2 && (parts[1].Contains('.', StringComparison.Ordinal) || _range == ((1 << 11) | (1 << 12)));
        if (minuteToSecond)
        {
            hours = 0;
            minutes = Number(parts[0]);
            seconds = Number(parts[1]);
        }
        else
        {
            hours = Number(parts[0]);
            minutes = Number(parts[1]);
            seconds = parts.Length > 2 ? Number(parts[2]) : 0;
        }

        if (minutes >= 60 && !minuteToSecond || seconds >= 61)
            throw Overflow();
        decimal total = (hours * DateTimeMath.MicrosecondsPerHour) + (minutes * DateTimeMath.MicrosecondsPerMinute)
            + (seconds * DateTimeMath.MicrosecondsPerSecond);
        _microseconds += negative ? -total : total;
    }

    private void ParseIso(string text)
    {
        bool allNegative = text[0] == '-';
        int at = allNegative ? 2 : 1;
        bool inTime = false;
        if (at >= text.Length)
            throw Bad();
        while (at < text.Length)
        {
            if (text[at] == 'T')
            {
                inTime = true;
                at++;
                continue;
            }

            int start = at;
            if (text[at] is '+' or '-')
                at++;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;
            if (at >= text.Length || !decimal.TryParse(text[start..at], NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value))
                throw Bad();
            string unit = text[at++] switch
            {
                'Y' when !inTime => "y",
                'M' when !inTime => "mon",
                'W' when !inTime => "w",
                'D' when !inTime => "d",
                'H' when inTime => "h",
                'M' when inTime => "m",
                'S' when inTime => "s",
                _ => throw Bad(),
            };
            Add(allNegative ? -value : value, unit);
        }
    }
}
