using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>
/// An operator of one execution instance: a pull source of batches. The contract is Open, then <see cref="Next"/> until null, with
/// <see cref="Rescan"/> at any point, then <see cref="Close"/>, after which it may be opened again (instances are pooled).
/// Between two calls an operator holds no latch, pin or stack state, so an execution can rest for any time. Not thread-safe.
/// </summary>
/// <remarks>
/// The batch belongs to the operator and lives until its next call. An operator never asks its inputs for more rows than its caller asked
/// for unless it must see all of them (sort, hash build): look-ahead would show in volatile functions and row locks.
/// Failure: an exception leaves the operator open; <see cref="Close"/> must work in every state and not throw.
/// </remarks>
public abstract class Operator : IDisposable
{
    /// <summary>Counters for EXPLAIN ANALYZE; null when nobody asked.</summary>
    public OperatorStatistics? Statistics { get; set; }

    /// <summary>The execution that it belongs to: how many rows a batch may have is its setting.</summary>
    internal ExecutionState? Owner { get; set; }

    /// <summary>Begins. Nothing is read yet.</summary>
    public abstract void Open();

    /// <summary>The next 1 to <paramref name="rowsMax"/> rows, or null at the end (and again after the end).</summary>
    protected abstract Batch? NextBatch(int rowsMax);

    /// <summary>Does what must be done before the first row, such as building hash tables; optional, after <see cref="Open"/>.</summary>
    internal virtual void Prepare()
    {
    }

    /// <summary>The scan below has got a further range of blocks: what came to its end goes on. For the operators of shared pipelines.</summary>
    internal virtual void NextMorsel()
    {
    }

    /// <summary>Starts over; parameters may have changed.</summary>
    public abstract void Rescan();

    /// <summary>Ends and lets go of what it holds but for its reusable buffers.</summary>
    public abstract void Close();

    /// <summary>Frees the buffers; the operator is not used again.</summary>
    public abstract void Dispose();

    /// <summary>The next 1 to <paramref name="rowsMax"/> rows, or null at the end.</summary>
    public Batch? Next(int rowsMax)
    {
        if (Owner is not null)
            rowsMax = Math.Min(rowsMax, Owner.Spill.Settings.BatchRows);
        return Statistics is null ? NextBatch(rowsMax) : NextMeasured(rowsMax);
    }

    private Batch? NextMeasured(int rowsMax)
    {
        OperatorStatistics statistics = Statistics!;
        long started = statistics.Begin();
        Batch? batch = NextBatch(rowsMax);
        statistics.End(started, batch?.Count ?? 0);
        return batch;
    }
}
