using Strata.Engine.Execution.Spill;

namespace Strata.Engine.Execution;

/// <summary>The rows of a WITH item: computed on demand by one operator, read by several.</summary>
internal sealed class SharedRows(ExecutionState state, SpillableRows rows) : IDisposable
{
    /// <summary>Rows computed so far.</summary>
    public SpillableRows Rows { get; set; } = rows;

    /// <summary>Produces further rows; null for a work table, which its owner fills.</summary>
    public Operator? Source { get; set; }

    /// <summary>The source has been opened.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The source has no more rows.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Asks the source for more rows; false when there are none.</summary>
    public bool Fill(int rowsMax)
    {
        if (IsComplete || Source is null)
            return false;
        if (!IsOpen)
        {
            Source.Open();
            IsOpen = true;
        }

        // What an item changes does not count for the statement.
        long affected = state.RowsAffected;
        Vectors.Batch? batch = Source.Next(rowsMax);
        state.RowsAffected = affected;
        if (batch is null)
        {
            IsComplete = true;
            return false;
        }

        Rows.Append(batch);
        return true;
    }

    /// <summary>Runs the source to its end: data-modifying items.</summary>
    public void FillAll()
    {
        while (Fill(Vectors.Batch.RowsMax))
        {
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        if (IsOpen)
            Source!.Close();
        IsOpen = false;
        IsComplete = false;
        Rows.Clear();
    }

    public void Dispose()
    {
        Rows.Dispose();
        Source?.Dispose();
    }
}
