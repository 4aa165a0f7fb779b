using Strata.Compute.Endpoints;
using Strata.Compute.Protocol;
using Strata.Engine.Sessions.Pooling;

namespace Strata.Host.Commands;

/// <summary>Flags of <c>strata up</c>.</summary>
public sealed record UpOptions
{
    public string DataDirectory { get; init; } = "./.strata";
    public string Host { get; init; } = "127.0.0.1";
    public int PgPort { get; init; } = 5433;
    public int ApiPort { get; init; } = 5480;
    public int Safekeepers { get; init; } = 3;
    public bool Processes { get; init; }

    /// <summary>Null keeps objects under the data directory.</summary>
    public string? ObjectStore { get; init; }

    /// <summary>Buffer pool of one endpoint, in megabytes; null for the default of <see cref="EndpointMemory.Divide"/>.</summary>
    public int? BufferPoolMegabytes { get; init; }

    /// <summary>Memory of one endpoint, in megabytes: buffer pool, statements, and what the process itself needs. Null for no limit.</summary>
    public int? MemoryMegabytes { get; init; }

    /// <summary>Compares each evicted page with the page server's.</summary>
    public bool CheckEvictions { get; init; }

    /// <summary>TLS on the PostgreSQL port with a certificate that signs itself, unless one is given.</summary>
    public bool Tls { get; init; }

    /// <summary>PEM file of the certificate on the PostgreSQL port, with its chain; null for none.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>PEM file of the certificate's key.</summary>
    public string? TlsKey { get; init; }

    /// <summary>PEM file of the authorities that sign clients' certificates; null asks for none.</summary>
    public string? TlsAuthorities { get; init; }

    /// <summary>The pooler's options.</summary>
    public PoolOptions Pool { get; init; } = new();

    /// <summary>The PostgreSQL port's options but for TLS.</summary>
    public PgServerOptions Pg { get; init; } = new();

    /// <summary>The flags that <see cref="Pool"/> and <see cref="Pg"/> were made of, for <c>strata compute</c>.</summary>
    public IReadOnlyList<string> PoolerFlags { get; init; } = [];

    /// <summary>Null takes the default of seven days.</summary>
    public TimeSpan? HistoryWindow { get; init; }

    /// <summary>Megabytes of a timeline's changes that may wait for the object store before writers wait; null takes the page server's default.</summary>
    public int? UploadBacklogMegabytes { get; init; }

    public long? UploadBacklogBytes => (long?)UploadBacklogMegabytes << 20;

    public EndpointMemory Memory => EndpointMemory.Divide((long?)MemoryMegabytes << 20, (long?)BufferPoolMegabytes << 20);
}
