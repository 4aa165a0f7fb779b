using Strata.Engine.Execution.Modify;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// What INSERT, UPDATE and DELETE have in common: at the first pull they run to completion, do their foreign key work, and then deliver RETURNING's rows.
/// </summary>
internal abstract class ModifyOperator(
    ExecutionState state, Operator input, ModifyTarget? target, ForeignKeyQueue[] foreignKeys, ReturnedRows? returned) : Operator
{
    private bool _done;

    protected ExecutionState State => state;

    protected Operator Input => input;

    /// <summary>The only table that is modified, when it is only one.</summary>
    protected ModifyTarget Target => target!;

    protected ForeignKeyQueue[] ForeignKeys => foreignKeys;

    protected ReturnedRows? Returned => returned;

    /// <summary>Its rows are those that the command tag tells: false for a WITH item.</summary>
    public bool CountsRows { get; set; } = true;

    /// <summary>Modifies for the rows of one batch of the input.</summary>
    protected abstract void Modify(Batch batch);

    /// <summary>Does the foreign key work that was queued.</summary>
    protected virtual void RunForeignKeys()
    {
        foreach (ForeignKeyQueue queue in foreignKeys)
            queue.Run();
    }

    public override void Open()
    {
        Clear();
        input.Open();
    }

    protected sealed override Batch? NextBatch(int rowsMax)
    {
        if (!_done)
        {
            while (input.Next(Batch.RowsMax) is { } batch)
            {
                state.CheckCancel();
                long before = state.RowsAffected;
                Modify(batch);
                if (!CountsRows)
                    state.RowsAffected = before;
            }

            RunForeignKeys();
            if (state.Transaction.HasDeferred)
                state.Transaction.Deferred.RunImmediate(state.Services, state.Transaction, state.Cancellation);
            _done = true;
        }

        return returned?.Next(rowsMax);
    }

    public override void Rescan() => throw new Format.InvariantViolationException("a modification runs once");

    public override void Close()
    {
        input.Close();
        Clear();
    }

    public override void Dispose()
    {
        input.Dispose();
        target?.Dispose();
        returned?.Dispose();
        foreach (ForeignKeyQueue queue in foreignKeys)
            queue.Dispose();
    }

    /// <summary>Forgets what an execution gathered.</summary>
    protected virtual void Clear()
    {
        _done = false;
        returned?.Clear();
        foreach (ForeignKeyQueue queue in foreignKeys)
            queue.Clear();
    }
}
