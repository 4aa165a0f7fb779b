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
    ];

    [GeneratedRegex("cmp\"\\(")]
    private static partial Regex Comparison();

    [GeneratedRegex("CUBE \\(|ROLLUP \\(|GROUPING SETS \\(")]
    private static partial Regex GroupingSets();

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
