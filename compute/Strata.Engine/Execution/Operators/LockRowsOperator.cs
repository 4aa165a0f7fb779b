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

    private void LockRow(Batch original, int originalPosition)
    {
        Batch batch = original;
        int position = originalPosition;
        for (int t = 0; t < tasks.Length; t++)
        {
            LockTask task = tasks[t];
            // The nullable side of an outer join may have no row to lock.
            if (batch[task.CtidSlot].IsNull(position))
                continue;
            Tid tid = TidValue.Unpack(batch[task.CtidSlot].Get<long>(position));
            uint member = task.MemberSlot < 0 ? 0 : batch[task.MemberSlot].Get<uint>(position);
            HeapRelation heap = task.Heap ?? task.Members![member];
            while (true)
            {
                HeapResult result = heap.LockRow(
                    state.Transaction, state.Snapshot, tid, task.Mode, task.WaitPolicy, out HeapUpdateOutcome outcome, state.Cancellation);
                if (result == HeapResult.Ok)
                    break;
                if (!ReferenceEquals(batch, original))
                    recheck.End();
                switch (result)
                {
                    case HeapResult.Updated:
                        tid = outcome.Tid;
                        Batch? newest = recheck.Run(task.Scan, tid, original, originalPosition, member);
                        if (newest is null)
                        {
                            recheck.End();
                            return;
                        }

                        batch = newest;
                        position = newest.Selection[0];
                        continue;
                    case HeapResult.WouldBlock when task.WaitPolicy == WaitPolicy.Fail:
                        throw new SqlException(SqlState.LockNotAvailable, $"could not obtain lock on row in relation \"{task.RelationName}\"");
                    default:
                        return;
                }
            }
        }

        _output.Copy(batch, position, 0, types.Length);
        _output.EndRow();
        if (!ReferenceEquals(batch, original))
            recheck.End();
    }
}
