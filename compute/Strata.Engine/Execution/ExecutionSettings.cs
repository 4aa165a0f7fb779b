using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>What the session's settings say to running statements; read once when an execution begins. Immutable.</summary>
public sealed record ExecutionSettings
{
    /// <summary>PostgreSQL's defaults.</summary>
    public static ExecutionSettings Default { get; } = new();

    /// <summary>Bytes that one sort or store of rows keeps in memory before it spills: <c>work_mem</c>.</summary>
    public long WorkMemoryBytes { get; init; } = 4L << 20;

    /// <summary>What hash tables may have of it: <c>hash_mem_multiplier</c>.</summary>
    public double HashMemoryMultiplier { get; init; } = 2;

    /// <summary>Bytes that one hash table keeps in memory before it spills.</summary>
    public long HashMemoryBytes => (long)Math.Min(WorkMemoryBytes * HashMemoryMultiplier, long.MaxValue >> 1);

    /// <summary>Bytes that the temporary files of a session may have together: <c>temp_file_limit</c>; null for no limit.</summary>
    public long? TemporaryFileLimitBytes { get; init; }

    /// <summary>Most rows in a batch, for tests: <c>strata.batch_rows</c>.</summary>
    public int BatchRows { get; init; } = Batch.RowsMax;

    /// <summary>Operators spill after a few rows, for tests: <c>strata.force_spill</c>.</summary>
    public bool ForcesSpill { get; init; }
}
