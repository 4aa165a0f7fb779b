using System.Text.RegularExpressions;

namespace Strata.Differential;

/// <summary>Differences that are meant, each with its reason; docs/differential-testing.md lists them.</summary>
internal static partial class Explanations
{
    [GeneratedRegex(@"^(aggregate )?function .* is not supported$|^MERGE into a table with descendants or partitions is not supported$")]
    private static partial Regex Unsupported();

    private static readonly (string Reason, Func<string, Answer, Answer, bool> Explains)[] s_all =
    [
        ("sizes of stored values depend on the storage", static (sql, _, _) => sql.Contains("\"pg_column_size\"", StringComparison.Ordinal)),
        ("what is not implemented says so: 0A000 with its name", static (_, _, actual) => actual.SqlState == "0A000" && Unsupported().IsMatch(actual.Message!)),
        ("functions of text search raise no notices about empty queries", static (_, expected, actual) =>
            actual.Notices.Length == 0 && expected.Notices.StartsWith("NOTICE 00000: text-search query", StringComparison.Ordinal) && expected.Rows.SequenceEqual(actual.Rows)),
    ];

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
