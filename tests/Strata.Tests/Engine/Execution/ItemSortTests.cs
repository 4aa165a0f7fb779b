using Strata.Engine.Execution;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Vectors;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>Sorting of items: the order of keys, then of rows, whatever the input looks like and however many threads take part.</summary>
public sealed unsafe class ItemSortTests
{
    public static TheoryData<int, int, int> Inputs()
    {
        var inputs = new TheoryData<int, int, int>();
        foreach (int count in (int[])[0, 1, 2, 19, 21, 300, 5_000, ItemSort.ParallelMin * 2])
            foreach (int distinct in (int[])[1, 7, int.MaxValue])
                foreach (int shape in (int[])[0, 1, 2])
                    inputs.Add(count, distinct, shape);
        return inputs;
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Items_come_in_the_order_of_keys_and_rows(int count, int distinct, int shape)
    {
        using var bytes = new Arena();
        SortItem[] items = Make(bytes, count, distinct, shape);
        SortItem[] expected = [.. items];
        Array.Sort(expected, default(SortItem.ByKey));
        SortItem[] parallel = [.. items];
        fixed (SortItem* first = items)
            ItemSort.Sort(first, count);
        using var workers = new QueryWorkers(new ThreadScheduler(static (_, _) => { }), 2);
        fixed (SortItem* first = parallel)
            ItemSort.Sort(first, count, workers, helpers: 2);
        Assert.Equal(expected.Select(static item => item.Row), items.Select(static item => item.Row));
        Assert.Equal(expected.Select(static item => item.Row), parallel.Select(static item => item.Row));
    }

    /// <summary>Shape 0: no order; 1: ascending; 2: descending.</summary>
    private static SortItem[] Make(Arena bytes, int count, int distinct, int shape)
    {
        var items = new SortItem[count];
        ulong state = 42;
        for (int i = 0; i < count; i++)
        {
            state = VectorHash.Int64(state + 1);
            long value = (shape switch { 0 => (long)(state >> 33), 1 => i, _ => count - i }) % distinct;
            // Keys share their first bytes, so that prefixes alone do not decide.
            byte[] key = [9, 9, 9, 9, 9, (byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
            byte* copy = bytes.Allocate(key.Length);
            key.CopyTo(new Span<byte>(copy, key.Length));
            items[i] = new SortItem { Prefix = KeyPrefix.Of(key), Key = copy, Length = key.Length, Row = i };
        }

        return items;
    }
}
