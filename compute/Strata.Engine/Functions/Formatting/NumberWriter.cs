using System.Globalization;
using System.Numerics;
using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Formatting;

/// <summary>to_char of numbers: fills a template from left to right, as PostgreSQL's NUM_processor does. For one value.</summary>
internal sealed class NumberWriter
{
    private const int RomanWidth = 15;
    private const int RomanMax = 3999;

    /// <summary>Digits before the point of the greatest numeric, less one.</summary>
    private const int ShiftMax = 131071;

    /// <summary>Digits of a double that are sure.</summary>
    public const int DoubleDigits = 15;

    /// <summary>Digits of a float that are sure.</summary>
    public const int SingleDigits = 6;

    private readonly NumberTemplate _template;
    private readonly StringBuilder _output = new();
    private readonly string _number;
    private readonly bool _isNegative;
    private readonly bool _isSignBehind;
    private readonly bool _hasAngle;
    private readonly int _leading;
    private readonly int _count;
    private readonly int _after;
    private readonly int _firstZero;

    // Place of the last digit after the point that FM shows; that of the point when it shows none; -1 without FM.
    private readonly int _lastShown = -1;
    private int _at;
    private int _place;
    private bool _isSignWritten;
    private bool _isInNumber;

    private NumberWriter(NumberTemplate template, string number, bool isNegative, int leading, int before, int after)
    {
        (_template, _number, _isNegative, _leading, _after) = (template, number, isNegative, leading, after);
        _hasAngle = template.HasAngle && (isNegative || !template.IsFillMode);
        _firstZero = Math.Max(template.FirstZero - 1, 0);
        _isSignWritten = template.HasPlus || template.HasMinus
            ? !template.HasPlus || template.HasMinus
            : !isNegative && template.IsFillMode && !template.HasSign;
        _isSignBehind = template.IsSignBehind || (template.HasSign && !template.HasPlus && !template.HasMinus && before == template.DigitsBeforeSign);
        _count = after + before - 1;
        if (template.IsFillMode && template.HasPoint)
            _lastShown = LastShown();
        if (!_isSignWritten && leading == 0)
            _count++;
    }

    /// <summary>numeric_to_char.</summary>
    public static string Write(NumberTemplate template, in NumericValue value)
    {
        if (template.IsRoman)
            return Roman(template, Whole(value) is >= 1 and <= RomanMax and var whole ? whole : 0);
        if (template.IsExponential)
            return value.IsFinite ? Exponential(value, template.After) : Hashes(template);
        if (template.IsShifted && template.Shift > ShiftMax)
            throw NumericMath.Overflow();
        NumericValue shifted = template.IsShifted && value.IsFinite ? NumericMath.Multiply(value, new NumericValue(NumericMath.PowerOfTen(template.Shift), 0)) : value;
        NumericValue rounded = value.IsFinite ? NumericMath.Round(shifted, template.After) : shifted;
        var text = new ByteBuffer();
        NumberText.WriteNumeric(text, rounded);
        return Fill(template, Encoding.UTF8.GetString(text.Written), template.After);
    }

    /// <summary>The number as PostgreSQL makes an integer of it. Throws 0A000, 22003.</summary>
    private static int Whole(in NumericValue value)
    {
        if (!value.IsFinite)
            throw new SqlException(SqlState.FeatureNotSupported, value.IsNaN ? "cannot convert NaN to integer" : "cannot convert infinity to integer");
        return NumericMath.TryToInt64(NumericMath.Round(value, 0), out long whole) && whole is >= int.MinValue and <= int.MaxValue ? (int)whole : throw TypeErrors.OutOfRange("integer");
    }

    /// <summary>int4_to_char and int8_to_char: digits after the point are zeros.</summary>
    public static string Write(NumberTemplate template, long value, bool isInt4)
    {
        if (template.IsRoman && value is < int.MinValue or > int.MaxValue)
            throw TypeErrors.OutOfRange("integer");
        if (template.IsRoman)
            return Roman(template, value is >= 1 and <= RomanMax ? (int)value : 0);
        if (template.IsExponential)
            return isInt4 ? Exponential(value, template.After) : Exponential(NumericValue.FromInt64(value), template.After);
        Int128 number = value;
        if (template.IsShifted)
        {
            Int128 factor = (Int128)BigInteger.Pow(10, Math.Min(template.Shift, DoubleDigits + 4));
            // Of integer PostgreSQL does not look for the overflow; a factor out of range is the least integer on its machines.
            number = isInt4 ? unchecked((int)value * (factor > int.MaxValue ? int.MinValue : (int)factor)) : number * factor;
            if (number < long.MinValue || number > long.MaxValue)
                throw TypeErrors.OutOfRange("bigint");
        }

        string text = number.ToString(CultureInfo.InvariantCulture);
        return Fill(template, template.After > 0 ? $"{text}.{new string('0', template.After)}" : text, template.After);
    }

    /// <summary>float4_to_char and float8_to_char: no more digits than the type has.</summary>
    public static string Write(NumberTemplate template, double value, int digits)
    {
        if (template.IsRoman)
            return Roman(template, Math.Round(value, MidpointRounding.ToEven) is >= 1 and <= RomanMax and var whole ? (int)whole : 0);
        if (template.IsExponential)
            return double.IsFinite(value) ? Exponential(value, template.After) : Hashes(template);
        if (template.IsShifted)
            value *= Math.Pow(10, template.Shift);
        if (!double.IsFinite(value))
        {
            // A word takes room as a number of so many digits would.
            string word = double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
            int letters = word.TrimStart('-').Length;
            return Fill(template, word, letters >= digits ? 0 : Math.Min(template.After, digits - letters));
        }

        int before = Math.Abs(value).ToString("F0", CultureInfo.InvariantCulture).Length;
        int after = before >= digits ? 0 : Math.Min(template.After, digits - before);
        string text = value.ToString("F" + after.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return Fill(template, text, after);
    }

    private static string Fill(NumberTemplate template, string text, int after)
    {
        bool isNegative = text[0] == '-';
        string number = isNegative ? text[1..] : text;
        int before = template.Before + template.Shift;
        int digits = number.IndexOf('.') is >= 0 and var point ? point : number.Length;
        int leading = Math.Max(0, before - digits);
        // What does not fit is shown as # in every place.
        if (digits > before)
            number = $"{new string('#', before)}.{new string('#', after)}";
        return new NumberWriter(template, number, isNegative, leading, before, after).Run();
    }

    private string Run()
    {
        foreach ((NumberToken token, string text) in _template.Pieces)
        {
            DepthGuard.Step();
            switch (token)
            {
                case NumberToken.Text: _output.Append(text); break;
                case NumberToken.Nine or NumberToken.Zero or NumberToken.Point: Digit(token == NumberToken.Zero); break;
                case NumberToken.Comma or NumberToken.Group:
                    if (_isInNumber || !_template.IsFillMode)
                        _output.Append(_isInNumber ? ',' : ' ');
                    break;
                case NumberToken.Currency: _output.Append(' '); break;
                case NumberToken.Ordinal or NumberToken.OrdinalLower:
                    if (_number[0] != '#' && !_isNegative && !_template.HasPoint)
                        _output.Append(OrdinalSuffix(token == NumberToken.Ordinal));
                    break;
                case NumberToken.Minus:
                    if (_isNegative || !_template.IsFillMode)
                        _output.Append(_isNegative ? '-' : ' ');
                    break;
                case NumberToken.Plus:
                    if (!_isNegative || !_template.IsFillMode)
                        _output.Append(_isNegative ? ' ' : '+');
                    break;
                case NumberToken.PlusMinus: _output.Append(_isNegative ? '-' : '+'); break;
            }
        }

        // A template with more places than the number has ends where the number does.
        string written = _output.ToString();
        int end = written.IndexOf('\0', StringComparison.Ordinal);
        return end < 0 ? written : written[..end];
    }

    private int LastShown()
    {
        int point = _number.IndexOf('.');
        if (point < 0)
            return -1;
        int last = point;
        for (int i = point + 1; i < _number.Length; i++)
        {
            if (_number[i] != '0')
                last = i;
        }

        // Zeros that the template asks for stay.
        return _template.LastZero > _leading ? Math.Max(last, Math.Min(_number.Length - 1, _template.LastZero - _leading)) : last;
    }

    /// <summary>A number below one has no 0 before its point, unless the template asks for it.</summary>
    private bool IsZeroBeforePoint => !_template.HasZero && _at == 0 && _number[0] == '0' && _after != 0;

    private bool ShowsNoFraction => _lastShown >= 0 && _number[_lastShown] == '.';

    private char Current => _at < _number.Length ? _number[_at] : '\0';

    private void Digit(bool isZero)
    {
        _isInNumber = false;
        if (!_isSignWritten && (_place >= _leading || (_template.HasZero && _firstZero == _place)) && (!IsZeroBeforePoint || ShowsNoFraction))
            WriteSign();
        if (_place < _leading && (_firstZero > _place || !_template.HasZero))
        {
            if (!_template.IsFillMode)
                _output.Append(' ');
        }
        else if (_place < _leading)
        {
            _output.Append('0');
            _isInNumber = true;
        }
        else
        {
            WriteDigit(isZero);
            if (_at < _number.Length)
                _at++;
        }

        int end = _lastShown >= 0 && _lastShown == _at ? _place : _count + (_leading > 0 ? 1 : 0) + (_template.HasPoint ? 1 : 0);
        if (_place + 1 == end)
        {
            if (_isSignWritten && _hasAngle)
                _output.Append(_isNegative ? '>' : ' ');
            else if (_template.HasSign && _isSignBehind)
                _output.Append(_isNegative ? '-' : '+');
        }

        _place++;
    }

    private void WriteSign()
    {
        if (_template.HasSign)
        {
            if (_isSignBehind)
                return;
            _output.Append(_isNegative ? '-' : '+');
        }
        else if (_hasAngle)
        {
            _output.Append(_isNegative ? '<' : ' ');
        }
        else if (_isNegative || !_template.IsFillMode)
        {
            _output.Append(_isNegative ? '-' : ' ');
        }

        _isSignWritten = true;
    }

    private void WriteDigit(bool isZero)
    {
        if (Current == '.')
        {
            if (!ShowsNoFraction || _template.IsFillMode)
                _output.Append('.');
        }
        else if (_lastShown >= 0 && _at > _lastShown && !isZero)
        {
            // FM leaves trailing zeros out.
        }
        else if (IsZeroBeforePoint)
        {
            if (!_template.IsFillMode)
                _output.Append(' ');
            else if (ShowsNoFraction)
                _output.Append('0');
        }
        else
        {
            _output.Append(Current);
            _isInNumber = true;
        }
    }

    private string OrdinalSuffix(bool isUpper)
    {
        int digits = _number.Length;
        int units = char.IsAsciiDigit(_number[^1]) ? _number[^1] - '0' : throw new SqlException(SqlState.InvalidTextRepresentation, $"\"{_number}\" is not a number");
        bool isTeen = digits > 1 && _number[^2] == '1';
        string suffix = isTeen ? "th" : units switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" };
        return isUpper ? suffix.ToUpperInvariant() : suffix;
    }

    /// <summary>The Roman number where RN stands; digits of the template show nothing.</summary>
    private static string Roman(NumberTemplate template, int value)
    {
        (int Unit, string Numeral)[] numerals =
        [
            (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
        ];
        var roman = new StringBuilder();
        foreach ((int unit, string numeral) in numerals)
        {
            for (; value >= unit; value -= unit)
                roman.Append(numeral);
        }

        string text = roman.Length == 0 ? new string('#', RomanWidth) : roman.ToString();
        var output = new StringBuilder();
        foreach ((NumberToken token, string literal) in template.Pieces)
        {
            DepthGuard.Step();
            switch (token)
            {
                case NumberToken.Text: output.Append(literal); break;
                case NumberToken.Roman or NumberToken.RomanLower:
                    string cased = token == NumberToken.Roman ? text : text.ToLowerInvariant();
                    output.Append(template.IsFillMode ? cased : cased.PadLeft(RomanWidth));
                    break;
                case NumberToken.Comma or NumberToken.Group or NumberToken.Currency or NumberToken.Minus or NumberToken.Plus:
                    if (!template.IsFillMode || token == NumberToken.Currency)
                        output.Append(' ');
                    break;
                case NumberToken.PlusMinus:
                    return output.ToString();
            }
        }

        return output.ToString();
    }

    private static string Hashes(NumberTemplate template)
    {
        char[] text = new string('#', template.Before + template.After + 6).ToCharArray();
        text[0] = ' ';
        text[template.Before + 1] = '.';
        return new string(text);
    }

    private static string Exponential(double value, int after)
    {
        string text = value.ToString("E" + after.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int mark = text.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return (value < 0 ? "" : " ") + text[..mark] + ExponentText(exponent);
    }

    private static string ExponentText(int exponent) => string.Create(CultureInfo.InvariantCulture, $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");

    /// <summary>Scientific notation of a numeric: the digits are rounded after the exponent was found, so 9.99 with one digit becomes 10.0e+00.</summary>
    private static string Exponential(in NumericValue value, int after)
    {
        int exponent = value.Mantissa.IsZero ? 0 : BigInteger.Abs(value.Mantissa).ToString(CultureInfo.InvariantCulture).Length - 1 - value.Scale;
        NumericValue power = new(BigInteger.Pow(10, Math.Abs(exponent)), 0);
        NumericValue significand = NumericMath.Round(exponent >= 0 ? new NumericValue(value.Mantissa, value.Scale + exponent) : NumericMath.Multiply(value, power), after);
        var text = new ByteBuffer();
        NumberText.WriteNumeric(text, significand);
        string written = Encoding.UTF8.GetString(text.Written);
        return (written[0] == '-' ? "" : " ") + written + ExponentText(exponent);
    }
}
