namespace Strata.Engine.Types;

/// <summary>
/// Reads ISO 8601 durations: with designators (P1Y2M3DT4H5M6S) and in the alternative formats (P0001-02-03T04:05:06, P00010203T040506).
/// </summary>
internal ref struct IsoIntervalReader
{
    private readonly string _text;
    private int _at;
    private long _value;
    private double _fraction;

    public IsoIntervalReader(string text)
    {
        _text = text;
        _at = 0;
        _value = 0;
        _fraction = 0;
    }

    private readonly char Current => _at < _text.Length ? _text[_at] : '\0';

    private bool TryNumber()
    {
        int start = _at;
        bool negative = Current == '-';
        if (Current is '-' or '+')
            _at++;
        int digits = _at;
        while (char.IsAsciiDigit(Current))
            _at++;
        _value = _at > digits ? IntervalInput.ParseInt64(_text.AsSpan(start, _at - start)) : 0;
        _fraction = 0;
        if (Current == '.')
        {
            int dot = _at++;
            while (char.IsAsciiDigit(Current))
                _at++;
            if (_at == dot + 1 && dot == digits)
                return false;
            if (!IntervalInput.TryFraction(_text.AsSpan(dot, _at - dot), out _fraction))
                return false;
            _fraction = negative ? -_fraction : _fraction;
        }

        return _at > digits;
    }

    private readonly int IntegerWidth(int start)
    {
        int at = start < _text.Length && _text[start] is '-' or '+' ? start + 1 : start;
        int first = at;
        while (at < _text.Length && char.IsAsciiDigit(_text[at]))
            at++;
        return at - first;
    }

    public bool TryRead(ref IntervalParts parts)
    {
        if (_text.Length < 2 || _text[0] != 'P')
            return false;
        _at = 1;
        bool isDate = true, hasField = false;
        while (_at < _text.Length)
        {
            if (Current == 'T')
            {
                isDate = hasField = false;
                _at++;
                continue;
            }

            int start = _at;
            if (!TryNumber())
                return false;
            char unit = Current;
            _at++;
            bool? done = isDate ? TakeDate(unit, start, hasField, ref parts) : TakeTime(unit, start, hasField, ref parts);
            if (done is not { } isDone)
                return false;
            if (isDone)
                return true;
            if (isDate && _text[_at - 1] == 'T')
            {
                isDate = hasField = false;
                continue;
            }

            hasField = true;
        }

        return true;
    }

    /// <summary>True when the text ends here, null when it is malformed.</summary>
    private bool? TakeDate(char unit, int start, bool hasField, ref IntervalParts parts)
    {
        switch (unit)
        {
            case 'Y': parts.AddYears(_value, _fraction, 1); return false;
            case 'M': parts.AddMonths(_value, _fraction); return false;
            case 'W': parts.AddDays(_value, _fraction, 7); return false;
            case 'D': parts.AddDays(_value, _fraction, 1); return false;
        }

        if (unit is not ('T' or '\0' or '-') || hasField)
            return null;
        if (unit != '-' && IntegerWidth(start) == 8)
        {
            parts.AddYears(_value / 10000, 0, 1);
            parts.AddMonths(_value / 100 % 100, 0);
            parts.AddDays(_value % 100, _fraction, 1);
            return unit == '\0';
        }

        parts.AddYears(_value, _fraction, 1);
        if (unit != '-')
            return unit == '\0';
        if (!TryNumber())
            return null;
        parts.AddMonths(_value, _fraction);
        if (Current is '\0' or 'T')
            return EndOrTime();
        if (Current != '-')
            return null;
        _at++;
        if (!TryNumber())
            return null;
        parts.AddDays(_value, _fraction, 1);
        return Current is '\0' or 'T' ? EndOrTime() : null;
    }

    private bool EndOrTime() => _text.Length < ++_at;

    private bool? TakeTime(char unit, int start, bool hasField, ref IntervalParts parts)
    {
        switch (unit)
        {
            case 'H': parts.Add(_value, _fraction, DateTimeMath.MicrosecondsPerHour); return false;
            case 'M': parts.Add(_value, _fraction, DateTimeMath.MicrosecondsPerMinute); return false;
            case 'S': parts.Add(_value, _fraction, DateTimeMath.MicrosecondsPerSecond); return false;
        }

        if (unit is not ('\0' or ':') || hasField)
            return null;
        if (unit == '\0' && IntegerWidth(start) == 6)
        {
            parts.Add(_value / 10000, 0, DateTimeMath.MicrosecondsPerHour);
            parts.Add(_value / 100 % 100, 0, DateTimeMath.MicrosecondsPerMinute);
            parts.Add(_value % 100, _fraction, DateTimeMath.MicrosecondsPerSecond);
            return true;
        }

        parts.Add(_value, _fraction, DateTimeMath.MicrosecondsPerHour);
        if (unit == '\0')
            return true;
        if (!TryNumber())
            return null;
        parts.Add(_value, _fraction, DateTimeMath.MicrosecondsPerMinute);
        if (Current == '\0')
            return true;
        if (Current != ':')
            return null;
        _at++;
        if (!TryNumber())
            return null;
        parts.Add(_value, _fraction, DateTimeMath.MicrosecondsPerSecond);
        return Current == '\0' ? true : null;
    }
}
