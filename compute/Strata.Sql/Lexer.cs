using System.Text;

namespace Strata.Sql;

/// <summary>
/// Splits SQL text into tokens by the rules of PostgreSQL 15's scanner. The first lexical error becomes an
/// <see cref="TokenKind.Error"/> token that ends the list: it is raised only when the parser reaches it, because a syntax error
/// before it must win. Reused from statement to statement; not thread-safe.
/// </summary>
internal sealed class Lexer
{
    private const int MaxIdentifierBytes = 63;
    private const int RetainedTokens = 4096;

    private readonly List<string> _values = [];
    private Token[] _tokens = new Token[128];
    private int _count;
    private string _text = "";
    private ParserOptions _options = ParserOptions.Default;
    private int _position;

    /// <summary>The error that the Error token stands for.</summary>
    public SqlSyntaxException? Error { get; private set; }

    /// <summary>The tokens; the last one is EndOfInput or Error.</summary>
    public Token[] Tokens => _tokens;

    /// <summary>Number of tokens.</summary>
    public int Count => _count;

    /// <summary>Decoded values, by <see cref="Token.ValueIndex"/>.</summary>
    public List<string> Values => _values;

    /// <summary>Reads the whole text.</summary>
    public void Run(string text, ParserOptions options)
    {
        _text = text;
        _options = options;
        _position = 0;
        _count = 0;
        _values.Clear();
        Error = null;
        try
        {
            do
            {
                ReadToken();
            }
            while (_tokens[_count - 1].Kind != TokenKind.EndOfInput);
        }
        catch (SqlSyntaxException error)
        {
            Error = error;
            Add(TokenKind.Error, _position, _position);
        }
    }

    /// <summary>Drops references to the text and oversized buffers.</summary>
    public void Release()
    {
        _text = "";
        _options = ParserOptions.Default;
        _values.Clear();
        Error = null;
        if (_tokens.Length > RetainedTokens)
        {
            _tokens = new Token[128];
        }
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f';

    private static bool IsDigit(char c) => (uint)(c - '0') <= 9;

    private static bool IsIdentifierStart(char c) => (uint)((c | 0x20) - 'a') <= 'z' - 'a' || c == '_' || c >= 0x80;

    private static bool IsIdentifierPart(char c) => IsIdentifierStart(c) || IsDigit(c) || c == '$';

    private static bool IsOperatorChar(char c) =>
        c is '~' or '!' or '@' or '#' or '^' or '&' or '|' or '`' or '?' or '+' or '-' or '*' or '/' or '%' or '<' or '>' or '=';

    private char At(int index) => index < _text.Length ? _text[index] : '\0';

    private void Add(TokenKind kind, int start, int end, int valueIndex = -1, Keyword keyword = Keyword.None)
    {
        if (_count == _tokens.Length)
        {
            Array.Resize(ref _tokens, _count * 2);
        }

        ref Token token = ref _tokens[_count++];
        token.Kind = kind;
        token.Start = start;
        token.End = end;
        token.ValueIndex = valueIndex;
        token.Keyword = keyword;
    }

    private int AddValue(string value)
    {
        _values.Add(value);
        return _values.Count - 1;
    }

    private void ReadToken()
    {
        SkipSpaceAndComments();
        int start = _position;
        if (start >= _text.Length)
        {
            Add(TokenKind.EndOfInput, start, start);
            return;
        }

        char c = _text[start];
        if (IsIdentifierStart(c))
        {
            ReadWord(c, start);
        }
        else if (IsDigit(c) || (c == '.' && IsDigit(At(start + 1))))
        {
            ReadNumber(start);
        }
        else
        {
            ReadSymbol(c, start);
        }
    }

    private void ReadWord(char c, int start)
    {
        char next = At(start + 1);
        if (next == '\'')
        {
            switch (c)
            {
                case 'e' or 'E':
                    ReadEscapeString(start, start + 2, isExplicit: true);
                    return;
                case 'b' or 'B':
                    ReadBitString(TokenKind.BitString, start, "unterminated bit string literal");
                    return;
                case 'x' or 'X':
                    ReadBitString(TokenKind.HexString, start, "unterminated hexadecimal string literal");
                    return;
                case 'n' or 'N':
                    _position = start + 1;
                    ReadPlainString(TokenKind.NationalString, start, start + 2);
                    return;
            }
        }
        else if (next == '&' && c is 'u' or 'U')
        {
            char quote = At(start + 2);
            if (quote == '\'')
            {
                ReadUnicodeString(start);
                return;
            }

            if (quote == '"')
            {
                ReadUnicodeIdentifier(start);
                return;
            }
        }

        int end = start + 1;
        while (end < _text.Length && IsIdentifierPart(_text[end]))
        {
            end++;
        }

        _position = end;
        ReadOnlySpan<char> word = _text.AsSpan(start, end - start);
        Keyword keyword = Keywords.Find(word);
        if (keyword != Keyword.None)
        {
            Add(TokenKind.Keyword, start, end, -1, keyword);
        }
        else if (word.Length * 3 <= MaxIdentifierBytes || Encoding.UTF8.GetByteCount(word) <= MaxIdentifierBytes)
        {
            Add(TokenKind.Identifier, start, end);
        }
        else
        {
            Add(TokenKind.Identifier, start, end, AddValue(Truncate(IdentifierPool.Fold(word))));
        }
    }

    private string Truncate(string name)
    {
        if (name.Length * 3 <= MaxIdentifierBytes || Encoding.UTF8.GetByteCount(name) <= MaxIdentifierBytes)
        {
            return name;
        }

        int bytes = 0;
        int length = 0;
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > MaxIdentifierBytes)
            {
                break;
            }

            bytes += rune.Utf8SequenceLength;
            length += rune.Utf16SequenceLength;
        }

        string truncated = name[..length];
        _options.Notice?.Invoke(new SqlNotice(
            false, SqlStates.NameTooLong, $"identifier \"{name}\" will be truncated to \"{truncated}\"", 0));
        return truncated;
    }

    private void SkipSpaceAndComments()
    {
        string text = _text;
        int i = _position;
        while (i < text.Length)
        {
            char c = text[i];
            if (IsSpace(c))
            {
                i++;
            }
            else if (c == '-' && At(i + 1) == '-')
            {
                i = EndOfLine(i + 2);
            }
            else if (c == '/' && At(i + 1) == '*')
            {
                i = SkipBlockComment(i);
            }
            else
            {
                break;
            }
        }

        _position = i;
    }

    private int EndOfLine(int index)
    {
        while (index < _text.Length && _text[index] is not ('\n' or '\r'))
        {
            index++;
        }

        return index;
    }

    private int SkipBlockComment(int start)
    {
        int depth = 1;
        int i = start + 2;
        while (i < _text.Length)
        {
            char c = _text[i];
            if (c == '*' && At(i + 1) == '/')
            {
                i += 2;
                if (--depth == 0)
                {
                    return i;
                }
            }
            else if (c == '/' && At(i + 1) == '*')
            {
                depth++;
                i += 2;
            }
            else
            {
                i++;
            }
        }

        throw Fail("unterminated /* comment", start, _text.Length);
    }

    private void ReadNumber(int start)
    {
        int i = start;
        bool isInteger = true;
        while (IsDigit(At(i)))
        {
            i++;
        }

        if (At(i) == '.' && !(At(i + 1) == '.' && i > start))
        {
            isInteger = false;
            i++;
            while (IsDigit(At(i)))
            {
                i++;
            }
        }

        if (At(i) is 'e' or 'E')
        {
            int exponent = i + 1;
            bool isSigned = At(exponent) is '+' or '-';
            if (isSigned)
            {
                exponent++;
            }

            if (IsDigit(At(exponent)))
            {
                isInteger = false;
                i = exponent;
                while (IsDigit(At(i)))
                {
                    i++;
                }
            }
            else if (isSigned)
            {
                throw Fail("trailing junk after numeric literal", start, exponent);
            }
        }

        if (i < _text.Length && IsIdentifierStart(_text[i]))
        {
            throw Fail("trailing junk after numeric literal", start, EndOfWord(i));
        }

        _position = i;
        Add(isInteger ? TokenKind.Integer : TokenKind.Number, start, i);
    }

    private int EndOfWord(int index)
    {
        while (index < _text.Length && IsIdentifierPart(_text[index]))
        {
            index++;
        }

        return index;
    }

    private int EndOfCharacter(int index) =>
        char.IsHighSurrogate(_text[index]) && index + 1 < _text.Length ? index + 2 : index + 1;

    private void ReadSymbol(char c, int start)
    {
        switch (c)
        {
            case '\'':
                if (_options.StandardConformingStrings)
                {
                    ReadPlainString(TokenKind.String, start, start + 1);
                }
                else
                {
                    ReadEscapeString(start, start + 1, isExplicit: false);
                }

                return;
            case '"':
                ReadQuotedIdentifier(start);
                return;
            case '$':
                ReadDollar(start);
                return;
            case '(':
                AddSymbol(TokenKind.LeftParen, start, 1);
                return;
            case ')':
                AddSymbol(TokenKind.RightParen, start, 1);
                return;
            case '[':
                AddSymbol(TokenKind.LeftBracket, start, 1);
                return;
            case ']':
                AddSymbol(TokenKind.RightBracket, start, 1);
                return;
            case ',':
                AddSymbol(TokenKind.Comma, start, 1);
                return;
            case ';':
                AddSymbol(TokenKind.Semicolon, start, 1);
                return;
            case '.':
                if (At(start + 1) == '.')
                {
                    AddSymbol(TokenKind.DotDot, start, 2);
                }
                else
                {
                    AddSymbol(TokenKind.Dot, start, 1);
                }

                return;
            case ':':
                switch (At(start + 1))
                {
                    case ':':
                        AddSymbol(TokenKind.DoubleColon, start, 2);
                        return;
                    case '=':
                        AddSymbol(TokenKind.ColonEquals, start, 2);
                        return;
                    default:
                        AddSymbol(TokenKind.Colon, start, 1);
                        return;
                }

            default:
                if (IsOperatorChar(c))
                {
                    ReadOperator(start);
                }
                else
                {
                    AddSymbol(TokenKind.Other, start, EndOfCharacter(start) - start);
                }

                return;
        }
    }

    private void AddSymbol(TokenKind kind, int start, int length)
    {
        _position = start + length;
        Add(kind, start, _position);
    }

    private void ReadOperator(int start)
    {
        int end = start + 1;
        while (end < _text.Length && IsOperatorChar(_text[end]))
        {
            end++;
        }

        ReadOnlySpan<char> run = _text.AsSpan(start, end - start);

        // A comment start ends the operator.
        for (int i = 1; i < run.Length; i++)
        {
            if ((run[i - 1] == '/' && run[i] == '*') || (run[i - 1] == '-' && run[i] == '-'))
            {
                run = run[..(i - 1)];
                break;
            }
        }

        // A trailing + or - belongs to what follows, unless the operator has a character that no SQL operator has.
        if (run.Length > 1 && run[^1] is '+' or '-' && run[..^1].IndexOfAny("~!@#^&|`?%") < 0)
        {
            do
            {
                run = run[..^1];
            }
            while (run.Length > 1 && run[^1] is '+' or '-');
        }

        int length = run.Length;
        if (length > MaxIdentifierBytes)
        {
            throw Fail("operator too long", start, start + length);
        }

        TokenKind kind = TokenKind.Operator;
        if (length == 1)
        {
            kind = run[0] switch
            {
                '+' => TokenKind.Plus,
                '-' => TokenKind.Minus,
                '*' => TokenKind.Star,
                '/' => TokenKind.Slash,
                '%' => TokenKind.Percent,
                '^' => TokenKind.Caret,
                '<' => TokenKind.Less,
                '>' => TokenKind.Greater,
                '=' => TokenKind.Equal,
                _ => TokenKind.Operator,
            };
        }
        else if (length == 2)
        {
            kind = (run[0], run[1]) switch
            {
                ('=', '>') => TokenKind.EqualsGreater,
                ('>', '=') => TokenKind.GreaterEqual,
                ('<', '=') => TokenKind.LessEqual,
                ('<', '>') or ('!', '=') => TokenKind.NotEqual,
                _ => TokenKind.Operator,
            };
        }

        AddSymbol(kind, start, length);
    }

    private void ReadDollar(int start)
    {
        int i = start + 1;
        if (IsDigit(At(i)))
        {
            while (IsDigit(At(i)))
            {
                i++;
            }

            if (i < _text.Length && IsIdentifierStart(_text[i]))
            {
                throw Fail("trailing junk after parameter", start, EndOfWord(i));
            }

            AddSymbol(TokenKind.Parameter, start, i - start);
            return;
        }

        if (i < _text.Length && IsIdentifierStart(_text[i]))
        {
            i++;
            while (i < _text.Length && (IsIdentifierStart(_text[i]) || IsDigit(_text[i])))
            {
                i++;
            }
        }

        if (At(i) != '$')
        {
            AddSymbol(TokenKind.Other, start, 1);
            return;
        }

        ReadOnlySpan<char> delimiter = _text.AsSpan(start, i + 1 - start);
        int bodyStart = i + 1;
        int length = _text.AsSpan(bodyStart).IndexOf(delimiter);
        if (length < 0)
        {
            throw Fail("unterminated dollar-quoted string", start, _text.Length);
        }

        _position = bodyStart + length + delimiter.Length;
        Add(TokenKind.String, start, _position, AddValue(_text.Substring(bodyStart, length)));
    }

    /// <summary>If a string goes on after white space with a line break (SQL's continuation), the offset after its quote, else -1.</summary>
    private int FindContinuation(int index)
    {
        bool hasNewline = false;
        int i = index;
        while (i < _text.Length)
        {
            char c = _text[i];
            if (c is '\n' or '\r')
            {
                hasNewline = true;
                i++;
            }
            else if (IsSpace(c))
            {
                i++;
            }
            else if (c == '-' && At(i + 1) == '-')
            {
                i = EndOfLine(i + 2);
            }
            else
            {
                break;
            }
        }

        return hasNewline && At(i) == '\'' ? i + 1 : -1;
    }

    private void ReadPlainString(TokenKind kind, int start, int bodyStart)
    {
        StringBuilder? builder = null;
        int segment = bodyStart;
        while (true)
        {
            int offset = _text.AsSpan(segment).IndexOf('\'');
            if (offset < 0)
            {
                throw Fail("unterminated quoted string", start, _text.Length);
            }

            int quote = segment + offset;
            if (At(quote + 1) == '\'')
            {
                builder = (builder ?? new StringBuilder()).Append(_text, segment, offset + 1);
                segment = quote + 2;
                continue;
            }

            int continuation = FindContinuation(quote + 1);
            if (continuation >= 0)
            {
                builder = (builder ?? new StringBuilder()).Append(_text, segment, offset);
                segment = continuation;
                continue;
            }

            _position = quote + 1;
            int valueIndex = -1;
            if (builder is not null)
            {
                valueIndex = AddValue(builder.Append(_text, segment, offset).ToString());
            }
            else if (kind == TokenKind.NationalString)
            {
                valueIndex = AddValue(_text.Substring(segment, offset));
            }

            Add(kind, start, _position, valueIndex);
            return;
        }
    }

    private void ReadBitString(TokenKind kind, int start, string unterminated)
    {
        var builder = new StringBuilder();
        int segment = start + 2;
        while (true)
        {
            int offset = segment <= _text.Length ? _text.AsSpan(segment).IndexOf('\'') : -1;
            if (offset < 0)
            {
                throw Fail(unterminated, start, _text.Length);
            }

            builder.Append(_text, segment, offset);
            int continuation = FindContinuation(segment + offset + 1);
            if (continuation < 0)
            {
                _position = segment + offset + 1;
                Add(kind, start, _position, AddValue(builder.ToString()));
                return;
            }

            segment = continuation;
        }
    }

    private void ReadEscapeString(int start, int bodyStart, bool isExplicit)
    {
        var reader = new EscapeStringReader(_text, start, isExplicit, _options);
        int segment = bodyStart;
        while (true)
        {
            int quote = reader.Read(segment);
            int continuation = FindContinuation(quote + 1);
            if (continuation < 0)
            {
                _position = quote + 1;
                Add(TokenKind.String, start, _position, AddValue(reader.Finish(_position)));
                return;
            }

            segment = continuation;
        }
    }

    /// <summary>Reads the body of a quoted identifier; returns the text, sets the position after the closing quote.</summary>
    private string ReadIdentifierBody(int start, int bodyStart)
    {
        StringBuilder? builder = null;
        int segment = bodyStart;
        while (true)
        {
            int offset = _text.AsSpan(segment).IndexOf('"');
            if (offset < 0)
            {
                throw Fail("unterminated quoted identifier", start, _text.Length);
            }

            int quote = segment + offset;
            if (At(quote + 1) == '"')
            {
                builder = (builder ?? new StringBuilder()).Append(_text, segment, offset + 1);
                segment = quote + 2;
                continue;
            }

            _position = quote + 1;
            string body = builder is null
                ? IdentifierPool.Exact(_text.AsSpan(segment, offset))
                : builder.Append(_text, segment, offset).ToString();
            return body.Length > 0 ? body : throw Fail("zero-length delimited identifier", start, _position);
        }
    }

    private void ReadQuotedIdentifier(int start)
    {
        string name = Truncate(ReadIdentifierBody(start, start + 1));
        Add(TokenKind.QuotedIdentifier, start, _position, AddValue(name));
    }

    private void ReadUnicodeString(int start)
    {
        if (!_options.StandardConformingStrings)
        {
            throw new SqlSyntaxException(
                SqlStates.FeatureNotSupported,
                "unsafe use of string constant with Unicode escapes",
                SourcePosition.ToCharacter(_text, start),
                "String constants with Unicode escapes cannot be used when standard_conforming_strings is off.");
        }

        ReadPlainString(TokenKind.NationalString, start, start + 3);
        int token = --_count;
        int end = _position;
        string body = _values[_tokens[token].ValueIndex];
        (char escape, end) = ReadUescape(end);
        string value = UnicodeEscapes.Decode(body, escape, _text, start, start + 3);
        Add(TokenKind.String, start, end, AddValue(value));
    }

    private void ReadUnicodeIdentifier(int start)
    {
        string body = ReadIdentifierBody(start, start + 3);
        (char escape, int end) = ReadUescape(_position);
        string name = Truncate(UnicodeEscapes.Decode(body, escape, _text, start, start + 3));
        Add(TokenKind.QuotedIdentifier, start, end, AddValue(name));
    }

    /// <summary>Reads an optional <c>UESCAPE 'c'</c>; gives the escape character and where the token ends.</summary>
    private (char Escape, int End) ReadUescape(int end)
    {
        int saved = _count;
        ReadToken();
        Token word = _tokens[saved];
        _count = saved;
        if (word.Keyword != Keyword.Uescape)
        {
            _position = end;
            return ('\\', end);
        }

        ReadToken();
        Token literal = _tokens[saved];
        _count = saved;
        if (literal.Kind != TokenKind.String)
        {
            throw Fail("UESCAPE must be followed by a simple string literal", literal.Start, literal.End);
        }

        string value = literal.ValueIndex >= 0 ? _values[literal.ValueIndex] : _text[(literal.Start + 1)..(literal.End - 1)];
        if (value.Length != 1 || char.IsAsciiHexDigit(value[0]) || value[0] is '+' or '\'' or '"' || IsSpace(value[0]) || value[0] >= 0x80)
        {
            throw Fail("invalid Unicode escape character", literal.Start, literal.End);
        }

        return (value[0], literal.End);
    }

    private SqlSyntaxException Fail(string message, int start, int end) => SyntaxErrors.Near(_text, message, start, end);
}
