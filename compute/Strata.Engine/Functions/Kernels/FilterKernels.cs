using System.Numerics;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Functions.Kernels;

/// <summary>Comparisons with a constant, and LIKE with a constant pattern, as filters: what conditions of scans mostly are.</summary>
internal static unsafe class FilterKernels
{
    public static void Register(FunctionTable table)
    {
        foreach (string prefix in (string[])["int4", "date_"])
            AddIntegers<int>(table, prefix);
        foreach (string prefix in (string[])["int8", "timestamp_", "time_", "cash_"])
            AddIntegers<long>(table, prefix);
        table.AddFilter("numeric_eq", Numerics<ComparisonKernels.Equal>);
        table.AddFilter("numeric_ne", Numerics<ComparisonKernels.NotEqual>);
        table.AddFilter("numeric_lt", Numerics<ComparisonKernels.Less>);
        table.AddFilter("numeric_le", Numerics<ComparisonKernels.LessOrEqual>);
        table.AddFilter("numeric_gt", Numerics<ComparisonKernels.Greater>);
        table.AddFilter("numeric_ge", Numerics<ComparisonKernels.GreaterOrEqual>);
        table.AddFilter("texteq", static (in FilterCall call, out Selection kept) => Views(call, wanted: true, isPadded: false, out kept));
        table.AddFilter("textne", static (in FilterCall call, out Selection kept) => Views(call, wanted: false, isPadded: false, out kept));
        table.AddFilter("bpchareq", static (in FilterCall call, out Selection kept) => Views(call, wanted: true, isPadded: true, out kept));
        table.AddFilter("bpcharne", static (in FilterCall call, out Selection kept) => Views(call, wanted: false, isPadded: true, out kept));
        table.AddFilter("textlike", static (in FilterCall call, out Selection kept) => Like(call, wanted: true, out kept));
        table.AddFilter("textnlike", static (in FilterCall call, out Selection kept) => Like(call, wanted: false, out kept));
    }

    private static void AddIntegers<T>(FunctionTable table, string prefix)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        table.AddFilter(prefix + "eq", Integers<T, ComparisonKernels.Equal>);
        table.AddFilter(prefix + "ne", Integers<T, ComparisonKernels.NotEqual>);
        table.AddFilter(prefix + "lt", Integers<T, ComparisonKernels.Less>);
        table.AddFilter(prefix + "le", Integers<T, ComparisonKernels.LessOrEqual>);
        table.AddFilter(prefix + "gt", Integers<T, ComparisonKernels.Greater>);
        table.AddFilter(prefix + "ge", Integers<T, ComparisonKernels.GreaterOrEqual>);
    }

    /// <summary>A flat column at the left and a constant that is not null at the right.</summary>
    private static bool IsApplicable(in FilterCall call, out Selection kept)
    {
        Vector left = call.Arguments[0], right = call.Arguments[1];
        kept = default;
        return left.Kind == VectorKind.Flat && right.Kind == VectorKind.Constant && !right.IsNull(0) && !call.Selection.IsEmpty;
    }

    private static bool Integers<T, TTest>(in FilterCall call, out Selection kept)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TTest : struct, IComparisonTest
    {
        if (!IsApplicable(call, out kept))
            return false;
        Vector left = call.Arguments[0];
        T constant = call.Arguments[1].Get<T>(0);
        int count = call.Selection.Count;
        int* rows = call.Buffer.Reserve(count + SelectionKernels.Slack);
        int found = call.Selection.IsRange
            ? SelectionKernels.Select<T, TTest>((T*)left.Data, constant, count, rows)
            : SelectionKernels.SelectListed<T, TTest>((T*)left.Data, constant, call.Selection.Rows, count, rows);
        if (left.HasNulls)
            found = SelectionKernels.DropNulls(left, rows, found);
        kept = new Selection(rows, found);
        return true;
    }

    /// <summary>
    /// Values of one scale, as columns with a declared scale have, are compared as integers with the constant brought to that scale; a value with another header is compared by itself.
    /// </summary>
    private static bool Numerics<TTest>(in FilterCall call, out Selection kept)
        where TTest : struct, IComparisonTest
    {
        if (!IsApplicable(call, out kept))
            return false;
        Vector left = call.Arguments[0];
        var right = (ByteView*)call.Arguments[1].Data;
        var values = (ByteView*)left.Data;
        Selection selection = call.Selection;
        int* rows = call.Buffer.Reserve(selection.Count + SelectionKernels.Slack);
        bool nulls = left.HasNulls;
        bool isSmall = NumericKernels.TryGetInline(right, out long constant, out int constantScale);
        ulong header = 0;
        long scaled = 0;
        int found = 0;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (nulls && left.IsNull(row))
                continue;
            ByteView* value = values + row;
            if (*(ulong*)value != header)
            {
                if (!isSmall || !NumericKernels.TryGetInline(value, out _, out int scale) || scale < constantScale
                    || !NumericKernels.TryScaleUp(constant, scale - constantScale, out long made))
                {
                    rows[found] = row;
                    found += TTest.Test(NumericValue.Decode(value->Span).CompareTo(NumericValue.Decode(right->Span)), 0) ? 1 : 0;
                    continue;
                }

                header = *(ulong*)value;
                scaled = made;
            }

            rows[found] = row;
            found += TTest.Test(((long*)value)[1], scaled) ? 1 : 0;
        }

        kept = new Selection(rows, found);
        return true;
    }

    private static bool Views(in FilterCall call, bool wanted, bool isPadded, out Selection kept)
    {
        if (!IsApplicable(call, out kept))
            return false;
        Vector left = call.Arguments[0];
        var right = (ByteView*)call.Arguments[1].Data;
        var values = (ByteView*)left.Data;
        Selection selection = call.Selection;
        int* rows = call.Buffer.Reserve(selection.Count + SelectionKernels.Slack);
        ReadOnlySpan<byte> trimmed = isPadded ? CharacterTypes.TrimBpChar(right->Span) : default;
        bool nulls = left.HasNulls;
        int found = 0;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (nulls && left.IsNull(row))
                continue;
            ByteView* value = values + row;
            // Padded values of equal length are equal exactly when their bytes are.
            bool isEqual = isPadded && value->Length != right->Length
                ? CharacterTypes.TrimBpChar(value->Span).SequenceEqual(trimmed)
                : value->Equals(*right);
            rows[found] = row;
            found += isEqual == wanted ? 1 : 0;
        }

        kept = new Selection(rows, found);
        return true;
    }

    private static bool Like(in FilterCall call, bool wanted, out Selection kept)
    {
        if (!IsApplicable(call, out kept))
            return false;
        Vector left = call.Arguments[0];
        ReadOnlySpan<byte> source = call.Arguments[1].GetBytes(0);
        // An escape at the end fails for some texts only: that is for the call that can report a row.
        if (source.Contains((byte)'\\'))
            return false;
        if (call.Site.State is not LikePattern pattern || !pattern.IsFor(source))
            call.Site.State = pattern = LikePattern.Compile(source);
        var values = (ByteView*)left.Data;
        Selection selection = call.Selection;
        int* rows = call.Buffer.Reserve(selection.Count + SelectionKernels.Slack);
        bool nulls = left.HasNulls;
        int found = 0;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (nulls && left.IsNull(row))
                continue;
            rows[found] = row;
            found += pattern.Matches(values[row].Span, call.Cancellation) == wanted ? 1 : 0;
        }

        kept = new Selection(rows, found);
        return true;
    }
}
