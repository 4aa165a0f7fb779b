using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Functions.Patterns;

/// <summary>
/// A regular expression with PostgreSQL's syntax and semantics: AREs, EREs and BREs, the leftmost match, as long or as short as the
/// preference rules say. Texts are UTF-8, positions byte offsets. Keeps automata that grow with use: not thread-safe.
/// </summary>
internal sealed class PgRegex
{
    private readonly byte[] _source;
    private readonly string _flags;
    private readonly ParsedRegex _regex;
    private readonly RegexMachine _machine;

    private PgRegex(byte[] source, string flags, ParsedRegex regex)
    {
        _source = source;
        _flags = flags;
        _regex = regex;
        _machine = new RegexMachine(regex);
    }

    /// <summary>Number of capturing groups.</summary>
    public int GroupCount => _regex.GroupCount;

    public bool IsFor(ReadOnlySpan<byte> pattern, string flags) => flags == _flags && pattern.SequenceEqual(_source);

    /// <summary>Compiles; throws 2201B for a bad pattern and 22023 for a bad flag. The flag g means nothing here.</summary>
    public static PgRegex Compile(ReadOnlySpan<byte> source, string flags) =>
        new(source.ToArray(), flags, RegexParser.Parse(source, ParseFlags(flags)));

    /// <summary>The options of a function's flags argument; 22023 for a letter that there is not.</summary>
    public static RegexOptions ParseFlags(string flags)
    {
        RegexOptions options = RegexOptions.Extended | RegexOptions.Advanced;
        foreach (Rune flag in flags.EnumerateRunes())
        {
            if (flag.Value == 'g')
                continue;

            // PostgreSQL's functions make a BRE of the flag e; embedded in the pattern the same letter makes an ERE.
            char letter = flag.Value == 'e' ? 'b' : flag.IsAscii ? (char)flag.Value : '\0';
            options = RegexLexer.Embedded(options, letter)
                ?? throw new SqlException(SqlState.InvalidParameterValue, $"invalid regular expression option: \"{flag}\"");
        }

        return options;
    }

    public bool IsMatch(ReadOnlySpan<byte> text, CancellationToken cancellation) =>
        new RegexMatcher(_regex, _machine, text, NewGroups(), cancellation).IsMatch();

    /// <summary>Matches of a text, one after the other, from a byte offset on.</summary>
    public RegexMatches Matches(ReadOnlySpan<byte> text, int from, CancellationToken cancellation)
    {
        int[] groups = NewGroups();
        return new RegexMatches(new RegexMatcher(_regex, _machine, text, groups, cancellation), text, groups, from);
    }

    private int[] NewGroups() => new int[2 * (GroupCount + 1)];

    /// <summary>Replaces the n-th match from a byte offset on, or all for 0. \1 … \9 and \&amp; stand for groups and the match.</summary>
    public void Replace(ReadOnlySpan<byte> text, ReadOnlySpan<byte> replacement, int from, int n, ByteBuffer result, CancellationToken cancellation)
    {
        int at = 0, number = 0;
        RegexMatches matches = Matches(text, from, cancellation);
        while (matches.MoveNext())
        {
            if (n > 0 && ++number < n)
                continue;
            result.Write(text[at..matches.Start(0)]);
            Expand(result, text, replacement, in matches);
            at = matches.End(0);
            if (n > 0)
                break;
        }

        result.Write(text[at..]);
    }

    private static void Expand(ByteBuffer result, ReadOnlySpan<byte> text, ReadOnlySpan<byte> replacement, in RegexMatches matches)
    {
        while (true)
        {
            int escape = replacement.IndexOf((byte)'\\');
            if (escape < 0 || escape == replacement.Length - 1)
            {
                result.Write(replacement);
                return;
            }

            result.Write(replacement[..escape]);
            byte c = replacement[escape + 1];
            int group = c is >= (byte)'1' and <= (byte)'9' ? c - '0' : c == '&' ? 0 : -1;
            if (group >= 0)
            {
                if (group < matches.GroupCount && matches.Start(group) >= 0)
                    result.Write(text[matches.Start(group)..matches.End(group)]);
            }
            else
            {
                result.Write((byte)'\\');
            }

            // A backslash that begins no known sequence stands for itself, and what follows too.
            replacement = replacement[(escape + (group >= 0 || c == '\\' ? 2 : 1))..];
        }
    }
}
