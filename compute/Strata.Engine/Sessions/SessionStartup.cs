namespace Strata.Engine.Sessions;

/// <summary>What a client said at start-up, after it was authenticated.</summary>
public sealed record SessionStartup
{
    public required string User { get; init; }

    /// <summary>The database; null means one named like the user.</summary>
    public string? Database { get; init; }

    /// <summary>Settings of the startup packet (and of its <c>options</c>), in order: names as the client wrote them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>Client address and port for <c>pg_stat_activity</c>; null for connections within the process.</summary>
    public string? ClientAddress { get; init; }

    /// <summary>Number of the connection, as BackendKeyData tells the client (<c>pg_backend_pid()</c>).</summary>
    public int ProcessId { get; init; }

    public int ClientPort { get; init; } = -1;

    /// <summary>How the connection is encrypted; null when it is not.</summary>
    public ClientEncryption? Encryption { get; init; }
}
