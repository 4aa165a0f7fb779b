using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>A table whose rows are locked: the scan, where its ctid stands, and how. The rows of a tree tell at <see cref="MemberSlot"/> which of its heaps they are in.</summary>
internal readonly record struct LockTask(
    int Scan, int CtidSlot, HeapRelation? Heap, Dictionary<uint, HeapRelation>? Members, int MemberSlot, RowLockMode Mode, WaitPolicy WaitPolicy, string RelationName);

/// <summary>
/// FOR UPDATE and the like. It asks its input for one row at a time, so that no row is locked that the caller does not get. A row that changed is looked
/// at again in its newest version, and dropped when it no longer qualifies.
/// </summary>
internal sealed class LockRowsOperator(
    ExecutionState state, Operator input, LockTask[] tasks, RecheckPlan recheck, SqlType[] types) : Operator
{
    private readonly RowAppender _output = new(new Batch(types, state.Memory));
    private readonly List<(int Scan, Tid Version, uint Member)> _changed = [];

    public override void Open() => input.Open();

    protected override Batch? NextBatch(int rowsMax)
    {
        _output.Begin(Math.Min(rowsMax, 16));
        while (_output.Count < rowsMax && _output.Count < Batch.RowsMax)
        {
            if (input.Next(1) is not { } batch)
                break;
            state.CheckCancel();
            LockRow(batch, batch.Selection[0]);
        }

        return _output.Finish();
    }

    public override void Rescan() => input.Rescan();

    public override void Close()
    {
        input.Close();
        recheck.Close();
    }

    public override void Dispose()
    {
        input.Dispose();
        recheck.Dispose();
        _output.Output.Dispose();
    }

    private void LockRow(Batch original, int position)
    {
        _changed.Clear();
        foreach (LockTask task in tasks)
        {
            // The nullable side of an outer join may have no row to lock.
            if (!original[task.CtidSlot].IsNull(position) && !TryLock(task, original, position))
                return;
        }

        if (_changed.Count == 0)
        {
            Give(original, position);
            return;
        }

        // All newest versions are locked by now: one look tells whether they still belong together.
        recheck.Begin(original, position);
        foreach ((int scan, Tid version, uint member) in _changed)
            recheck.Set(scan, version, member);
        try
        {
            if (recheck.Run() is { } newest)
                Give(newest, newest.Selection[0]);
        }
        finally
        {
            recheck.End();
        }
    }

    private void Give(Batch batch, int position)
    {
        _output.Copy(batch, position, 0, types.Length);
        _output.EndRow();
    }

    /// <summary>Locks the newest version of a row; false when there is none or when it is to be skipped.</summary>
    private bool TryLock(LockTask task, Batch original, int position)
    {
        Tid tid = TidValue.Unpack(original[task.CtidSlot].Get<long>(position));
        uint member = task.MemberSlot < 0 ? 0 : original[task.MemberSlot].Get<uint>(position);
        HeapRelation heap = task.Heap ?? task.Members![member];
        bool isChanged = false;
        while (true)
        {
            HeapResult result = heap.LockRow(
                state.Transaction, state.Snapshot, tid, task.Mode, task.WaitPolicy, out HeapUpdateOutcome outcome, state.Cancellation);
            switch (result)
            {
                case HeapResult.Ok:
                    if (isChanged)
                        _changed.Add((task.Scan, tid, member));
                    return true;
                case HeapResult.Updated:
                    tid = outcome.Tid;
                    isChanged = true;
                    break;
                case HeapResult.WouldBlock when task.WaitPolicy == WaitPolicy.Fail:
                    throw new SqlException(SqlState.LockNotAvailable, $"could not obtain lock on row in relation \"{task.RelationName}\"");
                default:
                    return false;
            }
        }
    }
}
