using Strata.Engine.Storage;
using Strata.Engine.Vectors;
using Strata.Platform;

namespace Strata.Engine.Execution;

/// <summary>What executions share on an endpoint. Immutable; thread-safe.</summary>
/// <param name="Storage">Pages, log and transactions.</param>
/// <param name="Handles">Open heaps and indexes.</param>
/// <param name="TemporaryFiles">Where sorts and hashes spill to; null when they must not.</param>
/// <param name="Memory">The endpoint's memory account.</param>
/// <param name="Time">Clock of EXPLAIN ANALYZE.</param>
public sealed record ExecutionServices(
    StorageContext Storage, StorageHandles Handles, IFileSystem? TemporaryFiles, MemoryAccount? Memory, TimeProvider Time)
{
    /// <summary>Threads that help large aggregations; null for none.</summary>
    public QueryWorkers? Workers { get; init; }

    /// <summary>Pages of a table from which on several threads read it.</summary>
    public int ParallelScanPagesMin { get; init; } = int.MaxValue;

    /// <summary>Bytes that one sort or hash keeps in memory before it spills: PostgreSQL's work_mem.</summary>
    public long WorkMemoryBytes { get; init; } = 4 << 20;
}
