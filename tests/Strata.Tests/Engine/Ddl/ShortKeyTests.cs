using Strata.Engine.Ddl;
using Strata.Format;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Engine.Ddl;

/// <summary>Short keys come in the order of their bytes, and equal ones in the order of their rows.</summary>
public sealed class ShortKeyTests
{
    [Theory]
    [InlineData(1, 3, 5_000)]
    [InlineData(2, 1_000_000, 5_000)]
    [InlineData(3, 40, 20_000)]
    [InlineData(4, 1, 3_000)]
    public void Keys_are_sorted_as_their_bytes_are(ulong seed, int values, int count)
    {
        var random = new SeededRandom(seed);
        var expected = new List<(byte[] Key, Tid Tid)>();
        using var sorter = new ShortKeySorter();
        sorter.Grow(count);
        for (int i = 0; i < count; i++)
        {
            byte[] key = KeyOf(random.Next(values), random.Next(values));
            var tid = new Tid((uint)random.Next(1 << 30), (ushort)(1 + random.Next(200)));
            expected.Add((key, tid));
            sorter.Add(ShortIndexKey.Of(key, tid, hasNull: false));
        }

        sorter.Sort();
        expected.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key) is var order && order != 0 ? order : a.Tid.CompareTo(b.Tid));
        Span<byte> bytes = stackalloc byte[ShortIndexKey.KeyBytesMax];
        for (int i = 0; i < count; i++)
        {
            sorter[i].WriteKey(bytes);
            Assert.Equal(expected[i].Key, bytes[..sorter[i].KeyLength].ToArray());
            Assert.Equal(expected[i].Tid, sorter[i].Tid);
        }
    }

    [Fact]
    public void Sources_are_merged_in_order()
    {
        var random = new SeededRandom(7);
        var sorters = new List<ShortKeySorter>();
        var all = new List<ShortIndexKey>();
        foreach (int count in new[] { 0, 1, 700, 3, 0, 250 })
        {
            var sorter = new ShortKeySorter();
            sorter.Grow(count + 1);
            for (int i = 0; i < count; i++)
            {
                ShortIndexKey key = ShortIndexKey.Of(KeyOf(random.Next(50), random.Next(3)), new Tid((uint)all.Count, 1), hasNull: i % 5 == 0);
                sorter.Add(key);
                all.Add(key);
            }

            sorter.Sort();
            sorters.Add(sorter);
        }

        var merge = new ShortKeyMerge(sorters.Select(static sorter => new ShortKeyReader(sorter)));
        foreach (ShortIndexKey expected in all.Order())
        {
            Assert.True(merge.Read(out ShortIndexKey key));
            Assert.Equal(0, key.CompareTo(expected));
            Assert.Equal(expected.HasNull, key.HasNull);
        }

        Assert.False(merge.Read(out _));
        foreach (ShortKeySorter sorter in sorters)
            sorter.Dispose();
    }

    // Two columns, the first of which may be null: keys of two lengths, none of which begins another.
    private static byte[] KeyOf(int first, int second) =>
        first % 7 == 0 ? [2, 1, 0x80, 0, (byte)(second >> 8), (byte)second] : [1, 0x80, (byte)(first >> 16), (byte)(first >> 8), (byte)first, 1, 0x80, 0, (byte)(second >> 8), (byte)second];
}
