using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>UPDATE.</summary>
internal sealed class UpdateOperator(
    ExecutionState state, Operator input, ModifyTarget target, TargetRow oldRow, int scan, int ctidSlot, int[] oldSlots, int[] newSlots,
    RecheckPlan recheck, ForeignKeyQueue[] foreignKeys, ReturnedRows? returned)
    : RecheckingOperator(state, input, target, scan, ctidSlot, memberSlot: -1, recheck, foreignKeys, returned)
{
    private readonly bool[] _changed = new bool[newSlots.Length];

    public override void Dispose()
    {
        base.Dispose();
        oldRow.Dispose();
    }

    protected override HeapResult TryModify(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome)
    {
        Target.Row.Show(batch, newSlots);
        for (int i = 0; i < _changed.Length; i++)
        {
            // Without the old value nobody depends on whether it changed.
            _changed[i] = newSlots[i] != oldSlots[i]
                && (oldSlots[i] < 0 || newSlots[i] < 0 || !ValueEquality.AreSame(batch[oldSlots[i]], position, batch[newSlots[i]], position));
        }

        HeapResult result = Target.Update(tid, position, _changed, State.Snapshot, out outcome);
        if (result != HeapResult.Ok)
            return result;
        State.RowsAffected++;
        QueueForeignKeys(batch, position);
        Returned?.Add(Target.Row, position, outcome.Tid, Target.Relation.Oid, batch, position);
        return result;
    }

    protected override void AfterBatch() => Target.FlushIndexEntries();

    protected override void Clear()
    {
        base.Clear();
        Target.DropIndexEntries();
    }

    private void QueueForeignKeys(Batch batch, int position)
    {
        if (ForeignKeys.Length == 0)
            return;
        oldRow.Show(batch, oldSlots);
        foreach (ForeignKeyQueue queue in ForeignKeys)
        {
            short[] columns = queue.Work == ForeignKeyWork.RequireReferenced ? queue.Constraint.Columns : queue.Constraint.ReferencedColumns;
            bool keyChanged = false;
            foreach (short column in columns)
                keyChanged |= _changed[column - 1];
            if (!keyChanged)
                continue;
            if (queue.Work == ForeignKeyWork.RequireReferenced)
                queue.Add(Target.Row, position, columns);
            else
                queue.Add(oldRow, position, columns, Target.Row, position);
        }
    }
}
