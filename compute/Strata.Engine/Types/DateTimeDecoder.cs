using System.Globalization;

namespace Strata.Engine.Types;

/// <summary>
/// Gives the fields of a date/time text their meaning (manual, "Date/Time Input Interpretation", steps 2 to 5): each field sets bits of a mask, and
/// none may be set twice. Throws 22007, 22008 or 22009. For one text.
/// </summary>
internal sealed class DateTimeDecoder(string text, string typeName, TypeSettings settings, long now, bool timeOnly)
{
    private const int ZoneHoursMax = 15;

    private List<(DateTimeFieldKind Kind, string Text)> _fields = [];
    private int _mask;
    private int _label;
    private bool _hasTextMonth;
    private bool _isJulian;
    private bool _hasTwoDigitYear;
    private bool _isBc;
    private int? _meridiem;
    private int _hour;
    private int _minute;
    private int _second;
    private int _microsecond;
    private int _dayOfYear;
    private TimeZones.ZoneAbbreviation? _abbreviation;

    public int Year { get; private set; }

    public int Month { get; private set; }

    public int Day { get; private set; }

    /// <summary>Set when the text names a moment that needs no calendar.</summary>
    public DateTimeKeyword Keyword { get; private set; }

    /// <summary>Seconds east of UTC, when the text says so.</summary>
    public int? OffsetEast { get; private set; }

    public TimeZoneRules? Zone { get; private set; }

    public bool HasDate => (_mask & DateTimeMask.Date) == DateTimeMask.Date;

    /// <summary>Microseconds since midnight.</summary>
    public long Time => (_hour * DateTimeMath.MicrosecondsPerHour) + (_minute * DateTimeMath.MicrosecondsPerMinute)
        + (_second * DateTimeMath.MicrosecondsPerSecond) + _microsecond;

    private SqlException Bad() => new(SqlState.InvalidDatetimeFormat, $"invalid input syntax for type {typeName}: \"{text}\"");

    public SqlException FieldRange(bool hint = false) =>
        new(SqlState.DatetimeFieldOverflow, $"date/time field value out of range: \"{text}\"")
        {
            Hint = hint ? "Perhaps you need a different \"datestyle\" setting." : null,
        };

    private SqlException ZoneRange() =>
        new(SqlState.InvalidTimeZoneDisplacementValue, $"time zone displacement out of range: \"{text}\"");

    public void Decode()
    {
        _fields = DateTimeTokens.Split(text) ?? throw Bad();
        for (int i = 0; i < _fields.Count; i++)
        {
            (DateTimeFieldKind kind, string field) = _fields[i];
            int set = kind switch
            {
                DateTimeFieldKind.Date => timeOnly ? DecodeDateInTime(i, field) : DecodeDateField(field),
                DateTimeFieldKind.Time => DecodeTimeField(field),
                DateTimeFieldKind.Signed => SetOffset(field),
                DateTimeFieldKind.Number => _label != 0 ? DecodeLabelled(field) : timeOnly ? DecodeNumberInTime(i, field) : DecodeBareNumber(field),
                _ => DecodeWord(i, field),
            };
            if ((set & _mask) != 0)
                throw Bad();
            _mask |= set;
        }

        if (Keyword != DateTimeKeyword.None)
        {
            // What else the text says must be right, but counts for nothing.
            ValidateDate();
            return;
        }

        Validate();
    }

    private void Validate()
    {
        ValidateDate();
        if (_meridiem is { } shift)
        {
            if (_hour > 12)
                throw FieldRange();
            _hour = (_hour % 12) + shift;
        }

        if (timeOnly)
        {
            if (TimeOverflows())
                throw FieldRange();
            if ((_mask & DateTimeMask.Time) != DateTimeMask.Time)
                throw Bad();
            // Without a fixed offset a date must be given in full or not at all.
            if ((_mask & DateTimeMask.Date) != 0 && !HasDate && OffsetEast is null && Zone is null)
                throw Bad();
        }
        else if (!HasDate)
        {
            throw Bad();
        }

        if ((_mask & DateTimeMask.SummerTime) != 0 && (Zone is not null || (_mask & DateTimeMask.Zone) == 0))
            throw Bad();
    }

    private void ValidateDate()
    {
        if ((_mask & DateTimeMask.Year) != 0 && !_isJulian)
        {
            if (_isBc)
            {
                if (Year <= 0)
                    throw FieldRange();
                Year = 1 - Year;
            }
            else if (_hasTwoDigitYear)
            {
                Year += Year < 70 ? 2000 : Year < 100 ? 1900 : 0;
            }
            else if (Year <= 0)
            {
                throw FieldRange();
            }
        }

        if ((_mask & DateTimeMask.DayOfYear) != 0)
            (Year, Month, Day) = DateTimeMath.FromJulianDay(DateTimeMath.ToJulianDay(Year, 1, 1) + _dayOfYear - 1);
        if ((_mask & DateTimeMask.Month) != 0 && Month is < 1 or > 12)
            throw FieldRange(hint: true);
        if ((_mask & DateTimeMask.Day) != 0 && Day is < 1 or > 31)
            throw FieldRange(hint: true);
        if (HasDate && Day > DateTimeMath.DaysInMonth(Year, Month))
            throw FieldRange();
    }

    private bool TimeOverflows() =>
        _hour is < 0 or > 24 || _minute is < 0 or > 59 || _second is < 0 or > 60 || _microsecond is < 0 or > 1_000_000 || Time > DateTimeMath.MicrosecondsPerDay;

    /// <summary>Offset east of UTC of the zone that the text gives, else of the session's, at a local time.</summary>
    public int OffsetAt(long local)
    {
        if (OffsetEast is { } fixedOffset)
            return fixedOffset;
        return _abbreviation is { } abbreviation ? TimeZones.OffsetAtLocal(abbreviation, local) : DateTimeMath.OffsetAtLocal(Zone ?? settings.TimeZone, local);
    }

    /// <summary>True when only a date tells the zone's offset, and the text has none.</summary>
    public bool NeedsDate => Zone is not null && !HasDate && Zone.NextTransition(0) is not null;

    /// <summary>Reads digits from a place; throws 22008 when they exceed an int.</summary>
    private int Number(string field, ref int at)
    {
        int start = at;
        while (at < field.Length && char.IsAsciiDigit(field[at]))
            at++;
        if (at == start)
            throw Bad();
        return int.TryParse(field.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw FieldRange();
    }

    /// <summary>Microseconds of ".digits" from a place to the end, rounded.</summary>
    private int Fraction(string field, int at)
    {
        ReadOnlySpan<char> digits = field.AsSpan(at + 1);
        if (digits.IsEmpty)
            return 0;
        foreach (char c in digits)
        {
            if (!char.IsAsciiDigit(c))
                throw Bad();
        }

        return (int)Math.Round(double.Parse(field.AsSpan(at), CultureInfo.InvariantCulture) * 1_000_000, MidpointRounding.ToEven);
    }

    private int DecodeDateField(string field)
    {
        if (_label == DateTimeMask.Julian)
        {
            // J2451187-08: a Julian day with an offset.
            int at = 0;
            SetJulian(Number(field, ref at));
            _label = 0;
            SetOffset(field[at..]);
            return DateTimeMask.Date | DateTimeMask.Time | DateTimeMask.Zone;
        }

        const int monthDay = DateTimeMask.Month | DateTimeMask.Day;
        if (_label == 0 && (_mask & monthDay) != monthDay)
            return DecodeDate(field);
        if (!char.IsAsciiDigit(field[0]) && _label == 0)
            return SetZoneName(field);
        if (_label != 0 && _label != DateTimeMask.IsoTime)
            throw Bad();
        _label = 0;
        if ((_mask & DateTimeMask.Time) == DateTimeMask.Time)
            throw Bad();
        return DecodeTimeWithOffset(field, _mask);
    }

    private int SetZoneName(string field)
    {
        Zone = TimeZones.Find(field) ?? throw new SqlException(SqlState.InvalidParameterValue, $"time zone \"{field}\" not recognized");
        return DateTimeMask.Zone;
    }

    /// <summary>hhmmss-zz.</summary>
    private int DecodeTimeWithOffset(string field, int mask)
    {
        int dash = field.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
            throw Bad();
        SetOffset(field[dash..]);
        return DecodeConcatenated(field[..dash], mask) | DateTimeMask.Zone;
    }

    private int DecodeDateInTime(int index, string field)
    {
        if (index == 0 && _fields.Count >= 2 && (_fields[^1].Kind == DateTimeFieldKind.Date || _fields[1].Kind == DateTimeFieldKind.Time))
            return DecodeDate(field);
        if (!char.IsAsciiDigit(field[0]))
            return SetZoneName(field);
        if ((_mask & DateTimeMask.Time) == DateTimeMask.Time)
            throw Bad();
        return DecodeTimeWithOffset(field, _mask | DateTimeMask.Date);
    }

    /// <summary>A date with separators: a month's name is taken first, then the numbers by their places.</summary>
    private int DecodeDate(string field)
    {
        var parts = new List<string>(3);
        for (int at = 0; at < field.Length;)
        {
            while (at < field.Length && !char.IsAsciiLetterOrDigit(field[at]))
                at++;
            if (at == field.Length)
                throw Bad();
            int start = at;
            bool digits = char.IsAsciiDigit(field[at]);
            while (at < field.Length && (digits ? char.IsAsciiDigit(field[at]) : char.IsAsciiLetter(field[at])))
                at++;
            parts.Add(field[start..at]);
            if (at < field.Length && !char.IsAsciiLetterOrDigit(field[at]) && ++at == field.Length)
                break;
        }

        int mask = _mask, set = 0;
        bool hasTextMonth = false;
        foreach (string part in parts)
        {
            if (!char.IsAsciiLetter(part[0]))
                continue;
            (DateTimeWordKind Kind, int Value)? word = DateTimeWords.Find(part);
            if (word is { Kind: DateTimeWordKind.Ignored })
                continue;
            if (word is not { Kind: DateTimeWordKind.Month } month || (mask & DateTimeMask.Month) != 0)
                throw Bad();
            Month = month.Value;
            hasTextMonth = true;
            mask |= DateTimeMask.Month;
            set |= DateTimeMask.Month;
        }

        foreach (string part in parts)
        {
            if (char.IsAsciiLetter(part[0]))
                continue;
            int bits = DecodeNumber(part, hasTextMonth, mask);
            if ((mask & bits) != 0)
                throw Bad();
            mask |= bits;
            set |= bits;
        }

        return (mask & ~(DateTimeMask.DayOfYear | DateTimeMask.Zone)) == DateTimeMask.Date ? set : throw Bad();
    }

    /// <summary>One number without label: what is already known, its width and DateStyle's order decide.</summary>
    private int DecodeNumber(string field, bool hasTextMonth, int mask)
    {
        int at = 0;
        int value = Number(field, ref at);
        if (at < field.Length && field[at] == '.')
        {
            if (at > 2)
                return DecodeConcatenated(field, mask | DateTimeMask.Date);
            _microsecond = Fraction(field, at);
        }
        else if (at < field.Length)
        {
            throw Bad();
        }

        if (field.Length == 3 && (mask & DateTimeMask.Date) == DateTimeMask.Year && value is >= 1 and <= 366)
        {
            _dayOfYear = value;
            return DateTimeMask.DayOfYear | DateTimeMask.Month | DateTimeMask.Day;
        }

        int width = field.Length;
        int bit;
        switch (mask & DateTimeMask.Date)
        {
            case 0:
                bit = width >= 3 || settings.DateOrder == DateOrder.Ymd ? DateTimeMask.Year
                    : settings.DateOrder == DateOrder.Dmy ? DateTimeMask.Day : DateTimeMask.Month;
                break;
            case DateTimeMask.Year or DateTimeMask.Day:
                bit = DateTimeMask.Month;
                break;
            case DateTimeMask.Month:
                bit = hasTextMonth && (width >= 3 || settings.DateOrder == DateOrder.Ymd) ? DateTimeMask.Year : DateTimeMask.Day;
                break;
            case DateTimeMask.Year | DateTimeMask.Month:
                if (hasTextMonth && width >= 3 && _hasTwoDigitYear)
                {
                    // The number taken for the year was the day.
                    (Day, Year) = (Year, value);
                    _hasTwoDigitYear = false;
                    return DateTimeMask.Day;
                }

                bit = DateTimeMask.Day;
                break;
            case DateTimeMask.Month | DateTimeMask.Day:
                bit = DateTimeMask.Year;
                break;
            case DateTimeMask.Date:
                return DecodeConcatenated(field, mask);
            default:
                throw Bad();
        }

        if (bit == DateTimeMask.Year)
        {
            Year = value;
            _hasTwoDigitYear = width <= 2;
        }
        else if (bit == DateTimeMask.Month)
        {
            Month = value;
        }
        else
        {
            Day = value;
        }

        return bit;
    }

    /// <summary>Digits run together: yyyymmdd, yymmdd, hhmmss or hhmm, the time perhaps with a fraction.</summary>
    private int DecodeConcatenated(string field, int mask)
    {
        int dot = field.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0)
        {
            _microsecond = Fraction(field, dot);
            field = field[..dot];
        }
        else if ((mask & DateTimeMask.Date) != DateTimeMask.Date && field.Length >= 6)
        {
            Day = Digits(field[^2..]);
            Month = Digits(field[^4..^2]);
            Year = CYear(field[..^4]);
            _hasTwoDigitYear = field.Length == 6;
            return DateTimeMask.Date;
        }

        if ((mask & DateTimeMask.Time) == DateTimeMask.Time || field.Length is not (4 or 6))
            throw Bad();
        _hour = Digits(field[..2]);
        _minute = Digits(field[2..4]);
        _second = field.Length == 6 ? Digits(field[4..]) : 0;
        return DateTimeMask.Time;
    }

    /// <summary>A year as C's atoi reads it: what does not fit is cut to its lowest 32 bits, and no year beyond 64 bits is left.</summary>
    private int CYear(string digits)
    {
        foreach (char c in digits)
        {
            if (!char.IsAsciiDigit(c))
                throw Bad();
        }

        return unchecked((int)(long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long year) ? year : long.MaxValue));
    }

    private int Digits(string digits)
    {
        int at = 0;
        int value = Number(digits, ref at);
        return at == digits.Length ? value : throw Bad();
    }

    private int DecodeTimeField(string field)
    {
        if (_label != 0)
        {
            if (_label != DateTimeMask.IsoTime)
                throw Bad();
            _label = 0;
        }

        int at = 0;
        _hour = Number(field, ref at);
        if (at >= field.Length || field[at] != ':')
            throw Bad();
        at++;
        _minute = Number(field, ref at);
        _second = _microsecond = 0;
        if (at < field.Length && field[at] == '.')
        {
            _microsecond = Fraction(field, at);
            (_hour, _minute, _second) = (0, _hour, _minute);
        }
        else if (at < field.Length)
        {
            at++;
            _second = Number(field, ref at);
            if (at < field.Length)
                _microsecond = field[at] == '.' ? Fraction(field, at) : throw Bad();
        }

        if (_minute > 59 || _second > 60 || (!timeOnly && TimeOverflows()))
            throw FieldRange();
        return DateTimeMask.Time;
    }

    /// <summary>+hh, +hhmm, +hh:mm, +hh:mm:ss.</summary>
    private int SetOffset(string field)
    {
        if (field.Length == 0 || field[0] is not ('+' or '-'))
            throw Bad();
        int start = 1;
        int at = start;
        while (at < field.Length && char.IsAsciiDigit(field[at]))
            at++;
        if (at == start)
            throw Bad();
        if (!int.TryParse(field.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out int hours))
            throw ZoneRange();
        int minutes = 0, seconds = 0;
        if (at < field.Length && field[at] == ':')
        {
            at++;
            minutes = Number(field, ref at);
            if (at < field.Length && field[at] == ':')
            {
                at++;
                seconds = Number(field, ref at);
            }
        }
        else if (at == field.Length && field.Length > 3)
        {
            minutes = hours % 100;
            hours /= 100;
        }

        if (hours > ZoneHoursMax || minutes > 59 || seconds > 59)
            throw ZoneRange();
        if (at != field.Length)
            throw Bad();
        int offset = (hours * 3600) + (minutes * 60) + seconds;
        OffsetEast = field[0] == '-' ? -offset : offset;
        return DateTimeMask.Zone;
    }

    private void SetJulian(int julianDay)
    {
        (Year, Month, Day) = DateTimeMath.FromJulianDay(julianDay);
        _isJulian = true;
    }

    /// <summary>A number behind a label: y2001m02d04, j2451187.5, t040506.</summary>
    private int DecodeLabelled(string field)
    {
        int label = _label;
        int at = 0;
        int value = Number(field, ref at);
        bool hasFraction = at < field.Length && field[at] == '.';
        if (at < field.Length && !(hasFraction && label is DateTimeMask.Julian or DateTimeMask.IsoTime or DateTimeMask.Second))
            throw Bad();
        _label = 0;
        switch (label)
        {
            case DateTimeMask.Year:
                Year = value;
                return label;
            case DateTimeMask.Month:
                // A month between hours and seconds is minutes.
                if ((_mask & DateTimeMask.Month) != 0 && (_mask & DateTimeMask.Hour) != 0)
                {
                    _minute = value;
                    return DateTimeMask.Minute;
                }

                Month = value;
                return label;
            case DateTimeMask.Day:
                Day = value;
                return label;
            case DateTimeMask.Hour:
                _hour = value;
                return label;
            case DateTimeMask.Minute:
                _minute = value;
                return label;
            case DateTimeMask.Second:
                _second = value;
                if (!hasFraction)
                    return label;
                _microsecond = Fraction(field, at);
                return DateTimeMask.AllSeconds;
            case DateTimeMask.Julian:
                SetJulian(value);
                if (!hasFraction)
                    return DateTimeMask.Date;
                SetTime((long)(double.Parse(field.AsSpan(at), CultureInfo.InvariantCulture) * DateTimeMath.MicrosecondsPerDay));
                return DateTimeMask.Date | DateTimeMask.Time;
            case DateTimeMask.IsoTime:
                int set = DecodeConcatenated(field, _mask | DateTimeMask.Date);
                return set == DateTimeMask.Time ? set : throw Bad();
            default:
                throw Bad();
        }
    }

    private void SetTime(long time)
    {
        _hour = (int)(time / DateTimeMath.MicrosecondsPerHour);
        _minute = (int)(time / DateTimeMath.MicrosecondsPerMinute % 60);
        _second = (int)(time / DateTimeMath.MicrosecondsPerSecond % 60);
        _microsecond = (int)(time % DateTimeMath.MicrosecondsPerSecond);
    }

    private int DecodeBareNumber(string field)
    {
        int dot = field.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0 && (_mask & DateTimeMask.Date) == 0)
            return DecodeDate(field);
        if (dot > 2)
            return DecodeConcatenated(field, _mask);
        if (field.Length >= 6 && ((_mask & DateTimeMask.Date) == 0 || (_mask & DateTimeMask.Time) == 0))
            return DecodeConcatenated(field, _mask);
        return DecodeNumber(field, _hasTextMonth, _mask);
    }

    private int DecodeNumberInTime(int index, string field)
    {
        int dot = field.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0)
        {
            if (index == 0 && _fields.Count >= 2 && _fields[^1].Kind == DateTimeFieldKind.Date)
                return DecodeDate(field);
            return dot > 2 ? DecodeConcatenated(field, _mask | DateTimeMask.Date) : throw Bad();
        }

        return field.Length > 4 ? DecodeConcatenated(field, _mask | DateTimeMask.Date) : DecodeNumber(field, false, _mask | DateTimeMask.Date);
    }

    private int DecodeWord(int index, string field)
    {
        if (TimeZones.Abbreviation(field) is { } abbreviation)
        {
            if (abbreviation.Zone is null)
                OffsetEast = abbreviation.OffsetSeconds;
            else
                _abbreviation = abbreviation;
            return DateTimeMask.Zone;
        }

        if (DateTimeWords.Find(field) is not { } word)
        {
            Zone = TimeZones.Find(field) ?? throw Bad();
            return DateTimeMask.Zone;
        }

        switch (word.Kind)
        {
            case DateTimeWordKind.Ignored:
                return 0;
            case DateTimeWordKind.Moment:
                return DecodeMoment((DateTimeKeyword)word.Value);
            case DateTimeWordKind.Month:
                // A time may have a date before it, but only one in a single field.
                if (timeOnly)
                    throw Bad();
                int day = 0;
                if ((_mask & DateTimeMask.Month) != 0 && !_hasTextMonth && (_mask & DateTimeMask.Day) == 0 && Month is >= 1 and <= 31)
                {
                    // The number taken for the month was the day.
                    Day = Month;
                    day = DateTimeMask.Day;
                }

                _hasTextMonth = true;
                Month = word.Value;
                return day != 0 ? day : DateTimeMask.Month;
            case DateTimeWordKind.SummerTime:
                OffsetEast = (OffsetEast ?? 0) + word.Value;
                return DateTimeMask.SummerTime;
            case DateTimeWordKind.Meridiem:
                _meridiem = word.Value;
                return DateTimeMask.Meridiem;
            case DateTimeWordKind.Era:
                _isBc = word.Value == 1;
                return DateTimeMask.Era;
            case DateTimeWordKind.DayOfWeek:
                return timeOnly ? throw Bad() : DateTimeMask.DayOfWeek;
            case DateTimeWordKind.Unit:
                _label = word.Value;
                return 0;
            default:
                if ((!timeOnly && !HasDate) || index + 1 >= _fields.Count
                    || _fields[index + 1].Kind is not (DateTimeFieldKind.Number or DateTimeFieldKind.Time or DateTimeFieldKind.Date))
                    throw Bad();
                _label = DateTimeMask.IsoTime;
                return 0;
        }
    }

    private int DecodeMoment(DateTimeKeyword moment)
    {
        switch (moment)
        {
            case DateTimeKeyword.Midnight:
                SetTime(0);
                OffsetEast = 0;
                return DateTimeMask.Time | DateTimeMask.Zone;
            case DateTimeKeyword.Now:
                int offset = DateTimeMath.OffsetAt(settings.TimeZone, now);
                DateTimeFields local = DateTimeMath.ToFields(now + (offset * DateTimeMath.MicrosecondsPerSecond));
                SetTime(local.Time);
                if (timeOnly)
                    return DateTimeMask.Time;
                (Year, Month, Day) = (local.Year, local.Month, local.Day);
                _isJulian = true;
                OffsetEast = offset;
                return DateTimeMask.Date | DateTimeMask.Time | DateTimeMask.Zone;
            case DateTimeKeyword.Today or DateTimeKeyword.Tomorrow or DateTimeKeyword.Yesterday when !timeOnly:
                int today = DateTimeMath.Split(DateTimeMath.ToLocal(settings.TimeZone, now)).JulianDay;
                SetJulian(today + (moment == DateTimeKeyword.Tomorrow ? 1 : moment == DateTimeKeyword.Yesterday ? -1 : 0));
                return DateTimeMask.Date;
            default:
                if (timeOnly)
                    throw Bad();
                Keyword = moment;
                return DateTimeMask.Moment;
        }
    }
}
