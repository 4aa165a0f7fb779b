using Strata.Engine.Execution.Rows;
using Strata.Engine.Partitioning;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Modify;

/// <summary>
/// Updates rows of a tree, each in the table that it is of. A row of a partitioned table whose key changes to another partition's is deleted here and inserted there. Not thread-safe.
/// </summary>
/// <param name="state">The statement's state.</param>
/// <param name="targets">The tables.</param>
/// <param name="rootRow">A row in the columns of the table that the statement names.</param>
/// <param name="rootGuard">Checks that a row stays in the root, when that is a partition itself; else null.</param>
/// <param name="newSlots">Slots of the new row by the root's attribute number - 1.</param>
/// <param name="mayMove">A partition key may change.</param>
internal sealed class TreeRowUpdate(ExecutionState state, TreeTargets targets, TargetRow rootRow, PartitionGuard? rootGuard, int[] newSlots, bool mayMove) : IDisposable
{
    private readonly PartitionRouter? _router = mayMove ? new PartitionRouter(state, targets.Plan, newSlots) : null;

    /// <summary>Updates one version. On <see cref="HeapResult.Ok"/> <paramref name="stored"/> and <paramref name="storedTid"/> say where the new one is, and foreign key work is queued.</summary>
    public HeapResult Update(Batch batch, int position, uint member, Tid tid, out HeapUpdateOutcome outcome, out MemberTarget stored, out Tid storedTid)
    {
        MemberTarget from = targets.Of(member);
        Show(from, batch, position);
        HeapResult result = Apply(from, batch, position, tid, out outcome, out stored, out storedTid);
        if (result != HeapResult.Ok)
            return result;
        state.RowsAffected++;
        QueueForeignKeys(from, stored, batch, position);
        return result;
    }

    public void Dispose()
    {
        _router?.Dispose();
        rootGuard?.Dispose();
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
                stored = targets.Of(leaf);
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

            result = member.Target.UpdateWith(own.Row, tid, member.Changed, state.Snapshot, out outcome);
        }
        else
        {
            result = member.Target.Update(tid, position, member.Changed, state.Snapshot, out outcome);
        }

        storedTid = outcome.Tid;
        return result;
    }

    private unsafe void CheckRoot(Batch batch, int position)
    {
        if (rootGuard is null)
            return;
        rootRow.Show(batch, newSlots);
        int single = position;
        rootGuard.Check(state, rootRow, new Selection(&single, 1));
    }

    private unsafe HeapResult Move(MemberTarget from, MemberTarget to, Batch batch, int position, Tid tid, out HeapUpdateOutcome outcome, out Tid storedTid)
    {
        storedTid = default;
        HeapResult result = from.Target.Delete(tid, state.Snapshot, out outcome, isMove: true);
        if (result != HeapResult.Ok)
            return result;
        to.Target.Row.Show(batch, to.NewSlots);
        int single = position;
        storedTid = to.Target.Insert(new Selection(&single, 1))[0];
        return result;
    }

    // What refers to the row sees a change of its key, also when it moved.
    private static void QueueForeignKeys(MemberTarget member, MemberTarget stored, Batch batch, int position)
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
