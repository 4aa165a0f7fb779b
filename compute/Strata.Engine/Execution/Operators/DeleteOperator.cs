using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>DELETE.</summary>
internal sealed class DeleteOperator(
    ExecutionState state, Operator input, ModifyTarget target, int scan, int ctidSlot, int[] oldSlots, RecheckPlan recheck,
    ForeignKeyQueue[] foreignKeys, ReturnedRows? returned)
    : RecheckingOperator(state, input, target, scan, ctidSlot, memberSlot: -1, recheck, foreignKeys, returned)
{
    protected override HeapResult TryModify(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome)
    {
        HeapResult result = Target.Delete(tid, State.Snapshot, out outcome);
        if (result != HeapResult.Ok)
            return result;
        State.RowsAffected++;
        Target.Row.Show(batch, oldSlots);
        foreach (ForeignKeyQueue queue in ForeignKeys)
            queue.Add(Target.Row, position, queue.Constraint.ReferencedColumns);
        Returned?.Add(Target.Row, position, tid, Target.Relation.Oid, batch, position);
        return result;
    }
}
