using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>
/// Runs a <see cref="RowFunction"/> over a selection: strictness, nulls, constant arguments and errors are handled here once for all
/// scalar built-ins.
/// </summary>
internal static class FunctionLifting
{
    /// <summary>The statement's cancellation is looked at every 16 calls: one may take a millisecond.</summary>
    private const int CancelCheckMask = 15;

    /// <summary>Writes the selected rows of <paramref name="result"/>; rows from the first failing one on are undefined.</summary>
    public static void Run(
        RowFunction function, bool isStrict, ReadOnlySpan<Vector> arguments, Selection selection, Vector result,
        ErrorSink errors, FunctionSite site, IFunctionContext context, bool mayFold)
    {
        if (selection.IsEmpty)
        {
            result.Reset(0);
            return;
        }

        bool allConstant = mayFold;
        foreach (Vector argument in arguments)
            allConstant &= argument.Kind == VectorKind.Constant;
        if (isStrict)
        {
            foreach (Vector argument in arguments)
            {
                if (argument.Kind == VectorKind.Constant && argument.IsNull(0))
                {
                    result.ResetNull();
                    return;
                }
            }
        }

        if (allConstant)
        {
            RunOnce(function, arguments, selection[0], result, errors, site, context);
            return;
        }

        result.Reset(selection.End);
        var call = new FunctionCall(arguments, result, errors, site, context);
        int position = 0;
        try
        {
            bool checkNulls = isStrict && HasNulls(arguments);
            for (; position < selection.Count; position++)
            {
                int row = selection[position];
                if (checkNulls && AnyNull(arguments, row))
                {
                    result.SetNull(row);
                    continue;
                }

                if ((position & CancelCheckMask) == 0)
                    context.Cancellation.ThrowIfCancellationRequested();
                call.Row = row;
                function(ref call);
                if (errors.Row <= row)
                    return;
            }
        }
        catch (SqlException e)
        {
            errors.Report(selection[position], e);
        }
    }

    /// <summary>All arguments are constant: one call makes a constant result. A failure belongs to the first selected row.</summary>
    private static void RunOnce(
        RowFunction function, ReadOnlySpan<Vector> arguments, int firstRow, Vector result, ErrorSink errors, FunctionSite site, IFunctionContext context)
    {
        result.ResetConstant();
        var local = site.ConstantErrors;
        local.Reset();
        var call = new FunctionCall(arguments, result, local, site, context) { Row = 0 };
        try
        {
            function(ref call);
        }
        catch (SqlException e)
        {
            local.Report(0, e);
        }

        if (local.Error is { } error)
        {
            result.SetNull(0);
            errors.Report(firstRow, error);
        }
    }

    private static bool HasNulls(ReadOnlySpan<Vector> arguments)
    {
        foreach (Vector argument in arguments)
        {
            if (argument.HasNulls)
                return true;
        }

        return false;
    }

    private static bool AnyNull(ReadOnlySpan<Vector> arguments, int row)
    {
        foreach (Vector argument in arguments)
        {
            if (argument.IsNull(row))
                return true;
        }

        return false;
    }
}
