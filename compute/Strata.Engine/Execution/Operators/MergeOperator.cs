using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>MERGE into one table.</summary>
internal sealed class MergeOperator(
    ExecutionState state, Operator input, ModifyTarget target, TargetRow oldRow, int scan, int ctidSlot, int kindSlot, int[] oldSlots, int[] newSlots, RecheckPlan recheck,
    ForeignKeyQueue[] insertKeys, ForeignKeyQueue[] updateKeys, ForeignKeyQueue[] deleteKeys)
    : MergingOperator(state, input, target, scan, ctidSlot, memberSlot: -1, kindSlot, recheck, [.. insertKeys, .. updateKeys, .. deleteKeys])
{
    private readonly bool[] _changed = new bool[newSlots.Length];

    public override void Dispose()
    {
        base.Dispose();
        oldRow.Dispose();
    }

    protected override unsafe void Insert(Batch batch, int position)
    {
        Target.Row.Show(batch, newSlots);
        int single = position;
        Target.Insert(new Selection(&single, 1));
        State.RowsAffected++;
        foreach (ForeignKeyQueue queue in insertKeys)
            queue.AddInserted(Target.Row, position);
    }

    protected override HeapResult Update(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome)
    {
        Target.Row.Show(batch, newSlots);
        for (int i = 0; i < _changed.Length; i++)
        {
            _changed[i] = newSlots[i] != oldSlots[i]
                && (oldSlots[i] < 0 || newSlots[i] < 0 || !ValueEquality.AreSame(batch[oldSlots[i]], position, batch[newSlots[i]], position));
        }

        HeapResult result = Target.Update(tid, position, _changed, State.Snapshot, out outcome);
        if (result != HeapResult.Ok)
            return result;
        State.RowsAffected++;
        oldRow.Show(batch, oldSlots);
        foreach (ForeignKeyQueue queue in updateKeys)
        {
            bool isOutgoing = queue.Work == ForeignKeyWork.RequireReferenced;
            short[] columns = isOutgoing ? queue.Constraint.Columns : queue.Constraint.ReferencedColumns;
            bool keyChanged = false;
            foreach (short column in columns)
                keyChanged |= _changed[column - 1];
            if (!keyChanged)
                continue;
            if (isOutgoing)
                queue.Add(Target.Row, position, columns);
            else
                queue.Add(oldRow, position, columns, Target.Row, position);
        }

        return result;
    }

    protected override HeapResult Delete(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome)
    {
        HeapResult result = Target.Delete(tid, State.Snapshot, out outcome);
        if (result != HeapResult.Ok)
            return result;
        State.RowsAffected++;
        oldRow.Show(batch, oldSlots);
        foreach (ForeignKeyQueue queue in deleteKeys)
            queue.Add(oldRow, position, queue.Constraint.ReferencedColumns);
        return result;
    }
}
