using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// What UPDATE and DELETE have in common: a row that another transaction changed meanwhile is looked at again in its newest version (READ COMMITTED); a row that the statement
/// itself has changed already, because a join gave it twice, is left alone.
/// </summary>
/// <param name="state">The statement's state.</param>
/// <param name="input">Gives the rows with their TIDs.</param>
/// <param name="target">The table, when it is only one.</param>
/// <param name="scan">Which scan of the plan gives the modified table, for the second look.</param>
/// <param name="ctidSlot">The input's column with TIDs.</param>
/// <param name="memberSlot">The input's column with the OID of the table that a row is of; -1 when it is only one.</param>
/// <param name="recheck">Runs the plan again for one row.</param>
/// <param name="foreignKeys">Work that follows; the target's.</param>
/// <param name="returned">RETURNING's rows.</param>
internal abstract class RecheckingOperator(
    ExecutionState state, Operator input, ModifyTarget? target, int scan, int ctidSlot, int memberSlot, RecheckPlan recheck, ForeignKeyQueue[] foreignKeys,
    ReturnedRows? returned)
    : ModifyOperator(state, input, target, foreignKeys, returned)
{
    /// <summary>
    /// Modifies the version <paramref name="tid"/> of a row as the batch says, with all that follows from it when the result is <see cref="HeapResult.Ok"/>.
    /// </summary>
    protected abstract HeapResult TryModify(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome);

    /// <summary>The table that a row is of.</summary>
    protected virtual HeapRelation HeapOf(uint member) => Target.Heap;

    protected sealed override void Modify(Batch batch)
    {
        Selection rows = batch.Selection;
        for (int i = 0; i < rows.Count; i++)
            ModifyRow(batch, rows[i]);
        AfterBatch();
    }

    /// <summary>Does what the rows of a batch have left to be done together.</summary>
    protected virtual void AfterBatch()
    {
    }

    public override void Close()
    {
        recheck.Close();
        base.Close();
    }

    public override void Dispose()
    {
        base.Dispose();
        recheck.Dispose();
    }

    // As PostgreSQL's cross-check: a row of somebody who committed after the transaction's snapshot must not be taken along.
    private void RequireSeen(HeapRelation heap, Tid tid, in Snapshot own)
    {
        var fetch = default(HeapFetch);
        try
        {
            if (!fetch.FetchExact(heap, tid, own, State.Cancellation))
                throw new SqlException(SqlState.SerializationFailure, "could not serialize access due to concurrent update");
        }
        finally
        {
            fetch.Release();
        }
    }

    private void ModifyRow(Batch original, int originalPosition)
    {
        Batch batch = original;
        int position = originalPosition;
        uint member = memberSlot < 0 ? 0 : batch[memberSlot].Get<uint>(position);
        Tid tid = TidValue.Unpack(batch[ctidSlot].Get<long>(position));
        if (State.CrossCheck is { } own)
            RequireSeen(HeapOf(member), tid, own);
        while (true)
        {
            HeapResult result = TryModify(batch, position, member, tid, out HeapUpdateOutcome outcome);
            if (!ReferenceEquals(batch, original))
                recheck.End();
            switch (result)
            {
                case HeapResult.Ok or HeapResult.Deleted or HeapResult.SelfModified:
                    return;
                case HeapResult.Updated:
                    tid = outcome.Tid;
                    recheck.Begin(original, originalPosition);
                    recheck.Set(scan, tid, member);
                    Batch? newest = recheck.Run();
                    if (newest is null)
                    {
                        recheck.End();
                        return;
                    }

                    batch = newest;
                    position = newest.Selection[0];
                    break;
                default:
                    throw new SqlException(SqlState.InternalError, "attempted to modify invisible tuple");
            }
        }
    }
}
