using System.Buffers.Binary;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Storage.Vacuum;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Types;
using Strata.Format;
using Xunit;

namespace Strata.Tests.Engine.Execution.Entries;

public class EntryQueryTests
{
    private static readonly SqlType s_type = BuiltinTypes.Get(TypeOid.Int4Array);

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Ands_and_ors_of_postings_agree_with_sets(int seed)
    {
        using var harness = new EntryIndexHarness(new ArrayItems(s_type), s_type);
        var random = new Random(seed);
        var rows = new List<(HashSet<int> Values, Tid Tid)>();
        var stored = new List<(byte[]?, Tid)>();
        for (int i = 0; i < 5000; i++)
        {
            HashSet<int> values = RandomValues(random, 6);
            rows.Add((values, new Tid((uint)(i / 40), (ushort)((i % 40) + 1))));
            stored.Add((Array(values), rows[^1].Tid));
        }

        harness.Build(stored);
        for (int i = 0; i < 60; i++)
        {
            HashSet<int> query = RandomValues(random, 4);
            Assert.Equal(Rows(values => values.IsSupersetOf(query)), harness.Find("@>", s_type, Array(query)).Order());
            Assert.Equal(Rows(values => values.Overlaps(query)), harness.Find("&&", s_type, Array(query)).Order());
            Assert.Superset(Rows(values => values.IsSubsetOf(query)).ToHashSet(), harness.Find("<@", s_type, Array(query)));
            Assert.Equal(Rows(values => values.IsSupersetOf(query) && (query.Count > 0 || values.Count == 0)), harness.Find("=", s_type, Array(query)).Order());
        }

        IEnumerable<Tid> Rows(Func<HashSet<int>, bool> holds) => rows.Where(row => holds(row.Values)).Select(static row => row.Tid).Order();
    }

    [Fact]
    public void Deleted_rows_leave_with_vacuum_and_the_others_stay()
    {
        using var harness = new EntryIndexHarness(new ArrayItems(s_type), s_type);
        var random = new Random(13);
        var dead = new DeadTids(2000);
        var live = new HashSet<Tid>();
        for (int i = 0; i < 2000; i++)
        {
            var tid = new Tid((uint)i, 1);
            harness.Insert(Array([.. RandomValues(random, 5), 1]), tid);
            if (i % 3 == 0)
                live.Add(tid);
            else
                dead.Add(tid);
        }

        new BTreeVacuum(harness.BTree.Index, harness.BTree.Engine.Transactions).Run(dead);
        Assert.Equal(live.Order(), harness.Find("@>", s_type, Array([1])).Order());
        harness.BTree.CheckTree();
    }

    [Fact]
    public void Long_parts_are_cut_and_still_found()
    {
        SqlType type = BuiltinTypes.Get(TypeOid.TextArray);
        using var harness = new EntryIndexHarness(new ArrayItems(type), type);
        string stem = new('x', 3000);
        harness.Insert(Texts(stem + "a"), new Tid(1, 1));
        harness.Insert(Texts(stem + "b"), new Tid(2, 1));
        harness.Insert(Texts("x"), new Tid(3, 1));
        // Both begin alike: the rows tell them apart.
        Assert.Equal([new Tid(1, 1), new Tid(2, 1)], harness.Find("@>", type, Texts(stem + "a")).Order());
        Assert.Equal([new Tid(3, 1)], harness.Find("@>", type, Texts("x")));
    }

    private static HashSet<int> RandomValues(Random random, int countMax)
    {
        var values = new HashSet<int>();
        for (int i = random.Next(countMax + 1); i > 0; i--)
            values.Add((int)Math.Pow(random.NextDouble() * 6, 3));
        return values;
    }

    private static byte[] Array(IEnumerable<int> values)
    {
        var builder = new ArrayBuilder();
        foreach (int value in values)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            builder.Add(bytes);
        }

        return builder.Build(TypeOid.Int4).ToArray();
    }

    private static byte[] Texts(params string[] values)
    {
        var builder = new ArrayBuilder();
        foreach (string value in values)
            builder.Add(System.Text.Encoding.UTF8.GetBytes(value));
        return builder.Build(TypeOid.Text).ToArray();
    }
}
