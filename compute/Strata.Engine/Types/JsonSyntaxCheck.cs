using System.Globalization;
using System.Text;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>
/// Finds what is wrong with a JSON text, token by token, and reports it with PostgreSQL's detail and context lines. Slower than
/// <see cref="JsonScanner"/>, which only tells that something is; with <c>checkEscapes</c> \u escapes must make characters (jsonb, and texts taken out of json).
/// </summary>
internal ref struct JsonSyntaxCheck
{
    private const int ContextBytesMax = 50;

    private readonly ReadOnlySpan<byte> _text;
    private readonly bool _checkEscapes;
    private int _at;
    private int _tokenStart;
    private int _line;
    private int _lineStart;
    private char _token;

    public JsonSyntaxCheck(ReadOnlySpan<byte> text, bool checkEscapes)
    {
        _text = text;
        _checkEscapes = checkEscapes;
        _line = 1;
    }

    /// <summary>Throws 22P02 or 22P05 unless the text is one JSON value.</summary>
    public void Run()
    {
        Next();
        Value("Expected JSON value");
        if (_token != '\0')
            throw Unexpected("Expected end of input");
    }

    private readonly SqlException Error(string detail, SqlState? state = null, string message = "invalid input syntax for type json") =>
        new(state ?? SqlState.InvalidTextRepresentation, message) { Detail = detail, Where = Context() };

    private readonly string Context()
    {
        int start = _lineStart;
        while (_at - start >= ContextBytesMax)
        {
            start++;
            while (start < _text.Length && (_text[start] & 0xC0) == 0x80)
                start++;
        }

        if (start - _lineStart <= 3)
            start = _lineStart;
        bool more = _token != '\0' && _at < _text.Length && _text[_at] is not ((byte)'\n' or (byte)'\r');
        return string.Create(
            CultureInfo.InvariantCulture,
            $"JSON data, line {_line}: {(start > _lineStart ? "..." : "")}{Encoding.UTF8.GetString(_text[start.._at])}{(more ? "..." : "")}");
    }

    private readonly SqlException Unexpected(string expected) => _token == '\0'
        ? Error("The input string ended unexpectedly.")
        : Error($"{expected}, but found \"{Encoding.UTF8.GetString(_text[_tokenStart.._at])}\".");

    private readonly SqlException InvalidToken() => Error($"Token \"{Encoding.UTF8.GetString(_text[_tokenStart.._at])}\" is invalid.");

    private static bool IsWord(byte c) => (char)c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_' || c >= 0x80;

    /// <summary>Reads a token: punctuation as itself, '"' a string, '0' a number, 'w' a word, NUL the end.</summary>
    private void Next()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            if (_text[_at++] == (byte)'\n')
            {
                _line++;
                _lineStart = _at;
            }
        }

        _tokenStart = _at;
        if (_at >= _text.Length)
        {
            _token = '\0';
            return;
        }

        byte c = _text[_at];
        switch (c)
        {
            case (byte)'{' or (byte)'}' or (byte)'[' or (byte)']' or (byte)',' or (byte)':':
                _token = (char)c;
                _at++;
                break;
            case (byte)'"':
                _token = '"';
                String();
                break;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                _token = '0';
                Number();
                break;
            default:
                _token = 'w';
                while (_at < _text.Length && IsWord(_text[_at]))
                    _at++;
                if (_at == _tokenStart)
                {
                    _at++;
                    throw InvalidToken();
                }

                ReadOnlySpan<byte> word = _text[_tokenStart.._at];
                if (!word.SequenceEqual("true"u8) && !word.SequenceEqual("false"u8) && !word.SequenceEqual("null"u8))
                    throw InvalidToken();
                break;
        }
    }

    private bool Digits()
    {
        int start = _at;
        while (_at < _text.Length && _text[_at] is >= (byte)'0' and <= (byte)'9')
            _at++;
        return _at > start;
    }

    private void Number()
    {
        bool bad = false;
        if (_text[_at] == (byte)'-')
            _at++;
        if (_at < _text.Length && _text[_at] == (byte)'0')
            _at++;
        else
            bad = !Digits();
        if (_at < _text.Length && _text[_at] == (byte)'.')
        {
            _at++;
            bad |= !Digits();
        }

        if (_at < _text.Length && _text[_at] is (byte)'e' or (byte)'E')
        {
            _at++;
            if (_at < _text.Length && _text[_at] is (byte)'+' or (byte)'-')
                _at++;
            bad |= !Digits();
        }

        while (_at < _text.Length && IsWord(_text[_at]))
        {
            bad = true;
            _at++;
        }

        if (bad)
            throw InvalidToken();
    }

    private void String()
    {
        _at++;
        int high = -1;
        while (true)
        {
            if (_at >= _text.Length)
                throw InvalidToken();
            byte c = _text[_at];
            if (c == (byte)'"')
                break;
            if (c < 0x20)
                throw Error($"Character with value 0x{c:x2} must be escaped.");
            if (c == (byte)'\\')
            {
                Escape(ref high);
                continue;
            }

            if (high >= 0)
                throw LowSurrogateMissing();
            _at++;
        }

        if (high >= 0)
            throw LowSurrogateMissing();
        _at++;
    }

    private readonly SqlException LowSurrogateMissing() => Error("Unicode low surrogate must follow a high surrogate.");

    private void Escape(ref int high)
    {
        int start = _at++;
        if (_at >= _text.Length)
            throw InvalidToken();
        byte c = _text[_at];
        if (c != (byte)'u')
        {
            if (_checkEscapes && high >= 0)
                throw LowSurrogateMissing();
            _at += CharacterBytes(_at);
            if ("\"\\/bfnrt"u8.IndexOf(c) < 0)
                throw Error($"Escape sequence \"\\{Encoding.UTF8.GetString(_text[(start + 1).._at])}\" is invalid.");
            return;
        }

        _at++;
        int code = 0;
        for (int i = 0; i < 4; i++)
        {
            if (_at >= _text.Length)
                throw InvalidToken();
            if (!char.IsAsciiHexDigit((char)_text[_at]))
            {
                _at += CharacterBytes(_at);
                throw Error("\"\\u\" must be followed by four hexadecimal digits.");
            }

            code = (code * 16) + Convert.ToInt32(((char)_text[_at++]).ToString(), 16);
        }

        if (!_checkEscapes)
            return;
        if (code is >= 0xD800 and <= 0xDBFF)
        {
            if (high >= 0)
                throw Error("Unicode high surrogate must not follow a high surrogate.");
            high = code;
        }
        else if (code is >= 0xDC00 and <= 0xDFFF)
        {
            if (high < 0)
                throw LowSurrogateMissing();
            high = -1;
        }
        else if (high >= 0)
        {
            throw LowSurrogateMissing();
        }
        else if (code == 0)
        {
            throw Error("\\u0000 cannot be converted to text.", SqlState.UntranslatableCharacter, "unsupported Unicode escape sequence");
        }
    }

    private readonly int CharacterBytes(int at)
    {
        int length = 1;
        while (at + length < _text.Length && (_text[at + length] & 0xC0) == 0x80)
            length++;
        return length;
    }

    private void Value(string expected)
    {
        DepthGuard.Check();
        switch (_token)
        {
            case '{':
                Object();
                break;
            case '[':
                Array();
                break;
            case '"' or '0' or 'w':
                Next();
                break;
            default:
                throw Unexpected(expected);
        }
    }

    private void Object()
    {
        Next();
        if (_token == '}')
        {
            Next();
            return;
        }

        if (_token != '"')
            throw Unexpected("Expected string or \"}\"");
        while (true)
        {
            Next();
            if (_token != ':')
                throw Unexpected("Expected \":\"");
            Next();
            Value("Expected JSON value");
            if (_token == '}')
                break;
            if (_token != ',')
                throw Unexpected("Expected \",\" or \"}\"");
            Next();
            if (_token != '"')
                throw Unexpected("Expected string");
        }

        Next();
    }

    private void Array()
    {
        Next();
        if (_token == ']')
        {
            Next();
            return;
        }

        Value("Expected array element or \"]\"");
        while (_token == ',')
        {
            Next();
            Value("Expected JSON value");
        }

        if (_token != ']')
            throw Unexpected("Expected \",\" or \"]\"");
        Next();
    }
}
