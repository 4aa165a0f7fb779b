using System.Buffers.Binary;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.FreeSpace;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Vacuum;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;
using Strata.Format.Pages.Maps;
using Strata.Tests.Engine;
using Strata.Tests.Engine.Storage;
using Xunit;

namespace Strata.Tests.Vacuum;

public sealed class TableVacuumTests : IDisposable
{
    private readonly TestEngine _engine = new();
    private readonly RelationFiles _files;
    private readonly TestTable _table;
    private readonly BTreeIndex _index;

    public TableVacuumTests()
    {
        _files = new RelationFiles(_engine.Pool, _engine.Wal);
        _engine.Context.FreeSpace = _files;
        _table = TestTable.Create(_engine);
        ulong storage = _engine.Transactions.NextStorageId();
        RelationFile.Create(_engine.Pool, _engine.Wal, TestEngine.Database, storage, xid: 0);
        BTreeIndex.Create(_engine.Pool, _engine.Wal, _files.Get(TestEngine.Database, storage), xid: 0);
        _index = new BTreeIndex(_engine.Pool, _engine.Wal, _files.Get(TestEngine.Database, storage));
    }

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Dead_rows_their_entries_and_line_pointers_go()
    {
        Tid[] tids = Insert(0, 2000);
        _table.InTransaction(t =>
        {
            for (int i = 0; i < tids.Length; i += 2)
                Assert.Equal(HeapResult.Ok, _table.Heap.Delete(t, t.CurrentSnapshot, tids[i], out _));
        });
        VacuumResult result = Vacuum();
        Assert.Equal((1000L, 1000L, 1000L), (result.RemovedEntries, result.FreedSlots, result.ScannedLiveRows));
        Assert.Equal(UsedBlocks(), result.AllVisibleBlocks);
        Assert.Equal(1000, _table.ReadNow().Count);
        var found = new Tid[2];
        Assert.Equal(0, _index.Lookup(Key(0), found));
        Assert.Equal(1, _index.Lookup(Key(1), found));

        uint blocks = _table.Heap.CountBlocks(ReadPoint.Live);
        Insert(5000, 900);
        Assert.Equal(blocks, _table.Heap.CountBlocks(ReadPoint.Live));
        CheckReplay();
    }

    [Fact]
    public void Rows_that_a_snapshot_still_sees_stay()
    {
        Tid[] tids = Insert(0, 100);
        Transaction reader = _engine.Transactions.Begin(IsolationLevel.RepeatableRead);
        Snapshot snapshot = reader.TakeSnapshot();
        _table.InTransaction(t =>
        {
            foreach (Tid tid in tids)
                _table.Heap.Delete(t, t.CurrentSnapshot, tid, out _);
        });
        Assert.Equal(0, Vacuum().FreedSlots);
        Assert.Equal(100, _table.Read(snapshot).Count);
        _engine.Transactions.Commit(reader);
        Assert.Equal(100, Vacuum().FreedSlots);
        Assert.Empty(_table.ReadNow());
    }

    [Fact]
    public void A_second_vacuum_skips_what_is_visible_to_all_until_it_changes()
    {
        Tid[] tids = Insert(0, 2000);
        VacuumResult first = Vacuum();
        Assert.Equal(UsedBlocks(), first.AllVisibleBlocks);
        uint neverUsed = first.Blocks - UsedBlocks();
        Assert.Equal(neverUsed, Vacuum().ScannedBlocks);
        _table.InTransaction(t => Assert.Equal(HeapResult.Ok, _table.Update(t, tids[^1], 1999, 77, out _)));
        VacuumResult third = Vacuum();
        Assert.Equal(1 + neverUsed, third.ScannedBlocks);
        Assert.Equal(UsedBlocks(), third.AllVisibleBlocks);
        CheckReplay();
    }

    [Fact]
    public void A_chain_of_heap_only_updates_keeps_one_entry_and_one_row()
    {
        Tid tid = Insert(0, 1)[0];
        Tid newest = tid;
        for (int i = 0; i < 20; i++)
        {
            Tid from = newest;
            _table.InTransaction(t => Assert.Equal(HeapResult.Ok, _table.Update(t, from, 0, 100, out newest)));
        }
        VacuumResult result = Vacuum();
        Assert.Equal((0L, 1L), (result.RemovedEntries, result.ScannedLiveRows));
        _table.InTransaction(t =>
        {
            var fetch = new HeapFetch();
            Assert.True(fetch.Fetch(_table.Heap, tid, t.CurrentSnapshot));
            Assert.Equal(100, TestTable.Value(fetch.Row));
            fetch.Release();
        });
    }

    [Fact]
    public void Empty_blocks_at_the_end_are_cut_off_and_come_back_empty()
    {
        Tid[] tids = Insert(0, 3000);
        uint blocks = _table.Heap.CountBlocks(ReadPoint.Live);
        _table.InTransaction(t =>
        {
            foreach (Tid tid in tids.Where(tid => tid.Block >= 3))
                _table.Heap.Delete(t, t.CurrentSnapshot, tid, out _);
        });
        Vacuum();
        TableVacuum vacuum = NewVacuum();
        Assert.Equal(blocks - 3, vacuum.TruncateTail(xid: 0));
        Assert.Equal(3u, _table.Heap.CountBlocks(ReadPoint.Live));
        int kept = tids.Count(tid => tid.Block < 3);
        Assert.Equal(kept, _table.ReadNow().Count);
        Insert(10_000, 2000);
        Assert.Equal(kept + 2000, _table.ReadNow().Count);
        CheckReplay();
    }

    [Fact]
    public void Little_memory_means_more_passes_and_the_same_result()
    {
        Tid[] tids = Insert(0, 3000);
        _table.InTransaction(t =>
        {
            foreach (Tid tid in tids)
                _table.Heap.Delete(t, t.CurrentSnapshot, tid, out _);
        });
        VacuumResult result = NewVacuum(maxDeadTids: 16).Run();
        Assert.Equal((3000L, 3000L), (result.RemovedEntries, result.FreedSlots));
    }

    [Fact]
    public void Free_space_outlives_a_restart()
    {
        Tid[] tids = Insert(0, 2000);
        _table.InTransaction(t =>
        {
            foreach (Tid tid in tids.Where(tid => tid.Block == 5))
                _table.Heap.Delete(t, t.CurrentSnapshot, tid, out _);
        });
        Vacuum();
        var again = new RelationFiles(_engine.Pool, _engine.Wal);
        Assert.True(again.FreeSpace(TestEngine.Database, _table.Heap.Storage).TryFind(7000, out uint block));
        Assert.Equal(5u, block);
        Assert.False(again.FreeSpace(TestEngine.Database, _table.Heap.Storage).TryFind(7000, out _));
    }

    [Fact]
    public void Vacuum_runs_beside_writers()
    {
        Tid[] tids = Insert(0, 400);
        Exception? failure = null;
        long moved = 0;
        var workers = Enumerable.Range(0, 3).Select(w => new Thread(() =>
        {
            try
            {
                var random = new Random(w);
                TestTable table = _table.In(_engine);
                for (int i = 0; i < 600; i++)
                {
                    Transaction t = _engine.Transactions.Begin();
                    t.TakeSnapshot();
                    long id = 10_000 + w * 1000 + i;
                    Tid tid = table.Insert(t, id, 0, new string('x', random.Next(200)));
                    _index.Insert(t.Xid, Key(id), tid);
                    if (i % 3 != 0)
                    {
                        t.AdvanceCommand();
                        Assert.Equal(HeapResult.Ok, table.Heap.Delete(t, t.CurrentSnapshot, tid, out _));
                    }
                    else
                        Interlocked.Increment(ref moved);
                    _engine.Transactions.Commit(t);
                }
            }
            catch (Exception e)
            {
                failure ??= e;
            }
        })).ToArray();
        foreach (Thread worker in workers)
            worker.Start();
        while (workers.Any(worker => worker.IsAlive))
            Vacuum();
        Assert.Null(failure);
        Vacuum();
        Assert.Equal(400 + moved, _table.ReadNow().Count);
        var scan = new BTreeScan();
        scan.Open(_index, BTreeRange.All, ScanDirection.Forward);
        long entries = 0;
        while (scan.NextBatch())
            entries += scan.Tids.Length;
        Assert.Equal(400 + moved, entries);
        CheckReplay();
    }

    private static byte[] Key(long id)
    {
        var key = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, id ^ long.MinValue);
        return key;
    }

    private Tid[] Insert(int from, int count)
    {
        var tids = new Tid[count];
        _table.InTransaction(t =>
        {
            for (int i = 0; i < count; i++)
            {
                tids[i] = _table.Insert(t, from + i, i, "some text");
                _index.Insert(t.Xid, Key(from + i), tids[i]);
            }
        });
        return tids;
    }

    /// <summary>Blocks of the table but those of the last extension that were never written.</summary>
    private uint UsedBlocks()
    {
        uint used = 0;
        for (uint block = 0; block < _table.Heap.CountBlocks(ReadPoint.Live); block++)
        {
            PageHandle page = _engine.Pool.Pin(_table.Heap.KeyOf(block));
            used += PageFormat.IsNew(page.Bytes) ? 0u : 1;
            page.Unpin();
        }
        return used;
    }

    private TableVacuum NewVacuum(int maxDeadTids = TableVacuum.DefaultMaxDeadTids) =>
        new(_engine.Context, _files, TestEngine.Database, _table.Heap.Storage, [_index], null, maxDeadTids);

    private VacuumResult Vacuum() => NewVacuum().Run();

    private void CheckReplay()
    {
        Assert.Null(_engine.Failure);
        Assert.Equal(0L, _engine.Pool.CountPins());
        foreach (PageKey key in _engine.Timeline.ChangedPages())
        {
            byte[] replayed = _engine.Timeline.PageAt(key, Lsn.Max);
            PageHandle page = _engine.Pool.Pin(key);
            Assert.Equal(-1, PageCompare.FirstDifference(replayed, page.Bytes));
            if (PageFormat.GetKind(page.Bytes) == PageKind.Heap && key.Storage == _table.Heap.Storage)
                Assert.Equal((PageFormat.GetFlags(page.Bytes) & PageFlags.HeapAllVisible) != 0, IsMarked(key.Block));
            page.Unpin();
        }
    }

    private bool IsMarked(uint block)
    {
        if (_files.Get(TestEngine.Database, _table.Heap.Storage).Blocks(Fork.Visibility) == 0)
            return false;
        PageHandle map = _engine.Pool.Pin(new PageKey(TestEngine.Database, _table.Heap.Storage, Fork.Visibility, 0));
        bool marked = !PageFormat.IsNew(map.Bytes) && VisibilityPage.Get(map.Bytes, block) != 0;
        map.Unpin();
        return marked;
    }
}
