using System.Globalization;

namespace Strata.Engine.Types;

/// <summary>
/// Reads dates and times in the forms that PostgreSQL accepts (manual, "Date/Time Input Interpretation"): fields are told apart by their
/// shape, then given a meaning one after the other. Not thread-safe; short-lived.
/// </summary>
internal ref struct DateTimeInput
{
    private readonly string _text;
    private readonly string _typeName;
    private readonly TypeSettings _settings;
    private readonly long _now;

    private int? _year;
    private int? _month;
    private int? _day;
    private bool _yearIsShort;
    private bool _isBc;
    private long? _time;
    private int? _hour12Shift;
    private int? _offsetEast;
    private TimeZoneInfo? _zone;
    private int? _dayOfYear;
    private int? _julianDay;
    private DateTimeKeyword _keyword;
    private bool _expectTime;

    public DateTimeInput(string text, string typeName, TypeSettings settings, long now)
    {
        _text = text;
        _typeName = typeName;
        _settings = settings;
        _now = now;
    }

    private readonly SqlException Bad() =>
        new(SqlState.InvalidDatetimeFormat, $"invalid input syntax for type {_typeName}: \"{_text}\"");

    private readonly SqlException FieldRange(bool hint = false) =>
        new(SqlState.DatetimeFieldOverflow, $"date/time field value out of range: \"{_text}\"")
        {
            Hint = hint ? "Perhaps you need a different \"datestyle\" setting." : null,
        };

    public int ParseDate()
    {
        Scan();
        if (_keyword == DateTimeKeyword.Infinity)
            return DateTimeMath.DateInfinity;
        if (_keyword == DateTimeKeyword.MinusInfinity)
            return DateTimeMath.DateMinusInfinity;
        if (KeywordMoment() is { } moment)
            return DateTimeMath.Split(moment.Timestamp).JulianDay - DateTimeMath.EpochJulianDay;
        (int year, int month, int day) = Date();
        int date = CheckedJulian(year, month, day) - DateTimeMath.EpochJulianDay;
        return date;
    }

    private int CheckedJulian(int year, int month, int day)
    {
        if (year is < -4713 or > 5874897 || (year == -4713 && (month < 11 || (month == 11 && day < 24))) || (year == 5874897 && month > 5))
            throw new SqlException(SqlState.DatetimeFieldOverflow, $"date out of range: \"{_text}\"");
        return DateTimeMath.ToJulianDay(year, month, day);
    }

    /// <summary>A timestamp; with a zone when <paramref name="withZone"/> (the result is then UTC).</summary>
    public long ParseTimestamp(bool withZone)
    {
        Scan();
        if (_keyword == DateTimeKeyword.Infinity)
            return DateTimeMath.TimestampInfinity;
        if (_keyword == DateTimeKeyword.MinusInfinity)
            return DateTimeMath.TimestampMinusInfinity;
        long local;
        if (KeywordMoment() is { } moment)
        {
            if (moment.IsUtc)
                return withZone ? moment.Timestamp : DateTimeMath.ToLocal(_keyword == DateTimeKeyword.Epoch ? TimeZoneInfo.Utc : _settings.TimeZone, moment.Timestamp);
            local = moment.Timestamp + (_time ?? 0);
        }
        else
        {
            (int year, int month, int day) = Date();
            local = DateTimeMath.FromFields(year, month, day, TimeOfDay())
                ?? throw new SqlException(SqlState.DatetimeFieldOverflow, $"timestamp out of range: \"{_text}\"");
        }

        if (!withZone)
            return local;
        long utc;
        if (_offsetEast is { } offset)
            utc = local - (offset * DateTimeMath.MicrosecondsPerSecond);
        else
            utc = local - (DateTimeMath.OffsetAtLocal(_zone ?? _settings.TimeZone, local) * DateTimeMath.MicrosecondsPerSecond);
        return DateTimeMath.IsValidTimestamp(utc) ? utc
            : throw new SqlException(SqlState.DatetimeFieldOverflow, $"timestamp out of range: \"{_text}\"");
    }

    public long ParseTime()
    {
        _expectTime = true;
        Scan();
        if (_keyword == DateTimeKeyword.Now)
            return DateTimeMath.Split(DateTimeMath.ToLocal(_settings.TimeZone, _now)).Time;
        if (_time is null || _keyword != DateTimeKeyword.None)
            throw Bad();
        return TimeOfDay();
    }

    public TimeTzValue ParseTimeTz()
    {
        _expectTime = true;
        Scan();
        if (_keyword == DateTimeKeyword.Now)
        {
            int east = DateTimeMath.OffsetAt(_settings.TimeZone, _now);
            return new TimeTzValue(DateTimeMath.Split(_now + (east * DateTimeMath.MicrosecondsPerSecond)).Time, -east);
        }

        if (_time is null || _keyword != DateTimeKeyword.None)
            throw Bad();
        long time = TimeOfDay();
        if (_offsetEast is { } offset)
            return new TimeTzValue(time, -offset);
        long local = _year is null
            ? DateTimeMath.ToLocal(_settings.TimeZone, _now)
            : DateTimeMath.FromFields(Date().Year, Date().Month, Date().Day, time) ?? throw FieldRange();
        return new TimeTzValue(time, -DateTimeMath.OffsetAtLocal(_zone ?? _settings.TimeZone, local));
    }

    private readonly (long Timestamp, bool IsUtc)? KeywordMoment()
    {
        switch (_keyword)
        {
            case DateTimeKeyword.Epoch:
                return (DateTimeMath.FromUnixMicroseconds(0), true);
            case DateTimeKeyword.Now:
                return _typeName == "date" ? (DateTimeMath.ToLocal(_settings.TimeZone, _now), true) : (_now, true);
            case DateTimeKeyword.Today or DateTimeKeyword.Tomorrow or DateTimeKeyword.Yesterday:
                long local = DateTimeMath.ToLocal(_settings.TimeZone, _now);
                (int day, _) = DateTimeMath.Split(local);
                day += _keyword == DateTimeKeyword.Tomorrow ? 1 : _keyword == DateTimeKeyword.Yesterday ? -1 : 0;
                return ((day - DateTimeMath.EpochJulianDay) * DateTimeMath.MicrosecondsPerDay, false);
            default:
                return null;
        }
    }

    private readonly (int Year, int Month, int Day) Date()
    {
        if (_julianDay is { } julian)
            return DateTimeMath.FromJulianDay(julian);
        if (_year is not { } year)
            throw Bad();
        if (_isBc)
        {
            if (year <= 0)
                throw FieldRange();
            year = 1 - year;
        }
        else if (_yearIsShort)
        {
            year += year < 70 ? 2000 : 1900;
        }
        else if (year <= 0)
        {
            throw FieldRange();
        }

        if (_dayOfYear is { } ordinal)
        {
            if (ordinal < 1 || ordinal > (DateTimeMath.IsLeapYear(year) ? 366 : 365))
                throw FieldRange();
            return DateTimeMath.FromJulianDay(DateTimeMath.ToJulianDay(year, 1, 1) + ordinal - 1);
        }

        if (_month is not { } month || _day is not { } day)
            throw Bad();
        if (month is < 1 or > 12 || day is < 1 or > 31)
            throw FieldRange(hint: true);
        if (day > DateTimeMath.DaysInMonth(year, month))
            throw FieldRange();
        return (year, month, day);
    }

    private readonly long TimeOfDay()
    {
        if (_time is not { } time)
            return 0;
        if (_hour12Shift is not { } shift)
            return time;
        long hour = time / DateTimeMath.MicrosecondsPerHour;
        if (hour is < 0 or > 12)
            throw FieldRange();
        if (hour == 12)
            return shift == 12 ? time : time - (12 * DateTimeMath.MicrosecondsPerHour);
        return time + (shift * DateTimeMath.MicrosecondsPerHour);
    }

    private void Scan()
    {
        int at = 0;
        bool any = false;
        while (at < _text.Length)
        {
            char c = _text[at];
            if (char.IsWhiteSpace(c) || c == ',')
            {
                at++;
                continue;
            }

            any = true;
            if (char.IsAsciiDigit(c))
                at = ScanNumberField(at);
            else if (char.IsAsciiLetter(c))
                at = ScanWord(at);
            else if (c is '+' or '-')
                at = ScanSigned(at);
            else
                throw Bad();
        }

        if (!any)
            throw Bad();
    }

    private int ScanSigned(int at)
    {
        int next = at + 1;
        if (next < _text.Length && char.IsAsciiDigit(_text[next]))
        {
            int end = next;
            while (end < _text.Length && (char.IsAsciiDigit(_text[end]) || _text[end] == ':'))
                end++;
            if (_time is null && _year is null && !_expectTime)
                throw Bad();
            SetOffset(_text[next..end], _text[at] == '-');
            return end;
        }

        while (next < _text.Length && char.IsWhiteSpace(_text[next]))
            next++;
        int wordEnd = next;
        while (wordEnd < _text.Length && char.IsAsciiLetter(_text[wordEnd]))
            wordEnd++;
        if (_text[next..wordEnd].ToLowerInvariant() is "infinity" or "inf")
        {
            SetKeyword(_text[at] == '-' ? DateTimeKeyword.MinusInfinity : DateTimeKeyword.Infinity);
            return wordEnd;
        }

        throw Bad();
    }

    private void SetOffset(string digits, bool negative)
    {
        string[] parts = digits.Split(':');
        int hours, minutes = 0, seconds = 0;
        if (parts.Length == 1 && digits.Length is 3 or 4)
        {
            hours = Number(digits[..^2]);
            minutes = Number(digits[^2..]);
        }
        else if (parts.Length == 1 && digits.Length == 6)
        {
            hours = Number(digits[..2]);
            minutes = Number(digits[2..4]);
            seconds = Number(digits[4..]);
        }
        else
        {
            hours = Number(parts[0]);
            minutes = parts.Length > 1 ? Number(parts[1]) : 0;
            seconds = parts.Length > 2 ? Number(parts[2]) : 0;
        }

        if (_offsetEast is not null && _zone is null && _offsetEast != 0)
            throw Bad();
        if (hours > 15 || minutes > 59 || seconds > 59)
            throw new SqlException(SqlState.InvalidTimeZoneDisplacementValue, $"time zone displacement out of range: \"{_text}\"");
        int offset = (hours * 3600) + (minutes * 60) + seconds;
        _offsetEast = negative ? -offset : offset;
    }

    private readonly int Number(string digits) =>
        digits.Length is > 0 and < 10 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw (digits.Length >= 10 ? FieldRange() : Bad());

    private int ScanNumberField(int at)
    {
        int end = at;
        while (end < _text.Length && char.IsAsciiDigit(_text[end]))
            end++;
        char next = end < _text.Length ? _text[end] : '\0';
        if (next == ':')
            return ScanTime(at);
        if (next is '-' or '/' || (next == '.' && IsDottedDate(end)))
            return ScanDate(at);
        if (next == '.')
            return ScanDecimal(at, end);
        if (next is 'T' or 't' && end + 1 < _text.Length && char.IsAsciiDigit(_text[end + 1]))
        {
            SetNumber(_text[at..end]);
            return ScanCompactTime(end + 1);
        }

        if (char.IsAsciiLetter(next) && next is not ('T' or 't'))
        {
            // 08-Jan style without separator ("8jan1999") or a suffix such as "10am".
            SetNumber(_text[at..end]);
            return end;
        }

        SetNumber(_text[at..end]);
        return end;
    }

    /// <summary>True for 08.01.1999: a second dot follows.</summary>
    private readonly bool IsDottedDate(int dot)
    {
        int at = dot + 1;
        while (at < _text.Length && char.IsAsciiDigit(_text[at]))
            at++;
        return at > dot + 1 && at < _text.Length && _text[at] == '.';
    }

    /// <summary>YYYY.DDD, or a time with fraction after a compact date (040506.789).</summary>
    private int ScanDecimal(int at, int dot)
    {
        int end = dot + 1;
        while (end < _text.Length && char.IsAsciiDigit(_text[end]))
            end++;
        string whole = _text[at..dot], fraction = _text[(dot + 1)..end];
        if (_year is null && whole.Length == 4 && fraction.Length == 3)
        {
            _year = Number(whole);
            _dayOfYear = Number(fraction);
            return end;
        }

        if ((_year is not null || _expectTime) && whole.Length is 6 or 4 && _time is null)
        {
            SetCompactTime(whole, fraction);
            return end;
        }

        throw Bad();
    }

    private int ScanCompactTime(int at)
    {
        int end = at;
        while (end < _text.Length && char.IsAsciiDigit(_text[end]))
            end++;
        if (end < _text.Length && _text[end] == ':')
            return ScanTime(at);
        string whole = _text[at..end], fraction = "";
        if (end < _text.Length && _text[end] == '.')
        {
            int start = ++end;
            while (end < _text.Length && char.IsAsciiDigit(_text[end]))
                end++;
            fraction = _text[start..end];
        }

        SetCompactTime(whole, fraction);
        return end;
    }

    private void SetCompactTime(string whole, string fraction)
    {
        if (_time is not null)
            throw Bad();
        switch (whole.Length)
        {
            case 2: SetTime(Number(whole), 0, 0, 0); break;
            case 4: SetTime(Number(whole[..2]), Number(whole[2..]), 0, 0); break;
            case 6: SetTime(Number(whole[..2]), Number(whole[2..4]), Number(whole[4..]), Fraction(fraction)); break;
            default: throw Bad();
        }
    }

    /// <summary>Microseconds of fractional digits, rounded.</summary>
    internal static int Fraction(string digits)
    {
        if (digits.Length == 0)
            return 0;
        return (int)Math.Round(double.Parse("0." + digits, CultureInfo.InvariantCulture) * 1_000_000, MidpointRounding.ToEven);
    }

    private void SetTime(int hour, int minute, int second, int microsecond)
    {
        if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && (minute > 0 || second > 0 || microsecond > 0)))
            throw FieldRange();
        _time = (hour * DateTimeMath.MicrosecondsPerHour) + (minute * DateTimeMath.MicrosecondsPerMinute)
            + (second * DateTimeMath.MicrosecondsPerSecond) + microsecond;
    }

    private int ScanTime(int at)
    {
        int end = at;
        while (end < _text.Length && (char.IsAsciiDigit(_text[end]) || _text[end] is ':' or '.'))
            end++;
        if (_time is not null)
            throw Bad();
        string field = _text[at..end];
        string fraction = "";
        int dot = field.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0)
        {
            fraction = field[(dot + 1)..];
            field = field[..dot];
            if (fraction.Any(c => !char.IsAsciiDigit(c)))
                throw Bad();
        }

        string[] parts = field.Split(':');
        if (parts.Length > 3 || parts[1].Length == 0)
            throw Bad();
        int microseconds = Fraction(fraction);
        if (parts.Length == 2 && dot >= 0)
            SetTime(0, Number(parts[0]), Number(parts[1]), microseconds);
        else
            SetTime(Number(parts[0]), Number(parts[1]), parts.Length > 2 ? Number(parts[2]) : 0, microseconds);
        return end;
    }

    private int ScanDate(int at)
    {
        int end = at;
        while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] is '-' or '/' or '.'))
        {
            if (_text[end] is 'T' or 't' && end + 1 < _text.Length && char.IsAsciiDigit(_text[end + 1]) && char.IsAsciiDigit(_text[end - 1]))
                break;
            end++;
        }

        string[] parts = _text[at..end].Split('-', '/', '.');
        if (parts.Length > 3 || parts.Length < 2 || _year is not null)
            throw Bad();
        if (parts.Length == 2)
        {
            // 1999-008: year and day of year.
            if (parts[0].Length == 4 && parts[1].Length == 3)
            {
                _year = Number(parts[0]);
                _dayOfYear = Number(parts[1]);
                return end;
            }

            throw Bad();
        }

        int named = Array.FindIndex(parts, p => p.Length > 0 && char.IsAsciiLetter(p[0]));
        if (named >= 0)
        {
            _month = DateTimeWords.Month(parts[named]) ?? throw Bad();
            string[] rest = [.. parts.Where((_, i) => i != named)];
            if (rest[0].Length > 2 || (named > 0 && _settings.DateOrder == DateOrder.Ymd && rest[1].Length <= 2))
                (rest[0], rest[1]) = (rest[1], rest[0]);
            _day = Number(rest[0]);
            SetYear(rest[1]);
        }
        else if (parts[0].Length > 2 || _settings.DateOrder == DateOrder.Ymd)
        {
            SetYear(parts[0]);
            _month = Number(parts[1]);
            _day = Number(parts[2]);
        }
        else
        {
            bool dayFirst = _settings.DateOrder == DateOrder.Dmy;
            _month = Number(parts[dayFirst ? 1 : 0]);
            _day = Number(parts[dayFirst ? 0 : 1]);
            SetYear(parts[2]);
        }

        if (end < _text.Length && _text[end] is 'T' or 't')
            return ScanCompactTime(end + 1);
        return end;
    }

    private void SetYear(string digits)
    {
        _year = Number(digits);
        _yearIsShort = digits.Length <= 2;
    }

    /// <summary>A bare number: its length and what is still missing decide.</summary>
    private void SetNumber(string digits)
    {
        if (_expectTime && _time is null && digits.Length is 4 or 6)
        {
            SetCompactTime(digits, "");
            return;
        }

        if (_year is null && _month is null && digits.Length == 8)
        {
            _year = Number(digits[..4]);
            _month = Number(digits[4..6]);
            _day = Number(digits[6..]);
            return;
        }

        if (_year is null && _month is null && digits.Length == 6)
        {
            SetYear(digits[..2]);
            _month = Number(digits[2..4]);
            _day = Number(digits[4..]);
            return;
        }

        if (_year is not null && _month is not null && _time is null && digits.Length is 4 or 6 && _day is not null)
        {
            SetCompactTime(digits, "");
            return;
        }

        if (_year is null && digits.Length > 2)
        {
            SetYear(digits);
            return;
        }

        if (_month is not null && _day is null && digits.Length <= 2)
        {
            _day = Number(digits);
            return;
        }

        if (_month is not null && _day is not null && _year is null)
        {
            SetYear(digits);
            return;
        }

        if (_month is null && _day is null && digits.Length <= 2)
        {
            if (_expectTime || _year is not null)
            {
                // "10 am", or a month after a year.
                if (_expectTime)
                    SetTime(Number(digits), 0, 0, 0);
                else
                    _month = Number(digits);
                return;
            }

            _day = Number(digits);
            return;
        }

        throw Bad();
    }

    private int ScanWord(int at)
    {
        int end = at;
        while (end < _text.Length && char.IsAsciiLetter(_text[end]))
            end++;
        string word = _text[at..end].ToLowerInvariant();

        if (word == "t" && _year is not null && end < _text.Length && char.IsAsciiDigit(_text[end]))
            return ScanCompactTime(end);
        if (word is "j" or "jd" or "julian" && end < _text.Length && char.IsAsciiDigit(_text[end]))
        {
            int digits = end;
            while (digits < _text.Length && char.IsAsciiDigit(_text[digits]))
                digits++;
            _julianDay = Number(_text[end..digits]);
            return digits;
        }

        if (DateTimeWords.Month(word) is { } month)
        {
            // Jan-08-1999.
            if (end < _text.Length && _text[end] is '-' or '/' && end + 1 < _text.Length && char.IsAsciiDigit(_text[end + 1]))
                return ScanDate(at);
            if (_month is not null && _day is null)
                _day = _month;
            _month = month;
            return end;
        }

        if (SetSimpleWord(word))
            return end;
        return ScanZoneName(at);
    }

    private bool SetSimpleWord(string word)
    {
        switch (word)
        {
            case "am" or "pm":
                if (_time is null && _day is { } hour && _month is null)
                {
                    SetTime(hour, 0, 0, 0);
                    _day = null;
                }

                if (_time is null)
                    throw Bad();
                _hour12Shift = word == "pm" ? 12 : 0;
                return true;
            case "bc":
                _isBc = true;
                return true;
            case "ad":
                return true;
            case "at" or "on" or "t":
                return true;
            case "epoch":
                SetKeyword(DateTimeKeyword.Epoch);
                return true;
            case "infinity" or "inf":
                SetKeyword(DateTimeKeyword.Infinity);
                return true;
            case "now":
                SetKeyword(DateTimeKeyword.Now);
                return true;
            case "today":
                SetKeyword(DateTimeKeyword.Today);
                return true;
            case "tomorrow":
                SetKeyword(DateTimeKeyword.Tomorrow);
                return true;
            case "yesterday":
                SetKeyword(DateTimeKeyword.Yesterday);
                return true;
            case "allballs":
                _time = 0;
                _offsetEast = 0;
                return true;
            default:
                return DateTimeWords.IsDayOfWeek(word);
        }
    }

    private void SetKeyword(DateTimeKeyword keyword)
    {
        if (_keyword != DateTimeKeyword.None || _year is not null)
            throw Bad();
        _keyword = keyword;
    }

    private int ScanZoneName(int at)
    {
        int end = at;
        while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] is '/' or '_' or '-' or '+'))
            end++;
        string name = _text[at..end];
        // UTC+3 style: a known abbreviation followed by an offset is left to the sign.
        int sign = name.IndexOfAny(['+', '-']);
        if (sign > 0 && !name.Contains('/', StringComparison.Ordinal))
        {
            end = at + sign;
            name = name[..sign];
        }

        if (TimeZones.Abbreviation(name) is { } seconds)
        {
            _offsetEast = seconds;
            return end;
        }

        if (TimeZones.Find(name) is { } zone)
        {
            _zone = zone;
            return end;
        }

        if (name.Contains('/', StringComparison.Ordinal))
            throw new SqlException(SqlState.InvalidParameterValue, $"time zone \"{name.ToLowerInvariant()}\" not recognized");
        throw Bad();
    }
}
