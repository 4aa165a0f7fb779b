using Strata.Engine.Storage.BTree;
using Strata.Engine.Types;
using Strata.Format;
using Xunit;

namespace Strata.Tests.BTree;

public class BTreeIndexTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_inserts_are_found_by_lookup_and_by_scans_both_ways(int seed)
    {
        using var harness = new BTreeHarness();
        var random = new Random(seed);
        var model = new SortedSet<(int Key, Tid Tid)>();
        for (int i = 0; i < 6000; i++)
        {
            int key = seed == 1 ? random.Next(1, 500) : seed == 2 ? i : random.Next();
            var tid = new Tid((uint)random.Next(100_000), (ushort)random.Next(1, 100));
            if (model.Add((key, tid)))
                harness.Index.Insert(7, BTreeHarness.Key(key), tid);
        }
        Assert.Equal(model.Count, harness.CheckTree());

        Assert.Equal(model.Select(m => m.Tid), harness.Read(BTreeRange.All).Select(f => f.Tid));
        Assert.Equal(model.Reverse().Select(m => m.Tid), harness.Read(BTreeRange.All, ScanDirection.Backward).Select(f => f.Tid));
        var tids = new Tid[1000];
        foreach (int key in model.Select(m => m.Key).Distinct().Take(300))
        {
            Tid[] expected = [.. model.Where(m => m.Key == key).Select(m => m.Tid)];
            int found = harness.Index.Lookup(BTreeHarness.Key(key), tids);
            Assert.Equal(expected, tids[..found]);
            if (expected.Length > 1)
            {
                found = harness.Index.LookupAfter(BTreeHarness.Key(key), expected[0], tids);
                Assert.Equal(expected[1..], tids[..found]);
            }
        }
        for (int i = 0; i < 100; i++)
        {
            int low = random.Next(seed == 2 ? 7000 : 600), high = low + random.Next(300);
            bool lowIn = random.Next(2) == 0, highIn = random.Next(2) == 0;
            var range = new BTreeRange
            {
                HasLower = true,
                Lower = BTreeHarness.Key(low),
                LowerInclusive = lowIn,
                HasUpper = true,
                Upper = BTreeHarness.Key(high),
                UpperInclusive = highIn,
            };
            Tid[] expected =
            [
                .. model.Where(m => (lowIn ? m.Key >= low : m.Key > low) && (highIn ? m.Key <= high : m.Key < high)).Select(m => m.Tid),
            ];
            Assert.Equal(expected, harness.Read(range).Select(f => f.Tid));
            Assert.Equal(expected.Reverse(), harness.Read(range, ScanDirection.Backward).Select(f => f.Tid));
        }
    }

    [Fact]
    public void Keys_of_any_length_split_pages_of_all_levels()
    {
        using var harness = new BTreeHarness();
        var random = new Random(5);
        var model = new SortedDictionary<string, Tid>(StringComparer.Ordinal);
        for (int i = 0; i < 1500; i++)
        {
            string text = new string((char)random.Next('a', 'd'), random.Next(0, 1990)) + random.Next(100_000);
            var tid = new Tid((uint)i, 1);
            if (model.TryAdd(text, tid))
                harness.Index.Insert(7, BTreeHarness.Text(text), tid);
        }
        Assert.Equal(model.Count, harness.CheckTree());
        Assert.Equal(model.Values, harness.Read(BTreeRange.All).Select(f => f.Tid));
        Assert.Equal(model.Keys.Select(BTreeHarness.Text), harness.Read(BTreeRange.All).Select(f => f.Key));
    }

    [Fact]
    public void A_key_that_is_too_long_is_refused()
    {
        using var harness = new BTreeHarness();
        var error = Assert.Throws<SqlException>(() => harness.Index.Insert(1, new byte[3000], new Tid(1, 1)));
        Assert.Equal(SqlState.ProgramLimitExceeded, error.State);
        Assert.Equal(0, harness.CheckTree());
    }

    [Fact]
    public void Ascending_keys_fill_their_pages()
    {
        using var harness = new BTreeHarness();
        for (int i = 0; i < 20_000; i++)
            harness.Index.Insert(7, BTreeHarness.Key(i), new Tid((uint)i, 1));
        Assert.Equal(20_000, harness.CheckTree());
        // 14 bytes an entry, nine tenths of 8 KB: 523 entries a page.
        Assert.InRange(harness.File.Blocks(Fork.Main), 39u, 48u);
    }

    [Fact]
    public void A_unique_key_is_inserted_once()
    {
        using var harness = new BTreeHarness();
        var check = new Judge();
        Assert.True(harness.Index.InsertUnique(7, BTreeHarness.Key(5), new Tid(1, 1), ref check).IsInserted);
        check.Verdicts[new Tid(1, 1)] = UniqueVerdict.Live;
        UniqueInsertResult result = harness.Index.InsertUnique(8, BTreeHarness.Key(5), new Tid(2, 2), ref check);
        Assert.Equal(new UniqueInsertResult(UniqueVerdict.Live, new Tid(1, 1), 0), result);
        check.Verdicts[new Tid(1, 1)] = UniqueVerdict.InProgress;
        Assert.Equal(99ul, harness.Index.InsertUnique(8, BTreeHarness.Key(5), new Tid(2, 2), ref check).WaitXid);
        check.Verdicts[new Tid(1, 1)] = UniqueVerdict.Dead;
        Assert.True(harness.Index.InsertUnique(8, BTreeHarness.Key(5), new Tid(2, 2), ref check).IsInserted);
        Assert.Equal(2, harness.CheckTree());
    }

    [Fact]
    public void A_unique_check_sees_every_dead_version_of_its_key_over_many_pages()
    {
        using var harness = new BTreeHarness();
        var check = new Judge();
        for (int i = 0; i < 3000; i++)
        {
            Assert.True(harness.Index.InsertUnique(7, BTreeHarness.Key(5), new Tid((uint)i, 1), ref check).IsInserted);
            if (i % 500 == 0)
                harness.Index.Insert(7, BTreeHarness.Key(i), new Tid(1, 9));
        }
        check.Verdicts[new Tid(2999, 1)] = UniqueVerdict.Live;
        Assert.Equal(new Tid(2999, 1), harness.Index.InsertUnique(7, BTreeHarness.Key(5), new Tid(0, 7), ref check).Tid);
        Assert.Equal(3006, harness.CheckTree());
    }

    [Fact]
    public void Threads_insert_and_scan_at_once()
    {
        using var harness = new BTreeHarness();
        const int threads = 4, perThread = 4000;
        Exception? failure = null;
        var workers = Enumerable.Range(0, threads).Select(t => new Thread(() =>
        {
            try
            {
                var random = new Random(t);
                for (int i = 0; i < perThread; i++)
                {
                    int key = random.Next(3) == 0 ? i * threads + t : random.Next(1_000_000);
                    harness.Index.Insert(7, BTreeHarness.Key(key), new Tid((uint)(t * perThread + i), 1));
                    if (i % 400 == 0)
                    {
                        List<(byte[] Key, Tid Tid)> all = harness.Read(BTreeRange.All, i % 800 == 0 ? ScanDirection.Forward : ScanDirection.Backward);
                        Assert.Equal(all.Count, all.Select(f => f.Tid).Distinct().Count());
                        Assert.Equal(i + 1, all.Count(f => f.Tid.Block / perThread == t));
                    }
                }
            }
            catch (Exception e)
            {
                failure ??= e;
            }
        })).ToArray();
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        Assert.Null(failure);
        Assert.Equal(threads * perThread, harness.CheckTree());
        Assert.Equal(threads * perThread, harness.Read(BTreeRange.All).Count);
    }

    [Fact]
    public void Threads_that_insert_the_same_unique_key_agree_on_one_winner()
    {
        using var harness = new BTreeHarness();
        const int threads = 4, keys = 1000;
        int winners = 0;
        Exception? failure = null;
        var workers = Enumerable.Range(0, threads).Select(t => new Thread(() =>
        {
            try
            {
                var check = new AllLive();
                for (int i = 0; i < keys; i++)
                {
                    if (harness.Index.InsertUnique(7, BTreeHarness.Key(i), new Tid((uint)i, (ushort)(t + 1)), ref check).IsInserted)
                        Interlocked.Increment(ref winners);
                }
            }
            catch (Exception e)
            {
                failure ??= e;
            }
        })).ToArray();
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        Assert.Null(failure);
        Assert.Equal(keys, winners);
        Assert.Equal(keys, harness.CheckTree());
    }

    [Fact]
    public void Every_state_between_two_records_is_a_valid_tree()
    {
        using var harness = new BTreeHarness();
        var random = new Random(9);
        var present = new List<(int Key, Tid Tid)>();
        var ends = new List<Lsn>();
        for (int i = 0; i < 1200; i++)
        {
            var entry = (random.Next(100_000), new Tid((uint)i, 1));
            harness.Index.Insert(7, BTreeHarness.Key(entry.Item1), entry.Item2);
            present.Add(entry);
            ends.Add(harness.Engine.Timeline.EndOfLog);
        }
        for (int i = 0; i < 1200; i += 37)
        {
            var scan = new BTreeScan();
            scan.Open(harness.Index, BTreeRange.All, ScanDirection.Forward, readPoint: Strata.Engine.Storage.Buffers.ReadPoint.At(ends[i]));
            var found = new List<Tid>();
            while (scan.NextBatch())
                found.AddRange(scan.Tids);
            Assert.Equal(present.Take(i + 1).OrderBy(p => p.Key).Select(p => p.Tid), found);
        }
        // Also between the two records of a split: every LSN at which any page changed.
        var tids = new Tid[4];
        foreach (Lsn lsn in harness.Engine.Timeline.RecordEnds().Where(l => l > ends[0] && l <= ends[^1]).Where((_, n) => n % 11 == 0))
        {
            int inserted = ends.FindLastIndex(end => end <= lsn) + 1;
            (int key, Tid tid) = present[inserted - 1];
            int count = harness.Index.Lookup(BTreeHarness.Key(key), tids, Strata.Engine.Storage.Buffers.ReadPoint.At(lsn));
            Assert.Contains(tid, tids[..count]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(60_000)]
    public void A_bulk_build_equals_inserts(int entries)
    {
        using var harness = new BTreeHarness();
        var builder = new BTreeBuilder(harness.Index, 7);
        for (int i = 0; i < entries; i++)
            builder.Add(BTreeHarness.Key(i / 3), new Tid((uint)i, 1));
        builder.Finish();
        Assert.Equal(entries, harness.CheckTree());
        Assert.Equal(Enumerable.Range(0, entries).Select(i => new Tid((uint)i, 1)), harness.Read(BTreeRange.All).Select(f => f.Tid));
        for (int i = 0; i < 1000; i++)
            harness.Index.Insert(8, BTreeHarness.Key(i * 17), new Tid((uint)i, 9));
        Assert.Equal(entries + 1000, harness.CheckTree());
    }

    [Fact]
    public void A_bulk_build_takes_keys_of_any_length()
    {
        using var harness = new BTreeHarness();
        var random = new Random(6);
        string[] texts =
        [
            .. Enumerable.Range(0, 800).Select(_ => new string((char)random.Next('a', 'd'), random.Next(0, 1990)) + random.Next(100_000)).Distinct().Order(StringComparer.Ordinal),
        ];
        var builder = new BTreeBuilder(harness.Index, 7);
        for (int i = 0; i < texts.Length; i++)
            builder.Add(BTreeHarness.Text(texts[i]), new Tid((uint)i, 1));
        builder.Finish();
        Assert.Equal(texts.Length, harness.CheckTree());
        Assert.Equal(texts.Select(BTreeHarness.Text), harness.Read(BTreeRange.All).Select(f => f.Key));
    }

    [Fact]
    public void A_tiny_pool_changes_nothing()
    {
        using var harness = new BTreeHarness(frames: 24);
        for (int i = 0; i < 30_000; i++)
            harness.Index.Insert(7, BTreeHarness.Key((int)((uint)i * 2654435761 % 1_000_003)), new Tid((uint)i, 1));
        Assert.Equal(30_000, harness.CheckTree());
        Assert.True(harness.Engine.Pool.Evictions > 100);
    }

    [Fact]
    public void Entries_marked_dead_are_skipped_and_make_room_instead_of_splits()
    {
        using var harness = new BTreeHarness();
        for (int i = 0; i < 500; i++)
            harness.Index.Insert(7, BTreeHarness.Key(i), new Tid((uint)i, 1));
        uint blocks = harness.File.Blocks(Fork.Main);
        var tids = new Tid[4];
        var scan = new BTreeScan();
        for (int round = 2; round < 40; round++)
        {
            // Every round replaces all versions by newer ones: by lookup for even keys, by a scan for odd ones.
            for (int i = 0; i < 500; i += 2)
            {
                Assert.Equal(1, harness.Index.Lookup(BTreeHarness.Key(i), tids, out BTreeLeafPosition position));
                harness.Index.HintDead(position, BTreeHarness.Key(i), tids[0]);
                Assert.Equal(0, harness.Index.Lookup(BTreeHarness.Key(i), tids));
            }
            scan.Open(harness.Index, BTreeRange.All, round % 2 == 0 ? ScanDirection.Forward : ScanDirection.Backward);
            int odd = 0;
            while (scan.NextBatch())
            {
                for (int i = 0; i < scan.Tids.Length; i++, odd++)
                    scan.HintDead(i);
            }
            Assert.Equal(250, odd);
            for (int i = 0; i < 500; i++)
                harness.Index.Insert(7, BTreeHarness.Key(i), new Tid((uint)i, (ushort)round));
            harness.CheckTree();
        }
        Assert.Equal(Enumerable.Range(0, 500).Select(i => new Tid((uint)i, 39)), harness.Read(BTreeRange.All).Select(f => f.Tid));
        Assert.InRange(harness.File.Blocks(Fork.Main), blocks, blocks + 3);
    }

    [Fact]
    public void A_dead_hint_for_a_page_that_changed_is_ignored()
    {
        using var harness = new BTreeHarness();
        var tids = new Tid[4];
        harness.Index.Insert(7, BTreeHarness.Key(1), new Tid(1, 1));
        harness.Index.Lookup(BTreeHarness.Key(1), tids, out BTreeLeafPosition position);
        var scan = new BTreeScan();
        scan.Open(harness.Index, BTreeRange.All, ScanDirection.Forward);
        Assert.True(scan.NextBatch());
        harness.Index.Insert(7, BTreeHarness.Key(2), new Tid(2, 1));
        harness.Index.HintDead(position, BTreeHarness.Key(1), new Tid(1, 1));
        scan.HintDead(0);
        scan.Close();
        Assert.Equal(1, harness.Index.Lookup(BTreeHarness.Key(1), tids));
    }

    private readonly struct Judge() : IUniqueCheck
    {
        public Dictionary<Tid, UniqueVerdict> Verdicts { get; } = [];

        UniqueVerdict IUniqueCheck.Judge(Tid tid, out ulong waitXid)
        {
            UniqueVerdict verdict = Verdicts.GetValueOrDefault(tid, UniqueVerdict.Dead);
            waitXid = verdict == UniqueVerdict.InProgress ? 99ul : 0;
            return verdict;
        }
    }

    private readonly struct AllLive : IUniqueCheck
    {
        UniqueVerdict IUniqueCheck.Judge(Tid tid, out ulong waitXid)
        {
            waitXid = 0;
            return UniqueVerdict.Live;
        }
    }
}
