using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format;
using Xunit;

namespace Strata.Tests.Engine.Storage;

/// <summary>
/// Random histories of interleaved transactions with savepoints, aborts and crashes, through a tiny pool over a page server that answers as old as it may, against a model of
/// snapshot isolation in dictionaries.
/// </summary>
public sealed class HeapModelProperties
{
    private sealed record Row(long Value, Tid Tid);

    private sealed class Open
    {
        public required Transaction Transaction { get; init; }

        /// <summary>What its snapshot saw (REPEATABLE READ); null under READ COMMITTED.</summary>
        public SortedDictionary<long, Row>? Seen { get; init; }

        /// <summary>Own changes, null for deleted; the stack holds the states at savepoints.</summary>
        public Dictionary<long, Row?> Changes { get; set; } = [];

        public Stack<(string Name, Dictionary<long, Row?> Changes)> Savepoints { get; } = [];
    }

    private readonly SortedDictionary<long, Row> _committed = [];
    private readonly List<Open> _open = [];
    private long _nextId;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Every_transaction_sees_what_the_model_says(int seed)
    {
        var random = new Random(seed);
        var engine = new TestEngine(frames: 20);
        engine.Timeline.AnswerAsOldAsAllowed = true;
        TestTable table = TestTable.Create(engine);
        for (int step = 0; step < 600; step++)
        {
            int action = random.Next(100);
            if (action < 12 && _open.Count < 5)
                Begin(engine, random);
            else if (action < 60 && _open.Count > 0)
                Write(table, _open[random.Next(_open.Count)], random);
            else if (action < 68 && _open.Count > 0)
                Savepoint(_open[random.Next(_open.Count)], random);
            else if (action < 78 && _open.Count > 0)
                End(engine, _open[random.Next(_open.Count)], commit: random.Next(4) > 0);
            else if (action < 98)
                Check(table, random);
            else
            {
                // Only what is committed survives; every commit is durable here.
                _open.Clear();
                engine = engine.Restart(frames: 20);
                table = table.In(engine);
            }
            Assert.Equal(0, engine.Pool.CountPins());
        }
        AssertRows(_committed, table.ReadNow());
        HeapRelationTests.AssertPagesEqualReplay(engine);
        engine.Dispose();
    }

    private void Begin(TestEngine engine, Random random)
    {
        bool repeatable = random.Next(2) == 0;
        Transaction transaction = engine.Transactions.Begin(repeatable ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted);
        transaction.TakeSnapshot();
        _open.Add(new Open { Transaction = transaction, Seen = repeatable ? new SortedDictionary<long, Row>(_committed) : null });
    }

    private void Write(TestTable table, Open open, Random random)
    {
        Transaction t = open.Transaction;
        t.AdvanceCommand();
        Snapshot snapshot = t.TakeSnapshot();
        SortedDictionary<long, Row> view = View(open);
        long[] free = [.. view.Keys.Where(id => !_open.Any(other => other != open && other.Changes.ContainsKey(id)))];
        string note = new('n', random.Next(10) == 0 ? random.Next(2500) : random.Next(40));
        if (free.Length == 0 || random.Next(3) == 0)
        {
            long id = _nextId++;
            open.Changes[id] = new Row(id, table.Insert(t, id, id, note));
            return;
        }

        long target = free[random.Next(free.Length)];
        Row row = view[target];
        bool stale = !open.Changes.ContainsKey(target) && (!_committed.TryGetValue(target, out Row? now) || now != row);
        bool delete = random.Next(4) == 0;
        long value = random.Next(1000);
        Tid tid = row.Tid;
        try
        {
            HeapResult result = delete
                ? table.Heap.Delete(t, snapshot, row.Tid, out _)
                : table.Update(t, row.Tid, target, value, out tid, note, hot: random.Next(2) == 0);
            Assert.False(stale);
            Assert.Equal(HeapResult.Ok, result);
            open.Changes[target] = delete ? null : new Row(value, tid);
        }
        catch (SqlException error) when (stale)
        {
            // The first updater won. The row may be gone for good by now, but never the fact that it was changed.
            Assert.Equal(SqlState.SerializationFailure, error.State);
        }
    }

    private static void Savepoint(Open open, Random random)
    {
        Transaction t = open.Transaction;
        if (open.Savepoints.Count == 0 || random.Next(2) == 0)
        {
            string name = "s" + random.Next(3);
            t.DefineSavepoint(name);
            open.Savepoints.Push((name, new Dictionary<long, Row?>(open.Changes)));
            return;
        }

        string target = open.Savepoints.ElementAt(random.Next(open.Savepoints.Count)).Name;
        bool release = random.Next(2) == 0;
        if (release)
            t.ReleaseSavepoint(target);
        else
            t.RollbackToSavepoint(target);
        while (open.Savepoints.Peek().Name != target)
            open.Savepoints.Pop();
        if (release)
            open.Savepoints.Pop();
        else
            open.Changes = new Dictionary<long, Row?>(open.Savepoints.Peek().Changes);
    }

    private void End(TestEngine engine, Open open, bool commit)
    {
        _open.Remove(open);
        if (!commit)
        {
            engine.Transactions.Abort(open.Transaction);
            return;
        }

        engine.Transactions.Commit(open.Transaction);
        foreach ((long id, Row? row) in open.Changes)
        {
            if (row is null)
                _committed.Remove(id);
            else
                _committed[id] = row;
        }
    }

    private void Check(TestTable table, Random random)
    {
        if (_open.Count == 0 || random.Next(4) == 0)
        {
            AssertRows(_committed, table.ReadNow());
            return;
        }

        Open open = _open[random.Next(_open.Count)];
        open.Transaction.AdvanceCommand();
        AssertRows(View(open), table.Read(open.Transaction.TakeSnapshot()));
    }

    private SortedDictionary<long, Row> View(Open open)
    {
        var view = new SortedDictionary<long, Row>(open.Seen ?? _committed);
        foreach ((long id, Row? row) in open.Changes)
        {
            if (row is null)
                view.Remove(id);
            else
                view[id] = row;
        }
        return view;
    }

    private static void AssertRows(SortedDictionary<long, Row> expected, SortedDictionary<long, long> actual) =>
        Assert.Equal(expected.Select(row => (row.Key, row.Value.Value)), actual.Select(row => (row.Key, row.Value)));
}
