namespace Strata.Engine.Sessions;

/// <summary>Order of message severities, as <c>client_min_messages</c> compares them.</summary>
internal static class NoticeLevels
{
    /// <summary>True when a message of a severity is to be sent under a setting.</summary>
    public static bool Passes(string severity, string minimum) => severity == "INFO" || Rank(severity) >= Rank(minimum.ToUpperInvariant());

    private static int Rank(string severity) => severity switch
    {
        "DEBUG5" or "DEBUG4" or "DEBUG3" or "DEBUG2" or "DEBUG1" or "DEBUG" => 0,
        "LOG" => 1,
        "NOTICE" => 2,
        "WARNING" => 3,
        _ => 4,
    };
}
