using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Functions.Kernels;

/// <summary>
/// Comparisons of a dense column with a constant that give row numbers. With 256-bit vectors a lane mask picks a permutation that moves the numbers of the rows that pass to the front, which are stored
/// with one store; so there is no branch per row, and the target needs <see cref="Slack"/> more places than rows. The scalar twins give the same and serve for tails, other hardware and lists of rows.
/// </summary>
internal static unsafe class SelectionKernels
{
    /// <summary>Places behind the last row that a vector store may touch.</summary>
    public const int Slack = 8;

    private const int Lanes = 8;

    private static readonly int[] s_compress = MakeCompress();

    /// <summary>True when <see cref="Select{T, TTest}"/> uses vectors for values of this width.</summary>
    public static bool IsAccelerated<T>()
        where T : unmanaged => Avx2.IsSupported && sizeof(T) is 4 or 8;

    /// <summary>Row numbers 0..<paramref name="count"/>-1 whose value passes; returns how many.</summary>
    public static int Select<T, TTest>(T* values, T constant, int count, int* rows)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TTest : struct, IComparisonTest
    {
        if (!IsAccelerated<T>())
            return SelectScalar<T, TTest>(values, constant, 0, count, rows);
        int done = count & ~(Lanes - 1);
        int kept = SelectVectors<T, TTest>(values, constant, done, rows);
        return kept + SelectScalar<T, TTest>(values, constant, done, count, rows + kept);
    }

    /// <summary>The scalar twin: row numbers first..end-1.</summary>
    public static int SelectScalar<T, TTest>(T* values, T constant, int first, int end, int* rows)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TTest : struct, IComparisonTest
    {
        int kept = 0;
        for (int i = first; i < end; i++)
        {
            rows[kept] = i;
            kept += TTest.Test(values[i], constant) ? 1 : 0;
        }

        return kept;
    }

    /// <summary>Listed rows whose value passes. <paramref name="rows"/> may be the list itself.</summary>
    public static int SelectListed<T, TTest>(T* values, T constant, int* list, int count, int* rows)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TTest : struct, IComparisonTest
    {
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            int row = list[i];
            rows[kept] = row;
            kept += TTest.Test(values[row], constant) ? 1 : 0;
        }

        return kept;
    }

    /// <summary>Row numbers of the bytes that are 1 (of 0 and 1).</summary>
    public static int SelectTrue(byte* values, int count, int* rows)
    {
        int kept = 0;
        int done = 0;
        if (Avx2.IsSupported)
        {
            done = count & ~(Lanes - 1);
            fixed (int* compress = s_compress)
            {
                Vector256<int> numbers = Vector256<int>.Indices;
                Vector256<int> step = Vector256.Create(Lanes);
                for (int i = 0; i < done; i += Lanes)
                {
                    // The low bits of eight bytes, gathered to one by a multiplication that adds them up in the top byte.
                    uint mask = (uint)((Unsafe.ReadUnaligned<ulong>(values + i) * 0x0102_0408_1020_4080) >> 56);
                    Avx2.PermuteVar8x32(numbers, Vector256.Load(compress + (mask * Lanes))).Store(rows + kept);
                    kept += BitOperations.PopCount(mask);
                    numbers += step;
                }
            }
        }

        return kept + SelectTrueScalar(values, done, count, rows + kept);
    }

    /// <summary>The scalar twin of <see cref="SelectTrue"/>.</summary>
    public static int SelectTrueScalar(byte* values, int first, int end, int* rows)
    {
        int kept = 0;
        for (int i = first; i < end; i++)
        {
            rows[kept] = i;
            kept += values[i];
        }

        return kept;
    }

    /// <summary>Drops the rows that are null; in place.</summary>
    public static int DropNulls(Vector vector, int* rows, int count)
    {
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            int row = rows[i];
            rows[kept] = row;
            kept += vector.IsNull(row) ? 0 : 1;
        }

        return kept;
    }

    private static int SelectVectors<T, TTest>(T* values, T constant, int end, int* rows)
        where T : unmanaged
        where TTest : struct, IComparisonTest
    {
        int kept = 0;
        Vector256<T> right = Vector256.Create(constant);
        Vector256<int> numbers = Vector256<int>.Indices;
        Vector256<int> step = Vector256.Create(Lanes);
        fixed (int* compress = s_compress)
        {
            for (int i = 0; i < end; i += Lanes)
            {
                uint mask = TTest.Test(Vector256.Load(values + i), right).ExtractMostSignificantBits();
                // Values of eight bytes: a vector holds half of the lanes.
                if (sizeof(T) == 8)
                    mask |= TTest.Test(Vector256.Load(values + i + (Lanes / 2)), right).ExtractMostSignificantBits() << (Lanes / 2);
                Avx2.PermuteVar8x32(numbers, Vector256.Load(compress + (mask * Lanes))).Store(rows + kept);
                kept += BitOperations.PopCount(mask);
                numbers += step;
            }
        }

        return kept;
    }

    /// <summary>For each mask of eight lanes the numbers of its set lanes, in order.</summary>
    private static int[] MakeCompress()
    {
        var table = new int[256 * Lanes];
        for (int mask = 0; mask < 256; mask++)
        {
            int at = mask * Lanes;
            for (int lane = 0; lane < Lanes; lane++)
            {
                if ((mask & (1 << lane)) != 0)
                    table[at++] = lane;
            }
        }

        return table;
    }
}
