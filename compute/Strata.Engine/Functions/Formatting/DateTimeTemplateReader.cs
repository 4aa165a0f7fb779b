using System.Globalization;
using Strata.Engine.Types;

namespace Strata.Engine.Functions.Formatting;

/// <summary>Reads the fields of a text that a template names. Short-lived.</summary>
internal sealed class DateTimeTemplateReader(string text)
{
    private int _at;
    private int? _year;
    private int? _month;
    private int? _day;
    private int? _dayOfYear;
    private int? _julian;
    private int? _isoYear;
    private int? _isoWeek;
    private int? _isoDay;
    private int? _century;
    private int _hour;
    private int _minute;
    private int _second;
    private int _microsecond;
    private long? _secondsOfDay;
    private bool _isPm;
    private bool _hasMeridiem;
    private bool _isBc;
    private int? _zoneHours;
    private int _zoneMinutes;
    private bool _zoneNegative;

    public int? OffsetSeconds => _zoneHours is { } hours ? (_zoneNegative ? -1 : 1) * ((hours * 3600) + (_zoneMinutes * 60)) : null;

    /// <summary>Literal text skips as many characters; separators skip one separator or space where there is one.</summary>
    public void SkipLiteral(string literal)
    {
        foreach (char c in literal)
        {
            if (char.IsLetterOrDigit(c))
            {
                _at = Math.Min(_at + 1, text.Length);
                continue;
            }

            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
                _at++;
            if (!char.IsWhiteSpace(c) && _at < text.Length && !char.IsLetterOrDigit(text[_at]))
                _at++;
        }
    }

    private SqlException Bad(string field) =>
        new(SqlState.InvalidDatetimeFormat, $"invalid value \"{text[_at..]}\" for \"{field}\"") { Detail = "Value must be an integer." };

    private int Number(string field, int width, bool exact)
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        int start = _at;
        if (_at < text.Length && text[_at] is '+' or '-')
            _at++;
        int digits = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]) && (!exact || _at - digits < width))
            _at++;
        if (_at == digits || !int.TryParse(text.AsSpan(start, _at - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
        {
            _at = start;
            throw Bad(field);
        }

        return value;
    }

    private int Word(string field, string[] names, int prefix)
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        for (int i = 0; i < names.Length; i++)
        {
            string name = prefix > 0 ? names[i][..prefix] : names[i];
            if (string.Compare(text, _at, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0)
            {
                _at += name.Length;
                return i;
            }
        }

        throw new SqlException(SqlState.InvalidDatetimeFormat, $"invalid value \"{text[_at..Math.Min(text.Length, _at + Math.Max(prefix, 3))]}\" for \"{field}\"") { Detail = "The given value did not match any of the allowed values for this field." };
    }

    public void ReadField(string field, string spelled, bool exact, int suffixLength)
    {
        if (_at >= text.Length)
            return;
        switch (field)
        {
            case "YYYY" or "Y,YYY":
                _year = Number(spelled, 4, exact);
                if (field == "Y,YYY" && _at < text.Length && text[_at] == ',')
                {
                    _at++;
                    _year = (_year * 1000) + Number(spelled, 3, true);
                }

                break;
            case "YYY": _year = ShortYear(Number(spelled, 3, true)); break;
            case "YY": _year = ShortYear(Number(spelled, 2, exact)); break;
            case "Y": _year = 2020 + Number(spelled, 1, true); break;
            case "CC": _century = Number(spelled, 2, exact); break;
            case "MM": _month = Number(spelled, 2, exact); break;
            case "MONTH": _month = Word(spelled, DateTimeWords.Months, 0) + 1; break;
            case "MON": _month = Word(spelled, DateTimeWords.Months, 3) + 1; break;
            case "RM": _month = Word(spelled, ["XII", "XI", "IX", "X", "VIII", "VII", "VI", "IV", "V", "III", "II", "I"], 0) switch { 0 => 12, 1 => 11, 2 => 9, 3 => 10, 4 => 8, 5 => 7, 6 => 6, 7 => 4, 8 => 5, 9 => 3, 10 => 2, _ => 1 }; break;
            case "DAY": Word(spelled, DateTimeWords.Days, 0); break;
            case "DY": Word(spelled, DateTimeWords.Days, 3); break;
            case "DD": _day = Number(spelled, 2, exact); break;
            case "DDD": _dayOfYear = Number(spelled, 3, exact); break;
            case "J": _julian = Number(spelled, 9, false); break;
            case "IYYY": _isoYear = Number(spelled, 4, exact); break;
            case "IW": _isoWeek = Number(spelled, 2, exact); break;
            case "ID": _isoDay = Number(spelled, 1, true); break;
            case "D" or "Q" or "W": Number(spelled, 1, true); break;
            case "WW": _dayOfYear = ((Number(spelled, 2, exact) - 1) * 7) + 1; break;
            case "HH24" or "HH12" or "HH":
                _hour = Number(spelled, 2, exact);
                if (field != "HH24" && _hour is < 1 or > 12)
                    throw new SqlException(SqlState.InvalidDatetimeFormat, $"hour \"{_hour}\" is invalid for the 12-hour clock") { Hint = "Use the 24-hour clock, or give an hour between 1 and 12." };
                _hasMeridiem |= field != "HH24";
                break;
            case "MI": _minute = Number(spelled, 2, exact); break;
            case "SS": _second = Number(spelled, 2, exact); break;
            case "SSSS" or "SSSSS": _secondsOfDay = Number(spelled, 5, exact); break;
            case "MS" or "US" or "FF1" or "FF2" or "FF3" or "FF4" or "FF5" or "FF6": ReadFraction(field); break;
            case "AM" or "PM": _isPm = Word(spelled, ["AM", "PM"], 0) == 1; _hasMeridiem = true; break;
            case "A.M." or "P.M.": _isPm = Word(spelled, ["A.M.", "P.M."], 0) == 1; _hasMeridiem = true; break;
            case "AD" or "BC": _isBc = Word(spelled, ["AD", "BC"], 0) == 1; break;
            case "A.D." or "B.C.": _isBc = Word(spelled, ["A.D.", "B.C."], 0) == 1; break;
            case "TZH" or "OF":
                _zoneNegative = _at < text.Length && text[_at] == '-';
                _zoneHours = Math.Abs(Number(spelled, 2, exact));
                break;
            case "TZM": _zoneMinutes = Number(spelled, 2, exact); break;
            default: throw new SqlException(SqlState.FeatureNotSupported, $"formatting field \"{spelled}\" is only supported in to_char");
        }

        _at = Math.Min(text.Length, _at + suffixLength);
    }

    private static int ShortYear(int year) => year < 70 ? year + 2000 : year < 100 ? year + 1900 : year < 520 ? year + 2000 : year < 1000 ? year + 1000 : year;

    /// <summary>Digits behind a point: 5 means half a second.</summary>
    private void ReadFraction(string field)
    {
        int width = field == "US" ? 6 : field == "MS" ? 3 : field[2] - '0';
        int start = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]) && _at - start < width)
            _at++;
        if (_at == start)
            throw Bad(field);
        _microsecond = int.Parse(text[start.._at].PadRight(6, '0'), CultureInfo.InvariantCulture);
    }

    private SqlException Range() =>
        new(SqlState.DatetimeFieldOverflow, $"date/time field value out of range: \"{text}\"");

    public DateTimeFields Result()
    {
        int hour = _hour;
        if (_hasMeridiem)
            hour = (_hour % 12) + (_isPm ? 12 : 0);
        if (hour > 24 || _minute > 59 || _second > 59)
            throw Range();
        long time = _secondsOfDay is { } seconds ? seconds * DateTimeMath.MicrosecondsPerSecond
            : (hour * DateTimeMath.MicrosecondsPerHour) + (_minute * DateTimeMath.MicrosecondsPerMinute) + (_second * DateTimeMath.MicrosecondsPerSecond);
        time += _microsecond;
        (int year, int month, int day) = Date();
        return new DateTimeFields(year, month, day, time);
    }

    private (int Year, int Month, int Day) Date()
    {
        if (_julian is { } julian)
            return DateTimeMath.FromJulianDay(julian);
        if (_isoYear is { } isoYear && _isoWeek is { } week)
            return DateTimeMath.FromJulianDay(DateTimeFields.FirstIsoMonday(isoYear) + ((week - 1) * 7) + (_isoDay ?? 1) - 1);
        int year = _year ?? _isoYear ?? (_century is { } century ? ((century - 1) * 100) + 1 : 0);
        if (_isBc)
            year = 1 - year;
        if (_dayOfYear is { } ordinal && _month is null)
            return DateTimeMath.FromJulianDay(DateTimeMath.ToJulianDay(year, 1, 1) + ordinal - 1);
        int month = _month ?? 1, day = _day ?? 1;
        if (month is < 1 or > 12 || day < 1 || day > DateTimeMath.DaysInMonth(year, month))
            throw Range();
        return (year, month, day);
    }
}
