using System.Numerics;
using System.Runtime.Intrinsics;

namespace Strata.Engine.Functions.Kernels;

/// <summary>Sums and extremes of dense columns, with 256-bit vectors and a scalar twin for tails and other hardware. Sums of 32-bit values have 64 bits, so they never overflow within a batch.</summary>
internal static unsafe class SumKernels
{
    // Vectors that are added up before a lane of 32 bits could overflow with halves of 16 bits.
    private const int VectorsPerBlock = 1 << 14;

    /// <summary>The sum of 32-bit values: their upper and lower halves are added up apart, in lanes of 32 bits, which takes less than widening each value.</summary>
    public static long Sum(int* values, int count)
    {
        long sum = 0;
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<int> mask = Vector256.Create((int)ushort.MaxValue);
            while (count - i >= 2 * Vector256<int>.Count)
            {
                int end = i + Math.Min((count - i) & ~((2 * Vector256<int>.Count) - 1), VectorsPerBlock * Vector256<int>.Count);
                Vector256<int> lowA = Vector256<int>.Zero, lowB = Vector256<int>.Zero, highA = Vector256<int>.Zero, highB = Vector256<int>.Zero;
                for (; i < end; i += 2 * Vector256<int>.Count)
                {
                    Vector256<int> a = Vector256.Load(values + i), b = Vector256.Load(values + i + Vector256<int>.Count);
                    lowA += a & mask;
                    lowB += b & mask;
                    highA += a >> 16;
                    highB += b >> 16;
                }

                sum += SumOf(lowA) + SumOf(lowB) + ((SumOf(highA) + SumOf(highB)) << 16);
            }
        }

        return sum + SumScalar(values + i, count - i);
    }

    private static long SumOf(Vector256<int> lanes)
    {
        (Vector256<long> low, Vector256<long> high) = Vector256.Widen(lanes);
        return Vector256.Sum(low + high);
    }

    /// <summary>The scalar twin of <see cref="Sum(int*, int)"/>.</summary>
    public static long SumScalar(int* values, int count)
    {
        long sum = 0;
        for (int i = 0; i < count; i++)
            sum += values[i];
        return sum;
    }

    /// <summary>The least or greatest of at least one value.</summary>
    public static T Extreme<T>(T* values, int count, bool isMax)
        where T : unmanaged, IBinaryInteger<T>
    {
        T best = values[0];
        int i = 0;
        if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported && count >= Vector256<T>.Count)
        {
            Vector256<T> found = Vector256.Load(values);
            for (i = Vector256<T>.Count; i + Vector256<T>.Count <= count; i += Vector256<T>.Count)
            {
                Vector256<T> next = Vector256.Load(values + i);
                found = isMax ? Vector256.Max(found, next) : Vector256.Min(found, next);
            }

            for (int lane = 0; lane < Vector256<T>.Count; lane++)
                best = isMax ? T.Max(best, found[lane]) : T.Min(best, found[lane]);
        }

        return ExtremeScalar(values + i, count - i, isMax, best);
    }

    /// <summary>The scalar twin of <see cref="Extreme"/>, beginning with a value.</summary>
    public static T ExtremeScalar<T>(T* values, int count, bool isMax, T best)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < count; i++)
            best = isMax ? T.Max(best, values[i]) : T.Min(best, values[i]);
        return best;
    }
}
