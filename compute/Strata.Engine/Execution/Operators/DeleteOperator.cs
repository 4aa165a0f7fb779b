using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>DELETE. Changed rows are looked at again as in <see cref="UpdateOperator"/>.</summary>
internal sealed class DeleteOperator(
    ExecutionState state, Operator input, ModifyTarget target, int scan, int ctidSlot, int[] oldSlots, RecheckPlan recheck,
    ForeignKeyQueue[] foreignKeys, ReturnedRows? returned)
    : ModifyOperator(state, input, target, foreignKeys, returned)
{
    protected override void Modify(Batch batch)
    {
        Selection rows = batch.Selection;
        for (int i = 0; i < rows.Count; i++)
            DeleteRow(batch, rows[i]);
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

    private void DeleteRow(Batch original, int originalPosition)
    {
        Batch batch = original;
        int position = originalPosition;
        Tid tid = TidValue.Unpack(batch[ctidSlot].Get<long>(position));
        while (true)
        {
            HeapResult result = Target.Delete(tid, State.Snapshot, out HeapUpdateOutcome outcome);
            if (result == HeapResult.Ok)
            {
                State.RowsAffected++;
                Target.Row.Show(batch, oldSlots);
                foreach (ForeignKeyQueue queue in ForeignKeys)
                    queue.Add(Target.Row, position, queue.Constraint.ReferencedColumns);
                Returned?.Add(Target.Row, position, tid, Target.Relation.Oid, batch, position);
            }

            if (!ReferenceEquals(batch, original))
                recheck.End();
            switch (result)
            {
                case HeapResult.Ok or HeapResult.Deleted or HeapResult.SelfModified:
                    return;
                case HeapResult.Updated:
                    tid = outcome.Tid;
                    Batch? newest = recheck.Run(scan, tid, original, originalPosition);
                    if (newest is null)
                    {
                        recheck.End();
                        return;
                    }

                    batch = newest;
                    position = newest.Selection[0];
                    break;
                default:
                    throw new SqlException(SqlState.InternalError, "attempted to delete invisible tuple");
            }
        }
    }
}
