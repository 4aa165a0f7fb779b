using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Formatting;

/// <summary>to_number: takes from a text what the pieces of a template stand for, as PostgreSQL's NUM_processor does. For one text.</summary>
internal sealed class NumberReader
{
    private const int TypmodHeaderBytes = 4;

    private readonly NumberTemplate _template;
    private readonly string _text;
    private readonly StringBuilder _digits = new();
    private char _sign = ' ';
    private int _at;
    private int _before;
    private int _after;
    private bool _sawPoint;

    private NumberReader(NumberTemplate template, string text) => (_template, _text) = (template, text);

    /// <summary>The number. Throws 0A000 for templates that are only for output, 22P02 when there is none.</summary>
    public static NumericValue Read(NumberTemplate template, string text)
    {
        if (template.IsExponential)
            throw new SqlException(SqlState.FeatureNotSupported, "\"EEEE\" not supported for input");
        if (template.IsRoman)
            throw new SqlException(SqlState.FeatureNotSupported, "\"RN\" not supported for input");
        var reader = new NumberReader(template, text);
        reader.Run();
        string number = reader._sign + reader._digits.ToString().TrimEnd('.');
        NumericValue value = NumberText.ParseNumeric(Encoding.UTF8.GetBytes(number));
        int precision = template.Before + template.Shift + reader._after;
        value = NumericMath.ApplyTypmod(value, ((precision << 16) | reader._after) + TypmodHeaderBytes);
        return template.IsShifted ? NumericMath.Multiply(value, NumericTranscendental.Power(new NumericValue(10, 0), new NumericValue(-template.Shift, 0))) : value;
    }

    private bool IsAtEnd => _at >= _text.Length;

    private void Run()
    {
        bool isInNumber = false;
        foreach ((NumberToken token, _) in _template.Pieces)
        {
            DepthGuard.Step();
            if (IsAtEnd)
                return;
            switch (token)
            {
                case NumberToken.Nine or NumberToken.Zero or NumberToken.Point:
                    TakeDigit(token is NumberToken.Nine or NumberToken.Zero);
                    _at++;
                    break;
                case NumberToken.Comma or NumberToken.Group:
                    if ((isInNumber || !_template.IsFillMode) && _text[_at] == ',')
                        _at++;
                    break;
                case NumberToken.Currency:
                    Skip(1);
                    break;
                case NumberToken.Ordinal or NumberToken.OrdinalLower:
                    if (!_template.HasPoint && _sign != '#')
                        Skip(2);
                    break;
                case NumberToken.Minus:
                    TakeSign(_text[_at] == '-');
                    break;
                case NumberToken.Plus:
                    TakeSign(_text[_at] == '+');
                    break;
                case NumberToken.PlusMinus:
                    TakeSign(_text[_at] is '-' or '+');
                    break;
                case NumberToken.Text:
                    Advance();
                    break;
            }
        }
    }

    private void TakeSign(bool isSign)
    {
        if (!isSign)
        {
            Skip(1);
            return;
        }

        _sign = _text[_at];
        _at++;
    }

    private void Advance() => _at += char.IsHighSurrogate(_text[_at]) && _at + 1 < _text.Length ? 2 : 1;

    /// <summary>Characters that cannot belong to the number.</summary>
    private void Skip(int count)
    {
        while (count-- > 0 && !IsAtEnd && !(char.IsAsciiDigit(_text[_at]) || _text[_at] is '.' or ',' or '+' or '-'))
            Advance();
    }

    /// <summary>A digit or the point, and signs around the number. Leaves the place on the character that was read.</summary>
    private void TakeDigit(bool isDigit)
    {
        bool isRead = false;
        if (_text[_at] == ' ')
            _at++;
        if (IsAtEnd)
            return;
        if (_sign == ' ' && isDigit && _before + _after == 0)
        {
            char c = _text[_at];
            if (!_template.HasSign || !_template.IsSignBehind)
            {
                if (c is '-' or '+' || (_template.HasAngle && c == '<' && !_template.HasSign))
                {
                    _sign = c == '+' ? '+' : '-';
                    _at++;
                }
            }
        }

        if (IsAtEnd)
            return;
        if (char.IsAsciiDigit(_text[_at]))
        {
            if (_sawPoint && _after == _template.After)
                return;
            _digits.Append(_text[_at]);
            if (_sawPoint)
                _after++;
            else
                _before++;
            isRead = true;
        }
        else if (_template.HasPoint && !_sawPoint && _text[_at] == '.')
        {
            _digits.Append('.');
            _sawPoint = isRead = true;
        }

        if (_sign != ' ' || _before + _after == 0)
            return;
        if (_template.HasSign && isRead && _at + 1 < _text.Length && !char.IsAsciiDigit(_text[_at + 1]))
        {
            if (_text[_at + 1] is '-' or '+')
                _sign = _text[++_at];
        }
        else if (!isRead && !_template.HasSign && (_template.HasPlus || _template.HasMinus) && _text[_at] is '-' or '+')
        {
            _sign = _text[_at];
        }
    }
}
