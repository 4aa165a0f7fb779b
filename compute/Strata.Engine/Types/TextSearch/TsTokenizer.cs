using System.Text.RegularExpressions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types.TextSearch;

/// <summary>
/// The default text search parser: cuts text into words, numbers, hosts, addresses, paths, tags and blanks. At each place the first rule that fits
/// decides. Source: PostgreSQL 15, "Parsers". Stateless, thread-safe.
/// </summary>
internal static class TsTokenizer
{
    // All rules are anchored at the place where they are tried, and take linear time.
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;
    private const string HostPattern = @"[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)*\.[A-Za-z][A-Za-z0-9_-]*[A-Za-z0-9](:[0-9]+)?";
    private const string PathPattern = @"[/?][^\s<>""']+";

    private static readonly Regex s_tag = new(@"^(<!--|</?[A-Za-z_!?:](""[^""]*""|'[^']*'|[^<>""'])*>)", Options);
    private static readonly Regex s_entity = new("^&([A-Za-z_:][A-Za-z0-9_:.-]*|#[0-9]+|#[xX][0-9A-Fa-f]+);", Options);
    private static readonly Regex s_protocol = new("^[A-Za-z][A-Za-z0-9+]*://", Options);
    private static readonly Regex s_email = new(@"^[A-Za-z0-9][A-Za-z0-9_.+-]*@" + HostPattern, Options);
    private static readonly Regex s_host = new("^" + HostPattern, Options);
    private static readonly Regex s_path = new("^" + PathPattern, Options);
    // A word of ASCII letters, or one with digits; words of other letters end at the point.
    private const string FileStartPattern = @"([A-Za-z]+|\p{L}+\p{Nd}[\p{L}\p{Nd}]*|\p{Nd}+\p{L}[\p{L}\p{Nd}]*)";
    private static readonly Regex s_file = new(
        @"^((~|\.\.?)?(/[\p{L}\p{Nd}_.~-]+)+/?|" + FileStartPattern + @"(\.[A-Za-z0-9_][A-Za-z0-9_-]*)*(/[A-Za-z0-9_.~][A-Za-z0-9_.~-]*)+/?|" + FileStartPattern + @"(\.[A-Za-z0-9_][A-Za-z0-9_-]*)+)", Options);
    private static readonly Regex s_version = new(@"^[0-9]+\.[0-9]+(\.[0-9]+)+", Options);
    private static readonly Regex s_scientific = new(@"^[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+", Options);
    private static readonly Regex s_float = new(@"^[+-]?[0-9]+\.[0-9]+", Options);
    private static readonly Regex s_integer = new("^[+-]?[0-9]+", Options);
    private static readonly Regex s_hyphenated = new(@"^[\p{L}\p{M}\p{Nd}]+(-\p{Nd}*\p{L}[\p{L}\p{M}\p{Nd}]*)+", Options);
    private static readonly Regex s_word = new(@"^[\p{L}\p{M}\p{Nd}]+", Options);

    /// <summary>All tokens, in order; compounds before their parts.</summary>
    public static List<TsToken> Tokenize(string text) => [.. Read(text)];

    /// <summary>The tokens one by one: a long text has too many to hold.</summary>
    public static IEnumerable<TsToken> Read(string text)
    {
        int blank = 0, at = 0;
        bool afterProtocol = false;
        while (at < text.Length)
        {
            DepthGuard.Step();
            int length = Next(text, at, afterProtocol, out List<TsToken>? found);
            if (length == 0)
            {
                // What looks like a tag's beginning ends the blank before it.
                if (text[at] == '<' && at > blank)
                {
                    yield return new TsToken(TsTokenKind.Blank, text[blank..at]);
                    blank = at;
                }

                at += char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
                afterProtocol = false;
                continue;
            }

            if (at > blank)
                yield return new TsToken(TsTokenKind.Blank, text[blank..at]);
            foreach (TsToken token in found!)
                yield return token;
            afterProtocol = found![^1].Kind == TsTokenKind.Protocol;
            at += length;
            blank = at;
        }

        if (text.Length > blank)
            yield return new TsToken(TsTokenKind.Blank, text[blank..]);
    }

    private static int Match(Regex rule, string text, int at)
    {
        foreach (ValueMatch match in rule.EnumerateMatches(text.AsSpan(at)))
            return match.Index == 0 ? match.Length : 0;
        return 0;
    }

    /// <summary>Characters of the token that begins here, with its tokens; 0 when it is a blank.</summary>
    private static int Next(string text, int at, bool afterProtocol, out List<TsToken>? tokens)
    {
        tokens = null;
        char c = text[at];
        if (c == '<')
            return Single(TsTokenKind.Tag, text, at, MatchTag(text, at), out tokens);
        if (c == '&')
            return Single(TsTokenKind.Entity, text, at, Match(s_entity, text, at), out tokens);
        if (c is '/' or '~' or '.')
            return Single(TsTokenKind.File, text, at, Match(s_file, text, at), out tokens);
        bool isWordStart = char.IsLetterOrDigit(c) || char.IsHighSurrogate(c);
        if (!isWordStart)
            return c is '+' or '-' ? Number(text, at, out tokens) : 0;
        int protocol = afterProtocol ? 0 : Match(s_protocol, text, at);
        if (protocol > 0)
            return Single(TsTokenKind.Protocol, text, at, protocol, out tokens);
        int email = Match(s_email, text, at);
        if (email > 0)
            return Single(TsTokenKind.Email, text, at, email, out tokens);
        int host = Match(s_host, text, at);
        if (host > 0 && !IsLetter(text, at + host))
            return Host(text, at, host, out tokens);
        int file = Match(s_file, text, at);
        if (file > 0)
            return Single(TsTokenKind.File, text, at, file, out tokens);
        return char.IsAsciiDigit(c) && Number(text, at, out tokens) is > 0 and int number ? number : Word(text, at, out tokens);
    }

    private static bool IsLetter(string text, int at) => at < text.Length && char.IsLetterOrDigit(text[at]);

    private static int MatchTag(string text, int at)
    {
        int length = Match(s_tag, text, at);
        if (length != 4 || text[at + 1] != '!')
            return length;
        int end = text.IndexOf("-->", at, StringComparison.Ordinal);
        return end < 0 ? 0 : end + 3 - at;
    }

    private static int Single(TsTokenKind kind, string text, int at, int length, out List<TsToken>? tokens)
    {
        tokens = length > 0 ? [new TsToken(kind, text.Substring(at, length))] : null;
        return length;
    }

    private static int Host(string text, int at, int host, out List<TsToken>? tokens)
    {
        int path = Match(s_path, text, at + host);
        if (path <= 0)
            return Single(TsTokenKind.Host, text, at, host, out tokens);
        tokens =
        [
            new TsToken(TsTokenKind.Url, text.Substring(at, host + path)),
            new TsToken(TsTokenKind.Host, text.Substring(at, host)),
            new TsToken(TsTokenKind.UrlPath, text.Substring(at + host, path)),
        ];
        return host + path;
    }

    private static int Number(string text, int at, out List<TsToken>? tokens)
    {
        tokens = null;
        (Regex Rule, TsTokenKind Kind)[] rules =
        [
            (s_version, TsTokenKind.Version), (s_scientific, TsTokenKind.Scientific), (s_float, TsTokenKind.Float),
            (s_integer, char.IsAsciiDigit(text[at]) ? TsTokenKind.Unsigned : TsTokenKind.Integer),
        ];
        foreach ((Regex rule, TsTokenKind kind) in rules)
        {
            int length = Match(rule, text, at);
            // Digits that run into letters are a word.
            if (length > 0 && !IsLetter(text, at + length) && !(at + length + 1 < text.Length && text[at + length] == '-' && char.IsLetter(text[at + length + 1])))
                return Single(kind, text, at, length, out tokens);
        }

        return 0;
    }

    private static int Word(string text, int at, out List<TsToken>? tokens)
    {
        int hyphenated = Match(s_hyphenated, text, at);
        if (hyphenated > 0 && text.AsSpan(at, hyphenated).IndexOfAnyExcept("0123456789-") >= 0 && char.IsLetter(text[at]))
        {
            string whole = text.Substring(at, hyphenated);
            tokens = [new TsToken(KindOf(whole, TsTokenKind.HyphenatedAsciiWord, TsTokenKind.HyphenatedWord, TsTokenKind.HyphenatedNumberWord), whole)];
            foreach (string part in whole.Split('-'))
            {
                if (tokens.Count > 1)
                    tokens.Add(new TsToken(TsTokenKind.Blank, "-"));
                tokens.Add(new TsToken(KindOf(part, TsTokenKind.HyphenatedAsciiPart, TsTokenKind.HyphenatedPart, TsTokenKind.HyphenatedNumberPart), part));
            }

            return hyphenated;
        }

        int word = Match(s_word, text, at);
        return Single(
            word > 0 ? KindOf(text.AsSpan(at, word), TsTokenKind.AsciiWord, TsTokenKind.Word, TsTokenKind.NumberWord) : TsTokenKind.Blank, text, at, word, out tokens);
    }

    private static TsTokenKind KindOf(ReadOnlySpan<char> word, TsTokenKind ascii, TsTokenKind letters, TsTokenKind numbers)
    {
        bool isAscii = true;
        foreach (char c in word)
        {
            if (char.IsDigit(c))
                return numbers;
            isAscii &= c < 0x80;
        }

        return isAscii ? ascii : letters;
    }
}
