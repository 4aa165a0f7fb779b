using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Vacuum;
using Strata.Engine.Transactions;
using Strata.Format;
using Xunit;

namespace Strata.Tests.BTree;

public class BTreeVacuumTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Dead_entries_go_and_all_others_stay(int seed)
    {
        using var harness = new BTreeHarness();
        var random = new Random(seed);
        var model = new SortedSet<(int Key, Tid Tid)>();
        for (int i = 0; i < 8000; i++)
        {
            var entry = (random.Next(2000), new Tid((uint)i, 1));
            model.Add(entry);
            harness.Index.Insert(7, BTreeHarness.Key(entry.Item1), entry.Item2);
        }
        for (int round = 0; round < 4; round++)
        {
            DeadTids dead = Choose(model.Select(m => m.Tid), _ => random.Next(3) == 0);
            BTreeVacuumResult result = new BTreeVacuum(harness.Index, harness.Engine.Transactions).Run(dead);
            model.RemoveWhere(m => dead.Contains(m.Tid));
            Assert.Equal(dead.Count, result.RemovedEntries);
            Assert.Equal(model.Count, result.Entries);
            Assert.Equal(model.Count, harness.CheckTree());
            Assert.Equal(model.Select(m => m.Tid), harness.Read(BTreeRange.All).Select(f => f.Tid));
            Assert.Equal(model.Reverse().Select(m => m.Tid), harness.Read(BTreeRange.All, ScanDirection.Backward).Select(f => f.Tid));
        }
    }

    [Fact]
    public void Empty_leaves_leave_the_tree_and_are_used_again()
    {
        using var harness = new BTreeHarness();
        for (int i = 0; i < 20_000; i++)
            harness.Index.Insert(7, BTreeHarness.Key(i), new Tid((uint)i, 1));
        uint blocks = harness.File.Blocks(Fork.Main);
        for (int round = 1; round <= 6; round++)
        {
            // A queue: old keys go, new ones come at the other end.
            int low = (round - 1) * 10_000;
            DeadTids dead = Choose(Enumerable.Range(low, 10_000).Select(i => new Tid((uint)i, 1)), _ => true);
            BTreeVacuumResult result = new BTreeVacuum(harness.Index, harness.Engine.Transactions).Run(dead);
            Assert.InRange(result.UnlinkedPages, 15, 25);
            Assert.Equal(10_000, harness.CheckTree());
            // The horizon passes only when something commits after the unlinking.
            harness.Commit();
            for (int i = low + 20_000; i < low + 30_000; i++)
                harness.Index.Insert(7, BTreeHarness.Key(i), new Tid((uint)i, 1));
            Assert.Equal(20_000, harness.CheckTree());
        }
        Assert.InRange(harness.File.Blocks(Fork.Main), blocks, blocks + 45);
    }

    [Fact]
    public void Pages_that_were_used_and_emptied_between_two_vacuums_are_used_again()
    {
        using var harness = new BTreeHarness();
        uint afterTen = 0;
        for (int round = 0; round < 40; round++)
        {
            for (int i = round * 5000; i < (round + 1) * 5000; i++)
                harness.Index.Insert(7, BTreeHarness.Key(i), new Tid((uint)i, 1));
            harness.Commit();
            int low = Math.Max(0, (round * 5000) - 100);
            new BTreeVacuum(harness.Index, harness.Engine.Transactions).Run(
                Choose(Enumerable.Range(low, (round * 5000) + 4900 - low).Select(i => new Tid((uint)i, 1)), _ => true));
            Assert.Equal(100, harness.CheckTree());
            if (round == 10)
                afterTen = harness.File.Blocks(Fork.Main);
        }
        Assert.InRange(harness.File.Blocks(Fork.Main), 1u, afterTen + 12);
    }

    [Fact]
    public void A_page_is_not_used_again_while_an_older_snapshot_lives()
    {
        using var harness = new BTreeHarness();
        for (int i = 0; i < 5000; i++)
            harness.Index.Insert(7, BTreeHarness.Key(i), new Tid((uint)i, 1));
        harness.Commit();
        Transaction reader = harness.Engine.Transactions.Begin(IsolationLevel.RepeatableRead);
        reader.TakeSnapshot();
        DeadTids dead = Choose(Enumerable.Range(0, 4000).Select(i => new Tid((uint)i, 1)), _ => true);
        BTreeVacuumResult result = new BTreeVacuum(harness.Index, harness.Engine.Transactions).Run(dead);
        Assert.True(result.UnlinkedPages > 5);
        harness.Commit();
        dead.Clear();
        Assert.Equal(0, new BTreeVacuum(harness.Index, harness.Engine.Transactions).Run(dead).RecycledPages);
        harness.Engine.Transactions.Commit(reader);
        harness.Commit();
        Assert.Equal(result.UnlinkedPages, new BTreeVacuum(harness.Index, harness.Engine.Transactions).Run(dead).RecycledPages);
        Assert.Equal(0, new BTreeVacuum(harness.Index, harness.Engine.Transactions).Run(dead).RecycledPages);
    }

    [Fact]
    public void Vacuum_runs_beside_inserts_and_scans()
    {
        using var harness = new BTreeHarness();
        const int keys = 6000;
        for (int i = 0; i < keys; i++)
            harness.Index.Insert(7, BTreeHarness.Key(i), new Tid((uint)i, 1));
        for (int i = 0; i < 60; i++)
            harness.Index.Insert(8, BTreeHarness.Key(i * 100), new Tid((uint)(1_000_000 + i), 3));
        Exception? failure = null;
        Thread Start(Action body)
        {
            var thread = new Thread(() =>
            {
                try
                {
                    body();
                }
                catch (Exception e)
                {
                    failure ??= e;
                }
            });
            thread.Start();
            return thread;
        }
        bool stop = false;
        Thread writer = Start(() =>
        {
            for (int i = 0; i < keys; i++)
                harness.Index.Insert(8, BTreeHarness.Key(i * 7 % keys), new Tid((uint)i, 2));
        });
        Thread reader = Start(() =>
        {
            // Entries with slot 3 stay all the time: every scan sees each of them once.
            while (!Volatile.Read(ref stop))
            {
                Assert.Equal(60, harness.Read(BTreeRange.All).Count(f => f.Tid.Slot == 3));
                Assert.Equal(60, harness.Read(BTreeRange.All, ScanDirection.Backward).Count(f => f.Tid.Slot == 3));
            }
        });
        for (int part = 0; part < 6; part++)
        {
            DeadTids dead = Choose(Enumerable.Range(part * 1000, 1000).Select(i => new Tid((uint)i, 1)), _ => true);
            new BTreeVacuum(harness.Index, harness.Engine.Transactions).Run(dead);
            harness.Commit();
        }
        writer.Join();
        Volatile.Write(ref stop, true);
        reader.Join();
        Assert.Null(failure);
        Assert.Equal(keys + 60, harness.CheckTree());
        Assert.Equal(60, harness.Read(BTreeRange.All).Count(f => f.Tid.Slot == 3));
    }

    private static DeadTids Choose(IEnumerable<Tid> tids, Func<Tid, bool> choose)
    {
        var dead = new DeadTids(1 << 20);
        foreach (Tid tid in tids.Where(choose).Order())
            dead.Add(tid);
        return dead;
    }
}
