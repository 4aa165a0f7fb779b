using System.Numerics;
using System.Runtime.Intrinsics;
using Strata.Engine.Functions.Kernels;
using Xunit;

namespace Strata.Tests.Engine.Functions;

public unsafe class VectorComparisonTests
{
    private static void Check<T, TTest>(T[] a, T[] b)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TTest : struct, IComparisonTest
    {
        if (!VectorComparison.IsSupported<T>())
            return;
        var output = new byte[a.Length];
        fixed (T* left = a, right = b)
        fixed (byte* result = output)
        {
            int done = VectorComparison.Run<T, TTest>(left, right, rightIsConstant: false, result, a.Length);
            Assert.Equal(a.Length - (a.Length % Vector256<T>.Count), done);
            for (int i = 0; i < done; i++)
                Assert.Equal(TTest.Test(a[i], b[i]), output[i] == 1);
            VectorComparison.Run<T, TTest>(left, right, rightIsConstant: true, result, a.Length);
            for (int i = 0; i < done; i++)
                Assert.Equal(TTest.Test(a[i], b[0]), output[i] == 1);
        }
    }

    private static void CheckAll<T>(Func<ulong, T> make)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        ulong seed = 11;
        for (int length = 0; length < 70; length++)
        {
            var a = new T[length + 1];
            var b = new T[length + 1];
            for (int i = 0; i <= length; i++)
            {
                seed = (seed * 6364136223846793005) + 1442695040888963407;
                a[i] = make(seed >> 20);
                b[i] = make(seed >> 40);
            }

            Check<T, ComparisonKernels.Equal>(a, b);
            Check<T, ComparisonKernels.NotEqual>(a, b);
            Check<T, ComparisonKernels.Less>(a, b);
            Check<T, ComparisonKernels.LessOrEqual>(a, b);
            Check<T, ComparisonKernels.Greater>(a, b);
            Check<T, ComparisonKernels.GreaterOrEqual>(a, b);
        }
    }

    [Fact]
    public void Vectors_agree_with_the_scalar_test()
    {
        CheckAll(v => (int)(v % 7) - 3);
        CheckAll(v => (long)(v % 5) - 2);
        CheckAll(v => (uint)v | (v % 2 == 0 ? 0x8000_0000u : 0));
        CheckAll(v => v | (v % 3 == 0 ? 1UL << 63 : 0));
    }
}
