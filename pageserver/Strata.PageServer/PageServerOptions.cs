using Strata.Format;

namespace Strata.PageServer;

/// <summary>Settings of one page server. Sizes in bytes.</summary>
public sealed record PageServerOptions
{
    /// <summary>Where to listen, as <see cref="Platform.INetwork"/> understands it.</summary>
    public required string ListenAddress { get; init; }

    /// <summary>Addresses of the safekeepers that hold the projects' WAL.</summary>
    public required IReadOnlyList<string> SafekeeperAddresses { get; init; }

    /// <summary>Name of this node, shown in logs and in the attach object.</summary>
    public string NodeName { get; init; } = "pageserver";

    /// <summary>First part of every object key; lets several installations share a bucket.</summary>
    public string ObjectPrefix { get; init; } = "pageserver/";

    /// <summary>History that stays readable, for branches in the past and time travel.</summary>
    public TimeSpan HistoryWindow { get; init; } = TimeSpan.FromDays(7);

    /// <summary>An in-memory layer is frozen at this size …</summary>
    public long FreezeBytes { get; init; } = 32 << 20;

    /// <summary>… or when its oldest change is this old, so that safekeepers can trim the WAL of a quiet timeline.</summary>
    public TimeSpan FreezeAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Frozen layers and level-0 files not yet uploaded, per timeline: beyond it ingest waits, and WAL stays on the safekeepers.</summary>
    public long PendingUploadBytesMax { get; init; } = 1L << 30;

    /// <summary>Those bytes and all level-0 files: beyond it ingest waits for compaction, so that reads stay short.</summary>
    public long DebtBytesMax { get; init; } = 2L << 30;

    /// <summary>Runs of one level that are merged into one run of the next.</summary>
    public int RunsPerLevel { get; init; } = 4;

    /// <summary>Compaction cuts its output into files of about this size.</summary>
    public long LayerFileBytes { get; init; } = 64 << 20;

    /// <summary>Compaction writes an image of a page once this many delta bytes follow its last one …</summary>
    public int ImageAfterDeltaBytes { get; init; } = 8192;

    /// <summary>… or this many deltas.</summary>
    public int ImageAfterDeltas { get; init; } = 256;

    /// <summary>Layer files kept on local disk; colder ones are dropped and fetched again on demand.</summary>
    public long LocalCacheBytesMax { get; init; } = 20L << 30;

    /// <summary>Materialized pages kept in memory.</summary>
    public long PageCacheBytesMax { get; init; } = 32 << 20;

    /// <summary>Decompressed layer blocks kept in memory.</summary>
    public long BlockCacheBytesMax { get; init; } = 16 << 20;

    /// <summary>How long a read waits for ingest to reach its LSN.</summary>
    public TimeSpan ReadWaitMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Pause between two rounds of compaction, GC and eviction when there is nothing to do.</summary>
    public TimeSpan MaintenanceInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A timeline without reads and new WAL for this long stops its ingest thread until it is asked again.</summary>
    public TimeSpan IdleIngestAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most connections from computes and the control plane.</summary>
    public int ConnectionsMax { get; init; } = 1000;

    /// <summary>Read every uploaded layer back and compare its checksum before an index names it.</summary>
    public bool VerifyUploads { get; init; } = true;
}
