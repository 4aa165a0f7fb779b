using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.FreeSpace;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Vacuum;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;
using Xunit;

namespace Strata.Tests.Engine.Storage;

public sealed class HeapSpaceTests
{
    [Fact]
    public void A_heap_that_was_never_created_is_empty_and_takes_rows()
    {
        using var engine = new TestEngine();
        var table = new TestTable(engine, storage: 1247);
        Assert.Empty(table.ReadNow());
        table.InTransaction(t => table.Insert(t, 1, 1));
        Assert.Single(table.ReadNow());
        using TestEngine next = engine.Restart();
        Assert.Single(table.In(next).ReadNow());
    }

    [Fact]
    public void Pages_of_the_last_extension_are_used_after_a_restart()
    {
        var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        string note = new('x', 3000);
        uint blocks = 0, grown;
        for (int i = 0; ; i++)
        {
            table.InTransaction(t => table.Insert(t, i, i, note));
            grown = table.Heap.CountBlocks(ReadPoint.Live);
            if (grown > blocks + 1)
                break;
            blocks = grown;
        }
        blocks = grown;
        int unused = 0;
        for (uint block = 0; block < blocks; block++)
            unused += PageFormat.IsNew(engine.Timeline.PageAt(table.Heap.KeyOf(block), Lsn.Max)) ? 1 : 0;
        Assert.True(unused > 0);
        engine = engine.Restart();
        table = table.In(engine);
        for (int i = 0; i < unused; i++)
            table.InTransaction(t => table.Insert(t, 1000 + i, i, note));
        Assert.Equal(blocks, table.Heap.CountBlocks(ReadPoint.Live));
        engine.Dispose();
    }

    [Fact]
    public void After_a_truncation_rows_go_to_blocks_that_exist()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        for (int i = 0; i < 50; i++)
            table.InTransaction(t => table.Insert(t, i, i, new string('x', 3000)));
        for (int round = 0; round < 3; round++)
        {
            Truncate(engine, table);
            engine.Context.Forget(TestEngine.Database, table.Heap.Storage);
            Assert.Empty(table.ReadNow());
            Tid tid = default;
            table.InTransaction(t => tid = table.Insert(t, 1, round));
            Assert.True(tid.Block < table.Heap.CountBlocks(ReadPoint.Live));
            Assert.Equal(round, table.ReadNow()[1]);
        }
        HeapRelationTests.AssertPagesEqualReplay(engine);
    }

    [Fact]
    public void A_page_whose_line_pointers_are_all_taken_is_not_offered_again_until_vacuum_freed_them()
    {
        using var engine = new TestEngine();
        var files = new RelationFiles(engine.Pool, engine.Wal);
        engine.Context.FreeSpace = files;
        TestTable table = TestTable.Create(engine);
        // It would look for room for ever.
        using var endless = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Tid tid = default;
        for (int i = 0; i < HeapPage.MaxSlots + 10; i++)
        {
            table.InTransaction(t => tid = table.Heap.Insert(t, table.Row(i, i)[0], endless.Token));
            table.InTransaction(t => table.Heap.Delete(t, t.CurrentSnapshot, tid, out _));
            Prune(engine, table, tid.Block);
        }
        Assert.True(tid.Block > 0);
        Assert.Empty(table.ReadNow());

        new TableVacuum(engine.Context, files, TestEngine.Database, table.Heap.Storage, []).Run();
        var blocks = new HashSet<uint>();
        for (int i = 0; i < 2 * HeapPage.MaxSlots; i++)
            table.InTransaction(t => blocks.Add(table.Heap.Insert(t, table.Row(i, i)[0], endless.Token).Block));
        Assert.Contains(0u, blocks);
        Assert.Equal(2 * HeapPage.MaxSlots, table.ReadNow().Count);
        HeapRelationTests.AssertPagesEqualReplay(engine);
    }

    [Fact]
    public void Freed_line_pointers_are_used_on_a_page_that_may_have_no_more_of_them()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        var tids = new List<Tid>();
        table.InTransaction(t => tids.Add(table.Insert(t, 0, 0)));
        for (int i = 1; tids[^1].Block == 0; i++)
        {
            Tid tid = default;
            table.InTransaction(t => tid = table.Insert(t, i, i));
            if (tid.Slot < HeapPage.MaxSlots)
            {
                table.InTransaction(t => table.Heap.Delete(t, t.CurrentSnapshot, tid, out _));
                Prune(engine, table, tid.Block);
            }
            tids.Add(tid);
        }
        var files = new RelationFiles(engine.Pool, engine.Wal);
        engine.Context.FreeSpace = files;
        new TableVacuum(engine.Context, files, TestEngine.Database, table.Heap.Storage, []).Run();

        PageHandle page = engine.Pool.Pin(table.Heap.KeyOf(0));
        Assert.Equal(HeapPage.MaxSlots, HeapPage.SlotCount(page.Bytes));
        Assert.True(HeapPage.CanFit(page.Bytes, table.Row(1, 1)[0].RowBytes));
        page.Unpin();
        // Batches take line pointers in sequence only, so they go elsewhere, and single rows come here.
        RowBatch batch = TestTable.NewBatch();
        TestTable.Encode(batch, 5001, 1);
        TestTable.Encode(batch, 5002, 1);
        var placed = new Tid[2];
        table.InTransaction(t => table.Heap.InsertMany(t, batch, placed));
        Assert.All(placed, tid => Assert.True(tid.Block > 0));
        Assert.Equal([0L, 5001L, 5002L], table.ReadNow().Keys.Where(id => id is 0 or > 5000));
        HeapRelationTests.AssertPagesEqualReplay(engine);
    }

    private static void Prune(TestEngine engine, TestTable table, uint block)
    {
        engine.Transactions.RefreshHorizon();
        PageHandle page = engine.Pool.Pin(table.Heap.KeyOf(block));
        Assert.True(page.TryLatchForCleanup());
        HeapPruner.Prune(page, engine.Wal, engine.Transactions);
        page.UnlatchExclusive();
        page.Unpin();
    }

    [Fact]
    public void Activity_tells_what_lives_and_what_only_vacuum_removes_when_transactions_end()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        HeapActivity activity = engine.Context.ActivityOf(TestEngine.Database, table.Heap.Storage);
        Tid tid = default;
        table.InTransaction(t =>
        {
            tid = table.Insert(t, 1, 1);
            Assert.Equal(0, activity.Inserted);
            Assert.Equal(new HeapChanges(1, 0, 0, 0), t.Activity.ChangesOf(activity));
        });
        table.InTransaction(t => table.Update(t, tid, 1, 2, out tid));
        Assert.Equal((1, 1, 1, 0), (activity.Inserted, activity.HotUpdated, activity.LiveChange, activity.Dead));
        table.InTransaction(t => table.Update(t, tid, 1, 3, out tid, hot: false));
        table.InTransaction(t => table.Heap.Delete(t, t.CurrentSnapshot, tid, out _));
        Assert.Equal((2, 1, 1, 0, 2, 4), (activity.Updated, activity.HotUpdated, activity.Deleted, activity.LiveChange, activity.Dead, activity.Changed));

        Transaction aborted = engine.Transactions.Begin();
        aborted.TakeSnapshot();
        table.Insert(aborted, 2, 2);
        engine.Transactions.Abort(aborted);
        Assert.Equal((2, 0, 3, 4), (activity.Inserted, activity.LiveChange, activity.Dead, activity.Changed));
    }

    private static void Truncate(TestEngine engine, TestTable table)
    {
        PageHandle meta = engine.Pool.Pin(RelationMetaPage.KeyOf(TestEngine.Database, table.Heap.Storage));
        meta.LatchExclusive();
        WalRecordBuilder record = engine.Wal.Begin(WalRecordKind.Change, 0);
        ByteWriter change = record.BeginChange(meta);
        RelationMetaSet.Begin(ref change);
        RelationMetaSet.Add(ref change, Fork.Main, 0);
        record.EndChange(in change);
        record.AddTruncate(table.Heap.KeyOf(0));
        Lsn lsn = record.Insert();
        meta.UnlatchExclusive();
        meta.Unpin();
        engine.Pool.Discard(TestEngine.Database, table.Heap.Storage, Fork.Main, 0, lsn);
    }
}
