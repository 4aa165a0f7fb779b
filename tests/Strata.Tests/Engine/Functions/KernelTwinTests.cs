using System.Runtime.InteropServices;
using Strata.Engine.Functions.Kernels;
using Xunit;

namespace Strata.Tests.Engine.Functions;

/// <summary>Vector kernels give what their scalar twins give, for all lengths around the vector width.</summary>
public sealed unsafe class KernelTwinTests
{
    private const int CountMax = 100;

    [Fact]
    public void Selection_of_32_bit_values_is_the_scalar_one()
    {
        CheckSelect<int, ComparisonKernels.Equal>(static i => i * 7 % 5, 3);
        CheckSelect<int, ComparisonKernels.NotEqual>(static i => i * 7 % 5, 3);
        CheckSelect<int, ComparisonKernels.Less>(static i => (i * 37 % 19) - 9, 0);
        CheckSelect<int, ComparisonKernels.GreaterOrEqual>(static i => i % 2 == 0 ? int.MinValue : int.MaxValue, int.MaxValue);
    }

    [Fact]
    public void Selection_of_64_bit_values_is_the_scalar_one()
    {
        CheckSelect<long, ComparisonKernels.Equal>(static i => i * 7L % 5, 3);
        CheckSelect<long, ComparisonKernels.LessOrEqual>(static i => i % 2 == 0 ? long.MinValue : i * 4_000_000_000L, 40_000_000_000L);
        CheckSelect<long, ComparisonKernels.Greater>(static i => (i * 37L % 19) - 9, -2);
    }

    [Fact]
    public void Selection_of_true_bytes_is_the_scalar_one()
    {
        byte* values = stackalloc byte[CountMax];
        int* fast = stackalloc int[CountMax + SelectionKernels.Slack];
        int* slow = stackalloc int[CountMax + SelectionKernels.Slack];
        for (int count = 0; count <= CountMax; count++)
        {
            for (int i = 0; i < count; i++)
                values[i] = (byte)((i * 31 / 7) & 1);
            int found = SelectionKernels.SelectTrue(values, count, fast);
            Assert.Equal(new Span<int>(slow, SelectionKernels.SelectTrueScalar(values, 0, count, slow)).ToArray(), new Span<int>(fast, found).ToArray());
        }
    }

    [Fact]
    public void Sums_and_extremes_are_the_scalar_ones()
    {
        int* values = stackalloc int[CountMax];
        for (int count = 1; count <= CountMax; count++)
        {
            for (int i = 0; i < count; i++)
                values[i] = i % 3 == 0 ? int.MaxValue - i : int.MinValue + (i * 17);
            Assert.Equal(SumKernels.SumScalar(values, count), SumKernels.Sum(values, count));
            Assert.Equal(new Span<int>(values, count).ToArray().Max(), SumKernels.Extreme(values, count, isMax: true));
            Assert.Equal(new Span<int>(values, count).ToArray().Min(), SumKernels.Extreme(values, count, isMax: false));
        }
    }

    private static void CheckSelect<T, TTest>(Func<int, T> make, T constant)
        where T : unmanaged, System.Numerics.IComparisonOperators<T, T, bool>
        where TTest : struct, IComparisonTest
    {
        var values = (T*)NativeMemory.AlignedAlloc((nuint)(CountMax * sizeof(T)), 64);
        int* fast = stackalloc int[CountMax + SelectionKernels.Slack];
        int* slow = stackalloc int[CountMax + SelectionKernels.Slack];
        for (int count = 0; count <= CountMax; count++)
        {
            for (int i = 0; i < count; i++)
                values[i] = make(i);
            int found = SelectionKernels.Select<T, TTest>(values, constant, count, fast);
            int expected = SelectionKernels.SelectScalar<T, TTest>(values, constant, 0, count, slow);
            Assert.Equal(new Span<int>(slow, expected).ToArray(), new Span<int>(fast, found).ToArray());
        }

        NativeMemory.AlignedFree(values);
    }
}
