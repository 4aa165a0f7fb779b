namespace Strata.Engine.Types;

/// <summary>A POSIX TZ rule such as <c>CET-1CEST,M3.5.0,M10.5.0/3</c>. Offsets are seconds east of UTC. Immutable.</summary>
internal sealed class PosixZone
{
    private const int DaySeconds = 86400;

    /// <summary>When summer time begins or ends: a day of the year by one of three rules, and the local second of that day.</summary>
    private readonly record struct Change(char Kind, int Month, int Week, int Day, int Second);

    private readonly Change _start;
    private readonly Change _end;

    private PosixZone(TimeZoneRules.Period standard, TimeZoneRules.Period? summer, Change start, Change end)
    {
        Standard = standard;
        Summer = summer;
        _start = start;
        _end = end;
    }

    public TimeZoneRules.Period Standard { get; }

    public TimeZoneRules.Period? Summer { get; }

    /// <summary>Reads a rule; without dates summer time follows those of the United States. Null when it is none.</summary>
    public static PosixZone? TryParse(string text)
    {
        int at = 0;
        // Standard time needs no name.
        if ((!TryName(text, ref at, out string standardName) && at > 0) || !TryOffset(text, ref at, out int west))
            return null;
        var standard = new TimeZoneRules.Period(-west, false, standardName);
        if (at == text.Length)
            return new PosixZone(standard, null, default, default);
        if (!TryName(text, ref at, out string summerName))
            return null;
        int summerWest = west - 3600;
        if (at < text.Length && text[at] != ',' && !TryOffset(text, ref at, out summerWest))
            return null;
        if (at == text.Length)
        {
            text = ",M3.2.0,M11.1.0";
            at = 0;
        }

        if (!TryChange(text, ref at, out Change start) || !TryChange(text, ref at, out Change end) || at != text.Length)
            return null;
        return new PosixZone(standard, new TimeZoneRules.Period(-summerWest, true, summerName), start, end);
    }

    private static bool TryName(string text, ref int at, out string name)
    {
        int start = at;
        if (at < text.Length && text[at] == '<')
        {
            int end = text.IndexOf('>', at);
            name = end < 0 ? "" : text[(at + 1)..end];
            at = end + 1;
            return name.Length > 0;
        }

        while (at < text.Length && !char.IsAsciiDigit(text[at]) && text[at] is not (',' or '-' or '+'))
            at++;
        name = text[start..at];
        return name.Length > 0;
    }

    private static bool TryNumber(string text, ref int at, int max, out int value)
    {
        int start = at;
        value = 0;
        while (at < text.Length && char.IsAsciiDigit(text[at]) && value <= max)
            value = (value * 10) + text[at++] - '0';
        return at > start && value <= max;
    }

    private static bool TryOffset(string text, ref int at, out int seconds)
    {
        seconds = 0;
        bool negative = at < text.Length && text[at] == '-';
        if (at < text.Length && text[at] is '-' or '+')
            at++;
        if (!TryNumber(text, ref at, (24 * 7) - 1, out int hours))
            return false;
        int minutes = 0, rest = 0;
        if (at < text.Length && text[at] == ':')
        {
            at++;
            if (!TryNumber(text, ref at, 59, out minutes))
                return false;
            if (at < text.Length && text[at] == ':')
            {
                at++;
                if (!TryNumber(text, ref at, 60, out rest))
                    return false;
            }
        }

        seconds = (hours * 3600) + (minutes * 60) + rest;
        if (negative)
            seconds = -seconds;
        return true;
    }

    private static bool TryChange(string text, ref int at, out Change change)
    {
        change = default;
        if (at >= text.Length || text[at++] != ',' || at >= text.Length)
            return false;
        int month = 0, week = 0, day;
        char kind = text[at];
        if (kind == 'M')
        {
            at++;
            if (!TryNumber(text, ref at, 12, out month) || at >= text.Length || text[at++] != '.' || !TryNumber(text, ref at, 5, out week)
                || at >= text.Length || text[at++] != '.' || !TryNumber(text, ref at, 6, out day) || month == 0 || week == 0)
                return false;
        }
        else if (kind == 'J')
        {
            at++;
            if (!TryNumber(text, ref at, 365, out day) || day == 0)
                return false;
        }
        else
        {
            kind = 'D';
            if (!TryNumber(text, ref at, 365, out day))
                return false;
        }

        int second = 2 * 3600;
        if (at < text.Length && text[at] == '/')
        {
            at++;
            if (!TryOffset(text, ref at, out second))
                return false;
        }

        change = new Change(kind, month, week, day, second);
        return true;
    }

    /// <summary>Local second, since 1970-01-01, of a change in a year.</summary>
    private static long LocalSecond(in Change change, int year)
    {
        int day;
        int newYear = DateTimeMath.ToJulianDay(year, 1, 1);
        if (change.Kind == 'M')
        {
            int first = DateTimeMath.ToJulianDay(year, change.Month, 1);
            day = first + ((change.Day - DateTimeMath.DayOfWeek(first) + 7) % 7) + ((change.Week - 1) * 7);
            while (day >= first + DateTimeMath.DaysInMonth(year, change.Month))
                day -= 7;
        }
        else if (change.Kind == 'J')
        {
            // February 29th is never counted.
            day = newYear + change.Day - 1 + (DateTimeMath.IsLeapYear(year) && change.Day >= 60 ? 1 : 0);
        }
        else
        {
            day = newYear + change.Day;
        }

        return ((long)(day - DateTimeMath.UnixEpochJulianDay) * DaySeconds) + change.Second;
    }

    private static int YearOf(long utcSeconds) =>
        DateTimeMath.FromJulianDay((int)Math.Clamp(Math.Floor(utcSeconds / (double)DaySeconds), -2_500_000, 110_000_000) + DateTimeMath.UnixEpochJulianDay).Year;

    private (long Start, long End) Changes(int year) =>
        (LocalSecond(_start, year) - Standard.OffsetSeconds, LocalSecond(_end, year) - Summer!.Value.OffsetSeconds);

    public TimeZoneRules.Period At(long utcSeconds)
    {
        if (Summer is not { } summer)
            return Standard;
        (long start, long end) = Changes(YearOf(utcSeconds + Standard.OffsetSeconds));
        bool isSummer = start < end ? utcSeconds >= start && utcSeconds < end : utcSeconds >= start || utcSeconds < end;
        return isSummer ? summer : Standard;
    }

    public long? NextTransition(long after)
    {
        if (Summer is null)
            return null;
        int year = YearOf(after);
        long? next = null;
        for (int y = year - 1; y <= year + 1; y++)
        {
            (long start, long end) = Changes(y);
            if (start > after && (next is null || start < next))
                next = start;
            if (end > after && (next is null || end < next))
                next = end;
        }

        return next;
    }
}
