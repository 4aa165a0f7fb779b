using System.Text;

namespace Strata.Engine.Extensions.Trigrams;

/// <summary>Trigrams that every text has that a pattern matches. Stateless; thread-safe.</summary>
internal static class TrigramPatterns
{
    /// <summary>Of a LIKE pattern: of the words, or parts of words, between its wildcards.</summary>
    public static uint[] OfLike(ReadOnlySpan<byte> pattern)
    {
        var found = new List<uint>();
        var run = new LiteralRun(found);
        bool isEscaped = false;
        foreach (Rune rune in Lower(pattern))
        {
            if (!isEscaped && rune.Value == '\\')
            {
                isEscaped = true;
                continue;
            }

            if (!isEscaped && rune.Value is '%' or '_' && !isEscaped)
                run.Break();
            else
                run.Add(rune);
            isEscaped = false;
        }

        run.EndText();
        return TrigramExtractor.Unique(found);
    }

    /// <summary>Of a regular expression: of literals that stand outside of groups and alternatives and are not optional. None when the pattern is not that simple.</summary>
    public static uint[] OfRegex(ReadOnlySpan<byte> pattern)
    {
        var found = new List<uint>();
        Rune[] text = [.. Lower(pattern)];
        // Directors and embedded options change what characters mean.
        if (StartsWith(text, "***") || StartsWith(text, "(?"))
            return [];
        var run = new LiteralRun(found);
        run.Break();
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i].IsBmp ? (char)text[i].Value : '\uFFFF';
            switch (c)
            {
                case '|' when depth == 0:
                    return [];
                case '(':
                    depth++;
                    run.Break();
                    break;
                case ')':
                    depth--;
                    run.Break();
                    break;
                case '[':
                    i = EndOfBracket(text, i);
                    run.Break();
                    break;
                case '\\':
                    i++;
                    run.Break();
                    break;
                case '{':
                    while (i + 1 < text.Length && text[i].Value != '}')
                        i++;
                    run.Break();
                    break;
                case '.' or '*' or '+' or '?' or '^' or '$' or '}' or ']':
                    run.Break();
                    break;
                default:
                    bool isOptional = i + 1 < text.Length && text[i + 1].Value is '*' or '?' or '{' && i + 1 < text.Length && text[i + 1].Value is '*' or '?' or '{';
                    if (depth > 0 || isOptional)
                        run.Break();
                    else
                        run.Add(text[i]);
                    break;
            }
        }

        run.Break();
        return TrigramExtractor.Unique(found);
    }

    private static StringRuneEnumerator Lower(ReadOnlySpan<byte> pattern) => Encoding.UTF8.GetString(pattern).ToLowerInvariant().EnumerateRunes();

    private static bool StartsWith(Rune[] text, string prefix)
    {
        for (int i = 0; i < prefix.Length; i++)
            if (i >= text.Length || text[i].Value != prefix[i])
                return false;
        return true;
    }

    // The closing bracket of a set: not the one that stands first in it, nor one of a class.
    private static int EndOfBracket(Rune[] text, int at)
    {
        at++;
        if (at < text.Length && text[at].Value == '^')
            at++;
        if (at < text.Length && text[at].Value == ']')
            at++;
        for (; at < text.Length && text[at].Value != ']'; at++)
        {
            if (text[at].Value == '\\')
            {
                at++;
            }
            else if (text[at].Value == '[' && at + 1 < text.Length && text[at + 1].Value is ':' or '.' or '=' && at + 1 < text.Length)
            {
                int kind = text[at + 1].Value;
                at += 2;
                while (at + 1 < text.Length && !(text[at].Value == kind && text[at + 1].Value == ']'))
                    at++;
                at++;
            }
        }

        return at;
    }

    /// <summary>Characters that follow each other for sure. A word in it is whole where another character or the text's end stands beside it.</summary>
    private sealed class LiteralRun(List<uint> found)
    {
        private readonly List<Rune> _word = [];
        private bool _hasBegin = true;

        public void Add(Rune rune)
        {
            if (Rune.IsLetterOrDigit(rune))
            {
                _word.Add(rune);
                return;
            }

            EndWord(hasEnd: true);
            _hasBegin = true;
        }

        /// <summary>Anything may stand here.</summary>
        public void Break()
        {
            EndWord(hasEnd: false);
            _hasBegin = false;
        }

        public void EndText() => EndWord(hasEnd: true);

        private void EndWord(bool hasEnd)
        {
            if (_word.Count > 0)
                TrigramExtractor.AddWord(_word, _hasBegin, hasEnd, found);
            _word.Clear();
        }
    }
}
