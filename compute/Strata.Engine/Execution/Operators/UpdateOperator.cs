using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// UPDATE. A row that another transaction changed meanwhile is looked at again in its newest version (READ COMMITTED); a row that the statement
/// itself has changed already, because a join gave it twice, is left alone.
/// </summary>
internal sealed class UpdateOperator(
    ExecutionState state, Operator input, ModifyTarget target, TargetRow oldRow, int scan, int ctidSlot, int[] oldSlots, int[] newSlots,
    RecheckPlan recheck, ForeignKeyQueue[] foreignKeys, ReturnedRows? returned)
    : ModifyOperator(state, input, target, foreignKeys, returned)
{
    private readonly bool[] _changed = new bool[newSlots.Length];

    protected override void Modify(Batch batch)
    {
        Selection rows = batch.Selection;
        for (int i = 0; i < rows.Count; i++)
            UpdateRow(batch, rows[i], batch, rows[i]);
    }

    public override void Close()
    {
        recheck.Close();
        base.Close();
    }

    public override void Dispose()
    {
        base.Dispose();
        oldRow.Dispose();
        recheck.Dispose();
    }

    private void UpdateRow(Batch original, int originalPosition, Batch batch, int position)
    {
        Tid tid = TidValue.Unpack(batch[ctidSlot].Get<long>(position));
        while (true)
        {
            Target.Row.Show(batch, newSlots);
            for (int i = 0; i < _changed.Length; i++)
            {
                // Without the old value nobody depends on whether it changed.
                _changed[i] = newSlots[i] != oldSlots[i]
                    && (oldSlots[i] < 0 || newSlots[i] < 0 || !ValueEquality.AreSame(batch[oldSlots[i]], position, batch[newSlots[i]], position));
            }

            HeapResult result = Target.Update(tid, position, _changed, State.Snapshot, out HeapUpdateOutcome outcome);
            switch (result)
            {
                case HeapResult.Ok:
                    State.RowsAffected++;
                    QueueForeignKeys(batch, position);
                    Returned?.Add(Target.Row, position, outcome.Tid, Target.Relation.Oid, batch, position);
                    if (!ReferenceEquals(batch, original))
                        recheck.End();
                    return;
                case HeapResult.Updated:
                    if (!ReferenceEquals(batch, original))
                        recheck.End();
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
                case HeapResult.Deleted or HeapResult.SelfModified:
                    if (!ReferenceEquals(batch, original))
                        recheck.End();
                    return;
                default:
                    throw new SqlException(SqlState.InternalError, "attempted to update invisible tuple");
            }
        }
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
