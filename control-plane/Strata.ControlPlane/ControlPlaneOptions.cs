namespace Strata.ControlPlane;

/// <summary>Settings of the control plane.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary>IP address of the API.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>TCP port of the API; 0 takes any.</summary>
    public int Port { get; init; } = 5480;

    /// <summary>Where the page server listens.</summary>
    public required string PageServerAddress { get; init; }

    /// <summary>Where the compute process takes control requests.</summary>
    public required string ComputeAddress { get; init; }

    /// <summary>Where the safekeepers listen, in the order of <see cref="SafekeeperIds"/>.</summary>
    public required IReadOnlyList<string> SafekeeperAddresses { get; init; }

    public required IReadOnlyList<uint> SafekeeperIds { get; init; }

    /// <summary>Host and port that clients connect to, for connection strings.</summary>
    public required string PgHost { get; init; }

    public required int PgPort { get; init; }
}
