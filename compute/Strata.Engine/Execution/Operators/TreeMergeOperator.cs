using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Partitioning;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// MERGE into a table with descendants or partitions. The three kinds of action have target tables of their own each, as different foreign key work goes with them.
/// </summary>
internal sealed class TreeMergeOperator(
    ExecutionState state, Operator input, TreeTargets inserted, TreeTargets updated, TreeTargets deleted, TargetRow rootRow, PartitionGuard? rootGuard, TreeRowUpdate update,
    int scan, int ctidSlot, int memberSlot, int kindSlot, int[] newSlots, RecheckPlan recheck)
    : MergingOperator(state, input, null, scan, ctidSlot, memberSlot, kindSlot, recheck, [])
{
    private readonly PartitionRouter? _router = inserted.Plan.Root.PartitionKey is null ? null : new PartitionRouter(state, inserted.Plan, newSlots);

    public override void Dispose()
    {
        base.Dispose();
        update.Dispose();
        _router?.Dispose();
        rootRow.Dispose();
        rootGuard?.Dispose();
        inserted.Dispose();
        updated.Dispose();
        deleted.Dispose();
    }

    protected override void RunForeignKeys()
    {
        inserted.RunForeignKeys();
        updated.RunForeignKeys();
        deleted.RunForeignKeys();
    }

    protected override void Clear()
    {
        base.Clear();
        inserted.Clear();
        updated.Clear();
        deleted.Clear();
    }

    protected override unsafe void Insert(Batch batch, int position)
    {
        int single = position;
        var rows = new Selection(&single, 1);
        MemberTarget member;
        if (_router is null)
        {
            member = inserted.Of(inserted.Plan.Root.Oid);
        }
        else
        {
            rootRow.Show(batch, newSlots);
            rootGuard?.Check(State, rootRow, rows);
            _router.Show(batch);
            member = inserted.Of(_router.Route(position));
        }

        member.Target.Row.Show(batch, member.NewSlots);
        member.Target.Insert(rows);
        State.RowsAffected++;
        foreach (ForeignKeyQueue queue in member.Queues)
            queue.Add(member.Target.Row, position, queue.Constraint.Columns);
    }

    protected override HeapResult Update(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome) =>
        update.Update(batch, position, member, tid, out outcome, out _, out _);

    protected override HeapResult Delete(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome)
    {
        MemberTarget from = deleted.Of(member);
        HeapResult result = from.Target.Delete(tid, State.Snapshot, out outcome);
        if (result != HeapResult.Ok)
            return result;
        State.RowsAffected++;
        from.OldRow.Show(batch, from.OldSlots);
        foreach (ForeignKeyQueue queue in from.Queues)
            queue.Add(from.OldRow, position, queue.Constraint.ReferencedColumns);
        return result;
    }
}
