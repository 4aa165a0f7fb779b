using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Sql.Syntax;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// MERGE: each row of the input says what is to be done with it. When another transaction changed the target row meanwhile (READ COMMITTED), the source row is joined with its newest version and the WHEN
/// clauses are gone through from the first one again: it may match no more, or another clause may apply. A row that was deleted is none: the source row is not matched then.
/// </summary>
/// <param name="state">The statement's state.</param>
/// <param name="input">Gives source rows joined with target rows, what is to be done and the values to store.</param>
/// <param name="target">The table, when it is only one.</param>
/// <param name="scan">The scan of the target.</param>
/// <param name="ctidSlot">The input's column with the target row's address; null in rows that match none.</param>
/// <param name="memberSlot">The input's column with the OID of the row's table; -1 when it is only one.</param>
/// <param name="kindSlot">The input's column with the action.</param>
/// <param name="recheck">Runs the input again for one row.</param>
/// <param name="foreignKeys">Work that follows; the target's.</param>
internal abstract class MergingOperator(
    ExecutionState state, Operator input, ModifyTarget? target, int scan, int ctidSlot, int memberSlot, int kindSlot, RecheckPlan recheck, ForeignKeyQueue[] foreignKeys)
    : ModifyOperator(state, input, target, foreignKeys, null)
{
    protected sealed override void Modify(Batch batch)
    {
        Selection rows = batch.Selection;
        for (int i = 0; i < rows.Count; i++)
            MergeRow(batch, rows[i]);
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

    /// <summary>Stores the row of the batch.</summary>
    protected abstract void Insert(Batch batch, int position);

    /// <summary>Replaces a version of a row, with all that follows when the result is <see cref="HeapResult.Ok"/>.</summary>
    protected abstract HeapResult Update(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome);

    /// <summary>Deletes a version of a row, with all that follows when the result is <see cref="HeapResult.Ok"/>.</summary>
    protected abstract HeapResult Delete(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome);

    private void MergeRow(Batch original, int originalPosition)
    {
        Batch batch = original;
        int position = originalPosition;
        while (true)
        {
            uint member = memberSlot < 0 || batch[memberSlot].IsNull(position) ? 0 : batch[memberSlot].Get<uint>(position);
            HeapResult result = Act(batch, position, member, out HeapUpdateOutcome outcome);
            if (!ReferenceEquals(batch, original))
                recheck.End();
            switch (result)
            {
                case HeapResult.Ok:
                    return;
                case HeapResult.Updated or HeapResult.Deleted:
                    recheck.Begin(original, originalPosition);
                    recheck.Set(scan, result == HeapResult.Updated ? outcome.Tid : default, member);
                    Batch? again = recheck.Run();
                    if (again is null)
                    {
                        recheck.End();
                        return;
                    }

                    batch = again;
                    position = again.Selection[0];
                    break;
                case HeapResult.SelfModified:
                    throw new SqlException(SqlState.CardinalityViolation, "MERGE command cannot affect row a second time")
                    {
                        Hint = "Ensure that not more than one source row matches any one target row.",
                    };
                default:
                    throw new SqlException(SqlState.InternalError, "attempted to merge invisible tuple");
            }
        }
    }

    private HeapResult Act(Batch batch, int position, uint member, out HeapUpdateOutcome outcome)
    {
        outcome = default;
        switch ((MergeAction)batch[kindSlot].Get<int>(position))
        {
            case MergeAction.Insert:
                Insert(batch, position);
                return HeapResult.Ok;
            case MergeAction.Update:
                return Update(batch, position, member, TidValue.Unpack(batch[ctidSlot].Get<long>(position)), out outcome);
            case MergeAction.Delete:
                return Delete(batch, position, member, TidValue.Unpack(batch[ctidSlot].Get<long>(position)), out outcome);
            default:
                return HeapResult.Ok;
        }
    }
}
