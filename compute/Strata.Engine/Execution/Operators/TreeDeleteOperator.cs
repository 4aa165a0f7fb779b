using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>DELETE of rows of a table with descendants, each from the table that it is of.</summary>
internal sealed class TreeDeleteOperator(
    ExecutionState state, Operator input, TreeTargets targets, TargetRow rootRow, int scan, int ctidSlot, int memberSlot, int[] oldSlots, RecheckPlan recheck,
    ReturnedRows? returned)
    : TreeModifyOperator(state, input, targets, rootRow, scan, ctidSlot, memberSlot, recheck, returned)
{
    protected override HeapResult TryModify(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome)
    {
        MemberTarget from = Targets.Of(member);
        HeapResult result = from.Target.Delete(tid, State.Snapshot, out outcome);
        if (result != HeapResult.Ok)
            return result;
        State.RowsAffected++;
        from.OldRow.Show(batch, from.OldSlots);
        foreach (ForeignKeyQueue queue in from.Queues)
            queue.Add(from.OldRow, position, queue.Constraint.ReferencedColumns);
        if (Returned is not null)
        {
            RootRow.Show(batch, oldSlots);
            Returned.Add(RootRow, position, tid, member, batch, position);
        }

        return result;
    }
}
