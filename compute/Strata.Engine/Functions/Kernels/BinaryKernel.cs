using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Kernels;

/// <summary>A strict operation of two fixed-width values that cannot fail.</summary>
internal interface IBinaryOperation<TLeft, TRight, TResult>
{
    static abstract TResult Invoke(TLeft left, TRight right);
}

/// <summary>A strict operation of two fixed-width values that may fail.</summary>
internal interface IFallibleOperation<TLeft, TRight, TResult>
{
    /// <summary>False when the operation fails; the result is then ignored.</summary>
    static abstract bool TryInvoke(TLeft left, TRight right, out TResult result);

    /// <summary>The error of a failing pair.</summary>
    static abstract SqlException Error(TLeft left, TRight right);
}

/// <summary>Lifts operations of two values over vectors: nulls, constants, selection, errors. One loop per shape, so that the JIT inlines.</summary>
internal static unsafe class BinaryKernel
{
    public static void Run<TLeft, TRight, TResult, TOperation>(in KernelCall call)
        where TLeft : unmanaged
        where TRight : unmanaged
        where TResult : unmanaged
        where TOperation : struct, IBinaryOperation<TLeft, TRight, TResult>
    {
        Vector left = call.Arguments[0], right = call.Arguments[1], result = call.Result;
        Selection selection = call.Selection;
        if (PrepareConstant(call))
        {
            if (!result.IsNull(0))
                result.Set(0, TOperation.Invoke(left.Get<TLeft>(0), right.Get<TRight>(0)));
            return;
        }

        result.Reset(selection.End);
        var output = (TResult*)result.Data;
        var a = (TLeft*)left.Data;
        var b = (TRight*)right.Data;
        if (!left.HasNulls && !right.HasNulls && selection.IsRange)
        {
            if (left.Kind == VectorKind.Flat && right.Kind == VectorKind.Flat)
            {
                for (int i = 0; i < selection.Count; i++)
                    output[i] = TOperation.Invoke(a[i], b[i]);
                return;
            }

            if (left.Kind == VectorKind.Flat && right.Kind == VectorKind.Constant)
            {
                TRight constant = *b;
                for (int i = 0; i < selection.Count; i++)
                    output[i] = TOperation.Invoke(a[i], constant);
                return;
            }
        }

        bool nulls = left.HasNulls || right.HasNulls;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (nulls && (left.IsNull(row) || right.IsNull(row)))
                result.SetNull(row);
            else
                output[row] = TOperation.Invoke(a[left.Position(row)], b[right.Position(row)]);
        }
    }

    public static void RunFallible<TLeft, TRight, TResult, TOperation>(in KernelCall call)
        where TLeft : unmanaged
        where TRight : unmanaged
        where TResult : unmanaged
        where TOperation : struct, IFallibleOperation<TLeft, TRight, TResult>
    {
        Vector left = call.Arguments[0], right = call.Arguments[1], result = call.Result;
        Selection selection = call.Selection;
        if (PrepareConstant(call))
        {
            if (result.IsNull(0))
                return;
            TLeft x = left.Get<TLeft>(0);
            TRight y = right.Get<TRight>(0);
            if (TOperation.TryInvoke(x, y, out TResult value))
            {
                result.Set(0, value);
                return;
            }

            result.SetNull(0);
            call.Errors.Report(selection[0], TOperation.Error(x, y));
            return;
        }

        result.Reset(selection.End);
        var output = (TResult*)result.Data;
        var a = (TLeft*)left.Data;
        var b = (TRight*)right.Data;
        bool nulls = left.HasNulls || right.HasNulls;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (nulls && (left.IsNull(row) || right.IsNull(row)))
            {
                result.SetNull(row);
                continue;
            }

            TLeft x = a[left.Position(row)];
            TRight y = b[right.Position(row)];
            if (!TOperation.TryInvoke(x, y, out output[row]))
            {
                call.Errors.Report(row, TOperation.Error(x, y));
                return;
            }
        }
    }

    /// <summary>
    /// Makes the result constant when both sides are (with its null bit), or null when one is a null constant, or empty for no rows.
    /// False when rows must be computed.
    /// </summary>
    public static bool PrepareConstant(in KernelCall call)
    {
        Vector left = call.Arguments[0], right = call.Arguments[1];
        bool leftConstant = left.Kind == VectorKind.Constant, rightConstant = right.Kind == VectorKind.Constant;
        if (call.Selection.IsEmpty || (leftConstant && left.IsNull(0)) || (rightConstant && right.IsNull(0)))
        {
            call.Result.ResetNull();
            return true;
        }

        if (!leftConstant || !rightConstant)
            return false;
        call.Result.ResetConstant();
        return true;
    }
}
