using Strata.Compute.Wal;
using Strata.Engine.Sessions.Pooling;
using Strata.Platform;

namespace Strata.Compute.Endpoints;

/// <summary>Settings of a process that hosts computes.</summary>
public sealed record ComputeOptions
{
    /// <summary>Where the control plane reaches this process.</summary>
    public required string ControlAddress { get; init; }

    public required string PageServerAddress { get; init; }
    public required IReadOnlyList<SafekeeperAddress> Safekeepers { get; init; }

    /// <summary>Memory of one endpoint.</summary>
    public EndpointMemory Memory { get; init; } = EndpointMemory.Divide(null, null);

    /// <summary>Compares every page that leaves a buffer pool with the page server's; a difference is fatal. For tests: each eviction waits for a page read.</summary>
    public bool CheckEvictions { get; init; }

    /// <summary>Where sorts and hashes spill to; emptied at every start.</summary>
    public required IFileSystem TemporaryFiles { get; init; }

    /// <summary>The machine's files, by absolute path without the first '/', for COPY with files and pg_read_file; null when roles of the database have nothing to do with the machine.</summary>
    public IFileSystem? ServerFiles { get; init; }

    /// <summary>Told when an engine can't go on (a failure between reserving and publishing a record): ends the process.</summary>
    public required Action<string, Exception> Fatal { get; init; }

    /// <summary>How long a connection waits for its endpoint to wake.</summary>
    public TimeSpan WakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pooler's options of endpoints that don't set their own.</summary>
    public PoolOptions Pool { get; init; } = new();

    /// <summary>Engine settings given by the operator, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
