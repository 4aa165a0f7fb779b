using System.Text;

namespace Strata.Engine.Functions.Patterns;

/// <summary>
/// Tokens of BREs, EREs and AREs. What a character means depends on where it stands, so the lexer keeps a context. Bad syntax throws 2201B.
/// </summary>
internal sealed class RegexLexer
{
    /// <summary>Classes of the escapes \d, \s and \w.</summary>
    public static readonly string[] EscapeClasses = ["digit", "space", "word"];

    /// <summary>No character has this code point: it stands for values of \x and \U beyond Unicode.</summary>
    private const int NoCharacter = CharSet.LastCodePoint + 1;

    private enum Context
    {
        Extended,
        Basic,
        Quoted,
        ExtendedBound,
        BasicBound,
        Bracket,
        CollatingElement,
        EquivalenceClass,
        CharacterClass,
    }

    private readonly int[] _pattern;
    private int _at;
    private Context _context;

    public RegexLexer(ReadOnlySpan<byte> pattern, RegexOptions options)
    {
        _pattern = Decode(pattern);
        Options = options;
        ReadPrefixes();
        _context = Has(RegexOptions.Quote) ? Context.Quoted : Has(RegexOptions.Extended) ? Context.Extended : Context.Basic;
    }

    /// <summary>Options, with those that the pattern itself sets.</summary>
    public RegexOptions Options { get; private set; }

    public RegexTokenKind Kind { get; private set; }

    public int Value { get; private set; }

    /// <summary>Number of capturing groups opened so far; the parser counts.</summary>
    public int GroupCount { get; set; }

    private RegexTokenKind LastKind { get; set; }

    private bool AtEnd => _at >= _pattern.Length;

    private static int[] Decode(ReadOnlySpan<byte> pattern)
    {
        var codePoints = new List<int>(pattern.Length);
        while (pattern.Length > 0)
        {
            Rune.DecodeFromUtf8(pattern, out Rune rune, out int length);
            codePoints.Add(rune.Value);
            pattern = pattern[length..];
        }

        return [.. codePoints];
    }

    private bool Has(RegexOptions option) => (Options & option) != 0;

    private bool Sees(int offset, char c) => _at + offset < _pattern.Length && _pattern[_at + offset] == c;

    private bool Sees(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!Sees(i, text[i]))
                return false;
        }

        return true;
    }

    private static bool IsLetter(int c) => c < 128 && char.IsAsciiLetter((char)c);

    private static bool IsDigit(int c) => c is >= '0' and <= '9';

    /// <summary>*** directors and embedded options.</summary>
    private void ReadPrefixes()
    {
        if (Has(RegexOptions.Quote))
            return;
        if (_pattern.Length >= 4 && Sees("***"))
        {
            switch (_pattern[3])
            {
                case '?':
                    throw RegexErrors.BadPattern();
                case '=':
                    Options = (Options | RegexOptions.Quote) & ~(RegexOptions.Extended | RegexOptions.Advanced | RegexOptions.Expanded | RegexOptions.Newline);
                    _at = 4;
                    return;
                case ':':
                    Options |= RegexOptions.Extended | RegexOptions.Advanced;
                    _at = 4;
                    break;
                default:
                    throw RegexErrors.Quantifier();
            }
        }

        if (!Has(RegexOptions.Advanced) || !Sees("(?") || _at + 2 >= _pattern.Length || !IsLetter(_pattern[_at + 2]))
            return;
        for (_at += 2; !AtEnd && IsLetter(_pattern[_at]); _at++)
            Options = Embedded(Options, (char)_pattern[_at]) ?? throw RegexErrors.EmbeddedOption();
        if (!Sees(0, ')'))
            throw RegexErrors.EmbeddedOption();
        _at++;
        if (Has(RegexOptions.Quote))
            Options &= ~(RegexOptions.Expanded | RegexOptions.Newline);
    }

    /// <summary>The options after a letter; null for one that there is not. Letters of the functions' flags argument are the same.</summary>
    public static RegexOptions? Embedded(RegexOptions options, char letter) => letter switch
    {
        'b' => options & ~(RegexOptions.Extended | RegexOptions.Advanced | RegexOptions.Quote),
        'c' => options & ~RegexOptions.IgnoreCase,
        'e' => (options | RegexOptions.Extended) & ~(RegexOptions.Advanced | RegexOptions.Quote),
        'i' => options | RegexOptions.IgnoreCase,
        'm' or 'n' => options | RegexOptions.Newline,
        'p' => (options | RegexOptions.NewlineStops) & ~RegexOptions.NewlineAnchors,
        'q' => (options | RegexOptions.Quote) & ~(RegexOptions.Extended | RegexOptions.Advanced),
        's' => options & ~RegexOptions.Newline,
        't' => options & ~RegexOptions.Expanded,
        'w' => (options | RegexOptions.NewlineAnchors) & ~RegexOptions.NewlineStops,
        'x' => options | RegexOptions.Expanded,
        _ => null,
    };

    private void Set(RegexTokenKind kind, int value = 0)
    {
        Kind = kind;
        Value = value;
    }

    private void Greedy(RegexTokenKind kind)
    {
        bool isGreedy = !(Has(RegexOptions.Advanced) && Sees(0, '?'));
        if (!isGreedy)
            _at++;
        Set(kind, isGreedy ? 1 : 0);
    }

    public void Advance()
    {
        LastKind = Kind;
        while (true)
        {
            if (Has(RegexOptions.Expanded) && _context is Context.Extended or Context.Basic or Context.ExtendedBound or Context.BasicBound)
                SkipSpace();
            if (AtEnd)
            {
                ReadEnd();
                return;
            }

            int c = _pattern[_at++];
            if (c == '(' && _context == Context.Extended && Has(RegexOptions.Advanced) && Sees("?#"))
            {
                SkipComment();
                continue;
            }

            Read(c);
            return;
        }
    }

    private void SkipSpace()
    {
        while (true)
        {
            while (!AtEnd && _pattern[_at] is ' ' or (>= '\t' and <= '\r'))
                _at++;
            if (AtEnd || _pattern[_at] != '#')
                return;
            while (!AtEnd && _pattern[_at] != '\n')
                _at++;
        }
    }

    private void SkipComment()
    {
        while (!AtEnd && _pattern[_at] != ')')
            _at++;
        if (!AtEnd)
            _at++;
    }

    private void ReadEnd()
    {
        switch (_context)
        {
            case Context.Extended or Context.Basic or Context.Quoted:
                Set(RegexTokenKind.End);
                return;
            case Context.ExtendedBound or Context.BasicBound:
                throw RegexErrors.Braces();
            default:
                throw RegexErrors.Brackets();
        }
    }

    private void Read(int c)
    {
        switch (_context)
        {
            case Context.Extended:
                ReadExtended(c);
                break;
            case Context.Basic:
                ReadBasic(c);
                break;
            case Context.Quoted:
                Set(RegexTokenKind.Plain, c);
                break;
            case Context.ExtendedBound or Context.BasicBound:
                ReadBound(c);
                break;
            case Context.Bracket:
                ReadBracket(c);
                break;
            case Context.CollatingElement:
                ReadName(c, '.');
                break;
            case Context.EquivalenceClass:
                ReadName(c, '=');
                break;
            case Context.CharacterClass:
                ReadName(c, ':');
                break;
        }
    }

    private void ReadBound(int c)
    {
        if (IsDigit(c))
        {
            Set(RegexTokenKind.Digit, c - '0');
        }
        else if (c == ',')
        {
            Set(RegexTokenKind.Comma);
        }
        else if (c == '}' && _context == Context.ExtendedBound)
        {
            _context = Context.Extended;
            Greedy(RegexTokenKind.CloseBound);
        }
        else if (c == '\\' && _context == Context.BasicBound && Sees(0, '}'))
        {
            _at++;
            _context = Context.Basic;
            Set(RegexTokenKind.CloseBound, 1);
        }
        else
        {
            throw RegexErrors.Repetition();
        }
    }

    private void ReadBracket(int c)
    {
        switch (c)
        {
            case '\\' when Has(RegexOptions.Advanced):
                if (AtEnd)
                    throw RegexErrors.Escape();
                ReadEscape();
                if (Kind is not (RegexTokenKind.Plain or RegexTokenKind.ClassEscape or RegexTokenKind.ClassComplementEscape))
                    throw RegexErrors.Escape();
                break;
            case '-':
                Set(LastKind == RegexTokenKind.OpenBracket || Sees(0, ']') ? RegexTokenKind.Plain : RegexTokenKind.Range, c);
                break;
            case ']' when LastKind != RegexTokenKind.OpenBracket:
                _context = Has(RegexOptions.Extended) ? Context.Extended : Context.Basic;
                Set(RegexTokenKind.CloseBracket);
                break;
            case '[':
                if (AtEnd)
                    throw RegexErrors.Brackets();
                ReadBracketName(_pattern[_at]);
                break;
            default:
                Set(RegexTokenKind.Plain, c);
                break;
        }
    }

    private void ReadBracketName(int c)
    {
        (Context Context, RegexTokenKind Kind)? name = c switch
        {
            '.' => (Context.CollatingElement, RegexTokenKind.CollatingElement),
            '=' => (Context.EquivalenceClass, RegexTokenKind.EquivalenceClass),
            ':' => (Context.CharacterClass, RegexTokenKind.CharacterClass),
            _ => null,
        };
        if (name is not { } found)
        {
            Set(RegexTokenKind.Plain, '[');
            return;
        }

        _at++;
        _context = found.Context;
        Set(found.Kind);
    }

    private void ReadName(int c, char end)
    {
        if (c == end && Sees(0, ']'))
        {
            _at++;
            _context = Context.Bracket;
            Set(RegexTokenKind.EndName);
        }
        else
        {
            Set(RegexTokenKind.Plain, c);
        }
    }

    private void OpenBracket()
    {
        if (Sees("[:<:]]") || Sees("[:>:]]"))
        {
            Set(Sees(2, '<') ? RegexTokenKind.WordStart : RegexTokenKind.WordEnd);
            _at += 6;
            return;
        }

        _context = Context.Bracket;
        bool isNegated = Sees(0, '^');
        if (isNegated)
            _at++;
        Set(RegexTokenKind.OpenBracket, isNegated ? 0 : 1);
    }

    private void ReadExtended(int c)
    {
        switch (c)
        {
            case '|':
                Set(RegexTokenKind.Alternative);
                break;
            case '*':
                Greedy(RegexTokenKind.Star);
                break;
            case '+':
                Greedy(RegexTokenKind.Plus);
                break;
            case '?':
                Greedy(RegexTokenKind.Optional);
                break;
            case '{':
                if (Has(RegexOptions.Expanded))
                    SkipSpace();
                if (AtEnd || !IsDigit(_pattern[_at]))
                {
                    Set(RegexTokenKind.Plain, c);
                    break;
                }

                _context = Context.ExtendedBound;
                Set(RegexTokenKind.OpenBound);
                break;
            case '(':
                if (Has(RegexOptions.Advanced) && Sees(0, '?'))
                    ReadSpecialGroup();
                else
                    Set(RegexTokenKind.Open, 1);
                break;
            case ')':
                Set(RegexTokenKind.Close, c);
                break;
            case '[':
                OpenBracket();
                break;
            case '.':
                Set(RegexTokenKind.Any);
                break;
            case '^':
                Set(RegexTokenKind.Caret);
                break;
            case '$':
                Set(RegexTokenKind.Dollar);
                break;
            case '\\':
                if (AtEnd)
                    throw RegexErrors.Escape();
                if (Has(RegexOptions.Advanced))
                    ReadEscape();
                else
                    Set(RegexTokenKind.Plain, _pattern[_at++]);
                break;
            default:
                Set(RegexTokenKind.Plain, c);
                break;
        }
    }

    /// <summary>(?: (?= (?! (?&lt;= (?&lt;! ; comments are gone already.</summary>
    private void ReadSpecialGroup()
    {
        bool isBehind = Sees(1, '<');
        int signAt = _at + (isBehind ? 2 : 1);
        int sign = signAt < _pattern.Length ? _pattern[signAt] : -1;
        _at = signAt + 1;
        switch (sign)
        {
            case ':' when !isBehind:
                Set(RegexTokenKind.Open, 0);
                break;
            case '=':
                Set(RegexTokenKind.Look, (int)(isBehind ? LookKind.Behind : LookKind.Ahead));
                break;
            case '!':
                Set(RegexTokenKind.Look, (int)(isBehind ? LookKind.NotBehind : LookKind.NotAhead));
                break;
            default:
                throw RegexErrors.Quantifier();
        }
    }

    private void ReadBasic(int c)
    {
        switch (c)
        {
            case '*' when LastKind is not (RegexTokenKind.None or RegexTokenKind.Open or RegexTokenKind.Alternative):
                Set(RegexTokenKind.Star, 1);
                break;
            case '[':
                OpenBracket();
                break;
            case '.':
                Set(RegexTokenKind.Any);
                break;
            case '^' when LastKind is RegexTokenKind.None or RegexTokenKind.Open:
                Set(RegexTokenKind.Caret);
                break;
            case '$':
                if (Has(RegexOptions.Expanded))
                    SkipSpace();
                Set(AtEnd || Sees("\\)") ? RegexTokenKind.Dollar : RegexTokenKind.Plain, c);
                break;
            case '\\':
                if (AtEnd)
                    throw RegexErrors.Escape();
                ReadBasicEscape(_pattern[_at++]);
                break;
            default:
                Set(RegexTokenKind.Plain, c);
                break;
        }
    }

    private void ReadBasicEscape(int c)
    {
        switch (c)
        {
            case '{':
                _context = Context.BasicBound;
                Set(RegexTokenKind.OpenBound);
                break;
            case '(':
                Set(RegexTokenKind.Open, 1);
                break;
            case ')':
                Set(RegexTokenKind.Close, c);
                break;
            case '<':
                Set(RegexTokenKind.WordStart);
                break;
            case '>':
                Set(RegexTokenKind.WordEnd);
                break;
            case >= '1' and <= '9':
                Set(RegexTokenKind.BackReference, c - '0');
                break;
            default:
                Set(RegexTokenKind.Plain, c);
                break;
        }
    }

    /// <summary>An ARE's escape; the backslash has been read.</summary>
    private void ReadEscape()
    {
        int c = _pattern[_at++];
        if (!IsLetter(c) && !IsDigit(c))
        {
            Set(RegexTokenKind.Plain, c);
            return;
        }

        switch (c)
        {
            case 'a': Set(RegexTokenKind.Plain, '\a'); break;
            case 'A': Set(RegexTokenKind.TextStart); break;
            case 'b': Set(RegexTokenKind.Plain, '\b'); break;
            case 'B': Set(RegexTokenKind.Plain, '\\'); break;
            case 'c':
                if (AtEnd)
                    throw RegexErrors.Escape();
                Set(RegexTokenKind.Plain, _pattern[_at++] & 31);
                break;
            case 'd': Set(RegexTokenKind.ClassEscape, 0); break;
            case 'D': Set(RegexTokenKind.ClassComplementEscape, 0); break;
            case 'e': Set(RegexTokenKind.Plain, 27); break;
            case 'f': Set(RegexTokenKind.Plain, '\f'); break;
            case 'm': Set(RegexTokenKind.WordStart); break;
            case 'M': Set(RegexTokenKind.WordEnd); break;
            case 'n': Set(RegexTokenKind.Plain, '\n'); break;
            case 'r': Set(RegexTokenKind.Plain, '\r'); break;
            case 's': Set(RegexTokenKind.ClassEscape, 1); break;
            case 'S': Set(RegexTokenKind.ClassComplementEscape, 1); break;
            case 't': Set(RegexTokenKind.Plain, '\t'); break;
            case 'u': Set(RegexTokenKind.Plain, Digits(16, 4, 4)); break;
            case 'U': Set(RegexTokenKind.Plain, Digits(16, 8, 8)); break;
            case 'v': Set(RegexTokenKind.Plain, '\v'); break;
            case 'w': Set(RegexTokenKind.ClassEscape, 2); break;
            case 'W': Set(RegexTokenKind.ClassComplementEscape, 2); break;
            case 'x': Set(RegexTokenKind.Plain, Digits(16, 1, 255)); break;
            case 'y': Set(RegexTokenKind.WordBoundary); break;
            case 'Y': Set(RegexTokenKind.NotWordBoundary); break;
            case 'Z': Set(RegexTokenKind.TextEnd); break;
            case '0': Set(RegexTokenKind.Plain, Octal()); break;
            case >= '1' and <= '9': ReadNumber(); break;
            default: throw RegexErrors.Escape();
        }
    }

    /// <summary>One digit, or the number of a group that there is, is a back reference; anything else is octal.</summary>
    private void ReadNumber()
    {
        int afterFirst = _at--;
        int number = Digits(10, 1, 255);
        if (_at == afterFirst || (number > 0 && number <= GroupCount))
        {
            Set(RegexTokenKind.BackReference, number);
            return;
        }

        _at = afterFirst;
        Set(RegexTokenKind.Plain, Octal());
    }

    private int Octal()
    {
        _at--;
        int value = Digits(8, 1, 3);
        if (value <= 0xFF)
            return value;
        _at--;
        return value >> 3;
    }

    private int Digits(int radix, int least, int most)
    {
        long value = 0;
        int count = 0;
        for (; count < most && !AtEnd; count++, _at++)
        {
            int digit = _pattern[_at] switch
            {
                >= '0' and <= '9' => _pattern[_at] - '0',
                >= 'a' and <= 'f' => _pattern[_at] - 'a' + 10,
                >= 'A' and <= 'F' => _pattern[_at] - 'A' + 10,
                _ => int.MaxValue,
            };
            if (digit >= radix)
                break;
            value = Math.Min((value * radix) + digit, int.MaxValue);
        }

        if (count < least || (radix == 16 && value == int.MaxValue))
            throw RegexErrors.Escape();
        return (int)Math.Min(value, NoCharacter);
    }
}
