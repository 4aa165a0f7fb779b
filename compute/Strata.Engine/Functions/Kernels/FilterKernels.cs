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

    /// <summary>A test of one value that is not null.</summary>
    private interface IValueTest
    {
        bool Passes(ByteView* value);
    }

    private static Selection Keep<TTest>(in FilterCall call, TTest test)
        where TTest : struct, IValueTest
    {
        Vector left = call.Arguments[0];
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
            found += test.Passes(values + row) ? 1 : 0;
        }

        return new Selection(rows, found);
    }

    private static bool Numerics<TTest>(in FilterCall call, out Selection kept)
        where TTest : struct, IComparisonTest
    {
        if (!IsApplicable(call, out kept))
            return false;
        kept = Keep(call, new NumericTest<TTest>((ByteView*)call.Arguments[1].Data));
        return true;
    }

    /// <summary>
    /// Values of one scale, as columns with a declared scale have, are compared as integers with the constant brought to that scale; a value with another header is compared by itself.
    /// </summary>
    private struct NumericTest<TTest>(ByteView* right) : IValueTest
        where TTest : struct, IComparisonTest
    {
        private readonly bool _isSmall = NumericKernels.TryGetInline(right, out _, out _);
        private ulong _header;
        private long _scaled;

        public bool Passes(ByteView* value)
        {
            if (*(ulong*)value != _header)
            {
                if (!_isSmall || !NumericKernels.TryGetInline(right, out long constant, out int constantScale) || !NumericKernels.TryGetInline(value, out _, out int scale)
                    || scale < constantScale || !NumericKernels.TryScaleUp(constant, scale - constantScale, out long made))
                    return TTest.Test(NumericValue.Decode(value->Span).CompareTo(NumericValue.Decode(right->Span)), 0);
                _header = *(ulong*)value;
                _scaled = made;
            }

            return TTest.Test(((long*)value)[1], _scaled);
        }
    }

    private static bool Views(in FilterCall call, bool wanted, bool isPadded, out Selection kept)
    {
        if (!IsApplicable(call, out kept))
            return false;
        var right = (ByteView*)call.Arguments[1].Data;
        kept = isPadded ? Keep(call, new PaddedTest(right, wanted)) : Keep(call, new ViewTest(right, wanted));
        return true;
    }

    private readonly struct ViewTest(ByteView* right, bool wanted) : IValueTest
    {
        public bool Passes(ByteView* value) => value->Equals(*right) == wanted;
    }

    private readonly struct PaddedTest(ByteView* right, bool wanted) : IValueTest
    {
        // Padded values of equal length are equal exactly when their bytes are.
        public bool Passes(ByteView* value) => wanted == (value->Length == right->Length
            ? value->Equals(*right)
            : CharacterTypes.TrimBpChar(value->Span).SequenceEqual(CharacterTypes.TrimBpChar(right->Span)));
    }

    private static bool Like(in FilterCall call, bool wanted, out Selection kept)
    {
        if (!IsApplicable(call, out kept))
            return false;
        ReadOnlySpan<byte> source = call.Arguments[1].GetBytes(0);
        // An escape at the end fails for some texts only: that is for the call that can report a row.
        if (source.Contains((byte)'\\'))
            return false;
        if (call.Site.State is not LikePattern pattern || !pattern.IsFor(source))
            call.Site.State = pattern = LikePattern.Compile(source);
        kept = Keep(call, new LikeTest(pattern, wanted, call.Cancellation));
        return true;
    }

    private readonly struct LikeTest(LikePattern pattern, bool wanted, CancellationToken cancellation) : IValueTest
    {
        public bool Passes(ByteView* value) => pattern.Matches(value->Span, cancellation) == wanted;
    }
}
