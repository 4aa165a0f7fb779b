using System.Text;
using System.Text.RegularExpressions;
using Strata.Engine.Types;

namespace Strata.Engine.Functions.Kernels;

/// <summary>A match: texts and starts of the whole and of each group; null for a group that took no part.</summary>
internal sealed record RegexMatch(int Index, int Length, string?[] Groups, int[] Starts);

/// <summary>
/// PostgreSQL's advanced regular expressions, translated to .NET ones. Where the pattern allows (no back-references or look-around) the
/// non-backtracking engine runs it in linear time; otherwise a time limit guards against catastrophic backtracking.
/// .NET prefers the leftmost alternative where PostgreSQL prefers the longest match; that difference remains. Immutable.
/// </summary>
internal sealed class PgRegex
{
    private static readonly TimeSpan s_matchTimeout = TimeSpan.FromSeconds(10);
    private const int PatternMaxChars = 16_384;

    private readonly byte[] _source;
    private readonly string _flags;
    private readonly Regex _regex;

    private PgRegex(byte[] source, string flags, Regex regex)
    {
        _source = source;
        _flags = flags;
        _regex = regex;
    }

    public bool IsFor(ReadOnlySpan<byte> pattern, string flags) => flags == _flags && pattern.SequenceEqual(_source);

    /// <summary>Compiles; throws 2201B for a bad pattern and 22023 for a bad flag.</summary>
    public static PgRegex Compile(ReadOnlySpan<byte> source, string flags)
    {
        string pattern = Encoding.UTF8.GetString(source);
        if (pattern.Length > PatternMaxChars)
            throw Invalid("regular expression is too complex");
        RegexOptions options = RegexOptions.CultureInvariant;
        bool isLiteral = false, newlineSensitive = false, expanded = false;
        foreach (char flag in flags)
        {
            switch (flag)
            {
                case 'g' or 't' or 'e' or 'b' or 'c': break;
                case 's': newlineSensitive = false; break;
                case 'i': options |= RegexOptions.IgnoreCase; break;
                case 'x': expanded = true; break;
                case 'q': isLiteral = true; break;
                case 'n' or 'm': newlineSensitive = true; break;
                case 'p' or 'w': newlineSensitive = flag == 'w'; break;
                default: throw new SqlException(SqlState.InvalidParameterValue, $"invalid regular expression option: \"{flag}\"");
            }
        }

        if (pattern.StartsWith("***=", StringComparison.Ordinal))
        {
            isLiteral = true;
            pattern = pattern[4..];
        }
        else if (pattern.StartsWith("***:", StringComparison.Ordinal))
        {
            pattern = pattern[4..];
        }

        options |= newlineSensitive ? RegexOptions.Multiline : RegexOptions.Singleline;
        if (expanded)
            options |= RegexOptions.IgnorePatternWhitespace;
        string translated = isLiteral ? Regex.Escape(pattern) : Translate(pattern, ref options);
        return new PgRegex(source.ToArray(), flags, Make(translated, options));
    }

    private static Regex Make(string pattern, RegexOptions options)
    {
        try
        {
            return new Regex(pattern, options | RegexOptions.NonBacktracking, s_matchTimeout);
        }
        catch (NotSupportedException)
        {
            // Back-references and look-around need the backtracking engine.
            return new Regex(pattern, options, s_matchTimeout);
        }
        catch (ArgumentException e)
        {
            throw Invalid(Describe(e));
        }
    }

    private static string Describe(ArgumentException e) => e is RegexParseException parse
        ? parse.Error switch
        {
            RegexParseError.InsufficientClosingParentheses or RegexParseError.InsufficientOpeningParentheses => "parentheses () not balanced",
            RegexParseError.UnterminatedBracket => "brackets [] not balanced",
            RegexParseError.QuantifierAfterNothing or RegexParseError.NestedQuantifiersNotParenthesized => "quantifier operand invalid",
            RegexParseError.ReversedQuantifierRange => "invalid repetition count(s)",
            RegexParseError.ReversedCharacterRange => "invalid character range",
            RegexParseError.UndefinedNumberedReference => "invalid backreference number",
            RegexParseError.UnescapedEndingBackslash or RegexParseError.UnrecognizedEscape => "invalid escape \\ sequence",
            _ => "invalid regular expression",
        }
        : "invalid regular expression";

    private static SqlException Invalid(string reason) =>
        new(SqlState.InvalidRegularExpression, $"invalid regular expression: {reason}");

    /// <summary>Rewrites what the two syntaxes spell differently: leading options, \m \M \y \Y \A \Z, character classes, $.</summary>
    private static string Translate(string pattern, ref RegexOptions options)
    {
        var result = new StringBuilder(pattern.Length + 16);
        int at = 0;
        if (pattern.StartsWith("(?", StringComparison.Ordinal) && pattern.Length > 2 && char.IsAsciiLetter(pattern[2]))
        {
            int end = pattern.IndexOf(')', StringComparison.Ordinal);
            foreach (char option in end < 0 ? "" : pattern[2..end])
            {
                switch (option)
                {
                    case 'i': options |= RegexOptions.IgnoreCase; break;
                    case 'n' or 'm': options = (options | RegexOptions.Multiline) & ~RegexOptions.Singleline; break;
                    case 'x': options |= RegexOptions.IgnorePatternWhitespace; break;
                }
            }

            at = end < 0 ? 0 : end + 1;
        }

        bool multiline = (options & RegexOptions.Multiline) != 0;
        for (; at < pattern.Length; at++)
        {
            char c = pattern[at];
            if (c == '\\')
            {
                if (++at >= pattern.Length)
                    throw Invalid("invalid escape \\ sequence");
                result.Append(Escape(pattern[at]));
            }
            else if (c == '[')
            {
                at = Bracket(pattern, at, result);
            }
            else if (c == '$')
            {
                result.Append(multiline ? "(?=\\n|\\z)" : "\\z");
            }
            else if (c == '{' && (at + 1 >= pattern.Length || !char.IsAsciiDigit(pattern[at + 1])))
            {
                result.Append("\\{");
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }

    private static string Escape(char c) => c switch
    {
        'm' => "\\b(?=\\w)",
        'M' => "\\b(?<=\\w)",
        'y' => "\\b",
        'Y' => "\\B",
        'A' => "\\A",
        'Z' => "\\z",
        'd' => "[0-9]",
        'D' => "[^0-9]",
        'b' => "\\x08",
        'B' => "\\\\",
        _ => "\\" + c,
    };

    /// <summary>Translates a bracket expression beginning at <paramref name="at"/>; returns the position of its end.</summary>
    private static int Bracket(string pattern, int at, StringBuilder result)
    {
        if (string.CompareOrdinal(pattern, at, "[[:<:]]", 0, 7) == 0)
        {
            result.Append("\\b(?=\\w)");
            return at + 6;
        }

        if (string.CompareOrdinal(pattern, at, "[[:>:]]", 0, 7) == 0)
        {
            result.Append("\\b(?<=\\w)");
            return at + 6;
        }

        result.Append('[');
        int i = at + 1;
        if (i < pattern.Length && pattern[i] == '^')
        {
            result.Append('^');
            i++;
        }

        bool first = true;
        for (; i < pattern.Length; i++, first = false)
        {
            char c = pattern[i];
            if (c == ']' && !first)
            {
                result.Append(']');
                return i;
            }

            if (c == '[' && i + 1 < pattern.Length && pattern[i + 1] is ':' or '.' or '=')
            {
                int end = pattern.IndexOf(pattern[i + 1] + "]", i + 2, StringComparison.Ordinal);
                if (end < 0)
                    throw Invalid("brackets [] not balanced");
                string name = pattern[(i + 2)..end];
                result.Append(pattern[i + 1] == ':' ? CharacterClass(name) : Regex.Escape(name));
                i = end + 1;
            }
            else if (c == '\\' && i + 1 < pattern.Length)
            {
                i++;
                result.Append(pattern[i] is 'd' ? "0-9" : "\\" + pattern[i]);
            }
            else
            {
                result.Append(c is '[' or ']' ? "\\" + c : c.ToString());
            }
        }

        throw Invalid("brackets [] not balanced");
    }

    private static string CharacterClass(string name) => name switch
    {
        "alpha" => "\\p{L}",
        "digit" => "0-9",
        "alnum" => "\\p{L}\\p{Nd}",
        "upper" => "\\p{Lu}",
        "lower" => "\\p{Ll}",
        "space" => "\\s",
        "blank" => " \\t",
        "punct" => "!-/:-@\\[-`{-~",
        "cntrl" => "\\x00-\\x1F\\x7F",
        "xdigit" => "0-9A-Fa-f",
        "graph" => "!-~",
        "print" => " -~",
        "word" => "\\w",
        "ascii" => "\\x00-\\x7F",
        _ => throw Invalid("invalid character class"),
    };

    private static SqlException TooComplex() => Invalid("regular expression is too complex");

    public bool IsMatch(string text)
    {
        try
        {
            return _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooComplex();
        }
    }

    public RegexMatch? Find(string text, int start)
    {
        try
        {
            Match match = _regex.Match(text, start);
            return match.Success ? ToMatch(match) : null;
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooComplex();
        }
    }

    public IEnumerable<RegexMatch> FindAll(string text, int start)
    {
        for (RegexMatch? match = Find(text, start); match is not null;)
        {
            yield return match;
            int next = match.Index + Math.Max(1, match.Length);
            match = next > text.Length ? null : Find(text, next);
        }
    }

    private static RegexMatch ToMatch(Match match)
    {
        var groups = new string?[match.Groups.Count];
        var starts = new int[groups.Length];
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = match.Groups[i].Success ? match.Groups[i].Value : null;
            starts[i] = match.Groups[i].Index;
        }

        return new RegexMatch(match.Index, match.Length, groups, starts);
    }

    /// <summary>Replaces the n-th match from a position on, or all for 0. \1 … \9 and \&amp; stand for groups and the match.</summary>
    public string Replace(string text, string replacement, int start, int n)
    {
        var result = new StringBuilder(text[..start]);
        int at = start, number = 0;
        foreach (RegexMatch match in FindAll(text, start))
        {
            if (n > 0 && ++number < n)
                continue;
            result.Append(text, at, match.Index - at);
            Expand(result, replacement, match);
            at = match.Index + match.Length;
            if (n > 0)
                break;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    private static void Expand(StringBuilder result, string replacement, RegexMatch match)
    {
        for (int i = 0; i < replacement.Length; i++)
        {
            if (replacement[i] != '\\' || i + 1 >= replacement.Length)
            {
                result.Append(replacement[i]);
                continue;
            }

            char c = replacement[++i];
            if (c is >= '1' and <= '9')
                result.Append(c - '0' < match.Groups.Length ? match.Groups[c - '0'] : null);
            else if (c == '&')
                result.Append(match.Groups[0]);
            else if (c == '\\')
                result.Append('\\');
            else
                result.Append('\\').Append(c);
        }
    }
}
