using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;
using Xunit;

namespace Strata.Tests.Engine.Storage;

public sealed class HeapRelationTests
{
    [Fact]
    public void Sees_rows_of_committed_transactions_only()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        table.InTransaction(t => table.Insert(t, 1, 10));
        Transaction open = engine.Transactions.Begin();
        table.Insert(open, 2, 20);
        Transaction aborted = engine.Transactions.Begin();
        table.Insert(aborted, 3, 30);
        engine.Transactions.Abort(aborted);

        Assert.Equal([1L], table.ReadNow().Keys);
        engine.Transactions.Commit(open);
        Assert.Equal([1L, 2L], table.ReadNow().Keys);
        Assert.Equal(0, engine.Pool.CountPins());
    }

    [Fact]
    public void A_command_does_not_see_its_own_changes_and_the_next_one_does()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Transaction transaction = engine.Transactions.Begin();
        Snapshot before = transaction.TakeSnapshot();
        Tid tid = table.Insert(transaction, 1, 10);
        Assert.Empty(table.Read(before));
        transaction.AdvanceCommand();
        Snapshot after = transaction.TakeSnapshot();
        Assert.Equal(10, table.Read(after)[1]);
        Assert.Equal(HeapResult.Ok, table.Update(transaction, tid, 1, 11, out _));
        Assert.Equal(10, table.Read(after)[1]);
        Assert.Equal(HeapResult.SelfModified, table.Update(transaction, tid, 1, 12, out _));
        transaction.AdvanceCommand();
        Assert.Equal(11, table.Read(transaction.TakeSnapshot())[1]);
        engine.Transactions.Commit(transaction);
    }

    [Fact]
    public void Follows_a_heap_only_chain_from_the_indexed_version()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Tid root = default;
        table.InTransaction(t => root = table.Insert(t, 1, 0));
        Transaction old = engine.Transactions.Begin(IsolationLevel.RepeatableRead);
        Snapshot oldSnapshot = old.TakeSnapshot();
        Tid tid = root;
        for (int i = 1; i <= 5; i++)
            table.InTransaction(t => Assert.Equal(HeapResult.Ok, table.Update(t, tid, 1, i, out tid)));

        HeapFetch fetch = default;
        Assert.True(fetch.Fetch(table.Heap, root, oldSnapshot));
        Assert.Equal(0, TestTable.Value(fetch.Row));
        Transaction now = engine.Transactions.Begin();
        Assert.True(fetch.Fetch(table.Heap, root, now.TakeSnapshot()));
        Assert.Equal(5, TestTable.Value(fetch.Row));
        Assert.Equal(tid, fetch.Row.Tid);
        fetch.Release();
        engine.Transactions.Commit(now);
        engine.Transactions.Commit(old);
    }

    [Fact]
    public void Pruning_keeps_a_hot_row_on_its_page_for_ever()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Tid root = default;
        table.InTransaction(t => root = table.Insert(t, 1, 0, new string('x', 500)));
        HeapFetch fetch = default;
        for (int i = 1; i <= 300; i++)
        {
            Transaction t = engine.Transactions.Begin();
            Assert.True(fetch.Fetch(table.Heap, root, t.TakeSnapshot(), forUpdate: true));
            Assert.Equal(i - 1, TestTable.Value(fetch.Row));
            Assert.Equal(HeapResult.Ok, table.Update(t, fetch.Row.Tid, 1, i, out Tid next, new string('x', 500)));
            Assert.Equal(root.Block, next.Block);
            engine.Transactions.Commit(t);
        }
        fetch.Release();
        Assert.Equal(1u, table.Heap.CountBlocks(ReadPoint.Live));
        AssertPagesEqualReplay(engine);
    }

    [Fact]
    public void A_page_may_be_pinned_while_it_is_pruned_and_not_pruned_while_rows_of_it_are_in_use()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Tid tid = default;
        table.InTransaction(t => tid = table.Insert(t, 1, 1));
        table.InTransaction(t => table.Update(t, tid, 1, 2, out _));
        PageHandle pruner = engine.Pool.Pin(table.Heap.KeyOf(tid.Block));
        PageHandle reader = engine.Pool.Pin(table.Heap.KeyOf(tid.Block));
        Assert.False(pruner.TryLatchForCleanup());
        reader.Unpin();
        Assert.True(pruner.TryLatchForCleanup());
        PageHandle late = engine.Pool.Pin(table.Heap.KeyOf(tid.Block));
        Assert.True(HeapPruner.Prune(pruner, engine.Wal, engine.Transactions));
        pruner.UnlatchExclusive();
        late.Unpin();
        pruner.Unpin();
        Assert.Equal(2, table.ReadNow()[1]);
    }

    [Fact]
    public void A_rolled_back_heap_only_update_leaves_the_old_version_and_its_space_is_taken_again()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Tid root = default;
        table.InTransaction(t => root = table.Insert(t, 1, 7, new string('x', 2000)));
        HeapFetch fetch = default;
        for (int i = 0; i < 20; i++)
        {
            Transaction t = engine.Transactions.Begin();
            Assert.True(fetch.Fetch(table.Heap, root, t.TakeSnapshot(), forUpdate: true));
            Assert.Equal(7, TestTable.Value(fetch.Row));
            Tid tid = fetch.Row.Tid;
            fetch.Release();
            Assert.Equal(HeapResult.Ok, table.Update(t, tid, 1, 8, out _, new string('x', 2000)));
            engine.Transactions.Abort(t);
        }
        Assert.Equal(7, table.ReadNow()[1]);
        AssertPagesEqualReplay(engine);
    }

    [Fact]
    public void An_update_that_does_not_fit_goes_to_another_page()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Tid tid = default;
        table.InTransaction(t =>
        {
            tid = table.Insert(t, 1, 1, new string('a', 3000));
            table.Insert(t, 2, 2, new string('b', 3000));
        });
        table.InTransaction(t =>
        {
            Assert.Equal(HeapResult.Ok, table.Update(t, tid, 1, 3, out Tid moved, new string('a', 5000)));
            Assert.NotEqual(tid.Block, moved.Block);
        });
        Assert.Equal(3, table.ReadNow()[1]);
        Assert.Equal(0, engine.Pool.CountPins());
        AssertPagesEqualReplay(engine);
    }

    [Fact]
    public void Deleted_rows_vanish_for_new_snapshots_and_stay_for_old_ones()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Tid tid = default;
        table.InTransaction(t => tid = table.Insert(t, 1, 1));
        Transaction old = engine.Transactions.Begin(IsolationLevel.RepeatableRead);
        Snapshot snapshot = old.TakeSnapshot();
        table.InTransaction(t => Assert.Equal(HeapResult.Ok, table.Heap.Delete(t, t.CurrentSnapshot, tid, out _)));
        Assert.Empty(table.ReadNow());
        Assert.Single(table.Read(snapshot));
        var error = Assert.Throws<SqlException>(() => table.Heap.Delete(old, snapshot, tid, out _));
        Assert.Equal(SqlState.SerializationFailure, error.State);
        engine.Transactions.Abort(old);
    }

    [Fact]
    public void Many_rows_at_once_fill_pages_and_read_back()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        RowBatch batch = TestTable.NewBatch();
        for (int i = 0; i < 5000; i++)
            TestTable.Encode(batch, i, i * 2, new string('n', i % 50));
        var tids = new Tid[batch.Count];
        table.InTransaction(t => table.Heap.InsertMany(t, batch, tids));
        SortedDictionary<long, long> rows = table.ReadNow();
        Assert.Equal(5000, rows.Count);
        Assert.All(rows, row => Assert.Equal(row.Key * 2, row.Value));
        Assert.Equal(5000, tids.Distinct().Count());
        AssertPagesEqualReplay(engine);
    }

    [Fact]
    public void A_row_too_big_for_a_page_is_refused()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Transaction t = engine.Transactions.Begin();
        var error = Assert.Throws<SqlException>(() => table.Insert(t, 1, 1, new string('x', 9000)));
        Assert.Equal(SqlState.ProgramLimitExceeded, error.State);
        engine.Transactions.Abort(t);
    }

    [Fact]
    public void Reads_the_past_at_an_lsn()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Tid tid = default;
        table.InTransaction(t => tid = table.Insert(t, 1, 1));
        Lsn first = engine.Transactions.VisibleLsn;
        table.InTransaction(t => table.Update(t, tid, 1, 2, out tid));
        Transaction open = engine.Transactions.Begin();
        open.TakeSnapshot();
        table.Update(open, tid, 1, 3, out _);
        Lsn second = engine.Timeline.EndOfLog;
        engine.Transactions.Commit(open);

        Assert.Equal(1, table.Read(Snapshot.At(first))[1]);
        Assert.Equal(2, table.Read(Snapshot.At(second))[1]);
        Assert.Equal(3, table.ReadNow()[1]);
    }

    internal static void AssertPagesEqualReplay(TestEngine engine)
    {
        Assert.Null(engine.Failure);
        foreach (PageKey key in engine.Timeline.ChangedPages())
        {
            if (!engine.Pool.TryPinCached(key, ReadPoint.Live, out PageHandle page))
                continue;
            byte[] mine = page.Bytes.ToArray();
            page.Unpin();
            byte[] model = engine.Timeline.PageAt(key, Lsn.Max);
            int difference = PageCompare.FirstDifference(mine, model);
            Assert.True(difference < 0, $"page {key} differs from replay at offset {difference}");
        }
    }
}
