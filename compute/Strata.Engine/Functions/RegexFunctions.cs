using System.Text;
using Strata.Engine.Functions.Kernels;
using Strata.Engine.Functions.Patterns;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>~, SIMILAR TO, substring and the regexp_ functions. Compiled patterns are kept at the call site.</summary>
internal static class RegexFunctions
{
    public static void Register(FunctionTable t)
    {
        foreach (string type in new[] { "text", "name" })
        {
            t.Add(type + "regexeq", static (ref FunctionCall c) => c.Return(IsMatch(ref c, "")));
            t.Add(type + "regexne", static (ref FunctionCall c) => c.Return(!IsMatch(ref c, "")));
            t.Add(type + "icregexeq", static (ref FunctionCall c) => c.Return(IsMatch(ref c, "i")));
            t.Add(type + "icregexne", static (ref FunctionCall c) => c.Return(!IsMatch(ref c, "i")));
        }

        t.Add("similar_to_escape_1", static (ref FunctionCall c) => c.Return(SimilarTo.ToRegex(c.String(0), "\\")));
        t.Add("similar_to_escape_2", static (ref FunctionCall c) => c.Return(SimilarTo.ToRegex(c.String(0), c.String(1))));
        t.Add("similar_escape", static (ref FunctionCall c) =>
        {
            if (c.IsNull(0))
                c.ReturnNull();
            else
                c.Return(SimilarTo.ToRegex(c.String(0), c.IsNull(1) ? "\\" : c.String(1)));
        });
        t.Add("textregexsubstr", static (ref FunctionCall c) => Substring(ref c, Pattern(ref c, "")));
        t.Add(2074u, static (ref FunctionCall c) => Substring(ref c, Similar(ref c)));
        t.Add("textregexreplace_noopt", static (ref FunctionCall c) => Replace(ref c, "", 0, 1));
        t.Add("textregexreplace", static (ref FunctionCall c) => ReplaceWithFlags(ref c));
        foreach (string suffix in new[] { "", "_no_flags", "_no_n" })
            t.Add("textregexreplace_extended" + suffix, static (ref FunctionCall c) => ReplaceFrom(ref c));
        foreach (string suffix in new[] { "", "_no_flags" })
        {
            t.Add("regexp_match" + suffix, static (ref FunctionCall c) => FirstMatch(ref c));
            t.AddSet("regexp_matches" + suffix, static (ref FunctionCall c) => AllMatches(ref c));
            t.Add("regexp_split_to_array" + suffix, static (ref FunctionCall c) => SplitToArray(ref c));
            t.AddSet("regexp_split_to_table" + suffix, static (ref FunctionCall c) => new ArrayFunctions.TextRows(Split(ref c)));
            t.Add("regexp_like" + suffix, static (ref FunctionCall c) => c.Return(IsMatch(ref c, NotGlobal("regexp_like", Flags(ref c, 2)))));
        }

        foreach (string suffix in new[] { "", "_no_start", "_no_flags" })
            t.Add("regexp_count" + suffix, static (ref FunctionCall c) => Count(ref c));
        foreach (string suffix in new[] { "", "_no_start", "_no_n", "_no_endoption", "_no_flags", "_no_subexpr" })
            t.Add("regexp_instr" + suffix, static (ref FunctionCall c) => Position(ref c));
        foreach (string suffix in new[] { "", "_no_start", "_no_n", "_no_flags", "_no_subexpr" })
            t.Add("regexp_substr" + suffix, static (ref FunctionCall c) => NthSubstring(ref c));
    }

    private static PgRegex Pattern(ref FunctionCall c, string flags)
    {
        if (c.Site.State is not RegexCache cache)
            c.Site.State = cache = new RegexCache();
        return cache.Get(c.Bytes(1), flags);
    }

    private static bool IsMatch(ref FunctionCall c, string flags) => Pattern(ref c, flags).IsMatch(c.Bytes(0), c.Context.Cancellation);

    private static string Flags(ref FunctionCall c, int argument) => c.ArgumentCount > argument ? c.String(argument) : "";

    private static bool IsGlobal(string flags)
    {
        PgRegex.ParseFlags(flags);
        return flags.Contains('g', StringComparison.Ordinal);
    }

    private static string NotGlobal(string function, string flags) => IsGlobal(flags)
        ? throw new SqlException(SqlState.InvalidParameterValue, $"{function}() does not support the \"global\" option")
        : flags;

    /// <summary>The pattern of substring(text SIMILAR pattern ESCAPE escape), an SQL function in PostgreSQL.</summary>
    private static PgRegex Similar(ref FunctionCall c)
    {
        if (c.Site.State is not RegexCache cache)
            c.Site.State = cache = new RegexCache();
        return cache.Get(Encoding.UTF8.GetBytes(SimilarTo.ToRegex(c.String(1), c.String(2))), "");
    }

    private static void Substring(ref FunctionCall c, PgRegex regex)
    {
        RegexMatches matches = regex.Matches(c.Bytes(0), 0, c.Context.Cancellation);
        if (matches.MoveNext())
            ReturnGroup(ref c, in matches, regex.GroupCount > 0 ? 1 : 0);
        else
            c.ReturnNull();
    }

    private static void ReturnGroup(ref FunctionCall c, in RegexMatches matches, int group)
    {
        if (group >= matches.GroupCount || matches.Start(group) < 0)
            c.ReturnNull();
        else
            c.Return(matches.Text(group));
    }

    private static void Replace(ref FunctionCall c, string flags, int from, int n)
    {
        var result = new ByteBuffer();
        Pattern(ref c, flags).Replace(c.Bytes(0), c.Bytes(2), from, n, result, c.Context.Cancellation);
        c.Return(result.Written);
    }

    private static void ReplaceWithFlags(ref FunctionCall c)
    {
        string flags = c.String(3);
        if (flags.Length > 0 && char.IsAsciiDigit(flags[0]))
        {
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid regular expression option: \"{flags[0]}\"")
            {
                Hint = "If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.",
            };
        }

        Replace(ref c, flags, 0, flags.Contains('g', StringComparison.Ordinal) ? 0 : 1);
    }

    /// <summary>regexp_replace(text, pattern, replacement, start [, n [, flags]]).</summary>
    private static void ReplaceFrom(ref FunctionCall c)
    {
        int start = AtLeastOne("start", c.Int32(3)), n = c.ArgumentCount > 4 ? c.Int32(4) : 1;
        if (n < 0)
            throw InvalidParameter("n", n);
        string flags = Flags(ref c, 5);
        PgRegex.ParseFlags(flags);
        int from = ByteOffset(c.Bytes(0), start - 1);
        if (from <= c.Bytes(0).Length)
        {
            Replace(ref c, flags, from, n);
            return;
        }

        Pattern(ref c, flags);
        c.Return(c.Bytes(0));
    }

    /// <summary>The group texts of a match: the whole match when the pattern has no groups.</summary>
    private static byte[] GroupArray(in RegexMatches matches)
    {
        var builder = new ArrayBuilder();
        for (int i = matches.GroupCount > 1 ? 1 : 0; i < matches.GroupCount; i++)
        {
            if (matches.Start(i) >= 0)
                builder.Add(matches.Text(i));
            else
                builder.AddNull();
        }

        return builder.Build(TypeOid.Text).ToArray();
    }

    private static void FirstMatch(ref FunctionCall c)
    {
        string flags = Flags(ref c, 2);
        if (IsGlobal(flags))
        {
            throw new SqlException(SqlState.InvalidParameterValue, "regexp_match() does not support the \"global\" option")
            {
                Hint = "Use the regexp_matches function instead.",
            };
        }

        RegexMatches matches = Pattern(ref c, flags).Matches(c.Bytes(0), 0, c.Context.Cancellation);
        if (matches.MoveNext())
            c.Return(GroupArray(in matches));
        else
            c.ReturnNull();
    }

    private static ArrayFunctions.TextRows AllMatches(ref FunctionCall c)
    {
        string flags = Flags(ref c, 2);
        bool isGlobal = IsGlobal(flags);
        var rows = new List<byte[]?>();
        RegexMatches matches = Pattern(ref c, flags).Matches(c.Bytes(0), 0, c.Context.Cancellation);
        while (matches.MoveNext())
        {
            rows.Add(GroupArray(in matches));
            if (!isGlobal)
                break;
        }

        return new ArrayFunctions.TextRows(rows);
    }

    private static List<byte[]?> Split(ref FunctionCall c)
    {
        string flags = NotGlobal(c.Site.Function.Name, Flags(ref c, 2));
        ReadOnlySpan<byte> text = c.Bytes(0);
        var parts = new List<byte[]?>();
        int start = 0;
        RegexMatches matches = Pattern(ref c, flags).Matches(text, 0, c.Context.Cancellation);
        while (matches.MoveNext())
        {
            // An empty match at the ends or right behind the last one splits nothing.
            if (matches.Start(0) >= text.Length || matches.End(0) <= start)
                continue;
            parts.Add(text[start..matches.Start(0)].ToArray());
            start = matches.End(0);
        }

        parts.Add(text[start..].ToArray());
        return parts;
    }

    private static void SplitToArray(ref FunctionCall c)
    {
        var builder = new ArrayBuilder();
        foreach (byte[]? part in Split(ref c))
            builder.Add(part);
        c.Return(builder.Build(TypeOid.Text));
    }

    private static SqlException InvalidParameter(string name, int value) =>
        new(SqlState.InvalidParameterValue, FormattableString.Invariant($"invalid value for parameter \"{name}\": {value}"));

    private static int AtLeastOne(string name, int value) => value > 0 ? value : throw InvalidParameter(name, value);

    /// <summary>Where so many characters end; behind the text's end when it has fewer.</summary>
    private static int ByteOffset(ReadOnlySpan<byte> text, int characters)
    {
        int at = CharacterTypes.ByteOffset(text, characters);
        return at == text.Length && characters > CharacterTypes.Count(text) ? text.Length + 1 : at;
    }

    private static void Count(ref FunctionCall c)
    {
        int start = c.ArgumentCount > 2 ? AtLeastOne("start", c.Int32(2)) : 1;
        string flags = NotGlobal("regexp_count", Flags(ref c, 3));
        RegexMatches matches = Pattern(ref c, flags).Matches(c.Bytes(0), ByteOffset(c.Bytes(0), start - 1), c.Context.Cancellation);
        int count = 0;
        while (matches.MoveNext())
            count++;
        c.Return(count);
    }

    /// <summary>Moves to the n-th match; false when there are fewer.</summary>
    private static bool MoveTo(ref RegexMatches matches, int n)
    {
        while (matches.MoveNext())
        {
            if (--n == 0)
                return true;
        }

        return false;
    }

    private static void Position(ref FunctionCall c)
    {
        ReadOnlySpan<byte> text = c.Bytes(0);
        int start = c.ArgumentCount > 2 ? AtLeastOne("start", c.Int32(2)) : 1, n = c.ArgumentCount > 3 ? AtLeastOne("n", c.Int32(3)) : 1;
        int endOption = c.ArgumentCount > 4 ? c.Int32(4) : 0, group = c.ArgumentCount > 6 ? c.Int32(6) : 0;
        if (endOption is not (0 or 1))
            throw InvalidParameter("endoption", endOption);
        if (group < 0)
            throw InvalidParameter("subexpr", group);
        string flags = NotGlobal("regexp_instr", Flags(ref c, 5));
        RegexMatches matches = Pattern(ref c, flags).Matches(text, ByteOffset(text, start - 1), c.Context.Cancellation);
        if (!MoveTo(ref matches, n) || group >= matches.GroupCount || matches.Start(group) < 0)
            c.Return(0);
        else
            c.Return(CharacterTypes.Count(text[..(endOption == 1 ? matches.End(group) : matches.Start(group))]) + 1);
    }

    private static void NthSubstring(ref FunctionCall c)
    {
        ReadOnlySpan<byte> text = c.Bytes(0);
        int start = c.ArgumentCount > 2 ? AtLeastOne("start", c.Int32(2)) : 1, n = c.ArgumentCount > 3 ? AtLeastOne("n", c.Int32(3)) : 1;
        int group = c.ArgumentCount > 5 ? c.Int32(5) : 0;
        if (group < 0)
            throw InvalidParameter("subexpr", group);
        string flags = NotGlobal("regexp_substr", Flags(ref c, 4));
        RegexMatches matches = Pattern(ref c, flags).Matches(text, ByteOffset(text, start - 1), c.Context.Cancellation);
        if (MoveTo(ref matches, n))
            ReturnGroup(ref c, in matches, group);
        else
            c.ReturnNull();
    }
}
