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
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>Sessions outside a transaction that may be busy at a time; the others wait for a thread.</summary>
    public int SessionThreadsMax { get; init; } = 128;

    /// <summary>From accept to the end of authentication (PostgreSQL's authentication_timeout).</summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A session that was quiet for this long gives its thread and its buffers back.</summary>
    public TimeSpan QuietBeforeParking { get; init; } = TimeSpan.FromMilliseconds(20);
}
