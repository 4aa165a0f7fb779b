using System.Runtime.CompilerServices;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Kernels;

/// <summary>An operation of two numerics whose mantissas have 64 bits, with a way out for all others.</summary>
internal interface INumericOperation
{
    /// <summary>The result's mantissa and scale; false when it takes more than 64 bits.</summary>
    static abstract bool TryFast(long left, int leftScale, long right, int rightScale, out long mantissa, out int scale);

    static abstract NumericValue Slow(in NumericValue left, in NumericValue right);
}

/// <summary>
/// +, - and * of numeric and its comparisons over vectors. Nearly all values stand inside their views: a length of 12, the kind and the scale in the first
/// eight bytes, the mantissa in the other eight. Those are computed with integers in place; the rest goes through <see cref="NumericMath"/>, which gives
/// the same values.
/// </summary>
internal static unsafe class NumericKernels
{
    private const ulong InlineFinite = ByteView.InlineMaxBytes;
    private const ulong HeaderWithoutScale = 0x0000_FFFF_FFFF_FFFF;
    private const int ScaleShift = 48;
    private const int PowersMax = 18;

    private static readonly long[] s_powers = MakePowers();

    private static long[] MakePowers()
    {
        var powers = new long[PowersMax + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++)
            powers[i] = powers[i - 1] * 10;
        return powers;
    }

    /// <summary>True when the view holds a finite value with a mantissa of 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryGetInline(ByteView* view, out long mantissa, out int scale)
    {
        ulong header = *(ulong*)view;
        mantissa = ((long*)view)[1];
        scale = (int)(header >> ScaleShift);
        return (header & HeaderWithoutScale) == InlineFinite;
    }

    /// <summary>Stores a finite value with a mantissa of 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInline(ByteView* view, long mantissa, int scale)
    {
        *(ulong*)view = InlineFinite | ((ulong)scale << ScaleShift);
        ((long*)view)[1] = mantissa;
    }

    /// <summary>value × 10^digits when it has 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryScaleUp(long value, int digits, out long scaled)
    {
        if (digits == 0)
        {
            scaled = value;
            return true;
        }

        if (digits > PowersMax)
        {
            scaled = 0;
            return value == 0;
        }

        long high = Math.BigMul(value, s_powers[digits], out scaled);
        return high == scaled >> 63;
    }

    public static void Register(FunctionTable table)
    {
        table.AddVector("numeric_add", Run<Add>);
        table.AddVector("numeric_sub", Run<Subtract>);
        table.AddVector("numeric_mul", Run<Multiply>);
        table.AddVector("numeric_eq", Compare<ComparisonKernels.Equal>);
        table.AddVector("numeric_ne", Compare<ComparisonKernels.NotEqual>);
        table.AddVector("numeric_lt", Compare<ComparisonKernels.Less>);
        table.AddVector("numeric_le", Compare<ComparisonKernels.LessOrEqual>);
        table.AddVector("numeric_gt", Compare<ComparisonKernels.Greater>);
        table.AddVector("numeric_ge", Compare<ComparisonKernels.GreaterOrEqual>);
    }

    private struct Add : INumericOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryFast(long left, int leftScale, long right, int rightScale, out long mantissa, out int scale)
        {
            scale = Math.Max(leftScale, rightScale);
            mantissa = 0;
            if (!TryScaleUp(left, scale - leftScale, out left) || !TryScaleUp(right, scale - rightScale, out right))
                return false;
            mantissa = left + right;
            return ((left ^ mantissa) & (right ^ mantissa)) >= 0;
        }

        public static NumericValue Slow(in NumericValue left, in NumericValue right) => NumericMath.Add(left, right);
    }

    private struct Subtract : INumericOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryFast(long left, int leftScale, long right, int rightScale, out long mantissa, out int scale)
        {
            scale = Math.Max(leftScale, rightScale);
            mantissa = 0;
            if (!TryScaleUp(left, scale - leftScale, out left) || !TryScaleUp(right, scale - rightScale, out right))
                return false;
            mantissa = left - right;
            return ((left ^ right) & (left ^ mantissa)) >= 0;
        }

        public static NumericValue Slow(in NumericValue left, in NumericValue right) => NumericMath.Subtract(left, right);
    }

    private struct Multiply : INumericOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryFast(long left, int leftScale, long right, int rightScale, out long mantissa, out int scale)
        {
            scale = leftScale + rightScale;
            long high = Math.BigMul(left, right, out mantissa);
            return high == mantissa >> 63 && scale <= NumericValue.ScaleMax;
        }

        public static NumericValue Slow(in NumericValue left, in NumericValue right) => NumericMath.Multiply(left, right);
    }

    private static void Run<TOperation>(in KernelCall call)
        where TOperation : struct, INumericOperation
    {
        Vector left = call.Arguments[0], right = call.Arguments[1], result = call.Result;
        Selection selection = call.Selection;
        bool isConstant = BinaryKernel.PrepareConstant(call);
        if (isConstant && result.IsNull(0))
            return;
        int count = isConstant ? 1 : selection.Count;
        if (!isConstant)
            result.Reset(selection.End);
        var output = (ByteView*)result.Data;
        bool nulls = left.HasNulls || right.HasNulls;
        int row = 0;
        try
        {
            int done = isConstant || nulls || left.Kind == VectorKind.Dictionary || right.Kind == VectorKind.Dictionary
                ? 0
                : RunInline<TOperation>((ByteView*)left.Data, left.Kind == VectorKind.Flat, (ByteView*)right.Data, right.Kind == VectorKind.Flat, selection, output);
            for (int i = done; i < count; i++)
            {
                row = isConstant ? 0 : selection[i];
                if (nulls && (left.IsNull(row) || right.IsNull(row)))
                {
                    result.SetNull(row);
                    continue;
                }

                ByteView* a = (ByteView*)left.Data + left.Position(row);
                ByteView* b = (ByteView*)right.Data + right.Position(row);
                if (TryGetInline(a, out long x, out int xScale) & TryGetInline(b, out long y, out int yScale)
                    && TOperation.TryFast(x, xScale, y, yScale, out long mantissa, out int scale))
                    StoreInline(output + row, mantissa, scale);
                else
                    TOperation.Slow(NumericValue.Decode(a->Span), NumericValue.Decode(b->Span)).Store(result, row);
            }
        }
        catch (SqlException e)
        {
            call.Errors.Report(isConstant ? selection[0] : row, e);
            if (isConstant)
                result.SetNull(0);
        }
    }

    /// <summary>Computes the leading rows whose values stand inside their views, flat or constant on either side, without nulls. Returns how many.</summary>
    private static int RunInline<TOperation>(ByteView* left, bool leftFlat, ByteView* right, bool rightFlat, Selection selection, ByteView* output)
        where TOperation : struct, INumericOperation
    {
        nint leftStep = leftFlat ? 1 : 0;
        nint rightStep = rightFlat ? 1 : 0;
        int i = 0;
        for (; i < selection.Count; i++)
        {
            int row = selection[i];
            if (!(TryGetInline(left + (row * leftStep), out long x, out int xScale) & TryGetInline(right + (row * rightStep), out long y, out int yScale))
                || !TOperation.TryFast(x, xScale, y, yScale, out long mantissa, out int scale))
                break;
            StoreInline(output + row, mantissa, scale);
        }

        return i;
    }

    private static void Compare<TTest>(in KernelCall call)
        where TTest : struct, IComparisonTest
    {
        Vector left = call.Arguments[0], right = call.Arguments[1], result = call.Result;
        Selection selection = call.Selection;
        bool isConstant = BinaryKernel.PrepareConstant(call);
        if (isConstant && result.IsNull(0))
            return;
        int count = isConstant ? 1 : selection.Count;
        if (!isConstant)
            result.Reset(selection.End);
        byte* output = result.Data;
        bool nulls = left.HasNulls || right.HasNulls;
        for (int i = 0; i < count; i++)
        {
            int row = isConstant ? 0 : selection[i];
            if (nulls && (left.IsNull(row) || right.IsNull(row)))
            {
                result.SetNull(row);
                continue;
            }

            ByteView* a = (ByteView*)left.Data + left.Position(row);
            ByteView* b = (ByteView*)right.Data + right.Position(row);
            if (TryGetInline(a, out long x, out int xScale) & TryGetInline(b, out long y, out int yScale)
                && TryScaleUp(x, Math.Max(0, yScale - xScale), out x) && TryScaleUp(y, Math.Max(0, xScale - yScale), out y))
                output[row] = TTest.Test(x, y) ? (byte)1 : (byte)0;
            else
                output[row] = TTest.Test(NumericValue.Decode(a->Span).CompareTo(NumericValue.Decode(b->Span)), 0) ? (byte)1 : (byte)0;
        }
    }
}
