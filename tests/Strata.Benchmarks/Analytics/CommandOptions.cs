namespace Strata.Benchmarks.Analytics;

/// <summary>Reads <c>--name value</c> from a command line.</summary>
internal static class CommandOptions
{
    /// <summary>The value of an option, or null.</summary>
    public static string? Find(string[] arguments, string name) =>
        Array.IndexOf(arguments, name) is >= 0 and var at && at + 1 < arguments.Length ? arguments[at + 1] : null;
}
