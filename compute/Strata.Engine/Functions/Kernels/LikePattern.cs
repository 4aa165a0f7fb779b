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

    private const byte Escape = (byte)'\\';
    private const int StepsPerLook = 1 << 16;

    private readonly Shape _shape;
    private readonly byte[] _literal;
    private readonly byte[] _source;
    private readonly byte[][] _segments = [];
    private readonly bool _isBinary;

    private LikePattern(ReadOnlySpan<byte> pattern, bool isBinary)
    {
        _source = pattern.ToArray();
        _isBinary = isBinary;
        bool leading = pattern.Length > 0 && pattern[0] == (byte)'%';
        bool trailing = pattern.Length > 1 && pattern[^1] == (byte)'%';
        ReadOnlySpan<byte> middle = pattern[(leading ? 1 : 0)..(trailing ? ^1 : ^0)];
        if (middle.IndexOfAny((byte)'%', (byte)'_', Escape) >= 0)
        {
            _literal = [];
            _shape = Shape.General;
            if (middle.IndexOfAny((byte)'_', Escape) < 0)
            {
                _shape = Shape.Segments;
                _segments = Split(pattern);
            }

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

    /// <param name="pattern">The pattern.</param>
    /// <param name="isBinary">For bytea: _ is one byte instead of one character.</param>
    public static LikePattern Compile(ReadOnlySpan<byte> pattern, bool isBinary = false) => new(pattern, isBinary);

    public bool IsFor(ReadOnlySpan<byte> pattern) => pattern.SequenceEqual(_source);

    /// <summary>Whether a text matches; 22025 when the pattern's last escape is reached and escapes nothing.</summary>
    public bool Matches(ReadOnlySpan<byte> text, CancellationToken cancellation) => _shape switch
    {
        Shape.Exact => text.SequenceEqual(_literal),
        Shape.Prefix => text.StartsWith(_literal),
        Shape.Suffix => text.EndsWith(_literal),
        Shape.Contains => LongBytes.IndexOf(text, _literal) >= 0,
        Shape.Segments => MatchesSegments(text),
        _ => MatchesGeneral(text, cancellation),
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
            int at = LongBytes.IndexOf(text, segments[i]);
            if (at < 0)
                return false;
            text = text[(at + segments[i].Length)..];
        }

        return text.EndsWith(segments[^1]);
    }

    private bool MatchesGeneral(ReadOnlySpan<byte> text, CancellationToken cancellation)
    {
        ReadOnlySpan<byte> pattern = _source;
        int t = 0, p = 0, resumePattern = -1, resumeText = 0;
        for (int steps = 1; ; steps++)
        {
            if (steps % StepsPerLook == 0)
                cancellation.ThrowIfCancellationRequested();
            if (p < pattern.Length && pattern[p] == (byte)'%')
            {
                resumePattern = ++p;
                resumeText = t;
                if (p == pattern.Length)
                    return true;
                if (p == pattern.Length - 1 && pattern[p] == Escape)
                    throw EndsWithEscape();
                continue;
            }

            if (t >= text.Length)
                return p >= pattern.Length;

            if (p < pattern.Length && pattern[p] == (byte)'_')
            {
                t += Character(text[t..]);
                p++;
                continue;
            }

            int literal = p < pattern.Length && pattern[p] == Escape ? p + 1 : p;
            if (literal > p && literal == pattern.Length)
                throw EndsWithEscape();
            if (literal < pattern.Length && text[t] == pattern[literal])
            {
                t++;
                p = literal + 1;
                continue;
            }

            if (resumePattern < 0)
                return false;
            p = resumePattern;
            resumeText += Character(text[resumeText..]);
            t = resumeText;
            if (t > text.Length)
                return false;
        }
    }

    private int Character(ReadOnlySpan<byte> text) => _isBinary ? Math.Min(1, text.Length) : CharacterTypes.ByteOffset(text, 1);

    private static SqlException EndsWithEscape() => new(SqlState.InvalidEscapeSequence, "LIKE pattern must not end with escape character");

    public static SqlException InvalidEscape() => new(SqlState.InvalidEscapeSequence, "invalid escape string") { Hint = "Escape string must be empty or one character." };

    /// <summary>A pattern with another escape character, rewritten to backslash escapes (like_escape).</summary>
    public static string Rewrite(string pattern, string escape)
    {
        if (escape.EnumerateRunes().Skip(1).Any())
            throw InvalidEscape();
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
