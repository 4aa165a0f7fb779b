using System.Net.Security;

namespace Strata.Compute.Protocol;

/// <summary>Settings of the PostgreSQL port.</summary>
public sealed record PgServerOptions
{
    /// <summary>IP address to listen on.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>TCP port; 0 takes any.</summary>
    public int Port { get; init; } = 5433;

    /// <summary>TLS certificate and rules; null answers SSLRequest with 'N'.</summary>
    public SslServerAuthenticationOptions? Tls { get; init; }

    /// <summary>Connections at a time, idle ones included.</summary>
    public int ConnectionsMax { get; init; } = 12_000;

    /// <summary>Sessions outside a transaction that may be busy at a time; the others wait for a thread.</summary>
    public int SessionThreadsMax { get; init; } = 128;

    /// <summary>Another port, on which every client gets the pooler; null for none, 0 takes any.</summary>
    public int? PoolerPort { get; init; }

    /// <summary>Connections at a time that have not authenticated yet.</summary>
    public int UnauthenticatedMax { get; init; } = 4096;

    /// <summary>The same of one address.</summary>
    public int UnauthenticatedPerAddressMax { get; init; } = 2048;

    /// <summary>New connections of one address per second; 0 for no limit.</summary>
    public double ConnectRatePerSecond { get; init; }

    /// <summary>New connections of one address at once, after a pause, with <see cref="ConnectRatePerSecond"/>.</summary>
    public int ConnectBurst { get; init; } = 100;

    /// <summary>Wrong passwords from one address per minute before its connections are refused for the rest of the minute; 0 for no limit.</summary>
    public int PasswordFailuresPerMinuteMax { get; init; }

    /// <summary>From accept to the end of authentication (PostgreSQL's authentication_timeout).</summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A session that was quiet for this long gives its thread and its buffers back.</summary>
    public TimeSpan QuietBeforeParking { get; init; } = TimeSpan.FromMilliseconds(20);
}
