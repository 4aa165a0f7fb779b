using System.Buffers;
using System.Globalization;
using System.Text;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>What a JSON value is.</summary>
public enum JsonKind : byte
{
    Null,
    False,
    True,
    Number,
    String,
    Array,
    Object,
}

/// <summary>A cursor over JSON text. Throws <see cref="SqlException"/> 22P02 on bad syntax.</summary>
public ref struct JsonScanner
{
    /// <summary>Bytes of a string that mean something: its end, escapes, and those that must be escaped.</summary>
    private static readonly SearchValues<byte> s_special = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(static i => (byte)i)]);

    private readonly ReadOnlySpan<byte> _text;
    private int _at;

    public JsonScanner(ReadOnlySpan<byte> text)
    {
        _text = text;
        _at = 0;
    }

    /// <summary>Position in bytes.</summary>
    public int Position
    {
        readonly get => _at;
        set => _at = value;
    }

    public void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            _at++;
    }

    /// <summary>The kind of the value that begins here (after white space).</summary>
    public JsonKind Peek()
    {
        DepthGuard.Step();
        SkipSpace();
        if (_at >= _text.Length)
            throw EndOfInput();
        return _text[_at] switch
        {
            (byte)'{' => JsonKind.Object,
            (byte)'[' => JsonKind.Array,
            (byte)'"' => JsonKind.String,
            (byte)'t' when Word() == "true" => JsonKind.True,
            (byte)'f' when Word() == "false" => JsonKind.False,
            (byte)'n' when Word() == "null" => JsonKind.Null,
            (byte)'-' or (>= (byte)'0' and <= (byte)'9') => JsonKind.Number,
            _ => throw InvalidToken(),
        };
    }

    private readonly string Word()
    {
        int end = _at;
        while (end < _text.Length && ((char)_text[end] is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_' || _text[end] >= 0x80))
            end++;
        return Encoding.UTF8.GetString(_text[_at..end]);
    }

    public readonly SqlException Error(string detail) =>
        new(SqlState.InvalidTextRepresentation, "invalid input syntax for type json") { Detail = detail, Where = Context() };

    private readonly string Context()
    {
        int line = 1, lineStart = 0;
        for (int i = 0; i < _at && i < _text.Length; i++)
        {
            if (_text[i] == (byte)'\n')
            {
                line++;
                lineStart = i + 1;
            }
        }

        int end = Math.Min(_text.Length, _at + Math.Max(1, Word().Length));
        string shown = Encoding.UTF8.GetString(_text[lineStart..Math.Max(lineStart, end)]);
        return string.Create(CultureInfo.InvariantCulture, $"JSON data, line {line}: {shown}{(end < _text.Length ? "..." : "")}");
    }

    private readonly SqlException EndOfInput() => Error("The input string ended unexpectedly.");

    private readonly SqlException InvalidToken()
    {
        string word = Word();
        return Error($"Token \"{(word.Length > 0 ? word : ((char)_text[_at]).ToString())}\" is invalid.");
    }

    public void ExpectEnd()
    {
        SkipSpace();
        if (_at < _text.Length)
            throw Error($"Expected end of input, but found \"{Shown()}\".");
    }

    private readonly string Shown()
    {
        string word = Word();
        return word.Length > 0 ? word : ((char)_text[_at]).ToString();
    }

    public bool TryTake(char c)
    {
        SkipSpace();
        if (_at < _text.Length && _text[_at] == (byte)c)
        {
            _at++;
            return true;
        }

        return false;
    }

    /// <summary>Steps over one value and returns its text.</summary>
    public ReadOnlySpan<byte> SkipValue()
    {
        DepthGuard.Check();
        JsonKind kind = Peek();
        int start = _at;
        switch (kind)
        {
            case JsonKind.Object:
                _at++;
                if (TryTake('}'))
                    break;
                do
                {
                    SkipSpace();
                    if (_at >= _text.Length)
                        throw EndOfInput();
                    if (_text[_at] != (byte)'"')
                        throw Error($"Expected string{(start + 1 == _at ? " or \"}\"" : "")}, but found \"{Shown()}\".");
                    SkipString();
                    if (!TryTake(':'))
                        throw _at >= _text.Length ? EndOfInput() : Error($"Expected \":\", but found \"{Shown()}\".");
                    SkipValue();
                }
                while (TryTake(','));
                if (!TryTake('}'))
                    throw _at >= _text.Length ? EndOfInput() : Error($"Expected \",\" or \"}}\", but found \"{Shown()}\".");
                break;
            case JsonKind.Array:
                _at++;
                if (TryTake(']'))
                    break;
                do
                    SkipValue();
                while (TryTake(','));
                if (!TryTake(']'))
                    throw _at >= _text.Length ? EndOfInput() : Error($"Expected \",\" or \"]\", but found \"{Shown()}\".");
                break;
            case JsonKind.String:
                SkipString();
                break;
            case JsonKind.Number:
                SkipNumber();
                break;
            default:
                _at += kind == JsonKind.False ? 5 : 4;
                break;
        }

        return _text[start.._at];
    }

    /// <summary>Steps over a string and returns it with its quotes.</summary>
    public ReadOnlySpan<byte> SkipString()
    {
        int start = _at++;
        while (true)
        {
            if (_at >= _text.Length)
            {
                _at = start;
                throw Error($"Token \"{Encoding.UTF8.GetString(_text[start..])}\" is invalid.");
            }

            int plain = _text[_at..].IndexOfAny(s_special);
            if (plain != 0)
            {
                _at = plain < 0 ? _text.Length : _at + plain;
                continue;
            }

            DepthGuard.Step();
            byte c = _text[_at++];
            if (c == (byte)'"')
                return _text[start.._at];
            if (c < 0x20)
                throw Error($"Character with value 0x{c:x2} must be escaped.");
            if (c != (byte)'\\')
                continue;
            if (_at >= _text.Length)
                throw EndOfInput();
            byte escape = _text[_at++];
            if (escape == (byte)'u')
            {
                for (int i = 0; i < 4; i++, _at++)
                {
                    if (_at >= _text.Length || !char.IsAsciiHexDigit((char)_text[_at]))
                        throw Error("\"\\u\" must be followed by four hexadecimal digits.");
                }
            }
            else if ("\"\\/bfnrt"u8.IndexOf(escape) < 0)
            {
                throw Error($"Escape sequence \"\\{(char)escape}\" is invalid.");
            }
        }
    }

    private void SkipNumber()
    {
        int start = _at;
        if (_text[_at] == (byte)'-')
            _at++;
        bool ok = true;
        if (_at < _text.Length && _text[_at] == (byte)'0')
            _at++;
        else
            ok = Digits() > 0;
        if (ok && _at < _text.Length && _text[_at] == (byte)'.')
        {
            _at++;
            ok = Digits() > 0;
        }

        if (ok && _at < _text.Length && _text[_at] is (byte)'e' or (byte)'E')
        {
            _at++;
            if (_at < _text.Length && _text[_at] is (byte)'+' or (byte)'-')
                _at++;
            ok = Digits() > 0;
        }

        // What follows directly belongs to the bad token.
        int end = _at;
        while (end < _text.Length && ((char)_text[end] is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_' or '.'))
            end++;
        if (!ok || end != _at)
        {
            string token = Encoding.UTF8.GetString(_text[start..Math.Max(end, _at)]);
            _at = start;
            throw Error($"Token \"{token}\" is invalid.");
        }
    }

    private int Digits()
    {
        int start = _at;
        while (_at < _text.Length && _text[_at] is >= (byte)'0' and <= (byte)'9')
            _at++;
        return _at - start;
    }

    /// <summary>The characters of a JSON string given with its quotes.</summary>
    public static string Unescape(ReadOnlySpan<byte> quoted)
    {
        ReadOnlySpan<byte> inner = quoted[1..^1];
        if (inner.IndexOf((byte)'\\') < 0)
            return Encoding.UTF8.GetString(inner);
        string text = Encoding.UTF8.GetString(inner);
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            DepthGuard.Step();
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            switch (text[i])
            {
                case 'b': result.Append('\b'); break;
                case 'f': result.Append('\f'); break;
                case 'n': result.Append('\n'); break;
                case 'r': result.Append('\r'); break;
                case 't': result.Append('\t'); break;
                case 'u':
                    char unit = (char)int.Parse(text.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    if (unit == 0 || char.IsSurrogate(unit))
                        new JsonSyntaxCheck(quoted, checkEscapes: true).Run();
                    result.Append(unit);
                    i += 4;
                    break;
                default: result.Append(text[i]); break;
            }
        }

        return result.ToString();
    }

    /// <summary>Writes a string as a JSON string.</summary>
    public static void WriteString(ByteBuffer buffer, ReadOnlySpan<byte> text)
    {
        buffer.Write('"');
        foreach (byte c in text)
        {
            switch (c)
            {
                case (byte)'"': buffer.Write("\\\""u8); break;
                case (byte)'\\': buffer.Write("\\\\"u8); break;
                case (byte)'\b': buffer.Write("\\b"u8); break;
                case (byte)'\f': buffer.Write("\\f"u8); break;
                case (byte)'\n': buffer.Write("\\n"u8); break;
                case (byte)'\r': buffer.Write("\\r"u8); break;
                case (byte)'\t': buffer.Write("\\t"u8); break;
                case < 0x20:
                    buffer.Write(string.Create(CultureInfo.InvariantCulture, $"\\u{c:x4}"));
                    break;
                default: buffer.Write(c); break;
            }
        }

        buffer.Write('"');
    }
}
