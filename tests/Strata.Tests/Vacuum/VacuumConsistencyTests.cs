using System.Buffers.Binary;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.FreeSpace;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Vacuum;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Tests.Engine;
using Strata.Tests.Engine.Storage;
using Xunit;

namespace Strata.Tests.Vacuum;

/// <summary>Transfers between rows beside vacuum and readers: every snapshot sees each row once and the same sum, by index and by heap.</summary>
public sealed class VacuumConsistencyTests : IDisposable
{
    private const int Rows = 100;
    private const int TransfersPerWriter = 400;

    private readonly TestEngine _engine = new();
    private readonly RelationFiles _files;
    private readonly TestTable _table;
    private readonly BTreeIndex _index;
    private Exception? _failure;
    private volatile bool _stop;

    public VacuumConsistencyTests()
    {
        _files = new RelationFiles(_engine.Pool, _engine.Wal);
        _engine.Context.FreeSpace = _files;
        _table = TestTable.Create(_engine);
        ulong storage = _engine.Transactions.NextStorageId();
        RelationFile.Create(_engine.Pool, _engine.Wal, TestEngine.Database, storage, xid: 0);
        BTreeIndex.Create(_engine.Pool, _engine.Wal, _files.Get(TestEngine.Database, storage), xid: 0);
        _index = new BTreeIndex(_engine.Pool, _engine.Wal, _files.Get(TestEngine.Database, storage));
        _table.InTransaction(t =>
        {
            for (int id = 0; id < Rows; id++)
                _index.Insert(t.EnsureXid(), Key(id), _table.Insert(t, id, 1000, "x"));
        });
    }

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Snapshots_stay_whole_while_rows_move_and_vacuum_runs()
    {
        Thread[] writers = [Start(() => Transfer(1)), Start(() => Transfer(2)), Start(() => Transfer(3))];
        Thread[] others =
        [
            Start(() => Repeat(() => new TableVacuum(_engine.Context, _files, TestEngine.Database, _table.Heap.Storage, [_index]).Run())),
            Start(() => Repeat(() => Check(IsolationLevel.RepeatableRead, ScanDirection.Forward))),
            Start(() => Repeat(() => Check(IsolationLevel.ReadCommitted, ScanDirection.Backward))),
        ];
        foreach (Thread writer in writers)
            writer.Join();
        _stop = true;
        foreach (Thread other in others)
            other.Join();
        Assert.Null(_failure);
        Assert.Null(_engine.Failure);
        Assert.Equal(0L, _engine.Pool.CountPins());
        Check(IsolationLevel.ReadCommitted, ScanDirection.Forward);
    }

    private void Transfer(int seed)
    {
        var random = new Random(seed);
        TestTable table = _table.In(_engine);
        for (int i = 0; i < TransfersPerWriter && _failure == null; i++)
        {
            Transaction transaction = _engine.Transactions.Begin();
            int low = random.Next(Rows - 1), high = random.Next(low + 1, Rows), amount = random.Next(-50, 50);
            Change(transaction, table, low, amount, random);
            Change(transaction, table, high, -amount, random);
            if (random.Next(8) == 0)
                _engine.Transactions.Abort(transaction);
            else
                _engine.Transactions.Commit(transaction);
        }
    }

    private void Change(Transaction transaction, TestTable table, long id, long amount, Random random)
    {
        while (true)
        {
            transaction.TakeSnapshot();
            (Tid tid, long value) = Find(transaction, table, id);
            string note = new('n', random.Next(60));
            HeapResult result = table.Heap.Update(
                transaction, transaction.CurrentSnapshot, tid, table.Row(id, value + amount, note)[0], hotAllowed: random.Next(3) != 0, keyChanged: false,
                out HeapUpdateOutcome outcome);
            if (result == HeapResult.Updated)
                continue;
            Assert.Equal(HeapResult.Ok, result);
            if (!outcome.IsHeapOnly)
                _index.Insert(transaction.Xid, Key(id), outcome.Tid);
            transaction.AdvanceCommand();
            return;
        }
    }

    private (Tid Tid, long Value) Find(Transaction transaction, TestTable table, long id)
    {
        var fetch = new HeapFetch();
        var tids = new Tid[64];
        int count = _index.Lookup(Key(id), tids, out BTreeLeafPosition position);
        (Tid, long)? found = null;
        while (true)
        {
            foreach (Tid tid in tids.AsSpan(0, count))
            {
                if (fetch.Fetch(table.Heap, tid, transaction.CurrentSnapshot, forUpdate: true))
                {
                    Assert.Equal(id, TestTable.Id(fetch.Row));
                    found = (fetch.Row.Tid, TestTable.Value(fetch.Row));
                    break;
                }
                if (fetch.AllDead)
                    _index.HintDead(position, Key(id), tid);
            }
            if (found != null || count < tids.Length)
                break;
            position = default;
            count = _index.LookupAfter(Key(id), tids[^1], tids);
        }
        fetch.Release();
        return Assert.NotNull(found);
    }

    private void Check(IsolationLevel isolation, ScanDirection direction)
    {
        Transaction transaction = _engine.Transactions.Begin(isolation);
        Snapshot snapshot = transaction.TakeSnapshot();
        var byIndex = new SortedDictionary<long, long>();
        var scan = new BTreeScan();
        var fetch = new HeapFetch();
        scan.Open(_index, BTreeRange.All, direction);
        while (scan.NextBatch())
        {
            for (int i = 0; i < scan.Tids.Length; i++)
            {
                if (fetch.Fetch(_table.Heap, scan.Tids[i], snapshot))
                    byIndex.Add(TestTable.Id(fetch.Row), TestTable.Value(fetch.Row));
                else if (fetch.AllDead)
                    scan.HintDead(i);
            }
        }
        fetch.Release();
        scan.Close();
        Assert.Equal(Rows, byIndex.Count);
        Assert.Equal(Rows * 1000L, byIndex.Values.Sum());
        Assert.Equal(byIndex, _table.Read(snapshot));
        _engine.Transactions.Commit(transaction);
    }

    private void Repeat(Action body)
    {
        while (!_stop && _failure == null)
            body();
    }

    private Thread Start(Action body)
    {
        var thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception e)
            {
                _failure ??= e;
            }
        });
        thread.Start();
        return thread;
    }

    private static byte[] Key(long id)
    {
        var key = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, id ^ long.MinValue);
        return key;
    }
}
