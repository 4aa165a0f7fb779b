using System.Globalization;
using System.Numerics;
using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Functions.Formatting;

/// <summary>A parsed number template of to_char and to_number (manual, "Template Patterns for Numeric Formatting"). Immutable.</summary>
internal sealed class NumberTemplate
{
    private enum SignPlace
    {
        Automatic,
        Leading,
        Trailing,
        Minus,
        Plus,
        PlusMinus,
        Angle,
    }

    private readonly byte[] _source;
    private readonly List<(char Kind, string Text)> _nodes = [];
    private readonly bool _fillMode;
    private readonly SignPlace _sign;
    private readonly int _integerDigits;
    private readonly int _fractionDigits;
    private readonly int _firstZero = -1;
    private readonly bool _isRoman;
    private readonly bool _isExponential;
    private readonly int _shift;

    public NumberTemplate(ReadOnlySpan<byte> source)
    {
        _source = source.ToArray();
        string template = Encoding.UTF8.GetString(source);
        bool afterPoint = false, sawDigit = false;
        for (int i = 0; i < template.Length; i++)
        {
            string rest = template[i..];
            string upper = rest.Length >= 4 ? rest[..4].ToUpperInvariant() : rest.ToUpperInvariant();
            char c = char.ToUpperInvariant(template[i]);
            if (upper.StartsWith("FM", StringComparison.Ordinal))
            {
                _fillMode = true;
                i++;
            }
            else if (upper.StartsWith("RN", StringComparison.Ordinal))
            {
                _isRoman = true;
                _nodes.Add((template[i] == 'r' ? 'r' : 'R', ""));
                i++;
            }
            else if (upper.StartsWith("EEEE", StringComparison.Ordinal))
            {
                _isExponential = true;
                i += 3;
            }
            else if (upper.StartsWith("PR", StringComparison.Ordinal))
            {
                _sign = SignPlace.Angle;
                i++;
            }
            else if (upper.StartsWith("MI", StringComparison.Ordinal))
            {
                _sign = SignPlace.Minus;
                _nodes.Add(('-', ""));
                i++;
            }
            else if (upper.StartsWith("PL", StringComparison.Ordinal))
            {
                _sign = SignPlace.Plus;
                _nodes.Add(('+', ""));
                i++;
            }
            else if (upper.StartsWith("SG", StringComparison.Ordinal))
            {
                _sign = SignPlace.PlusMinus;
                _nodes.Add(('S', ""));
                i++;
            }
            else if (upper.StartsWith("TH", StringComparison.Ordinal))
            {
                _nodes.Add((template[i] == 'T' ? 'T' : 't', ""));
                i++;
            }
            else if (c is '9' or '0')
            {
                if (c == '0' && _firstZero < 0 && !afterPoint)
                    _firstZero = _integerDigits;
                if (afterPoint)
                    _fractionDigits++;
                else
                    _integerDigits++;
                sawDigit = true;
                _nodes.Add((c, ""));
            }
            else if (c is '.' or 'D')
            {
                afterPoint = true;
                _nodes.Add(('.', ""));
            }
            else if (c is ',' or 'G')
            {
                _nodes.Add((',', ""));
            }
            else if (c == 'S')
            {
                _sign = sawDigit ? SignPlace.Trailing : SignPlace.Leading;
            }
            else if (c == 'V')
            {
                int digits = template[(i + 1)..].Count(static d => d is '9' or '0');
                _shift = digits;
            }
            else if (c == 'L')
            {
                _nodes.Add(('L', ""));
            }
            else if (c == '"')
            {
                int end = template.IndexOf('"', i + 1);
                end = end < 0 ? template.Length : end;
                _nodes.Add(('"', template[(i + 1)..end]));
                i = end;
            }
            else
            {
                _nodes.Add(('"', template[i].ToString()));
            }
        }
    }

    public bool IsFor(ReadOnlySpan<byte> source) => source.SequenceEqual(_source);

    public string Write(in NumericValue value)
    {
        if (_isRoman)
            return Roman(value);
        if (_isExponential)
            return Exponential(value);
        NumericValue rounded = value;
        if (_shift > 0)
            rounded = NumericMath.Multiply(value, new NumericValue(NumericMath.PowerOfTen(_shift), 0));
        rounded = NumericMath.Round(rounded, _fractionDigits);
        bool negative = rounded.Sign < 0, overflow = !value.IsFinite;
        string digits = overflow ? "" : BigInteger.Abs(rounded.Mantissa).ToString(CultureInfo.InvariantCulture).PadLeft(_fractionDigits + 1, '0');
        string integer = overflow ? "" : digits[..^_fractionDigits], fraction = overflow ? "" : digits[^_fractionDigits..];
        overflow |= integer.Length > _integerDigits;
        if (integer == "0" && _fractionDigits > 0)
            integer = "";
        if (integer == "0" && _integerDigits == 0)
            integer = "";
        return Lay(overflow, negative, integer, fraction);
    }

    private string Lay(bool overflow, bool negative, string integer, string fraction)
    {
        var body = new StringBuilder();
        int position = 0, fractionAt = 0;
        int leading = _integerDigits - integer.Length;
        bool started = false, inFraction = false;
        int signAt = -1;
        int lastSignificant = LastSignificantFraction(fraction);
        foreach ((char kind, string text) in _nodes)
        {
            switch (kind)
            {
                case '9' or '0' when !inFraction:
                    bool isDigit = position >= leading;
                    bool isZero = !isDigit && _firstZero >= 0 && position >= _firstZero;
                    if ((isDigit || isZero) && !started)
                    {
                        started = true;
                        signAt = body.Length;
                    }

                    if (overflow)
                        body.Append('#');
                    else if (isDigit)
                        body.Append(integer[position - leading]);
                    else if (isZero)
                        body.Append('0');
                    else if (!_fillMode)
                        body.Append(' ');
                    position++;
                    break;
                case '9' or '0':
                    if (overflow)
                        body.Append('#');
                    else if (!_fillMode || fractionAt < lastSignificant)
                        body.Append(fraction[fractionAt]);
                    fractionAt++;
                    break;
                case '.':
                    if (!started)
                    {
                        started = true;
                        signAt = body.Length;
                    }

                    inFraction = true;
                    body.Append('.');
                    break;
                case ',':
                    if (started)
                        body.Append(',');
                    else if (!_fillMode)
                        body.Append(' ');
                    break;
                case '-':
                    body.Append(negative ? "-" : _fillMode ? "" : " ");
                    break;
                case '+':
                    body.Append(negative ? (_fillMode ? "" : " ") : "+");
                    break;
                case 'S':
                    body.Append(negative ? '-' : '+');
                    break;
                case 'T' or 't':
                    if (!negative && !inFraction && integer.Length > 0)
                        body.Append(OrdinalSuffix(integer, kind == 'T'));
                    break;
                case 'L':
                    body.Append(_fillMode ? "" : " ");
                    break;
                default:
                    body.Append(text);
                    break;
            }
        }

        return WithSign(body, negative, signAt < 0 ? 0 : signAt);
    }

    private int LastSignificantFraction(string fraction)
    {
        // FM drops trailing zeros, but not those that a 0 in the template asks for.
        int last = fraction.TrimEnd('0').Length, at = 0;
        bool inFraction = false;
        foreach ((char kind, _) in _nodes)
        {
            if (kind == '.')
                inFraction = true;
            else if (inFraction && kind is ('9' or '0') && ++at > last && kind == '0')
                last = at;
        }

        return last;
    }

    private string WithSign(StringBuilder body, bool negative, int signAt)
    {
        switch (_sign)
        {
            case SignPlace.Automatic:
                if (_fillMode)
                    return negative ? body.Insert(signAt, '-').ToString() : body.ToString();
                return body.Insert(signAt, negative ? '-' : ' ').ToString();
            case SignPlace.Leading:
                return body.Insert(signAt, negative ? '-' : '+').ToString();
            case SignPlace.Trailing:
                return body.Append(negative ? '-' : '+').ToString();
            case SignPlace.Angle:
                if (_fillMode)
                    return negative ? body.Insert(signAt, '<').Append('>').ToString() : body.ToString();
                return body.Insert(signAt, negative ? '<' : ' ').Append(negative ? '>' : ' ').ToString();
            default:
                return body.ToString();
        }
    }

    private static string OrdinalSuffix(string integer, bool upper)
    {
        int tens = int.Parse(integer.Length > 2 ? integer[^2..] : integer, CultureInfo.InvariantCulture);
        string suffix = tens is >= 11 and <= 13 ? "th" : (tens % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" };
        return upper ? suffix.ToUpperInvariant() : suffix;
    }

    private string Roman(in NumericValue value)
    {
        const int width = 15;
        string text = new('#', width);
        if (NumericMath.TryToInt64(value, out long number) && number is >= 1 and <= 3999)
        {
            (int Value, string Text)[] numerals =
            [
                (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
            ];
            var result = new StringBuilder();
            foreach ((int unit, string numeral) in numerals)
            {
                for (; number >= unit; number -= unit)
                    result.Append(numeral);
            }

            text = result.ToString();
        }

        if (_nodes.Any(static n => n.Kind == 'r'))
            text = text.ToLowerInvariant();
        return _fillMode ? text : text.PadLeft(width);
    }

    private string Exponential(in NumericValue value)
    {
        string format = "0." + new string('0', _fractionDigits) + "e+00";
        double number = NumericFunctions.ToFloat64(value);
        string text = number.ToString(format, CultureInfo.InvariantCulture);
        if (_fractionDigits == 0)
            text = text.Replace(".", "", StringComparison.Ordinal);
        return number < 0 || _fillMode ? text : " " + text;
    }

    /// <summary>Reads a number by the template: digits, one point, and a sign count; separators are skipped.</summary>
    public NumericValue Read(string text)
    {
        var digits = new StringBuilder();
        bool negative = false, point = false;
        int scale = 0;
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                digits.Append(c);
                scale += point ? 1 : 0;
            }
            else if (c == '.' && !point && _nodes.Any(static n => n.Kind == '.'))
            {
                point = true;
            }
            else if (c is '-' || (c == '<' && _sign == SignPlace.Angle))
            {
                negative = true;
            }
        }

        if (digits.Length == 0)
            throw TypeErrors.InvalidSyntax("numeric", Encoding.UTF8.GetBytes(text.Trim().Length == 0 ? " " : text));
        BigInteger mantissa = BigInteger.Parse(digits.ToString(), NumberStyles.None, CultureInfo.InvariantCulture);
        NumericValue value = new(negative ? -mantissa : mantissa, scale);
        return _shift > 0 ? NumericMath.Divide(value, new NumericValue(NumericMath.PowerOfTen(_shift), 0)) : value;
    }
}
