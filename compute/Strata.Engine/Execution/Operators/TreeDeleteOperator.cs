using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>DELETE of rows of a table with descendants, each from the table that it is of.</summary>
internal sealed class TreeDeleteOperator(
    ExecutionState state, Operator input, TreeTargets targets, TargetRow rootRow, int scan, int ctidSlot, int memberSlot, int[] oldSlots, RecheckPlan recheck,
    ReturnedRows? returned)
    : ModifyOperator(state, input, null, [], returned)
{
    protected override void Modify(Batch batch)
    {
        Selection rows = batch.Selection;
        for (int i = 0; i < rows.Count; i++)
            DeleteRow(batch, rows[i]);
    }

    protected override void RunForeignKeys() => targets.RunForeignKeys();

    protected override void Clear()
    {
        base.Clear();
        targets.Clear();
    }

    public override void Close()
    {
        recheck.Close();
        base.Close();
    }

    public override void Dispose()
    {
        base.Dispose();
        rootRow.Dispose();
        targets.Dispose();
        recheck.Dispose();
    }

    private void DeleteRow(Batch original, int originalPosition)
    {
        Batch batch = original;
        int position = originalPosition;
        uint oid = batch[memberSlot].Get<uint>(position);
        MemberTarget member = targets.Of(oid);
        Tid tid = TidValue.Unpack(batch[ctidSlot].Get<long>(position));
        while (true)
        {
            HeapResult result = member.Heap.Delete(State.Transaction, State.Snapshot, tid, out HeapUpdateOutcome outcome, State.Cancellation);
            if (result == HeapResult.Ok)
            {
                State.RowsAffected++;
                member.OldRow.Show(batch, member.OldSlots);
                foreach (ForeignKeyQueue queue in member.Queues)
                    queue.Add(member.OldRow, position, queue.Constraint.ReferencedColumns);
                if (Returned is not null)
                {
                    rootRow.Show(batch, oldSlots);
                    Returned.Add(rootRow, position, tid, oid, batch, position);
                }
            }

            if (!ReferenceEquals(batch, original))
                recheck.End();
            switch (result)
            {
                case HeapResult.Ok or HeapResult.Deleted or HeapResult.SelfModified:
                    return;
                case HeapResult.Updated:
                    tid = outcome.Tid;
                    Batch? newest = recheck.Run(scan, tid, original, originalPosition, oid);
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
