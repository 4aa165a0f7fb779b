using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Vacuum;
using Strata.Format;
using Strata.Format.Pages.BTree;
using Xunit;

namespace Strata.Tests.BTree;

public class BTreeFaultTests
{
    private sealed class ReadFailedException : Exception;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_failed_read_leaves_no_latch_no_pin_and_a_valid_tree(int seed)
    {
        // So few frames that reads happen everywhere, in the middle of splits too.
        using var harness = new BTreeHarness(frames: 20);
        var random = new Random(seed);
        var model = new SortedSet<(int Key, Tid Tid)>();
        int failures = 0;
        for (int i = 0; i < 12_000; i++)
        {
            harness.Engine.Timeline.BeforeRead = i < 3000 ? null : _ =>
            {
                if (random.Next(10) == 0)
                    throw new ReadFailedException();
            };
            (int Key, Tid Tid) entry = (random.Next(), new Tid((uint)i, 1));
            try
            {
                harness.Index.Insert(7, BTreeHarness.Key(entry.Key), entry.Tid);
                model.Add(entry);
            }
            catch (ReadFailedException)
            {
                failures++;
                harness.Engine.Timeline.BeforeRead = null;
                // The entry may be in: a split that took it can fail while it tells the parent.
                if (harness.Index.Contains(BTreeHarness.Key(entry.Key), entry.Tid))
                    model.Add(entry);
            }
        }
        harness.Engine.Timeline.BeforeRead = null;
        Assert.True(failures > 50);
        Assert.Equal(model.Count, harness.CheckTree());
        Assert.Equal(model.Select(m => m.Tid), harness.Read(BTreeRange.All).Select(f => f.Tid));
    }

    [Fact]
    public void A_vacuum_that_fails_halfway_is_done_by_the_next_one()
    {
        using var harness = new BTreeHarness(frames: 20);
        for (int i = 0; i < 20_000; i++)
            harness.Index.Insert(7, BTreeHarness.Key(i), new Tid((uint)i, 1));
        var dead = new DeadTids(20_000);
        for (int i = 0; i < 20_000; i++)
        {
            if (i % 1000 > 20)
                dead.Add(new Tid((uint)i, 1));
        }
        var random = new Random(4);
        harness.Engine.Timeline.BeforeRead = _ =>
        {
            if (random.Next(60) == 0)
                throw new ReadFailedException();
        };
        int failures = 0;
        while (true)
        {
            try
            {
                new BTreeVacuum(harness.Index, harness.Engine.Transactions).Run(dead);
                break;
            }
            catch (ReadFailedException)
            {
                failures++;
            }
        }
        harness.Engine.Timeline.BeforeRead = null;
        Assert.True(failures > 0);
        Assert.Equal(20_000 - dead.Count, harness.CheckTree());
    }

    [Fact]
    public void A_split_whose_second_record_was_lost_is_completed_by_the_next_life()
    {
        using var harness = new BTreeHarness();
        for (int i = 0; i < 2000; i++)
            harness.Index.Insert(7, BTreeHarness.Key((int)((uint)i * 2654435761 % 100_003)), new Tid((uint)i, 1));
        int interrupted = 0;
        Lsn[] ends = harness.Engine.Timeline.RecordEnds();
        for (int at = ends.Length - 1; at > 0 && interrupted < 2; at--)
        {
            if (harness.CountIncompleteSplits(ends[at]) == 0)
                continue;
            interrupted++;
            using BTreeHarness next = harness.RestartAt(ends[at]);
            int before = next.CheckTree();
            for (int n = 0; n < 3000; n++)
                next.Index.Insert(9, BTreeHarness.Key((int)((uint)n * 40503 % 100_003)), new Tid((uint)n, 77));
            Assert.Equal(before + 3000, next.CheckTree());
            Assert.Equal(0, next.CountIncompleteSplits(Lsn.Max));
        }
        Assert.Equal(2, interrupted);
    }

    [Fact]
    public void A_page_of_another_kind_is_reported_not_read()
    {
        using var harness = new BTreeHarness();
        harness.Index.Insert(7, BTreeHarness.Key(1), new Tid(1, 1));
        var root = harness.Engine.Pool.Pin(harness.File.KeyOf(Fork.Main, 1));
        root.Bytes[Strata.Format.Pages.PageFormat.KindOffset] = 0;
        var tids = new Tid[1];
        Assert.Throws<CorruptPageException>(() => harness.Index.Lookup(BTreeHarness.Key(1), tids));
        Assert.Throws<CorruptPageException>(() => harness.Index.Insert(7, BTreeHarness.Key(2), new Tid(2, 1)));
        root.Unpin();
        Assert.Equal(0L, harness.Engine.Pool.CountPins());
    }
}
