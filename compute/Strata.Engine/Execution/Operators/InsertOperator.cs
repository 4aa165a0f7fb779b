using Strata.Engine.Execution.Modify;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>INSERT: stores whole batches, or with ON CONFLICT row by row.</summary>
internal sealed class InsertOperator(
    ExecutionState state, Operator input, ModifyTarget target, int[] slots, ConflictHandler? conflicts, ForeignKeyQueue[] foreignKeys, ForeignKeyQueue[] updateKeys,
    ReturnedRows? returned)
    : ModifyOperator(state, input, target, [.. foreignKeys, .. updateKeys], returned)
{
    protected override void Modify(Batch batch)
    {
        Target.Row.Show(batch, slots);
        Selection rows = batch.Selection;
        if (conflicts is not null)
        {
            for (int i = 0; i < rows.Count; i++)
                InsertOrResolve(batch, rows[i]);
            return;
        }

        ReadOnlySpan<Tid> tids = Target.Insert(rows);
        State.RowsAffected += rows.Count;
        for (int i = 0; i < tids.Length; i++)
            Keep(batch, rows[i], tids[i]);
    }

    public override void Dispose()
    {
        base.Dispose();
        conflicts?.Dispose();
    }

    private void InsertOrResolve(Batch batch, int position)
    {
        Target.CheckConstraints(position);
        while (true)
        {
            switch (conflicts!.Resolve(Target, position, out TargetRow? updated, out Tid tid))
            {
                case ConflictOutcome.Skip:
                    return;
                case ConflictOutcome.Updated:
                    State.RowsAffected++;
                    foreach (ForeignKeyQueue queue in foreignKeys)
                        queue.Add(updated!, 0, queue.Constraint.Columns);
                    foreach (ForeignKeyQueue queue in updateKeys)
                    {
                        if (Array.Exists(queue.Constraint.ReferencedColumns, column => conflicts.Changed[column - 1]))
                            queue.Add(conflicts.OldRow, 0, queue.Constraint.ReferencedColumns, updated, 0);
                    }

                    Returned?.Add(updated!, 0, tid, Target.Relation.Oid, null, 0);
                    return;
                case ConflictOutcome.Retry:
                    continue;
            }

            if (!Target.TryInsert(position, conflicts, out tid))
                continue;
            State.RowsAffected++;
            Keep(batch, position, tid);
            return;
        }
    }

    private void Keep(Batch batch, int position, Tid tid)
    {
        foreach (ForeignKeyQueue queue in foreignKeys)
            queue.AddInserted(Target.Row, position);
        Returned?.Add(Target.Row, position, tid, Target.Relation.Oid, batch, position);
    }
}
