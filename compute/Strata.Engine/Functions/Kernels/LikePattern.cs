using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Functions.Kernels;

/// <summary>
/// LIKE over UTF-8 bytes. Patterns of the shapes abc, abc%, %abc, %abc% need one byte search; others are matched with backtracking to
/// the last %. Immutable.
/// </summary>
internal sealed class LikePattern
{
    private enum Shape
    {
        Exact,
        Prefix,
        Suffix,
        Contains,
        Segments,
        General,
    }

    private readonly Shape _shape;
    private readonly byte[] _literal;
    private readonly byte[] _source;
    private readonly byte[][] _segments = [];
    private readonly byte _escape;
    private readonly bool _hasEscape;

    /// <param name="escape">The escape character's byte; null for none.</param>
    private LikePattern(ReadOnlySpan<byte> pattern, byte? escape)
    {
        _source = pattern.ToArray();
        _escape = escape ?? 0;
        _hasEscape = escape is not null;
        bool leading = pattern.Length > 0 && pattern[0] == (byte)'%';
        bool trailing = pattern.Length > 1 && pattern[^1] == (byte)'%';
        ReadOnlySpan<byte> middle = pattern[(leading ? 1 : 0)..(trailing ? ^1 : ^0)];
        if (middle.IndexOfAny((byte)'%', (byte)'_') >= 0 || (_hasEscape && middle.Contains(_escape)))
        {
            _literal = [];
            if (middle.IndexOf((byte)'_') < 0 && !(_hasEscape && middle.Contains(_escape)))
            {
                _shape = Shape.Segments;
                _segments = Split(pattern);
                return;
            }

            _shape = Shape.General;
            if (_hasEscape)
                CheckEscape(pattern);
            return;
        }

        _literal = middle.ToArray();
        _shape = (leading, trailing) switch
        {
            (false, false) => Shape.Exact,
            (false, true) => Shape.Prefix,
            (true, false) => Shape.Suffix,
            _ => Shape.Contains,
        };
        if (pattern is [(byte)'%'])
            _shape = Shape.Contains;
    }

    public static LikePattern Compile(ReadOnlySpan<byte> pattern) => new(pattern, (byte)'\\');

    public bool IsFor(ReadOnlySpan<byte> pattern) => pattern.SequenceEqual(_source);

    private void CheckEscape(ReadOnlySpan<byte> pattern)
    {
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != _escape)
                continue;
            if (++i >= pattern.Length)
                throw new SqlException(SqlState.InvalidEscapeSequence, "LIKE pattern must not end with escape character");
        }
    }

    public bool Matches(ReadOnlySpan<byte> text) => _shape switch
    {
        Shape.Exact => text.SequenceEqual(_literal),
        Shape.Prefix => text.StartsWith(_literal),
        Shape.Suffix => text.EndsWith(_literal),
        Shape.Contains => text.IndexOf(_literal) >= 0,
        Shape.Segments => MatchesSegments(text),
        _ => MatchesGeneral(text),
    };

    private static byte[][] Split(ReadOnlySpan<byte> pattern)
    {
        var segments = new List<byte[]>();
        foreach (Range range in pattern.Split((byte)'%'))
            segments.Add(pattern[range].ToArray());
        return [.. segments];
    }

    /// <summary>Literals between %: the first begins the text, the last ends it, those between follow each other anywhere.</summary>
    private bool MatchesSegments(ReadOnlySpan<byte> text)
    {
        byte[][] segments = _segments;
        if (!text.StartsWith(segments[0]))
            return false;
        text = text[segments[0].Length..];
        for (int i = 1; i < segments.Length - 1; i++)
        {
            int at = text.IndexOf(segments[i]);
            if (at < 0)
                return false;
            text = text[(at + segments[i].Length)..];
        }

        return text.EndsWith(segments[^1]);
    }

    private bool MatchesGeneral(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> pattern = _source;
        int t = 0, p = 0, resumePattern = -1, resumeText = 0;
        while (true)
        {
            if (p < pattern.Length && pattern[p] == (byte)'%')
            {
                resumePattern = ++p;
                resumeText = t;
                continue;
            }

            if (t >= text.Length)
            {
                return p >= pattern.Length;
            }

            if (p < pattern.Length && pattern[p] == (byte)'_')
            {
                t += CharacterTypes.ByteOffset(text[t..], 1);
                p++;
                continue;
            }

            int literal = p < pattern.Length && _hasEscape && pattern[p] == _escape ? p + 1 : p;
            if (literal < pattern.Length && text[t] == pattern[literal])
            {
                t++;
                p = literal + 1;
                continue;
            }

            if (resumePattern < 0)
                return false;
            p = resumePattern;
            resumeText += CharacterTypes.ByteOffset(text[resumeText..], 1);
            t = resumeText;
            if (t > text.Length)
                return false;
        }
    }

    /// <summary>A pattern with another escape character, rewritten to backslash escapes (like_escape).</summary>
    public static string Rewrite(string pattern, string escape)
    {
        if (escape.EnumerateRunes().Skip(1).Any())
            throw new SqlException(SqlState.InvalidEscapeSequence, "invalid escape string") { Hint = "Escape string must be empty or one character." };
        if (escape == "\\")
            return pattern;
        var result = new StringBuilder();
        bool afterEscape = false;
        foreach (Rune rune in pattern.EnumerateRunes())
        {
            string character = rune.ToString();
            if (character == escape && !afterEscape)
            {
                result.Append('\\');
                afterEscape = true;
            }
            else if (character == "\\")
            {
                result.Append('\\');
                if (!afterEscape)
                    result.Append('\\');
                afterEscape = false;
            }
            else
            {
                result.Append(character);
                afterEscape = false;
            }
        }

        return result.ToString();
    }
}
