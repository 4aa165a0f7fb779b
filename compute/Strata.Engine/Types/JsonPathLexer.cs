using System.Globalization;
using System.Text;

namespace Strata.Engine.Types;

/// <summary>Splits the text of a jsonpath into tokens. Throws 42601 or 22P02. For one text.</summary>
internal sealed class JsonPathLexer(string text)
{
    private const string Special = "?%$.[]{}()|&!=<>@#,*:-+/";

    private int _at;

    public static SqlException SyntaxError(string message, string near) => new(
        SqlState.SyntaxError,
        near.Length == 0 ? $"{message} at end of jsonpath input" : $"{message} at or near \"{near}\" of jsonpath input");

    private char Current => _at < text.Length ? text[_at] : '\0';

    private char Ahead(int offset) => _at + offset < text.Length ? text[_at + offset] : '\0';

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f';

    /// <summary>A character of an unquoted name.</summary>
    private bool IsOther(int offset)
    {
        if (_at + offset >= text.Length)
            return false;
        char c = text[_at + offset];
        return !IsBlank(c) && c is not ('\\' or '"') && !Special.Contains(c, StringComparison.Ordinal);
    }

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (IsBlank(text[_at]))
            {
                _at++;
            }
            else if (text[_at] == '/' && Ahead(1) == '*')
            {
                int end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                if (end < 0)
                    throw SyntaxError("unexpected end of comment", "");
                _at = end + 2;
            }
            else
            {
                return;
            }
        }
    }

    public JsonPathToken Next()
    {
        SkipBlanks();
        if (_at >= text.Length)
            return new JsonPathToken(JsonPathTokenKind.End, "", "");
        int start = _at;
        char c = text[_at];
        if (c == '"')
        {
            string value = QuotedString();
            return new JsonPathToken(JsonPathTokenKind.String, value, text[start.._at]);
        }

        if (c == '$')
        {
            _at++;
            if (Current == '"')
                return new JsonPathToken(JsonPathTokenKind.Variable, QuotedString(), text[start.._at]);
            if (IsOther(0) || Current == '\\')
                return new JsonPathToken(JsonPathTokenKind.Variable, Name(), text[start.._at]);
            return new JsonPathToken(JsonPathTokenKind.Symbol, "$", "$");
        }

        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Ahead(1))))
            return Number();
        if (Special.Contains(c, StringComparison.Ordinal))
        {
            string two = text.Substring(_at, Math.Min(2, text.Length - _at));
            string symbol = two is "&&" or "||" or "**" or "==" or "!=" or "<>" or "<=" or ">=" ? two : c.ToString();
            _at += symbol.Length;
            return new JsonPathToken(JsonPathTokenKind.Symbol, symbol, symbol);
        }

        return Word();
    }

    /// <summary>An unquoted name. An error at it shows what ended it: PostgreSQL's scanner has put everything but a blank back by then.</summary>
    private JsonPathToken Word() => new(JsonPathTokenKind.Identifier, Name(), text[_at..EndOfBlanks()]);

    private int EndOfBlanks()
    {
        int end = _at;
        while (end < text.Length && IsBlank(text[end]))
            end++;
        return end;
    }

    /// <summary>
    /// The longest match of PostgreSQL's scanner wins: two characters and more of a name right after a number make all of it a name (1true), a single one is junk (1t).
    /// </summary>
    private JsonPathToken Number()
    {
        int start = _at;
        bool isInteger = Mantissa() & !Exponent(start);
        int end = _at;
        bool isFollowed = IsOther(0);
        _at = start;
        while (IsOther(0))
            _at++;
        // What is not ASCII is more than one byte to PostgreSQL's scanner.
        if (_at > end + 1 || (_at > end && !char.IsAscii(text[end])))
        {
            _at = start;
            return Word();
        }

        _at = end;
        if (isFollowed)
        {
            _at += char.IsHighSurrogate(Current) ? 2 : 1;
            throw SyntaxError("trailing junk after numeric literal", text[start.._at]);
        }

        string source = text[start..end];
        return new JsonPathToken(isInteger ? JsonPathTokenKind.Integer : JsonPathTokenKind.Number, source, source);
    }

    /// <summary>Consumes digits with or without a point; true when there was none.</summary>
    private bool Mantissa()
    {
        if (Current == '0')
            _at++;
        else
            Digits();
        if (Current != '.')
            return true;
        _at++;
        Digits();
        return false;
    }

    /// <summary>Consumes an exponent if there is a whole one.</summary>
    private bool Exponent(int start)
    {
        if (Current is not ('e' or 'E'))
            return false;
        bool isSigned = Ahead(1) is '+' or '-';
        if (!char.IsAsciiDigit(Ahead(isSigned ? 2 : 1)))
            return isSigned ? throw SyntaxError("invalid numeric literal", text[start..(_at + 2)]) : false;
        _at += isSigned ? 2 : 1;
        Digits();
        return true;
    }

    private void Digits()
    {
        while (char.IsAsciiDigit(Current))
            _at++;
    }

    private string Name()
    {
        var name = new StringBuilder();
        while (_at < text.Length)
        {
            if (text[_at] == '\\')
                Escape(name);
            else if (IsOther(0))
                name.Append(text[_at++]);
            else
                break;
        }

        return name.ToString();
    }

    private string QuotedString()
    {
        _at++;
        var value = new StringBuilder();
        while (true)
        {
            if (_at >= text.Length)
                throw SyntaxError("unexpected end of quoted string", "");
            char c = text[_at];
            if (c == '"')
                break;
            if (c == '\\')
                Escape(value);
            else
                value.Append(text[_at++]);
        }

        _at++;
        return value.ToString();
    }

    private void Escape(StringBuilder value)
    {
        int start = _at++;
        if (_at >= text.Length)
            throw SyntaxError("unexpected end after backslash", "\\");
        char c = text[_at++];
        switch (c)
        {
            case 'b': value.Append('\b'); break;
            case 'f': value.Append('\f'); break;
            case 'n': value.Append('\n'); break;
            case 'r': value.Append('\r'); break;
            case 't': value.Append('\t'); break;
            case 'v': value.Append('\v'); break;
            case 'x':
                if (!TryHex(2, out int code))
                    throw SyntaxError("invalid hex character sequence", text[start..(_at + (char.IsAsciiHexDigit(Current) ? 1 : 0))]);
                Append(value, code);
                break;
            case 'u': UnicodeEscape(value, start); break;
            default: value.Append(c); break;
        }
    }

    private bool TryHex(int digits, out int code)
    {
        code = 0;
        if (_at + digits > text.Length || !int.TryParse(text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code))
            return false;
        _at += digits;
        return true;
    }

    private void UnicodeEscape(StringBuilder value, int start)
    {
        CheckUnicodeEscapes(start);
        int code;
        if (Current == '{')
        {
            int end = text.IndexOf('}', _at);
            code = int.Parse(text.AsSpan(_at + 1, end - _at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            _at = end + 1;
        }
        else
        {
            TryHex(4, out code);
        }

        Append(value, code);
    }

    /// <summary>Escapes that follow each other are one token, which the first malformed of them spoils.</summary>
    private void CheckUnicodeEscapes(int start)
    {
        int at = start;
        while (string.CompareOrdinal(text, at, "\\u", 0, 2) == 0)
        {
            bool isBraced = at + 2 < text.Length && text[at + 2] == '{';
            int first = at + (isBraced ? 3 : 2), end = first;
            while (end < text.Length && end - first < (isBraced ? 6 : 4) && char.IsAsciiHexDigit(text[end]))
                end++;
            bool isWhole = isBraced ? end > first && end < text.Length && text[end] == '}' : end - first == 4;
            if (!isWhole)
                throw SyntaxError("invalid unicode sequence", text[start..end]);
            at = isBraced ? end + 1 : end;
        }
    }

    private static SqlException BadUnicode(string detail) =>
        new(SqlState.InvalidTextRepresentation, "invalid input syntax for type jsonpath") { Detail = detail };

    private void Append(StringBuilder value, int code)
    {
        if (code == 0)
            throw new SqlException(SqlState.UntranslatableCharacter, "unsupported Unicode escape sequence") { Detail = "\\u0000 cannot be converted to text." };
        if (code is >= 0xDC00 and <= 0xDFFF)
            throw BadUnicode("Unicode low surrogate must follow a high surrogate.");
        if (code is >= 0xD800 and <= 0xDBFF)
        {
            if (Current != '\\' || Ahead(1) != 'u')
                throw BadUnicode("Unicode low surrogate must follow a high surrogate.");
            _at += 2;
            if (!TryHex(4, out int low))
                throw BadUnicode("Unicode low surrogate must follow a high surrogate.");
            if (low is >= 0xD800 and <= 0xDBFF)
                throw BadUnicode("Unicode high surrogate must not follow a high surrogate.");
            if (low is < 0xDC00 or > 0xDFFF)
                throw BadUnicode("Unicode low surrogate must follow a high surrogate.");
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }

        if (code > 0x10FFFF)
            throw new SqlException(SqlState.SyntaxError, "invalid Unicode code point");
        value.Append(char.ConvertFromUtf32(code));
    }
}
