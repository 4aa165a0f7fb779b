namespace Strata.Engine.Sessions;

/// <summary>Order of message severities, as <c>client_min_messages</c> compares them.</summary>
internal static class NoticeLevels
{
    /// <summary>True when a message of a severity is to be sent under a setting.</summary>
    public static bool Passes(string severity, string minimum) => severity == "INFO" || Rank(severity) >= Rank(minimum.ToUpperInvariant());

    private static int Rank(string severity) => severity switch
    {
        "DEBUG5" => 0,
        "DEBUG4" => 1,
        "DEBUG3" => 2,
        "DEBUG2" or "DEBUG" => 3,
        "DEBUG1" => 4,
        "LOG" => 5,
        "NOTICE" => 6,
        "WARNING" => 7,
        _ => 8,
    };
}
