using Strata.Engine.Storage;
using Strata.Platform;

namespace Strata.Engine.Sessions;

/// <summary>What an engine instance is opened with.</summary>
public sealed record EngineOptions
{
    /// <summary>Pages of the timeline.</summary>
    public required IPageSource Pages { get; init; }

    /// <summary>The timeline's log, term already won.</summary>
    public required IWalSink Wal { get; init; }

    public required IScheduler Scheduler { get; init; }
    public required IRandom Random { get; init; }

    /// <summary>Native memory for the buffer pool in bytes (<c>shared_buffers</c>).</summary>
    public long BufferPoolBytes { get; init; } = 128L << 20;

    /// <summary>Bytes that the statements of all sessions may hold together, beside the buffer pool; beyond it they spill or fail with 53200.</summary>
    public long QueryMemoryBytes { get; init; } = long.MaxValue;

    /// <summary>Most sessions at a time (<c>max_connections</c>).</summary>
    public int MaxConnections { get; init; } = 12_000;

    /// <summary>Settings given by the operator, by name: they replace PostgreSQL's defaults.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>SCRAM-SHA-256 verifier of role <c>postgres</c> that a new timeline starts with; null for no password.</summary>
    public string? BootstrapVerifier { get; init; }

    /// <summary>Called once when the engine can't go on (a failure between reserving and publishing a record): the host ends the process.</summary>
    public Action<Exception>? Fatal { get; init; }

    /// <summary>Where sorts and hashes spill to; null when they must not.</summary>
    public IFileSystem? TemporaryFiles { get; init; }

    /// <summary>Threads that may work on one statement, its own included. One more than there are processors: while one waits for a page, none is idle.</summary>
    public int QueryThreads { get; init; } = Environment.ProcessorCount + 1;

    /// <summary>Tables of fewer pages are read by one thread: helpers would come too late (PostgreSQL's <c>min_parallel_table_scan_size</c> is 8 MB).</summary>
    public int ParallelScanPagesMin { get; init; } = 512;

    /// <summary>The machine's files, by absolute path without the first '/', for roles that may read and write them; null when there are none.</summary>
    public IFileSystem? ServerFiles { get; init; }

    /// <summary>Told of every page that leaves the buffer pool: the checked build compares it with the page server's.</summary>
    public Storage.Buffers.IEvictionObserver? EvictionObserver { get; init; }

    /// <summary>Vacuum and analyze tables in the background.</summary>
    public bool Autovacuum { get; init; } = true;

    /// <summary>Told of failures in the background that nobody else hears of.</summary>
    public Action<string>? Warning { get; init; }

    /// <summary>The pooler's mode and limits.</summary>
    public Pooling.PoolOptions Pool { get; init; } = new();

    /// <summary>The term that the log was won with.</summary>
    public ulong Term { get; init; } = 1;
}
