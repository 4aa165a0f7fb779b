using System.Text;
using Strata.Engine.Functions.Kernels;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>LIKE, ILIKE and regular expressions. Compiled patterns are kept at the call site.</summary>
internal static class PatternFunctions
{
    public static void Register(FunctionTable t)
    {
        foreach (string type in new[] { "text", "name" })
        {
            t.Add(type + "like", static (ref FunctionCall c) => c.Return(Like(ref c).Matches(c.Bytes(0))));
            t.Add(type + "nlike", static (ref FunctionCall c) => c.Return(!Like(ref c).Matches(c.Bytes(0))));
            t.Add(type + "iclike", static (ref FunctionCall c) => c.Return(LikeIgnoringCase(ref c)));
            t.Add(type + "icnlike", static (ref FunctionCall c) => c.Return(!LikeIgnoringCase(ref c)));
            t.Add(type + "regexeq", static (ref FunctionCall c) => c.Return(Regex(ref c, "").IsMatch(c.String(0))));
            t.Add(type + "regexne", static (ref FunctionCall c) => c.Return(!Regex(ref c, "").IsMatch(c.String(0))));
            t.Add(type + "icregexeq", static (ref FunctionCall c) => c.Return(Regex(ref c, "i").IsMatch(c.String(0))));
            t.Add(type + "icregexne", static (ref FunctionCall c) => c.Return(!Regex(ref c, "i").IsMatch(c.String(0))));
        }

        t.Add("bytealike", static (ref FunctionCall c) => c.Return(Like(ref c).Matches(c.Bytes(0))));
        t.Add("byteanlike", static (ref FunctionCall c) => c.Return(!Like(ref c).Matches(c.Bytes(0))));
        // char(n): the padding counts as text.
        t.Add("like_escape", static (ref FunctionCall c) => c.Return(LikePattern.Rewrite(c.String(0), c.String(1))));
        t.Add("similar_to_escape_1", static (ref FunctionCall c) => c.Return(SimilarTo.ToRegex(c.String(0), "\\")));
        t.Add("similar_to_escape_2", static (ref FunctionCall c) => c.Return(SimilarTo.ToRegex(c.String(0), c.String(1))));
        t.Add("textregexsubstr", static (ref FunctionCall c) => Substring(ref c));
        t.Add("textregexreplace_noopt", static (ref FunctionCall c) => c.Return(Regex(ref c, "").Replace(c.String(0), c.String(2), 0, 1)));
        t.Add("textregexreplace", static (ref FunctionCall c) =>
        {
            string flags = c.String(3);
            if (flags.Length > 0 && char.IsAsciiDigit(flags[0]))
                throw new SqlException(SqlState.InvalidParameterValue, $"invalid regular expression option: \"{flags[0]}\"") { Hint = "If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly." };
            c.Return(Regex(ref c, flags).Replace(c.String(0), c.String(2), 0, flags.Contains('g', StringComparison.Ordinal) ? 0 : 1));
        });
        t.Add("textregexreplace_extended", static (ref FunctionCall c) => Extended(ref c));
        t.Add("textregexreplace_extended_no_flags", static (ref FunctionCall c) => Extended(ref c));
        t.Add("textregexreplace_extended_no_n", static (ref FunctionCall c) => Extended(ref c));
        t.Add("regexp_match", static (ref FunctionCall c) => FirstMatch(ref c));
        t.Add("regexp_match_no_flags", static (ref FunctionCall c) => FirstMatch(ref c));
        t.AddSet("regexp_matches", static (ref FunctionCall c) => AllMatches(ref c));
        t.AddSet("regexp_matches_no_flags", static (ref FunctionCall c) => AllMatches(ref c));
        t.Add("regexp_split_to_array", static (ref FunctionCall c) => SplitToArray(ref c));
        t.Add("regexp_split_to_array_no_flags", static (ref FunctionCall c) => SplitToArray(ref c));
        t.AddSet("regexp_split_to_table", static (ref FunctionCall c) => new ArrayFunctions.TextRows(Split(ref c)));
        t.AddSet("regexp_split_to_table_no_flags", static (ref FunctionCall c) => new ArrayFunctions.TextRows(Split(ref c)));
        foreach (string suffix in new[] { "", "_no_start", "_no_flags" })
            t.Add("regexp_count" + suffix, static (ref FunctionCall c) => Count(ref c));
        foreach (string suffix in new[] { "", "_no_start", "_no_n", "_no_endoption", "_no_flags", "_no_subexpr" })
            t.Add("regexp_instr" + suffix, static (ref FunctionCall c) => Position(ref c));
        foreach (string suffix in new[] { "", "_no_start", "_no_n", "_no_flags", "_no_subexpr" })
            t.Add("regexp_substr" + suffix, static (ref FunctionCall c) => ExtendedSubstring(ref c));
        t.Add("regexp_like", static (ref FunctionCall c) => c.Return(Regex(ref c, NotGlobal("regexp_like", c.String(2))).IsMatch(c.String(0))));
        // substring(text SIMILAR pattern ESCAPE escape), an SQL function in PostgreSQL.
        t.Add(2074u, static (ref FunctionCall c) =>
        {
            string pattern = SimilarTo.ToRegex(c.String(1), c.String(2));
            if (PgRegex.Compile(System.Text.Encoding.UTF8.GetBytes(pattern), "").Find(c.String(0), 0) is { } match)
                ReturnGroup(ref c, match.Groups[match.Groups.Length > 1 ? 1 : 0]);
            else
                c.ReturnNull();
        });
        t.Add("regexp_like_no_flags", static (ref FunctionCall c) => c.Return(Regex(ref c, "").IsMatch(c.String(0))));
    }

    private static LikePattern Like(ref FunctionCall c)
    {
        ReadOnlySpan<byte> pattern = c.Bytes(1);
        if (c.Site.State is LikePattern known && known.IsFor(pattern))
            return known;
        LikePattern compiled = LikePattern.Compile(pattern);
        c.Site.State = compiled;
        return compiled;
    }

    private sealed record FoldedPattern(byte[] Source, LikePattern Pattern);

    private static bool LikeIgnoringCase(ref FunctionCall c)
    {
        ReadOnlySpan<byte> pattern = c.Bytes(1);
        if (c.Site.State is not FoldedPattern known || !pattern.SequenceEqual(known.Source))
        {
            byte[] folded = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(pattern).ToLowerInvariant());
            c.Site.State = known = new FoldedPattern(pattern.ToArray(), LikePattern.Compile(folded));
        }

        return known.Pattern.Matches(Encoding.UTF8.GetBytes(c.String(0).ToLowerInvariant()));
    }

    private static PgRegex Regex(ref FunctionCall c, string flags)
    {
        ReadOnlySpan<byte> pattern = c.Bytes(1);
        if (c.Site.State is PgRegex known && known.IsFor(pattern, flags))
            return known;
        PgRegex compiled = PgRegex.Compile(pattern, flags);
        c.Site.State = compiled;
        return compiled;
    }

    private static void Substring(ref FunctionCall c)
    {
        if (Regex(ref c, "").Find(c.String(0), 0) is { } match)
            ReturnGroup(ref c, match.Groups.Length > 1 ? match.Groups[1] : match.Groups[0]);
        else
            c.ReturnNull();
    }

    private static void ReturnGroup(ref FunctionCall c, string? group)
    {
        if (group is null)
            c.ReturnNull();
        else
            c.Return(group);
    }

    /// <summary>The group texts of a match: the whole match when the pattern has no groups.</summary>
    private static byte[] GroupArray(RegexMatch match)
    {
        var builder = new ArrayBuilder();
        for (int i = match.Groups.Length > 1 ? 1 : 0; i < match.Groups.Length; i++)
        {
            if (match.Groups[i] is { } text)
                builder.Add(Encoding.UTF8.GetBytes(text));
            else
                builder.AddNull();
        }

        return builder.Build(TypeOid.Text).ToArray();
    }

    private static void FirstMatch(ref FunctionCall c)
    {
        string flags = c.ArgumentCount > 2 ? c.String(2) : "";
        if (flags.Contains('g', StringComparison.Ordinal))
            throw new SqlException(SqlState.InvalidParameterValue, "regexp_match() does not support the \"global\" option") { Hint = "Use the regexp_matches function instead." };
        if (Regex(ref c, flags).Find(c.String(0), 0) is { } match)
            c.Return(GroupArray(match));
        else
            c.ReturnNull();
    }

    private static ArrayFunctions.TextRows AllMatches(ref FunctionCall c)
    {
        string flags = c.ArgumentCount > 2 ? c.String(2) : "";
        var rows = new List<byte[]?>();
        foreach (RegexMatch match in Regex(ref c, flags).FindAll(c.String(0), 0))
        {
            rows.Add(GroupArray(match));
            if (!flags.Contains('g', StringComparison.Ordinal))
                break;
        }

        return new ArrayFunctions.TextRows(rows);
    }

    private static List<byte[]?> Split(ref FunctionCall c)
    {
        string flags = c.ArgumentCount > 2 ? c.String(2) : "";
        if (flags.Contains('g', StringComparison.Ordinal))
            throw new SqlException(SqlState.InvalidParameterValue, "regexp_split_to_table() does not support the \"global\" option");
        string text = c.String(0);
        var parts = new List<byte[]?>();
        int start = 0;
        foreach (RegexMatch match in Regex(ref c, flags).FindAll(text, 0))
        {
            // An empty match at the ends or right behind the last one splits nothing.
            if (match.Length == 0 && (match.Index >= text.Length || match.Index <= start - 1 || match.Index == 0))
                continue;
            parts.Add(Encoding.UTF8.GetBytes(text[start..match.Index]));
            start = match.Index + match.Length;
        }

        parts.Add(Encoding.UTF8.GetBytes(text[start..]));
        return parts;
    }

    private static void SplitToArray(ref FunctionCall c)
    {
        var builder = new ArrayBuilder();
        foreach (byte[]? part in Split(ref c))
            builder.Add(part);
        c.Return(builder.Build(TypeOid.Text));
    }

    private static int Start(ref FunctionCall c, int argument)
    {
        if (c.ArgumentCount <= argument)
            return 0;
        int start = c.Int32(argument);
        return start > 0 ? start - 1
            : throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"start\": {start}");
    }

    /// <summary>The text that begins at a character position, and where that is.</summary>
    private static int CharOffset(string text, int characters)
    {
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (characters-- <= 0)
                break;
            at += rune.Utf16SequenceLength;
        }

        return characters > 0 ? text.Length + 1 : at;
    }

    private static string NotGlobal(string function, string flags) => flags.Contains('g', StringComparison.Ordinal)
        ? throw new SqlException(SqlState.InvalidParameterValue, $"{function}() does not support the \"global\" option")
        : flags;

    private static SqlException InvalidParameter(string name, int value) =>
        new(SqlState.InvalidParameterValue, System.FormattableString.Invariant($"invalid value for parameter \"{name}\": {value}"));

    private static void Count(ref FunctionCall c)
    {
        string text = c.String(0);
        int from = CharOffset(text, Start(ref c, 2));
        c.Return(from > text.Length ? 0 : Regex(ref c, c.ArgumentCount > 3 ? c.String(3) : "").FindAll(text, from).Count());
    }

    private static RegexMatch? Nth(ref FunctionCall c, string text, int flagsAt)
    {
        int from = CharOffset(text, Start(ref c, 2)), n = c.ArgumentCount > 3 ? c.Int32(3) : 1;
        if (n <= 0)
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"n\": {n}");
        if (from > text.Length)
            return null;
        return Regex(ref c, c.ArgumentCount > flagsAt ? c.String(flagsAt) : "").FindAll(text, from).Skip(n - 1).FirstOrDefault();
    }

    private static void Position(ref FunctionCall c)
    {
        string text = c.String(0);
        int group = c.ArgumentCount > 6 ? c.Int32(6) : 0;
        if (c.ArgumentCount > 4 && c.Int32(4) is not (0 or 1))
            throw InvalidParameter("endoption", c.Int32(4));
        if (group < 0)
            throw InvalidParameter("subexpr", group);
        if (c.ArgumentCount > 5)
            NotGlobal("regexp_instr", c.String(5));
        bool atEnd = c.ArgumentCount > 4 && c.Int32(4) == 1;
        if (Nth(ref c, text, 5) is not { } match || group >= match.Groups.Length || match.Groups[group] is null)
        {
            c.Return(0);
            return;
        }

        int at = match.Starts[group] + (atEnd ? match.Groups[group]!.Length : 0);
        c.Return(text.AsSpan(0, at).EnumerateRunes().Count() + 1);
    }

    private static int Count(this SpanRuneEnumerator runes)
    {
        int count = 0;
        foreach (Rune _ in runes)
            count++;
        return count;
    }

    private static void ExtendedSubstring(ref FunctionCall c)
    {
        string text = c.String(0);
        int group = c.ArgumentCount > 5 ? c.Int32(5) : 0;
        if (group < 0)
            throw InvalidParameter("subexpr", group);
        if (c.ArgumentCount > 4)
            NotGlobal("regexp_substr", c.String(4));
        if (Nth(ref c, text, 4) is { } match && group < match.Groups.Length)
            ReturnGroup(ref c, match.Groups[group]);
        else
            c.ReturnNull();
    }

    /// <summary>regexp_replace(text, pattern, replacement, start [, n [, flags]]).</summary>
    private static void Extended(ref FunctionCall c)
    {
        string text = c.String(0);
        int start = c.Int32(3);
        if (start <= 0)
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"start\": {start}");
        int n = c.ArgumentCount > 4 ? c.Int32(4) : 1;
        if (n < 0)
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"n\": {n}");
        int from = CharOffset(text, start - 1);
        if (from > text.Length)
        {
            c.Return(text);
            return;
        }

        c.Return(Regex(ref c, c.ArgumentCount > 5 ? c.String(5) : "").Replace(text, c.String(2), from, n));
    }
}
