using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Strata.Engine.Functions.Kernels;

/// <summary>
/// Comparison of dense columns with 256-bit vectors. A lane mask is spread to one byte (0 or 1) per row. Gives exactly what the scalar
/// loop gives, which remains for the tail, for other hardware and for rows with nulls or selections.
/// </summary>
internal static unsafe class VectorComparison
{
    private const ulong OnePerByte = 0x0101_0101_0101_0101;

    /// <summary>True when <see cref="Run"/> does anything for values of this width.</summary>
    public static bool IsSupported<T>()
        where T : unmanaged => Vector256.IsHardwareAccelerated && Bmi2.X64.IsSupported && sizeof(T) is 4 or 8;

    /// <summary>
    /// Compares a[i] with b[i], or with b[0] when <paramref name="rightIsConstant"/>, for the longest prefix that fills whole vectors, and
    /// returns its length.
    /// </summary>
    public static int Run<T, TTest>(T* a, T* b, bool rightIsConstant, byte* output, int count)
        where T : unmanaged
        where TTest : struct, IComparisonTest
    {
        int lanes = Vector256<T>.Count;
        int end = count - (count % lanes);
        Vector256<T> constant = rightIsConstant ? Vector256.Create(*b) : default;
        for (int i = 0; i < end; i += lanes)
        {
            Vector256<T> right = rightIsConstant ? constant : Vector256.Load(b + i);
            uint mask = TTest.Test(Vector256.Load(a + i), right).ExtractMostSignificantBits();
            ulong bytes = Bmi2.X64.ParallelBitDeposit(mask, OnePerByte);
            if (lanes == 8)
                Unsafe.WriteUnaligned(output + i, bytes);
            else
                Unsafe.WriteUnaligned(output + i, (uint)bytes);
        }

        return end;
    }
}
