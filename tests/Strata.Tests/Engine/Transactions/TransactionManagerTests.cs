using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Tests.Engine.Storage;
using Xunit;

namespace Strata.Tests.Engine.Transactions;

public sealed class TransactionManagerTests
{
    [Fact]
    public async Task A_commit_is_invisible_until_it_is_durable()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        engine.Timeline.AutoDurable = false;
        Transaction writer = engine.Transactions.Begin();
        table.Insert(writer, 1, 1);
        Task commit = OnThread.Run(() => engine.Transactions.Commit(writer));
        SpinWait.SpinUntil(() => writer.State == TransactionState.Committing);

        Assert.Empty(table.ReadNow());
        Assert.Equal(TransactionStatus.InProgress, engine.Transactions.StatusOf(writer.Xid, out _));
        Assert.False(commit.IsCompleted);
        engine.Timeline.MakeDurable();
        await commit;
        Assert.Single(table.ReadNow());
    }

    [Fact]
    public async Task A_cancelled_commit_wait_is_unknown_and_shows_later_in_log_order()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        engine.Timeline.AutoDurable = false;
        LockOwner session = engine.Transactions.Locks.CreateOwner(), other = engine.Transactions.Locks.CreateOwner();
        Transaction writer = engine.Transactions.Begin(owner: session);
        engine.Transactions.Locks.LockRelation(session, TestEngine.Database, 1, RelationLockMode.Exclusive);
        table.Insert(writer, 1, 1);
        // The token is looked at while waiting for the log's room, too: cancel only the wait for the quorum.
        var commit = OnThread.Run(() => Assert.Throws<SqlException>(() => CommitCancelledInWait(engine, writer)));
        Assert.Equal(SqlState.TransactionResolutionUnknown, (await commit).State);
        engine.Transactions.CloseOwner(session);
        Assert.Empty(table.ReadNow());
        Assert.False(engine.Transactions.Locks.LockRelation(other, TestEngine.Database, 1, RelationLockMode.Exclusive, WaitPolicy.Fail));

        engine.Timeline.MakeDurable();
        Assert.Single(table.ReadNow());
        Assert.True(engine.Transactions.Locks.LockRelation(other, TestEngine.Database, 1, RelationLockMode.Exclusive, WaitPolicy.Fail));
    }

    private static void CommitCancelledInWait(TestEngine engine, Transaction writer)
    {
        using var source = new CancellationTokenSource();
        _ = OnThread.Run(() =>
        {
            SpinWait.SpinUntil(() => writer.State == TransactionState.Committing);
            source.Cancel();
        });
        engine.Transactions.Commit(writer, source.Token);
    }

    [Fact]
    public void A_lost_term_makes_the_outcome_unknown()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        engine.Timeline.AutoDurable = false;
        Transaction writer = engine.Transactions.Begin();
        table.Insert(writer, 1, 1);
        OnThread.Run(() =>
        {
            SpinWait.SpinUntil(() => writer.State == TransactionState.Committing);
            engine.Timeline.LoseTerm();
        });
        var error = Assert.Throws<SqlException>(() => engine.Transactions.Commit(writer));
        Assert.Equal(SqlState.TransactionResolutionUnknown, error.State);
        Assert.True(error.IsFatal);
    }

    [Fact]
    public void A_savepoint_rolls_back_what_came_after_it()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Transaction t = engine.Transactions.Begin();
        t.TakeSnapshot();
        table.Insert(t, 1, 1);
        t.DefineSavepoint("a");
        Tid second = table.Insert(t, 2, 2);
        t.DefineSavepoint("b");
        table.Insert(t, 3, 3);
        t.ReleaseSavepoint("b");
        t.AdvanceCommand();
        Assert.Equal([1L, 2L, 3L], table.Read(t.TakeSnapshot()).Keys);
        t.RollbackToSavepoint("a");
        Assert.Equal([1L], table.Read(t.TakeSnapshot()).Keys);
        table.Insert(t, 4, 4);
        Assert.Equal(SqlState.InvalidSavepointSpecification, Assert.Throws<SqlException>(() => t.ReleaseSavepoint("b")).State);
        t.ReleaseSavepoint("a");
        engine.Transactions.Commit(t);
        Assert.Equal([1L, 4L], table.ReadNow().Keys);
        // And the same after a restart, from the commit log alone.
        using TestEngine next = engine.Restart();
        Assert.Equal([1L, 4L], table.In(next).ReadNow().Keys);
        Assert.NotEqual(default, second);
    }

    [Fact]
    public void A_rollback_to_a_savepoint_keeps_the_top_id_handed_out_inside_it()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Transaction t = engine.Transactions.Begin();
        t.DefineSavepoint("a");
        table.Insert(t, 1, 1);
        ulong top = t.Xid;
        t.RollbackToSavepoint("a");
        Assert.Equal(top, t.Xid);
        table.Insert(t, 2, 2);
        engine.Transactions.Commit(t);
        Assert.Equal([2L], table.ReadNow().Keys);
    }

    [Fact]
    public void More_subtransactions_than_a_record_can_name_commit_and_abort_as_one()
    {
        const int Subtransactions = 30_000, RowEvery = 500;
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Transaction large = engine.Transactions.Begin(), other = engine.Transactions.Begin(), aborted = engine.Transactions.Begin();
        List<long> kept = [];
        for (int i = 1; i <= Subtransactions; i++)
        {
            large.DefineSavepoint("a");
            large.EnsureXid();
            if (i % RowEvery == 0)
            {
                table.Insert(large, i, i);
                table.Insert(aborted, -i, i);
            }
            // Ids of others lie between, and some of its own are gone.
            if (i % 7 == 0)
                large.RollbackToSavepoint("a");
            else if (i % RowEvery == 0)
                kept.Add(i);
            large.ReleaseSavepoint("a");
            if (i % 1000 == 1)
            {
                other.DefineSavepoint("b");
                table.Insert(other, Subtransactions + i, i);
                kept.Add(Subtransactions + i);
                other.ReleaseSavepoint("b");
            }

            aborted.DefineSavepoint("c");
            aborted.EnsureXid();
        }

        ulong[] notCommitted = aborted.OwnXids.ToArray();
        Lsn before = engine.Transactions.VisibleLsn;
        engine.Transactions.Commit(large);
        // A crash between the links and the commit record.
        new CommitLog(engine.Pool, engine.Wal).LinkChildren(notCommitted[0], notCommitted.AsSpan(1), CancellationToken.None);
        engine.Transactions.Commit(other);
        kept.Sort();
        Assert.Equal(kept, table.ReadNow().Keys);
        Assert.Empty(table.Read(Snapshot.At(before)));
        engine.Transactions.Xids.Prune(engine.Transactions.VisibleLsn);
        Assert.Equal(kept, table.ReadNow().Keys);
        using TestEngine next = engine.Restart();
        Assert.Equal(kept, table.In(next).ReadNow().Keys);
        Assert.All(notCommitted, xid => Assert.True(next.Transactions.IsAborted(xid)));
    }

    [Fact]
    public void Repeatable_read_keeps_its_snapshot_and_the_first_updater_wins()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Tid tid = default;
        table.InTransaction(t => tid = table.Insert(t, 1, 1));
        Transaction repeatable = engine.Transactions.Begin(IsolationLevel.RepeatableRead);
        repeatable.TakeSnapshot();
        table.InTransaction(t => table.Update(t, tid, 1, 2, out _));
        Assert.Equal(1, table.Read(repeatable.TakeSnapshot())[1]);
        Assert.Equal(SqlState.SerializationFailure, Assert.Throws<SqlException>(() => table.Update(repeatable, tid, 1, 3, out _)).State);
        engine.Transactions.Abort(repeatable);
    }

    [Fact]
    public async Task Read_committed_waits_for_the_other_writer_and_then_sees_the_new_version()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Tid tid = default;
        table.InTransaction(t => tid = table.Insert(t, 1, 1));
        Transaction first = engine.Transactions.Begin();
        first.TakeSnapshot();
        Assert.Equal(HeapResult.Ok, table.Update(first, tid, 1, 2, out Tid newer));
        Transaction second = engine.Transactions.Begin();
        second.TakeSnapshot();
        Task<HeapResult> update = OnThread.Run(() => table.Heap.Update(
            second, second.CurrentSnapshot, tid, TestTableRow(1, 3)[0], hotAllowed: true, keyChanged: false, out _));
        SpinWait.SpinUntil(() => second.Owner.Waiting is not null);
        engine.Transactions.Commit(first);
        Assert.Equal(HeapResult.Updated, await update);
        Snapshot fresh = second.TakeFreshSnapshot();
        Assert.Equal(2, table.Read(fresh)[1]);
        Assert.Equal(HeapResult.Ok, table.Heap.Update(second, fresh, newer, TestTableRow(1, 3)[0], true, false, out _));
        engine.Transactions.Commit(second);
        Assert.Equal(3, table.ReadNow()[1]);
    }

    private static RowBatch TestTableRow(long id, long value)
    {
        RowBatch batch = TestTable.NewBatch();
        TestTable.Encode(batch, id, value);
        return batch;
    }

    [Fact]
    public async Task Key_share_lets_a_plain_update_pass_and_stops_a_delete()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Tid tid = default;
        table.InTransaction(t => tid = table.Insert(t, 1, 1));
        Transaction child = engine.Transactions.Begin();
        Assert.Equal(HeapResult.Ok, table.Heap.LockRow(child, child.TakeSnapshot(), tid, RowLockMode.KeyShare, WaitPolicy.Block, out _));
        table.InTransaction(t => Assert.Equal(HeapResult.Ok, table.Update(t, tid, 1, 2, out tid)));
        // The lock went along to the new version.
        Transaction deleter = engine.Transactions.Begin();
        deleter.TakeSnapshot();
        Assert.Equal(HeapResult.WouldBlock, table.Heap.LockRow(deleter, deleter.CurrentSnapshot, tid, RowLockMode.Update, WaitPolicy.Skip, out _));
        Task<HeapResult> delete = OnThread.Run(() => table.Heap.Delete(deleter, deleter.CurrentSnapshot, tid, out _));
        SpinWait.SpinUntil(() => deleter.Owner.Waiting is not null);
        engine.Transactions.Commit(child);
        Assert.Equal(HeapResult.Ok, await delete);
        engine.Transactions.Commit(deleter);
        Assert.Empty(table.ReadNow());
    }

    [Fact]
    public async Task Two_writers_that_wait_for_each_other_are_a_deadlock()
    {
        using var engine = new TestEngine(options: new TransactionOptions { DeadlockTimeout = TimeSpan.FromMilliseconds(5) });
        TestTable table = TestTable.Create(engine);
        Tid[] tids = new Tid[2];
        table.InTransaction(t =>
        {
            tids[0] = table.Insert(t, 0, 0);
            tids[1] = table.Insert(t, 1, 0);
        });
        int deadlocks = 0;
        using var both = new Barrier(2);
        Task[] tasks = [.. Enumerable.Range(0, 2).Select(i => OnThread.Run(() =>
        {
            Transaction t = engine.Transactions.Begin();
            Snapshot snapshot = t.TakeSnapshot();
            table.Heap.Delete(t, snapshot, tids[i], out _);
            both.SignalAndWait();
            try
            {
                table.Heap.Delete(t, snapshot, tids[1 - i], out _);
                engine.Transactions.Commit(t);
            }
            catch (SqlException error) when (error.State == SqlState.DeadlockDetected)
            {
                Interlocked.Increment(ref deadlocks);
                engine.Transactions.Abort(t);
            }
        }))];
        await Task.WhenAll(tasks);
        Assert.Equal(1, deadlocks);
        Assert.Empty(table.ReadNow());
    }

    [Fact]
    public void Ids_are_never_used_twice_over_lives()
    {
        var engine = new TestEngine(options: new TransactionOptions { XidRange = 4, IdRange = 4 });
        TestTable table = TestTable.Create(engine);
        var xids = new HashSet<ulong>();
        var oids = new HashSet<uint>();
        var storages = new HashSet<ulong>();
        for (int life = 0; life < 4; life++)
        {
            for (int i = 0; i < 11; i++)
            {
                table.InTransaction(t => Assert.True(xids.Add(t.EnsureXid())));
                Assert.True(oids.Add(engine.Transactions.NextOid()));
                Assert.True(storages.Add(engine.Transactions.NextStorageId()));
            }
            engine = engine.Restart();
            table = table.In(engine);
        }
        engine.Dispose();
    }

    [Fact]
    public void A_transaction_lost_with_its_compute_is_aborted()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        table.InTransaction(t => table.Insert(t, 1, 1));
        Transaction lost = engine.Transactions.Begin();
        Tid tid = table.Insert(lost, 2, 2);
        using TestEngine next = engine.Restart();
        Assert.Equal([1L], table.In(next).ReadNow().Keys);
        Assert.NotEqual(default, tid);
    }

    [Fact]
    public void The_horizon_stands_at_the_oldest_snapshot()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Transaction old = engine.Transactions.Begin(IsolationLevel.RepeatableRead);
        Lsn held = old.TakeSnapshot().VisibleLsn;
        Transaction cursor = engine.Transactions.Begin();
        table.InTransaction(t => table.Insert(t, 1, 1));
        Snapshot registered = cursor.TakeSnapshot();
        cursor.Register(registered);
        table.InTransaction(t => table.Insert(t, 2, 2));
        Assert.Equal(held, engine.Transactions.OldestSnapshotLsn());
        engine.Transactions.Commit(old);
        cursor.TakeSnapshot();
        table.InTransaction(t => table.Insert(t, 3, 3));
        Assert.Equal(registered.VisibleLsn, engine.Transactions.OldestSnapshotLsn());
        Assert.Single(table.Read(registered));
        engine.Transactions.Commit(cursor);
        table.InTransaction(t => table.Insert(t, 4, 4));
        Assert.Equal(engine.Transactions.VisibleLsn, engine.Transactions.OldestSnapshotLsn());
    }

    [Fact]
    public void Sequences_never_repeat_and_continue_after_a_crash()
    {
        var engine = new TestEngine();
        var definition = new SequenceDefinition(Start: 1, Increment: 1, Min: 1, Max: 200, Cycle: false);
        ulong storage = engine.Transactions.NextStorageId();
        Transaction creator = engine.Transactions.Begin();
        engine.Transactions.Sequences.Create(creator, 5, storage, definition, default);
        engine.Transactions.Commit(creator);
        long last = 0;
        for (int life = 0; life < 3; life++)
        {
            Transaction t = engine.Transactions.Begin();
            for (int i = 0; i < 20; i++)
            {
                long value = engine.Transactions.Sequences.Next(t, 5, storage, "s", definition, default);
                Assert.True(value > last && value <= last + SequenceStore.LoggedAhead + 1);
                last = value;
            }
            // Not transactional, and yet not repeated after the crash because the commit waits for the record.
            engine.Transactions.Abort(t);
            engine = engine.Restart();
        }
        Transaction end = engine.Transactions.Begin();
        engine.Transactions.Sequences.Set(end, 5, storage, "s", definition, 200, isCalled: true, default);
        var error = Assert.Throws<SqlException>(() => engine.Transactions.Sequences.Next(end, 5, storage, "s", definition, default));
        Assert.Equal(SqlState.SequenceGeneratorLimitExceeded, error.State);
        Assert.Equal("nextval: reached maximum value of sequence \"s\" (200)", error.Message);
        engine.Transactions.Commit(end);
        engine.Dispose();
    }

    [Fact]
    public void Invalidations_arrive_in_log_order_before_the_commit_shows()
    {
        using var engine = new TestEngine();
        var seen = new List<(byte, bool)>();
        engine.Transactions.CommitVisible = (lsn, bytes) => seen.Add((bytes.Span[0], engine.Transactions.VisibleLsn < lsn));
        for (byte i = 1; i <= 3; i++)
        {
            Transaction t = engine.Transactions.Begin();
            t.EnsureXid();
            t.AddInvalidation([i]);
            t.DefineSavepoint("x");
            t.AddInvalidation([99]);
            t.RollbackToSavepoint("x");
            engine.Transactions.Commit(t);
        }
        Assert.Equal([(1, true), (2, true), (3, true)], seen.Select(x => ((int)x.Item1, x.Item2)));
    }
}
