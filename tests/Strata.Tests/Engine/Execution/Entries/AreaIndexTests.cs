using System.Runtime.InteropServices;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Types;
using Strata.Engine.Types.Geometry;
using Strata.Format;
using Xunit;

namespace Strata.Tests.Engine.Execution.Entries;

public class AreaIndexTests
{
    private static readonly string[] s_operators = ["&&", "@>", "<@", "<<", ">>", "&<", "&>", "<<|", "|>>", "&<|", "|&>"];

    [Theory]
    [InlineData(1, 20.0)]
    [InlineData(2, 0.0)]
    [InlineData(3, 5000.0)]
    public void Finds_just_the_boxes_that_the_operators_say(int seed, double sizeMax)
    {
        SqlType type = BuiltinTypes.Get(TypeOid.Box);
        using var harness = new EntryIndexHarness(AreaItems.Instance, type);
        var random = new Random(seed);
        var rows = new List<(GeoBox Box, Tid Tid)>();
        for (int i = 0; i < 4000; i++)
        {
            rows.Add((RandomBox(random, sizeMax), new Tid((uint)i, 1)));
            harness.Insert(Stored(rows[^1].Box), rows[^1].Tid);
        }

        harness.Insert(Stored(new GeoBox(new GeoPoint(double.NaN, 1), new GeoPoint(0, 0))), new Tid(9999, 1));
        for (int i = 0; i < 30; i++)
        {
            GeoBox query = RandomBox(random, 100);
            foreach (string name in s_operators)
            {
                HashSet<Tid> found = harness.Find(name, type, Stored(query));
                Assert.Contains(new Tid(9999, 1), found);
                found.Remove(new Tid(9999, 1));
                var expected = rows.Where(row => Holds(name, row.Box, query)).Select(static row => row.Tid).ToHashSet();
                Assert.Superset(expected, found);
                Assert.InRange(found.Count - expected.Count, 0, 3);
            }
        }

        harness.BTree.CheckTree();
    }

    [Fact]
    public void The_next_place_inside_a_rectangle_is_the_first_one()
    {
        var random = new Random(5);
        for (int i = 0; i < 3000; i++)
        {
            ulong left = (ulong)random.Next(30), bottom = (ulong)random.Next(30), right = left + (ulong)random.Next(30), top = bottom + (ulong)random.Next(30);
            UInt128 place = ZOrder.Combine((ulong)random.Next(64), (ulong)random.Next(64));
            (ulong x, ulong y) = ZOrder.Split(place);
            if (x >= left && x <= right && y >= bottom && y <= top)
                continue;
            UInt128? first = null;
            for (ulong across = left; across <= right; across++)
            {
                for (ulong up = bottom; up <= top; up++)
                {
                    UInt128 inside = ZOrder.Combine(across, up);
                    if (inside > place && (first is null || inside < first))
                        first = inside;
                }
            }

            Assert.Equal(first, ZOrder.NextInside(place, ZOrder.Combine(left, bottom), ZOrder.Combine(right, top)));
        }
    }

    [Fact]
    public void Coordinates_keep_their_order_as_numbers()
    {
        double[] ascending = [double.NegativeInfinity, -1e300, -2, -1, -1e-300, 0, 1e-300, 0.5, 1, 2, 1e300, double.PositiveInfinity];
        for (int i = 0; i < ascending.Length; i++)
        {
            Assert.Equal(ascending[i], AreaItems.Unordered(AreaItems.Ordered(ascending[i])));
            Assert.True(i == 0 || AreaItems.Ordered(ascending[i - 1]) < AreaItems.Ordered(ascending[i]));
        }

        Assert.Equal(AreaItems.Ordered(0), AreaItems.Ordered(-0.0));
    }

    private static byte[] Stored(GeoBox box) => MemoryMarshal.AsBytes(new ReadOnlySpan<GeoBox>(in box)).ToArray();

    private static GeoBox RandomBox(Random random, double sizeMax)
    {
        double x = (random.NextDouble() - 0.3) * 1000, y = (random.NextDouble() - 0.3) * 1000;
        return new GeoBox(new GeoPoint(x + (random.NextDouble() * sizeMax), y + (random.NextDouble() * sizeMax)), new GeoPoint(x, y));
    }

    private static bool Holds(string name, GeoBox a, GeoBox b) => name switch
    {
        "&&" => a.Overlaps(b),
        "@>" => a.Contains(b),
        "<@" => b.Contains(a),
        "<<" => a.High.X < b.Low.X,
        ">>" => a.Low.X > b.High.X,
        "&<" => a.High.X <= b.High.X,
        "&>" => a.Low.X >= b.Low.X,
        "<<|" => a.High.Y < b.Low.Y,
        "|>>" => a.Low.Y > b.High.Y,
        "&<|" => a.High.Y <= b.High.Y,
        _ => a.Low.Y >= b.Low.Y,
    };
}
