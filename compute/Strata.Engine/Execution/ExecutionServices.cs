using Strata.Engine.Execution.Spill;
using Strata.Engine.Storage;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>What executions share on an endpoint. Immutable; thread-safe.</summary>
/// <param name="Storage">Pages, log and transactions.</param>
/// <param name="Handles">Open heaps and indexes.</param>
/// <param name="TemporaryFiles">Where sorts and hashes spill to; null when they must not.</param>
/// <param name="Memory">The endpoint's memory account.</param>
/// <param name="Time">Clock of EXPLAIN ANALYZE.</param>
public sealed record ExecutionServices(
    StorageContext Storage, StorageHandles Handles, TemporaryFiles? TemporaryFiles, MemoryAccount? Memory, TimeProvider Time)
{
    /// <summary>Threads that help large aggregations; null for none.</summary>
    public QueryWorkers? Workers { get; init; }

    /// <summary>Samples of tables for planning; null for none.</summary>
    internal Statistics.RowSamples? Samples { get; init; }

    /// <summary>Pages of a table from which on several threads read it.</summary>
    public int ParallelScanPagesMin { get; init; } = int.MaxValue;
}
