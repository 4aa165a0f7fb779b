using Strata.Engine.Execution.Entries;
using Strata.Engine.Types;
using Strata.Engine.Types.Ranges;
using Strata.Format;
using Xunit;

namespace Strata.Tests.Engine.Execution.Entries;

public class SpanIndexTests
{
    private static readonly string[] s_operators = ["&&", "@>", "<@", "<<", ">>", "&<", "&>", "-|-", "="];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Finds_at_least_what_the_operators_say_and_little_else(int seed, bool isBuilt)
    {
        SqlType type = BuiltinTypes.Get(TypeOid.Int8Range);
        using var harness = new EntryIndexHarness(SpanItems.Instance, type);
        var random = new Random(seed);
        var rows = new List<(byte[]? Stored, Tid Tid)>();
        for (int i = 0; i < 3000; i++)
            rows.Add((RandomRange(random, type), new Tid((uint)(i / 50), (ushort)((i % 50) + 1))));
        rows.Add((null, new Tid(100, 1)));
        if (isBuilt)
            harness.Build(rows);
        else
            rows.ForEach(row => harness.Insert(row.Stored, row.Tid));

        int extra = 0;
        for (int i = 0; i < 40; i++)
        {
            byte[] query = RandomRange(random, type);
            foreach (string name in s_operators)
            {
                HashSet<Tid> found = harness.Find(name, type, query);
                var expected = rows.Where(row => row.Stored is not null && Holds(name, type.Range!, row.Stored, query)).Select(static row => row.Tid).ToHashSet();
                Assert.Superset(expected, found);
                extra += found.Count - expected.Count;
                Assert.DoesNotContain(new Tid(100, 1), found);
            }
        }

        // Bounds that touch without sharing a value are found too.
        Assert.InRange(extra, 0, 3000);
        harness.BTree.CheckTree();
    }

    [Fact]
    public void Entries_outlive_a_crash()
    {
        SqlType type = BuiltinTypes.Get(TypeOid.Int8Range);
        using var harness = new EntryIndexHarness(SpanItems.Instance, type);
        var random = new Random(3);
        for (int i = 0; i < 2000; i++)
            harness.Insert(RandomRange(random, type), new Tid((uint)i, 1));
        EntryQuery all = EntryQuery.AllOf(0);
        HashSet<Tid> before = harness.Find(all);
        Assert.Equal(2000, before.Count);
        using BTree.BTreeHarness next = harness.BTree.RestartAt(Lsn.Max);
        using var scan = new EntryScan(next.Index, default, null, null, default);
        using var bitmap = new Strata.Engine.Execution.TidBitmap(null);
        all.Collect(scan, bitmap);
        bitmap.Complete();
        Assert.Equal(2000, bitmap.Count);
        next.CheckTree();
    }

    private static byte[] RandomRange(Random random, SqlType type)
    {
        if (random.Next(40) == 0)
            return RangeValue.Empty;
        long low = random.Next(2) == 0 ? random.Next(-1000, 1000) : random.NextInt64(long.MinValue / 2, long.MaxValue / 2);
        long length = random.Next(4) == 0 ? random.NextInt64(1L << 40) : random.Next(1, 50);
        return RangeValue.Make(
            type.Range!,
            new RangeBound(BitConverter.GetBytes(low), random.Next(20) == 0, true, isLower: true),
            new RangeBound(BitConverter.GetBytes(low + length), random.Next(20) == 0, false, isLower: false));
    }

    private static bool Holds(string name, RangeInfo info, byte[] left, byte[] right)
    {
        RangeValue a = new(left), b = new(right);
        return name switch
        {
            "&&" => RangeMath.Overlaps(info, a, b),
            "@>" => RangeMath.Contains(info, a, b),
            "<@" => RangeMath.Contains(info, b, a),
            "<<" => RangeMath.IsBefore(info, a, b),
            ">>" => RangeMath.IsBefore(info, b, a),
            "-|-" => RangeMath.AreAdjacent(info, a, b),
            "=" => RangeMath.Compare(info, a, b) == 0,
            "&<" => !a.IsEmpty && !b.IsEmpty && RangeBound.Compare(info, a.Upper, b.Upper) <= 0,
            _ => !a.IsEmpty && !b.IsEmpty && RangeBound.Compare(info, a.Lower, b.Lower) >= 0,
        };
    }
}
