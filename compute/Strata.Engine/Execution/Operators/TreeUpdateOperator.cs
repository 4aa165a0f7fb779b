using Strata.Engine.Execution.Modify;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Partitioning;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// UPDATE of a table with descendants: each row is updated in the table that it is of. A row of a partitioned table whose key changes to another partition's is deleted here and inserted there.
/// </summary>
internal sealed class TreeUpdateOperator(
    ExecutionState state, Operator input, TreeTargets targets, TargetRow rootRow, PartitionGuard? rootGuard, int scan, int ctidSlot, int memberSlot, int[] newSlots,
    bool mayMove, RecheckPlan recheck, ReturnedRows? returned)
    : TreeModifyOperator(state, input, targets, rootRow, scan, ctidSlot, memberSlot, recheck, returned)
{
    private readonly PartitionRouter? _router = mayMove ? new PartitionRouter(state, targets.Plan, newSlots) : null;

    public override void Dispose()
    {
        base.Dispose();
        _router?.Dispose();
        rootGuard?.Dispose();
    }

    protected override HeapResult TryModify(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome)
    {
        MemberTarget from = Targets.Of(member);
        Show(from, batch, position);
        HeapResult result = Apply(from, batch, position, tid, out outcome, out MemberTarget stored, out Tid storedTid);
        if (result != HeapResult.Ok)
            return result;
        State.RowsAffected++;
        QueueForeignKeys(from, stored, batch, position);
        if (Returned is not null)
        {
            RootRow.Show(batch, newSlots);
            Returned.Add(RootRow, position, storedTid, stored.Relation.Oid, batch, position);
        }

        return result;
    }

    private static void Show(MemberTarget member, Batch batch, int position)
    {
        member.Target.Row.Show(batch, member.NewSlots);
        int[] fresh = member.NewSlots, old = member.OldSlots;
        for (int i = 0; i < fresh.Length; i++)
            member.Changed[i] = fresh[i] != old[i]
                && (old[i] < 0 || fresh[i] < 0 || !ValueEquality.AreSame(batch[old[i]], position, batch[fresh[i]], position));
    }

    private HeapResult Apply(MemberTarget member, Batch batch, int position, Tid tid, out HeapUpdateOutcome outcome, out MemberTarget stored, out Tid storedTid)
    {
        stored = member;
        storedTid = default;
        if (_router is not null)
        {
            CheckRoot(batch, position);
            _router.Show(batch);
            if (_router.Route(position) is var leaf && leaf != member.Relation.Oid)
            {
                stored = Targets.Of(leaf);
                return Move(member, stored, batch, position, tid, out outcome, out storedTid);
            }
        }

        HeapResult result;
        if (member.OwnColumns is { } own)
        {
            if (!own.Complete(member.Heap, tid, member.Target.Row, position))
            {
                outcome = default;
                return HeapResult.Deleted;
            }

            result = member.Target.UpdateWith(own.Row, tid, member.Changed, State.Snapshot, out outcome);
        }
        else
        {
            result = member.Target.Update(tid, position, member.Changed, State.Snapshot, out outcome);
        }

        storedTid = outcome.Tid;
        return result;
    }

    private unsafe void CheckRoot(Batch batch, int position)
    {
        if (rootGuard is null)
            return;
        RootRow.Show(batch, newSlots);
        int single = position;
        rootGuard.Check(State, RootRow, new Selection(&single, 1));
    }

    private unsafe HeapResult Move(MemberTarget from, MemberTarget to, Batch batch, int position, Tid tid, out HeapUpdateOutcome outcome, out Tid storedTid)
    {
        storedTid = default;
        HeapResult result = from.Heap.Delete(State.Transaction, State.Snapshot, tid, out outcome, State.Cancellation);
        if (result != HeapResult.Ok)
            return result;
        to.Target.Row.Show(batch, to.NewSlots);
        int single = position;
        storedTid = to.Target.Insert(new Selection(&single, 1))[0];
        return result;
    }

    // What refers to the row sees a change of its key, also when it moved.
    private void QueueForeignKeys(MemberTarget member, MemberTarget stored, Batch batch, int position)
    {
        bool moved = !ReferenceEquals(member, stored);
        if (member.Queues.Length > 0)
            member.OldRow.Show(batch, member.OldSlots);
        foreach (ForeignKeyQueue queue in member.Queues)
        {
            bool requires = queue.Work == ForeignKeyWork.RequireReferenced;
            short[] columns = requires ? queue.Constraint.Columns : queue.Constraint.ReferencedColumns;
            bool keyChanged = false;
            foreach (short column in columns)
                keyChanged |= member.Changed[column - 1];
            if (!keyChanged || (requires && moved))
                continue;
            if (requires)
                queue.Add(member.Target.Row, position, columns);
            else
                queue.Add(member.OldRow, position, columns, member.Target.Row, position);
        }

        if (!moved)
            return;
        foreach (ForeignKeyQueue queue in stored.Queues)
            if (queue.Work == ForeignKeyWork.RequireReferenced)
                queue.Add(stored.Target.Row, position, queue.Constraint.Columns);
    }
}
