using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Pages.Heap;
using Xunit;

namespace Strata.Tests.Engine.Storage;

public sealed class ConcurrencyTests
{
    private const int Accounts = 20;
    private const long Initial = 1000;

    private static Tid[] Fill(TestTable table, int accounts = Accounts)
    {
        Tid[] roots = new Tid[accounts];
        table.InTransaction(t =>
        {
            for (int i = 0; i < accounts; i++)
                roots[i] = table.Insert(t, i, Initial, new string('f', 200));
        });
        return roots;
    }

    /// <summary>Adds to an account's value as an UPDATE under READ COMMITTED does, with its re-check. False when the row has moved away from under its root; when this moves it, the root changes.</summary>
    private static bool Add(TestTable table, Transaction t, ref HeapFetch fetch, ref Tid root, long amount, RowBatch batch)
    {
        Snapshot snapshot = t.TakeSnapshot();
        if (!fetch.Fetch(table.Heap, root, snapshot, forUpdate: true))
            return false;
        while (true)
        {
            Tid tid = fetch.Row.Tid;
            batch.Reset(new RowLayout(1, [8, 8, -1]));
            TestTable.Encode(batch, TestTable.Id(fetch.Row), TestTable.Value(fetch.Row) + amount, new string('f', 200));
            fetch.Release();
            HeapResult result = table.Heap.Update(t, snapshot, tid, batch[0], hotAllowed: true, keyChanged: false, out HeapUpdateOutcome outcome);
            if (result == HeapResult.Ok)
            {
                if (!outcome.IsHeapOnly)
                    root = outcome.Tid;
                return true;
            }
            Assert.Equal(HeapResult.Updated, result);
            if (outcome.Tid.Block != root.Block)
                root = outcome.Tid;
            snapshot = t.TakeFreshSnapshot();
            Assert.True(fetch.FetchVersion(table.Heap, outcome.Tid));
        }
    }

    [Theory]
    [InlineData(512)]
    [InlineData(32)]
    public void Concurrent_transfers_keep_the_sum(int frames)
    {
        using var engine = new TestEngine(frames: frames, options: new TransactionOptions { DeadlockTimeout = TimeSpan.FromMilliseconds(10) });
        engine.Timeline.AnswerAsOldAsAllowed = true;
        TestTable table = TestTable.Create(engine);
        Tid[] roots = Fill(table);
        int committed = 0;
        // What an index would know: the first version of each heap-only chain. A row moves to another page when pruning could not make room.
        object gate = new();
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            var random = new Random(thread);
            RowBatch batch = TestTable.NewBatch();
            HeapFetch fetch = default;
            for (int i = 0; i < 400; i++)
            {
                int from = random.Next(Accounts), to = (from + 1 + random.Next(Accounts - 1)) % Accounts;
                Transaction t = engine.Transactions.Begin();
                try
                {
                    Tid fromRoot, toRoot;
                    lock (gate)
                        (fromRoot, toRoot) = (roots[from], roots[to]);
                    bool found = Add(table, t, ref fetch, ref fromRoot, -5, batch);
                    t.AdvanceCommand();
                    found = found && Add(table, t, ref fetch, ref toRoot, 5, batch);
                    if (found && random.Next(10) > 0)
                    {
                        // Before the locks go, or the next writer of the row would look for it at its old place.
                        lock (gate)
                        {
                            engine.Transactions.Commit(t);
                            (roots[from], roots[to]) = (fromRoot, toRoot);
                            committed++;
                        }
                    }
                    else
                        engine.Transactions.Abort(t);
                }
                catch (SqlException error) when (error.State == SqlState.DeadlockDetected)
                {
                    engine.Transactions.Abort(t);
                }
                finally
                {
                    fetch.Release();
                }
                if (i % 50 == 0)
                    Assert.Equal(Accounts * Initial, table.ReadNow().Values.Sum());
            }
        });
        Assert.True(committed > 100);
        AssertEveryVersionIsReached(engine, table);
        Assert.Equal(Accounts * Initial, table.ReadNow().Values.Sum());
        Assert.Equal(0, engine.Pool.CountPins());
        HeapRelationTests.AssertPagesEqualReplay(engine);
    }

    /// <summary>No heap-only version that came to be is cut off from the line pointer that indexes name.</summary>
    private static void AssertEveryVersionIsReached(TestEngine engine, TestTable table)
    {
        Transaction now = engine.Transactions.Begin();
        Snapshot snapshot = now.TakeSnapshot();
        var scan = new HeapScan();
        var visible = new HashSet<Tid>();
        scan.Open(table.Heap, snapshot);
        while (scan.NextPage(out ReadOnlySpan<HeapRowPointer> rows))
        {
            foreach (HeapRowPointer row in rows)
                visible.Add(row.Tid);
        }
        scan.Close();
        HeapFetch fetch = default;
        var reached = new HashSet<Tid>();
        foreach (Tid tid in visible)
        {
            for (ushort root = 1; root <= HeapPage.MaxSlots; root++)
            {
                if (fetch.Fetch(table.Heap, new Tid(tid.Block, root), snapshot))
                    reached.Add(fetch.Row.Tid);
            }
        }
        fetch.Release();
        engine.Transactions.Commit(now);
        Assert.Empty(visible.Except(reached));
    }

    [Fact]
    public void Readers_see_whole_transactions_only()
    {
        using var engine = new TestEngine();
        TestTable table = TestTable.Create(engine);
        Tid[] tids = Fill(table, 2);
        bool stop = false;
        Task writer = OnThread.Run(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                Transaction t = engine.Transactions.Begin();
                t.TakeSnapshot();
                table.Update(t, tids[0], 0, i, out Tid first, hot: false);
                table.Update(t, tids[1], 1, 2 * Initial - i, out Tid second, hot: false);
                engine.Transactions.Commit(t);
                tids = [first, second];
            }
            Volatile.Write(ref stop, true);
        });
        while (!Volatile.Read(ref stop) && !writer.IsFaulted)
            Assert.Equal(2 * Initial, table.ReadNow().Values.Sum());
        Assert.Null(writer.Exception);
        HeapRelationTests.AssertPagesEqualReplay(engine);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_crash_at_any_point_keeps_every_acknowledged_commit(int seed)
    {
        var random = new Random(seed);
        var engine = new TestEngine(frames: 16 + random.Next(64));
        TestTable table = TestTable.Create(engine);
        var acknowledged = new HashSet<long>();
        var unknown = new HashSet<long>();
        long next = 0;
        for (int life = 0; life < 5; life++)
        {
            engine.Timeline.AutoDurable = false;
            var open = new List<(Transaction, Task, long[])>();
            for (int i = 0; i < 30; i++)
            {
                Transaction t = engine.Transactions.Begin();
                long[] ids = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => next++)];
                foreach (long id in ids)
                    table.Insert(t, id, id);
                if (random.Next(5) == 0)
                {
                    engine.Transactions.Abort(t);
                    continue;
                }
                Task commit = OnThread.Run(() => engine.Transactions.Commit(t));
                SpinWait.SpinUntil(() => t.State != TransactionState.Active || commit.IsFaulted);
                open.Add((t, commit, ids));
                if (random.Next(3) == 0)
                {
                    // The quorum has a prefix of the log: whole records up to some point.
                    engine.Timeline.MakeDurable(new Lsn((ulong)random.NextInt64((long)engine.Timeline.DurableLsn.Value, (long)engine.Timeline.EndOfLog.Value + 1)));
                }
            }
            InMemoryTimeline crashed = engine.Timeline.Crash();
            foreach ((_, Task commit, long[] ids) in open)
            {
                await Task.WhenAny(commit);
                (commit.IsCompletedSuccessfully ? acknowledged : unknown).UnionWith(ids);
            }
            Assert.Null(engine.Failure);
            engine.Dispose();
            engine = new TestEngine(crashed, frames: 16 + random.Next(64));
            table = table.In(engine);
            SortedDictionary<long, long> rows = table.ReadNow();
            Assert.Empty(acknowledged.Except(rows.Keys));
            Assert.Empty(rows.Keys.Except(acknowledged.Union(unknown)));
            // What was unknown and shows now is as good as acknowledged; what does not show never will.
            acknowledged = [.. rows.Keys];
            unknown.Clear();
        }
        Assert.True(acknowledged.Count > 10);
        engine.Dispose();
    }
}
