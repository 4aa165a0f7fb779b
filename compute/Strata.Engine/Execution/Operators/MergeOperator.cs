using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Sql.Syntax;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// MERGE: each row of the input says what is to be done with it. A target row that another transaction changed meanwhile raises 40001, whatever the isolation level: which WHEN clause applies
/// to its newest version depends on the whole join.
/// </summary>
internal sealed class MergeOperator(
    ExecutionState state, Operator input, ModifyTarget target, TargetRow oldRow, int ctidSlot, int kindSlot, int[] oldSlots, int[] newSlots,
    ForeignKeyQueue[] insertKeys, ForeignKeyQueue[] updateKeys, ForeignKeyQueue[] deleteKeys)
    : ModifyOperator(state, input, target, [.. insertKeys, .. updateKeys, .. deleteKeys], null)
{
    private readonly bool[] _changed = new bool[newSlots.Length];

    protected override void Modify(Batch batch)
    {
        Selection rows = batch.Selection;
        for (int i = 0; i < rows.Count; i++)
        {
            int position = rows[i];
            switch ((MergeAction)batch[kindSlot].Get<int>(position))
            {
                case MergeAction.Insert:
                    Insert(batch, position);
                    break;
                case MergeAction.Update:
                    Update(batch, position);
                    break;
                case MergeAction.Delete:
                    Delete(batch, position);
                    break;
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        oldRow.Dispose();
    }

    private unsafe void Insert(Batch batch, int position)
    {
        Target.Row.Show(batch, newSlots);
        int single = position;
        Target.Insert(new Selection(&single, 1));
        State.RowsAffected++;
        foreach (ForeignKeyQueue queue in insertKeys)
            queue.Add(Target.Row, position, queue.Constraint.Columns);
    }

    private void Update(Batch batch, int position)
    {
        Target.Row.Show(batch, newSlots);
        for (int i = 0; i < _changed.Length; i++)
        {
            _changed[i] = newSlots[i] != oldSlots[i]
                && (oldSlots[i] < 0 || newSlots[i] < 0 || !ValueEquality.AreSame(batch[oldSlots[i]], position, batch[newSlots[i]], position));
        }

        Check(Target.Update(AddressOf(batch, position), position, _changed, State.Snapshot, out _));
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
    }

    private void Delete(Batch batch, int position)
    {
        Check(Target.Delete(AddressOf(batch, position), State.Snapshot, out _));
        State.RowsAffected++;
        oldRow.Show(batch, oldSlots);
        foreach (ForeignKeyQueue queue in deleteKeys)
            queue.Add(oldRow, position, queue.Constraint.ReferencedColumns);
    }

    private Tid AddressOf(Batch batch, int position) => TidValue.Unpack(batch[ctidSlot].Get<long>(position));

    private static void Check(HeapResult result)
    {
        switch (result)
        {
            case HeapResult.Ok:
                return;
            case HeapResult.SelfModified:
                throw new SqlException(SqlState.CardinalityViolation, "MERGE command cannot affect row a second time")
                {
                    Hint = "Ensure that not more than one source row matches any one target row.",
                };
            case HeapResult.Updated:
                throw new SqlException(SqlState.SerializationFailure, "could not serialize access due to concurrent update");
            case HeapResult.Deleted:
                throw new SqlException(SqlState.SerializationFailure, "could not serialize access due to concurrent delete");
            default:
                throw new SqlException(SqlState.InternalError, "attempted to merge invisible tuple");
        }
    }
}
