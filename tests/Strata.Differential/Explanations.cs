namespace Strata.Differential;

/// <summary>Differences that are meant, each with its reason; docs/differential-testing.md lists them.</summary>
internal static class Explanations
{
    private static readonly (string Reason, Func<string, Answer, Answer, bool> Explains)[] s_all = [];

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
