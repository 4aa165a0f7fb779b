namespace Strata.Engine.Sessions.Pooling;

/// <summary>An endpoint's pooler: mode and limits, named as PgBouncer names them. Immutable.</summary>
public sealed record PoolOptions
{
    /// <summary>The mode of clients that ask for the pooler and not for a mode.</summary>
    public PoolMode Mode { get; init; } = PoolMode.Transaction;

    /// <summary>Working sessions of one user in one database (<c>default_pool_size</c>).</summary>
    public int PoolSize { get; init; } = 20;

    /// <summary>Working sessions of one user in all databases (<c>max_user_connections</c>); 0 for no limit.</summary>
    public int UserSessionsMax { get; init; }

    /// <summary>Working sessions of all users in one database (<c>max_db_connections</c>); 0 for no limit.</summary>
    public int DatabaseSessionsMax { get; init; }

    /// <summary>Clients of the pooler at a time (<c>max_client_conn</c>), waiting ones included.</summary>
    public int ClientsMax { get; init; } = 12_000;

    /// <summary>How long a client waits for a working session (<c>query_wait_timeout</c>); zero for ever.</summary>
    public TimeSpan WaitTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Whether every client is a pooled one, whatever it asks for.</summary>
    public bool ForAll { get; init; }
}
