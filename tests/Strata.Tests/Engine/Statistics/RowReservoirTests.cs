using System.Runtime.InteropServices;
using Strata.Engine.Statistics;
using Strata.Engine.Storage.Heap;
using Strata.Format;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Engine.Statistics;

/// <summary>All rows are equally likely to stay, in one reservoir and in two that are merged.</summary>
public sealed unsafe class RowReservoirTests
{
    private const int Rows = 2000;
    private const int Wanted = 50;
    private const int Draws = 400;

    [Theory]
    [InlineData(Rows)]
    [InlineData(Rows / 2)]
    [InlineData(Rows / 10)]
    [InlineData(20)]
    public void Each_row_is_as_likely_as_any_other(int inFirst)
    {
        var taken = new int[Rows];
        for (int draw = 0; draw < Draws; draw++)
        {
            var random = new SeededRandom((ulong)draw);
            using RowReservoir first = Filled(0, inFirst, random), second = Filled(inFirst, Rows, random);
            HeapRowPointer[] merged = RowReservoir.Merge(first, second, Wanted, random);
            Assert.Equal(Wanted, merged.Length);
            Assert.Equal(Wanted, merged.Select(static row => row.Tid).Distinct().Count());
            foreach (HeapRowPointer row in merged)
            {
                Assert.Equal(row.Tid.Block, MemoryMarshal.Read<uint>(row.Bytes));
                taken[row.Tid.Block]++;
            }
        }

        // Ten rows expected of each draw's two hundredth part: no part of the rows is preferred.
        const int PartRows = Rows / 20;
        for (int part = 0; part < Rows; part += PartRows)
            Assert.InRange(taken.AsSpan(part, PartRows).ToArray().Sum(), Draws * Wanted / 20 * 8 / 10, Draws * Wanted / 20 * 12 / 10);
    }

    [Fact]
    public void Fewer_rows_than_wanted_all_stay()
    {
        var random = new SeededRandom(1);
        using RowReservoir first = Filled(0, 10, random), second = Filled(10, 30, random);
        Assert.Equal(Enumerable.Range(0, 30).Select(static i => (uint)i), RowReservoir.Merge(first, second, Wanted, random).Select(static row => row.Tid.Block).Order());
        Assert.Equal(20, second.Seen);
    }

    private static RowReservoir Filled(int begin, int end, SeededRandom random)
    {
        var reservoir = new RowReservoir(Wanted, random);
        const int PageRows = 7;
        byte* bytes = stackalloc byte[PageRows * sizeof(long)];
        var page = new HeapRowPointer[PageRows];
        for (int row = begin; row < end;)
        {
            int count = 0;
            for (; count < PageRows && row < end; count++, row++)
            {
                byte* place = bytes + (count * sizeof(long));
                *(uint*)place = (uint)row;
                // Lengths differ, so that rows take the place of shorter ones too.
                page[count] = new HeapRowPointer(place, sizeof(uint) + (row % 5 == 0 ? sizeof(uint) : 0), new Tid((uint)row, 1));
            }

            reservoir.Offer(page.AsSpan(0, count));
        }

        return reservoir;
    }
}
