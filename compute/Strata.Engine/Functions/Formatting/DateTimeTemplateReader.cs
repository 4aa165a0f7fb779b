using System.Globalization;
using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Formatting;

/// <summary>Reads the fields of a text that a template names. Zero means that a field was not given, as in PostgreSQL. For one text.</summary>
internal sealed class DateTimeTemplateReader(string text, bool isStandard)
{
    private const int ZoneHoursMax = 15;

    private static readonly string[] s_meridiems = ["am", "pm"];
    private static readonly string[] s_dottedMeridiems = ["a.m.", "p.m."];
    private static readonly string[] s_eras = ["ad", "bc"];
    private static readonly string[] s_dottedEras = ["a.d.", "b.c."];
    private static readonly string[] s_numerals = ["xii", "xi", "x", "ix", "viii", "vii", "vi", "v", "iv", "iii", "ii", "i"];

    private int _at;
    private bool? _isIsoWeek;
    private bool _isTwelveHour;
    private int _year;
    private int _yearDigits;
    private int _century;
    private int _month;
    private int _day;
    private int _dayOfYear;
    private int _dayOfWeek;
    private int _week;
    private int _weekOfMonth;
    private int _julian;
    private int _hour;
    private int _minute;
    private int _second;
    private int _millisecond;
    private int _microsecond;
    private int _secondsOfDay;
    private int _isPm;
    private int _isBc;
    private int _fractionDigits = -1;
    private int _zoneSign;
    private int _zoneHours;
    private int _zoneMinutes;

    /// <summary>Offset east of UTC by TZH and TZM; null when the template has none. Throws 22009.</summary>
    public int? OffsetSeconds
    {
        get
        {
            if (_zoneSign == 0)
                return null;
            if (_zoneHours is < 0 or > ZoneHoursMax || _zoneMinutes is < 0 or > 59)
                throw new SqlException(SqlState.InvalidTimeZoneDisplacementValue, $"time zone displacement out of range: \"{text}\"");
            return _zoneSign * ((_zoneHours * 3600) + (_zoneMinutes * 60));
        }
    }

    public static bool IsSeparator(char c) => c is > ' ' and < '\x7F' && !char.IsAsciiLetterOrDigit(c);

    private static bool IsSpace(char c) => c is ' ' or (>= '\t' and <= '\r');

    private void Skip(int characters)
    {
        for (int i = 0; i < characters && _at < text.Length; i++)
            _at += char.IsHighSurrogate(text[_at]) && _at + 1 < text.Length ? 2 : 1;
    }

    private int SkipSpaces()
    {
        int start = _at;
        while (_at < text.Length && IsSpace(text[_at]))
            _at++;
        return _at - start;
    }

    public void Read(List<DateTimeTemplateNode> nodes)
    {
        bool isFixed = isStandard;
        // Characters of the text skipped beyond those that the template has: a literal needs none then, and a minus may be a zone's sign.
        int extra = 0;
        int i = 0;
        for (; i < nodes.Count && _at < text.Length; i++)
        {
            DepthGuard.Step();
            DateTimeTemplateNode node = nodes[i];
            bool isField = node.Kind == DateTimeTemplateNodeKind.Field;
            if (!isFixed && node.Field != "FX" && (isField || i == 0))
                extra += SkipSpaces();
            if (_at >= text.Length && !isField)
                break;
            if (node.Kind is DateTimeTemplateNodeKind.Space or DateTimeTemplateNodeKind.Separator)
            {
                if (isStandard)
                {
                    if (text[_at] != node.Text[0])
                        throw new SqlException(SqlState.InvalidDatetimeFormat, $"unmatched format separator \"{node.Text}\"");
                    _at++;
                }
                else if (isFixed)
                {
                    Skip(1);
                }
                else
                {
                    extra--;
                    if (IsSpace(text[_at]) || IsSeparator(text[_at]))
                    {
                        _at++;
                        extra++;
                    }
                }

                continue;
            }

            if (node.Kind == DateTimeTemplateNodeKind.Text)
            {
                if (isStandard && string.CompareOrdinal(text, _at, node.Text, 0, node.Text.Length) != 0)
                    throw new SqlException(SqlState.InvalidDatetimeFormat, $"unmatched format character \"{node.Text}\"");
                if (!isFixed && extra > 0)
                    extra--;
                else
                    Skip(1);
                continue;
            }

            if (node.Field == "FX")
            {
                isFixed = true;
                continue;
            }

            SetCalendar(node);
            ReadField(node, node.FillMode || NextIsNoDigit(nodes, i), extra);
            if (!isFixed)
                extra = SkipSpaces();
        }

        if (!isStandard)
            return;
        if (i < nodes.Count)
            throw new SqlException(SqlState.InvalidDatetimeFormat, "input string is too short for datetime format");
        SkipSpaces();
        if (_at < text.Length)
            throw new SqlException(SqlState.InvalidDatetimeFormat, "trailing characters remain in input string after datetime format");
    }

    private static bool NextIsNoDigit(List<DateTimeTemplateNode> nodes, int index)
    {
        if (nodes[index].Suffix.Length > 0 || index + 1 >= nodes.Count)
            return true;
        DateTimeTemplateNode next = nodes[index + 1];
        return next.Kind == DateTimeTemplateNodeKind.Field ? !next.IsNumeric : !(next.Text.Length == 1 && char.IsAsciiDigit(next.Text[0]));
    }

    private void SetCalendar(DateTimeTemplateNode node)
    {
        if (node.IsIsoWeek is not { } isIso)
            return;
        if (_isIsoWeek is { } before && before != isIso)
        {
            throw new SqlException(SqlState.InvalidDatetimeFormat, "invalid combination of date conventions")
            {
                Hint = "Do not mix Gregorian and ISO week date conventions in a formatting template.",
            };
        }

        _isIsoWeek = isIso;
    }

    private static void Set(ref int field, int value, DateTimeTemplateNode node)
    {
        if (field != 0 && field != value)
        {
            throw new SqlException(SqlState.InvalidDatetimeFormat, $"conflicting values for \"{node.Text}\" field in formatting string")
            {
                Detail = "This value contradicts a previous setting for the same field type.",
            };
        }

        field = value;
    }

    /// <summary>
    /// Reads an integer of a width: exactly so many characters, or (<paramref name="open"/>) as many as there are. Returns the characters read.
    /// </summary>
    private int Number(ref int field, int width, DateTimeTemplateNode node, bool open)
    {
        int value = Integer(width, node, open, out int used);
        Set(ref field, value, node);
        return used;
    }

    private int Integer(int width, DateTimeTemplateNode node, bool open, out int used)
    {
        int start = _at;
        SkipSpaces();
        string head = text[_at..Math.Min(text.Length, _at + width)];
        int end;
        if (open)
        {
            end = NumberEnd(text, _at, text.Length);
        }
        else
        {
            if (head.Length < width)
            {
                throw new SqlException(SqlState.InvalidDatetimeFormat, $"source string too short for \"{node.Text}\" formatting field")
                {
                    Detail = $"Field requires {width} characters, but only {head.Length} remain.",
                    Hint = "If your source string is not fixed-width, try using the \"FM\" modifier.",
                };
            }

            end = NumberEnd(text, _at, _at + width);
            if (end > _at && end < _at + width)
            {
                throw new SqlException(SqlState.InvalidDatetimeFormat, $"invalid value \"{head}\" for \"{node.Text}\"")
                {
                    Detail = $"Field requires {width} characters, but only {end - _at} could be parsed.",
                    Hint = "If your source string is not fixed-width, try using the \"FM\" modifier.",
                };
            }
        }

        if (end == _at)
            throw new SqlException(SqlState.InvalidDatetimeFormat, $"invalid value \"{FirstBytes(head, width)}\" for \"{node.Text}\"") { Detail = "Value must be an integer." };
        if (!int.TryParse(text.AsSpan(_at, end - _at), NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int value))
        {
            throw new SqlException(SqlState.DatetimeFieldOverflow, $"value for \"{node.Text}\" in source string is out of range")
            {
                Detail = $"Value must be in the range {int.MinValue} to {int.MaxValue}.",
            };
        }

        _at = end;
        used = _at - start;
        return value;
    }

    /// <summary>PostgreSQL counts bytes and may cut a character: what is left of it is none.</summary>
    private static string FirstBytes(string head, int width)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(head);
        return Encoding.UTF8.GetString(bytes, 0, Math.Min(bytes.Length, width));
    }

    /// <summary>End of an optional sign and digits; the start when there are no digits.</summary>
    private static int NumberEnd(string text, int start, int limit)
    {
        int at = start;
        while (at < limit && IsSpace(text[at]))
            at++;
        if (at < limit && text[at] is '+' or '-')
            at++;
        int digits = at;
        while (at < limit && char.IsAsciiDigit(text[at]))
            at++;
        return at > digits ? at : start;
    }

    private int Word(string[] names, int prefix, DateTimeTemplateNode node)
    {
        for (int i = 0; i < names.Length; i++)
        {
            string name = prefix > 0 ? names[i][..prefix] : names[i];
            if (string.Compare(text, _at, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0)
            {
                _at += name.Length;
                return i;
            }
        }

        int end = _at;
        while (end < text.Length && !IsSpace(text[end]))
            end++;
        throw new SqlException(SqlState.InvalidDatetimeFormat, $"invalid value \"{text[_at..end]}\" for \"{node.Text}\"")
        {
            Detail = "The given value did not match any of the allowed values for this field.",
        };
    }

    private void ReadField(DateTimeTemplateNode node, bool open, int extra)
    {
        switch (node.Field)
        {
            case "AM" or "PM" or "A.M." or "P.M.":
                Set(ref _isPm, Word(node.Field.Length == 2 ? s_meridiems : s_dottedMeridiems, 0, node), node);
                _isTwelveHour = true;
                return;
            case "AD" or "BC" or "A.D." or "B.C.":
                Set(ref _isBc, Word(node.Field.Length == 2 ? s_eras : s_dottedEras, 0, node), node);
                return;
            case "MONTH": Set(ref _month, Word(DateTimeWords.Months, 0, node) + 1, node); return;
            case "MON": Set(ref _month, Word(DateTimeWords.Months, 3, node) + 1, node); return;
            case "RM": Set(ref _month, 12 - Word(s_numerals, 0, node), node); return;
            case "DAY": Set(ref _dayOfWeek, Word(DateTimeWords.Days, 0, node) + 1, node); return;
            case "DY": Set(ref _dayOfWeek, Word(DateTimeWords.Days, 3, node) + 1, node); return;
            case "TZ" or "OF":
                throw new SqlException(SqlState.FeatureNotSupported, $"formatting field \"{node.Text}\" is only supported in to_char");
            case "TZH":
                ReadZoneHours(node, open, extra);
                return;
            case "TZM":
                if (_zoneSign == 0)
                    _zoneSign = 1;
                Number(ref _zoneMinutes, 2, node, open);
                return;
            case "Y,YYY" or "YYYY" or "YYY" or "YY" or "Y" or "IYYY" or "IYY" or "IY" or "I":
                ReadYear(node, open);
                break;
            case "MS":
                int digits = Number(ref _millisecond, 3, node, open);
                _millisecond *= digits == 1 ? 100 : digits == 2 ? 10 : 1;
                break;
            case "US" or "FF1" or "FF2" or "FF3" or "FF4" or "FF5" or "FF6":
                if (node.Field != "US")
                    _fractionDigits = node.Field[2] - '0';
                int length = Number(ref _microsecond, node.Field == "US" ? 6 : node.Field[2] - '0', node, open);
                for (int i = length; i < 6; i++)
                    _microsecond *= 10;
                break;
            default:
                ReadNumber(node, open);
                break;
        }

        if (node.Suffix.Length > 0)
            Skip(2);
    }

    private void ReadNumber(DateTimeTemplateNode node, bool open)
    {
        int width = node.Field.Length;
        switch (node.Field)
        {
            case "HH" or "HH12":
                Number(ref _hour, 2, node, open);
                _isTwelveHour = true;
                break;
            case "HH24": Number(ref _hour, 2, node, open); break;
            case "MI": Number(ref _minute, width, node, open); break;
            case "SS": Number(ref _second, width, node, open); break;
            case "SSSS" or "SSSSS": Number(ref _secondsOfDay, width, node, open); break;
            case "MM": Number(ref _month, width, node, open); break;
            case "DDD": Number(ref _dayOfYear, width, node, open); break;
            case "IDDD": Number(ref _dayOfYear, 3, node, open); break;
            case "DD": Number(ref _day, width, node, open); break;
            case "D": Number(ref _dayOfWeek, width, node, open); break;
            case "ID":
                Number(ref _dayOfWeek, 1, node, open);
                // Sunday is 1.
                _dayOfWeek = _dayOfWeek >= 7 ? 1 : _dayOfWeek + 1;
                break;
            case "WW" or "IW": Number(ref _week, width, node, open); break;
            case "W": Number(ref _weekOfMonth, width, node, open); break;
            case "CC": Number(ref _century, width, node, open); break;
            case "J": Number(ref _julian, width, node, open); break;
            default: Integer(width, node, open, out _); break;
        }
    }

    private void ReadZoneHours(DateTimeTemplateNode node, bool open, int extra)
    {
        if (_at < text.Length && text[_at] is '+' or '-' or ' ')
            _zoneSign = text[_at++] == '-' ? -1 : 1;
        else
            _zoneSign = extra > 0 && _at > 0 && text[_at - 1] == '-' ? -1 : 1;
        Number(ref _zoneHours, 2, node, open);
    }

    private void ReadYear(DateTimeTemplateNode node, bool open)
    {
        if (node.Field == "Y,YYY")
        {
            int end = NumberEnd(text, _at, text.Length), rest = end + 1;
            int last = end > _at && end < text.Length && text[end] == ',' ? NumberEnd(text, rest, Math.Min(text.Length, rest + 3)) : rest;
            if (last == rest)
                throw new SqlException(SqlState.InvalidDatetimeFormat, "invalid input string for \"Y,YYY\"");
            int thousands = int.Parse(text.AsSpan(_at, end - _at), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            Set(ref _year, (thousands * 1000) + int.Parse(text.AsSpan(rest, last - rest), CultureInfo.InvariantCulture), node);
            _yearDigits = 4;
            _at = last;
            return;
        }

        int width = node.Field.Length;
        int used = Number(ref _year, width, node, open);
        if (width < 4 && used < 4)
            _year = NearestTo2020(_year);
        _yearDigits = width;
    }

    private static int NearestTo2020(int year) => year < 70 ? year + 2000 : year < 100 ? year + 1900 : year < 520 ? year + 2000 : year < 1000 ? year + 1000 : year;

    private SqlException OutOfRange() => new(SqlState.DatetimeFieldOverflow, $"date/time field value out of range: \"{text}\"");

    /// <summary>The date and time that the fields mean. Throws 22007 or 22008.</summary>
    public DateTimeFields Result()
    {
        int hour = _hour != 0 ? _hour : _secondsOfDay / 3600, minute = _minute != 0 ? _minute : _secondsOfDay / 60 % 60;
        int second = _second != 0 ? _second : _secondsOfDay % 60;
        if (_isTwelveHour)
        {
            if (hour is < 1 or > 12)
            {
                throw new SqlException(SqlState.InvalidDatetimeFormat, $"hour \"{hour}\" is invalid for the 12-hour clock")
                {
                    Hint = "Use the 24-hour clock, or give an hour between 1 and 12.",
                };
            }

            hour = (hour % 12) + (_isPm != 0 ? 12 : 0);
        }

        (int year, int month, int day) = Date();
        int microsecond = (_millisecond * 1000) + _microsecond;
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59 || microsecond is < 0 or > 999_999)
            throw OutOfRange();
        return new DateTimeFields(
            year,
            month,
            day,
            (hour * DateTimeMath.MicrosecondsPerHour) + (minute * DateTimeMath.MicrosecondsPerMinute) + (second * DateTimeMath.MicrosecondsPerSecond)
                + DateTimeMath.RoundToPrecision(microsecond, _fractionDigits));
    }

    private (int? Year, bool Known) Year()
    {
        int century = _isBc != 0 ? -_century : _century;
        if (_year != 0)
        {
            if (_century != 0 && _yearDigits <= 2)
            {
                int inCentury = _year % 100;
                if (inCentury != 0)
                    return (century >= 0 ? inCentury + ((century - 1) * 100) : ((century + 1) * 100) - inCentury + 1, true);
                return ((century * 100) + (century >= 0 ? 0 : 1), true);
            }

            int year = _isBc != 0 ? -_year : _year;
            return (year < 0 ? year + 1 : year, true);
        }

        return _century == 0 ? (0, false) : (century >= 0 ? ((century - 1) * 100) + 1 : (century * 100) + 1, true);
    }

    private (int Year, int Month, int Day) Date()
    {
        (int? knownYear, bool hasYear) = Year();
        int year = knownYear ?? 0, month = 1, day = 1;
        bool hasMonth = false, hasDay = false;
        if (_julian != 0)
        {
            (year, month, day) = DateTimeMath.FromJulianDay(_julian);
            hasYear = hasMonth = hasDay = true;
        }

        int dayOfYear = _dayOfYear;
        if (_week != 0 && _isIsoWeek == true)
        {
            int weekday = _dayOfWeek == 0 ? 0 : _dayOfWeek > 1 ? _dayOfWeek - 2 : 6;
            (year, month, day) = DateTimeMath.FromJulianDay(DateTimeFields.FirstIsoMonday(year) + ((_week - 1) * 7) + weekday);
            hasYear = hasMonth = hasDay = true;
        }
        else if (_week != 0)
        {
            dayOfYear = ((_week - 1) * 7) + 1;
        }

        int monthDay = _weekOfMonth != 0 ? ((_weekOfMonth - 1) * 7) + 1 : _day;
        if (monthDay != 0)
            (day, hasDay) = (monthDay, true);
        if (_month != 0)
            (month, hasMonth) = (_month, true);
        if (dayOfYear != 0 && (month <= 1 || day <= 1))
        {
            if (year == 0 && _isBc == 0)
                throw new SqlException(SqlState.InvalidDatetimeFormat, "cannot calculate day of year without year information");
            if (_isIsoWeek == true)
            {
                (year, month, day) = DateTimeMath.FromJulianDay(DateTimeFields.FirstIsoMonday(year) - 1 + dayOfYear);
                hasYear = true;
            }
            else
            {
                int before = 0, found = 1;
                while (found <= 12 && dayOfYear > before + DateTimeMath.DaysInMonth(year, found))
                    before += DateTimeMath.DaysInMonth(year, found++);
                month = month <= 1 ? found : month;
                day = day <= 1 ? dayOfYear - before : day;
            }

            hasMonth = hasDay = true;
        }

        if ((hasMonth && month is < 1 or > 12) || (hasDay && day is < 1 or > 31) || (hasYear && hasMonth && hasDay && day > DateTimeMath.DaysInMonth(year, month)))
            throw OutOfRange();
        return (year, month, day);
    }
}
