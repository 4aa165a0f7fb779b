using Strata.Engine.Execution.Modify;
using Strata.Engine.Partitioning;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>INSERT into a partitioned table: each row goes to the leaf partition that takes it; neighbours of the same leaf are stored together.</summary>
internal sealed class RoutedInsertOperator(
    ExecutionState state, Operator input, TreeTargets targets, int[] slots, TargetRow rootRow, PartitionGuard? rootGuard, ReturnedRows? returned)
    : ModifyOperator(state, input, null, [], returned)
{
    private readonly PartitionRouter _router = new(state, targets.Plan, slots);
    private uint[] _leaves = new uint[16];

    protected override unsafe void Modify(Batch batch)
    {
        rootRow.Show(batch, slots);
        Selection rows = batch.Selection;
        rootGuard?.Check(State, rootRow, rows);
        _router.Show(batch);
        if (_leaves.Length < rows.Count)
            _leaves = new uint[Math.Max(rows.Count, _leaves.Length * 2)];
        for (int i = 0; i < rows.Count; i++)
            _leaves[i] = _router.Route(rows[i]);
        int* positions = stackalloc int[Batch.RowsMax];
        for (int i = 0; i < rows.Count;)
        {
            uint leaf = _leaves[i];
            int count = 0;
            for (; i < rows.Count && _leaves[i] == leaf; i++)
                positions[count++] = rows[i];
            Insert(batch, targets.Of(leaf), new Selection(positions, count));
        }
    }

    protected override void RunForeignKeys() => targets.RunForeignKeys();

    protected override void Clear()
    {
        base.Clear();
        targets.Clear();
    }

    public override void Dispose()
    {
        base.Dispose();
        _router.Dispose();
        rootRow.Dispose();
        rootGuard?.Dispose();
        targets.Dispose();
    }

    private void Insert(Batch batch, MemberTarget member, Selection rows)
    {
        member.Target.Row.Show(batch, member.NewSlots);
        if (member.Conflicts is { } conflicts)
        {
            for (int i = 0; i < rows.Count; i++)
                InsertOrResolve(batch, member, conflicts, rows[i]);
            return;
        }

        ReadOnlySpan<Tid> tids = member.Target.Insert(rows);
        State.RowsAffected += rows.Count;
        for (int i = 0; i < tids.Length; i++)
            Keep(batch, member, rows[i], tids[i]);
    }

    private void InsertOrResolve(Batch batch, MemberTarget member, ConflictHandler conflicts, int position)
    {
        member.Target.CheckConstraints(position);
        while (true)
        {
            switch (conflicts.Resolve(member.Target, position, out TargetRow? updated, out Tid tid))
            {
                case ConflictOutcome.Skip:
                    return;
                case ConflictOutcome.Updated:
                    State.RowsAffected++;
                    foreach (ForeignKeyQueue queue in member.Queues)
                        queue.Add(updated!, 0, queue.Constraint.Columns);
                    if (Returned is not null)
                    {
                        ShowInRoot(member, updated!);
                        Returned.Add(rootRow, 0, tid, member.Relation.Oid, null, 0);
                        rootRow.Show(batch, slots);
                    }

                    return;
                case ConflictOutcome.Retry:
                    continue;
            }

            if (!member.Target.TryInsert(position, conflicts, out tid))
                continue;
            State.RowsAffected++;
            Keep(batch, member, position, tid);
            return;
        }
    }

    private void ShowInRoot(MemberTarget member, TargetRow row)
    {
        short[] columns = member.Plan.RootColumns;
        for (int i = 0; i < columns.Length; i++)
            if (columns[i] > 0)
                rootRow.Batch.Columns[columns[i] - 1] = row.Batch[i];
    }

    private void Keep(Batch batch, MemberTarget member, int position, Tid tid)
    {
        foreach (ForeignKeyQueue queue in member.Queues)
            queue.AddInserted(member.Target.Row, position);
        Returned?.Add(rootRow, position, tid, member.Relation.Oid, batch, position);
    }
}
