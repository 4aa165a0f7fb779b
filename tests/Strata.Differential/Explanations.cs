using System.Globalization;
using System.Text.RegularExpressions;

namespace Strata.Differential;

/// <summary>Differences that are meant, each with its reason; docs/differential-testing.md lists them.</summary>
internal static partial class Explanations
{
    private static readonly (string Reason, Func<string, Answer, Answer, bool> Explains)[] s_all =
    [
        ("of the number that a comparison function answers with only the sign is promised (C's memcmp)", static (sql, expected, actual) => Comparison().IsMatch(sql) && HaveOneSign(expected, actual)),
        ("which of several rows breaks a constraint first depends on where they lie", static (_, expected, actual) =>
            expected.SqlState is "23503" or "23505" && expected.SqlState == actual.SqlState && expected.Message == actual.Message && expected.More.StartsWith("Key (", StringComparison.Ordinal)),
        ("PostgreSQL 15 sorts by a column of grouping sets as if a join's equality still held for it", static (sql, expected, actual) =>
            GroupingSets().IsMatch(sql) && sql.Contains(" JOIN ", StringComparison.Ordinal) && sql.Contains(" ORDER BY ", StringComparison.Ordinal) && expected.SqlState is null && actual.SqlState is null),
        ("a sum of floats has other last digits when the rows come in another order", static (sql, expected, actual) => FloatAggregate().IsMatch(sql) && AreRoundedAlike(expected, actual)),
        ("the empty \"char\" is a zero byte and one beyond ASCII half a character; neither can be in a text here", static (sql, _, _) => CharAsCharacter().IsMatch(sql)),
    ];

    [GeneratedRegex(@"\b(sum|avg|stddev\w*|var\w+|corr|covar_\w+|regr_\w+)\(")]
    private static partial Regex FloatAggregate();

    [GeneratedRegex(@"(::""char""|""char""\([^()]*\))\)*::(character|bpchar)\b(?! varying)")]
    private static partial Regex CharAsCharacter();

    [GeneratedRegex(@":(\w+)(?=, | #)")]
    private static partial Regex ColumnType();

    [GeneratedRegex("cmp\"\\(")]
    private static partial Regex Comparison();

    [GeneratedRegex("CUBE \\(|ROLLUP \\(|GROUPING SETS \\(")]
    private static partial Regex GroupingSets();

    /// <summary>The same rows but for the digits of float columns behind the twelfth.</summary>
    private static bool AreRoundedAlike(Answer expected, Answer actual)
    {
        if (expected.SqlState is not null || actual.SqlState is not null || expected.Columns != actual.Columns)
            return false;
        string[] types = [.. ColumnType().Matches(expected.Columns).Select(static match => match.Groups[1].Value)];
        return Rounded(expected.Rows, types).SequenceEqual(Rounded(actual.Rows, types));
    }

    private static IEnumerable<string> Rounded(IReadOnlyList<string> rows, string[] types) => rows.Select(row =>
    {
        string[] cells = row.Split('|');
        for (int i = 0; i < cells.Length && cells.Length == types.Length; i++)
        {
            if (types[i] is "700" or "701" && double.TryParse(cells[i], CultureInfo.InvariantCulture, out double number))
                cells[i] = number.ToString("G12", CultureInfo.InvariantCulture);
        }

        return string.Join('|', cells);
    }).Order(StringComparer.Ordinal);

    private static bool HaveOneSign(Answer expected, Answer actual) => expected.Rows is [var left] && actual.Rows is [var right]
        && int.TryParse(left, CultureInfo.InvariantCulture, out int a) && int.TryParse(right, CultureInfo.InvariantCulture, out int b) && Math.Sign(a) == Math.Sign(b);

    /// <summary>The reason of a difference; null when it has none.</summary>
    public static string? Of(string sql, Answer expected, Answer actual)
    {
        foreach ((string reason, Func<string, Answer, Answer, bool> explains) in s_all)
        {
            if (explains(sql, expected, actual))
                return reason;
        }

        return null;
    }
}
