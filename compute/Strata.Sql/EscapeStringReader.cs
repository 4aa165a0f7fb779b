using System.Text;

namespace Strata.Sql;

/// <summary>
/// Decodes the body of <c>E'…'</c> (and of <c>'…'</c> when standard_conforming_strings is off). Octal and hexadecimal escapes give
/// bytes, so once one is at or above 0x80 the whole value is checked as UTF-8.
/// </summary>
internal struct EscapeStringReader
{
    private readonly string _text;
    private readonly int _tokenStart;
    private readonly bool _isExplicit;
    private readonly ParserOptions _options;
    private readonly MemoryStream _bytes = new();
    private bool _hasWarned;
    private bool _needsCheck;
    private int _pendingHigh;

    public EscapeStringReader(string text, int tokenStart, bool isExplicit, ParserOptions options)
    {
        _text = text;
        _tokenStart = tokenStart;
        _isExplicit = isExplicit;
        _options = options;
    }

    /// <summary>Reads up to the closing quote and returns its offset.</summary>
    public int Read(int index)
    {
        int i = index;
        while (true)
        {
            if (i >= _text.Length)
            {
                throw Fail("unterminated quoted string", _text.Length);
            }

            char c = _text[i];
            if (c == '\\')
            {
                i = ReadEscape(i);
                continue;
            }

            if (_pendingHigh != 0)
            {
                throw Fail("invalid Unicode surrogate pair", i + 1, i);
            }

            if (c == '\'')
            {
                if (i + 1 < _text.Length && _text[i + 1] == '\'')
                {
                    _bytes.WriteByte((byte)'\'');
                    i += 2;
                    continue;
                }

                return i;
            }

            if (c < 0x80)
            {
                _bytes.WriteByte((byte)c);
                i++;
            }
            else
            {
                Rune.DecodeFromUtf16(_text.AsSpan(i), out Rune rune, out int consumed);
                Append(rune);
                i += consumed;
            }
        }
    }

    /// <summary>The decoded value; the token ends at <paramref name="end"/>.</summary>
    public readonly string Finish(int end)
    {
        ReadOnlySpan<byte> bytes = _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);
        if (_needsCheck)
        {
            ThrowIfInvalid(bytes);
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private static void ThrowIfInvalid(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (bytes[0] == 0 || Rune.DecodeFromUtf8(bytes, out _, out int consumed) != System.Buffers.OperationStatus.Done)
            {
                int length = Math.Min(bytes.Length, bytes[0] switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 });
                var message = new StringBuilder("invalid byte sequence for encoding \"UTF8\":");
                foreach (byte b in bytes[..length])
                {
                    message.Append(System.Globalization.CultureInfo.InvariantCulture, $" 0x{b:x2}");
                }

                throw new SqlSyntaxException(SqlStates.CharacterNotInRepertoire, message.ToString(), 0);
            }

            bytes = bytes[consumed..];
        }
    }

    private readonly void Append(Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        _bytes.Write(utf8[..rune.EncodeToUtf8(utf8)]);
    }

    private int ReadEscape(int i)
    {
        if (i + 1 >= _text.Length)
        {
            throw Fail("unterminated quoted string", _text.Length);
        }

        char c = _text[i + 1];
        Warn(c, i);
        if (c is 'u' or 'U')
        {
            return ReadUnicodeEscape(i, c == 'u' ? 4 : 8);
        }

        if (_pendingHigh != 0)
        {
            throw Fail("invalid Unicode surrogate pair", i + 1, i);
        }

        if (c is >= '0' and <= '7')
        {
            int end = i + 1;
            int value = 0;
            while (end < _text.Length && end < i + 4 && _text[end] is >= '0' and <= '7')
            {
                value = (value * 8) + (_text[end++] - '0');
            }

            AppendByte((byte)value);
            return end;
        }

        if (c == 'x' && i + 2 < _text.Length && char.IsAsciiHexDigit(_text[i + 2]))
        {
            int length = i + 3 < _text.Length && char.IsAsciiHexDigit(_text[i + 3]) ? 2 : 1;
            AppendByte((byte)UnicodeEscapes.ReadHex(_text, i + 2, length));
            return i + 2 + length;
        }

        switch (c)
        {
            case 'b':
                _bytes.WriteByte((byte)'\b');
                break;
            case 'f':
                _bytes.WriteByte((byte)'\f');
                break;
            case 'n':
                _bytes.WriteByte((byte)'\n');
                break;
            case 'r':
                _bytes.WriteByte((byte)'\r');
                break;
            case 't':
                _bytes.WriteByte((byte)'\t');
                break;
            case 'v':
                _bytes.WriteByte((byte)'\v');
                break;
            default:
                Rune.DecodeFromUtf16(_text.AsSpan(i + 1), out Rune rune, out int consumed);
                Append(rune);
                return i + 1 + consumed;
        }

        return i + 2;
    }

    private void AppendByte(byte value)
    {
        _bytes.WriteByte(value);
        _needsCheck |= value is 0 or >= 0x80;
    }

    private int ReadUnicodeEscape(int i, int length)
    {
        int value = UnicodeEscapes.ReadHex(_text, i + 2, length);
        if (value < 0)
        {
            bool isTooLarge = i + 2 + length <= _text.Length && _text.AsSpan(i + 2, length).IndexOfAnyExcept("0123456789abcdefABCDEF") < 0;
            if (isTooLarge)
            {
                throw Fail("invalid Unicode escape value", i + 2 + length, i);
            }

            throw SyntaxErrors.At(
                _text, SqlStates.InvalidEscapeSequence, "invalid Unicode escape", i, null, "Unicode escapes must be \\uXXXX or \\UXXXXXXXX.");
        }

        int end = i + 2 + length;
        if (_pendingHigh != 0)
        {
            if (value is < 0xDC00 or > 0xDFFF)
            {
                throw Fail("invalid Unicode surrogate pair", end, i);
            }

            Append(new Rune((char)_pendingHigh, (char)value));
            _pendingHigh = 0;
        }
        else if (value is >= 0xD800 and <= 0xDBFF)
        {
            _pendingHigh = value;
        }
        else if (value is >= 0xDC00 and <= 0xDFFF)
        {
            throw Fail("invalid Unicode surrogate pair", end, i);
        }
        else if (value == 0 || !Rune.IsValid(value))
        {
            throw Fail("invalid Unicode escape value", end, i);
        }
        else
        {
            Append(new Rune(value));
        }

        return end;
    }

    private void Warn(char c, int offset)
    {
        if (_isExplicit || _hasWarned)
        {
            return;
        }

        _hasWarned = true;
        (string what, string hint) = c switch
        {
            '\'' => ("nonstandard use of \\' in a string literal",
                "Use '' to write quotes in strings, or use the escape string syntax (E'...')."),
            '\\' => ("nonstandard use of \\\\ in a string literal",
                "Use the escape string syntax for backslashes, e.g., E'\\\\'."),
            _ => ("nonstandard use of escape in a string literal",
                "Use the escape string syntax for escapes, e.g., E'\\r\\n'."),
        };
        _options.Notice?.Invoke(new SqlNotice(
            true, SqlStates.NonstandardEscape, what, SourcePosition.ToCharacter(_text, _tokenStart), hint));
    }

    private readonly SqlSyntaxException Fail(string message, int end, int start = -1) =>
        SyntaxErrors.Near(_text, message, start < 0 ? _tokenStart : start, Math.Min(end, _text.Length));
}
