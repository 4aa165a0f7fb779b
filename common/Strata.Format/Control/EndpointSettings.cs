using System.Globalization;

namespace Strata.Format.Control;

/// <summary>What an endpoint's owner may set; null takes the default. A change takes effect at once, without closing sessions.</summary>
public sealed record EndpointSettings
{
    /// <summary>The pooler's mode for clients that don't name one: <c>session</c>, <c>transaction</c> or <c>statement</c>.</summary>
    public string? PoolMode { get; init; }

    /// <summary>Working sessions per user and database.</summary>
    public int? PoolSize { get; init; }

    /// <summary>Working sessions per user; 0 for no limit.</summary>
    public int? PoolUserSessionsMax { get; init; }

    /// <summary>Working sessions per database; 0 for no limit.</summary>
    public int? PoolDatabaseSessionsMax { get; init; }

    /// <summary>Clients of the pooler.</summary>
    public int? PoolClientsMax { get; init; }

    /// <summary>Seconds that a client waits for a working session; 0 for ever.</summary>
    public double? PoolWaitSeconds { get; init; }

    /// <summary>Every connection goes through the pooler.</summary>
    public bool? PoolAll { get; init; }

    /// <summary>Who may connect from where, one rule a line as in <c>pg_hba.conf</c>; without any, everybody with a password may.</summary>
    public IReadOnlyList<string>? AccessRules { get; init; }

    /// <summary>What is wrong with the settings, or null.</summary>
    public string? FindError()
    {
        if (PoolMode is not (null or "session" or "transaction" or "statement"))
            return $"pool_mode must be session, transaction or statement, not \"{PoolMode}\"";
        if (PoolSize is < 1 or > 10_000)
            return "pool_size must be from 1 to 10000";
        if (PoolUserSessionsMax is < 0 || PoolDatabaseSessionsMax is < 0)
            return "limits of sessions must not be negative";
        if (PoolClientsMax is < 1)
            return "pool_clients_max must be at least 1";
        if (PoolWaitSeconds is < 0 or > 86_400)
            return "pool_wait_seconds must be from 0 to 86400";
        int line = 0;
        foreach (string rule in AccessRules ?? [])
        {
            line++;
            if (AccessRule.Parse(rule, out _) is { } error)
                return string.Create(CultureInfo.InvariantCulture, $"access rule {line}: {error}");
        }

        return null;
    }
}
