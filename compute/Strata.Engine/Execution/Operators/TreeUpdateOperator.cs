using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>UPDATE of a table with descendants (<see cref="TreeRowUpdate"/>).</summary>
internal sealed class TreeUpdateOperator(
    ExecutionState state, Operator input, TreeTargets targets, TargetRow rootRow, TreeRowUpdate update, int scan, int ctidSlot, int memberSlot, int[] newSlots,
    RecheckPlan recheck, ReturnedRows? returned)
    : TreeModifyOperator(state, input, targets, rootRow, scan, ctidSlot, memberSlot, recheck, returned)
{
    public override void Dispose()
    {
        base.Dispose();
        update.Dispose();
    }

    protected override HeapResult TryModify(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome)
    {
        HeapResult result = update.Update(batch, position, member, tid, out outcome, out MemberTarget stored, out Tid storedTid);
        if (result == HeapResult.Ok && Returned is not null)
        {
            RootRow.Show(batch, newSlots);
            Returned.Add(RootRow, position, storedTid, stored.Relation.Oid, batch, position);
        }

        return result;
    }
}
