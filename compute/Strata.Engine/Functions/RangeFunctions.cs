using Strata.Engine.Types;
using Strata.Engine.Types.Ranges;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Operators and functions of range types. Source: PostgreSQL 15, "Range/Multirange Functions and Operators".</summary>
internal static class RangeFunctions
{
    private delegate bool RangeTest(RangeInfo type, RangeValue a, RangeValue b);

    private delegate byte[] RangeOperation(RangeInfo type, RangeValue a, RangeValue b);

    public static void Register(FunctionTable t)
    {
        RegisterConstructors(t);
        RegisterBounds(t);
        RegisterRelations(t);
        RegisterOperations(t);
        RegisterDifferences(t);
    }

    private static void RegisterConstructors(FunctionTable t)
    {
        t.Add("range_constructor2", static (ref FunctionCall c) => c.Return(Construct(ref c, lowerInclusive: true, upperInclusive: false)));
        t.Add("range_constructor3", static (ref FunctionCall c) =>
        {
            if (c.IsNull(2))
                throw new SqlException(SqlState.DataException, "range constructor flags argument must not be null");
            ReadOnlySpan<byte> flags = c.Bytes(2);
            if (flags.Length != 2 || flags[0] is not ((byte)'[' or (byte)'(') || flags[1] is not ((byte)']' or (byte)')'))
            {
                throw new SqlException(SqlState.SyntaxError, "invalid range bound flags")
                {
                    Hint = "Valid values are \"[]\", \"[)\", \"(]\", and \"()\".",
                };
            }

            c.Return(Construct(ref c, flags[0] == (byte)'[', flags[1] == (byte)']'));
        });
        t.Add("int4range_canonical", static (ref FunctionCall c) => c.ReturnArgument(0));
        t.Add("int8range_canonical", static (ref FunctionCall c) => c.ReturnArgument(0));
        t.Add("daterange_canonical", static (ref FunctionCall c) => c.ReturnArgument(0));
    }

    private static byte[] Construct(ref FunctionCall c, bool lowerInclusive, bool upperInclusive)
    {
        ReadOnlySpan<byte> lower = c.IsNull(0) ? default : c.ArgumentVector(0).GetStored(c.Row);
        ReadOnlySpan<byte> upper = c.IsNull(1) ? default : c.ArgumentVector(1).GetStored(c.Row);
        return RangeValue.Make(
            c.ResultType.RangeInfo,
            new RangeBound(lower, c.IsNull(0), lowerInclusive, isLower: true),
            new RangeBound(upper, c.IsNull(1), upperInclusive, isLower: false));
    }

    private static void RegisterBounds(FunctionTable t)
    {
        t.Add("range_lower", static (ref FunctionCall c) => ReturnBound(ref c, new RangeValue(c.Bytes(0)).IsEmpty, new RangeValue(c.Bytes(0)).Lower));
        t.Add("range_upper", static (ref FunctionCall c) => ReturnBound(ref c, new RangeValue(c.Bytes(0)).IsEmpty, new RangeValue(c.Bytes(0)).Upper));
        t.Add("range_empty", static (ref FunctionCall c) => c.Return(new RangeValue(c.Bytes(0)).IsEmpty));
        t.Add("range_lower_inc", static (ref FunctionCall c) => c.Return(!new RangeValue(c.Bytes(0)).IsEmpty && new RangeValue(c.Bytes(0)).Lower.IsInclusive));
        t.Add("range_upper_inc", static (ref FunctionCall c) => c.Return(!new RangeValue(c.Bytes(0)).IsEmpty && new RangeValue(c.Bytes(0)).Upper.IsInclusive));
        t.Add("range_lower_inf", static (ref FunctionCall c) => c.Return(!new RangeValue(c.Bytes(0)).IsEmpty && new RangeValue(c.Bytes(0)).Lower.IsInfinite));
        t.Add("range_upper_inf", static (ref FunctionCall c) => c.Return(!new RangeValue(c.Bytes(0)).IsEmpty && new RangeValue(c.Bytes(0)).Upper.IsInfinite));
    }

    internal static ValueComparison Order(ref FunctionCall c) => (ValueComparison)(c.Site.State ??= ValueComparison.For(c.ArgumentType(0)));

    internal static void ReturnBound(ref FunctionCall c, bool isEmpty, scoped RangeBound bound)
    {
        if (isEmpty || bound.IsInfinite)
            c.ReturnNull();
        else
            c.ReturnStored(bound.Value);
    }

    private static void RegisterRelations(FunctionTable t)
    {
        AddTest(t, "range_eq", static (type, a, b) => RangeMath.Compare(type, a, b) == 0);
        AddTest(t, "range_ne", static (type, a, b) => RangeMath.Compare(type, a, b) != 0);
        AddTest(t, "range_lt", static (type, a, b) => RangeMath.Compare(type, a, b) < 0);
        AddTest(t, "range_le", static (type, a, b) => RangeMath.Compare(type, a, b) <= 0);
        AddTest(t, "range_ge", static (type, a, b) => RangeMath.Compare(type, a, b) >= 0);
        AddTest(t, "range_gt", static (type, a, b) => RangeMath.Compare(type, a, b) > 0);
        AddTest(t, "range_contains", RangeMath.Contains);
        AddTest(t, "range_contained_by", static (type, a, b) => RangeMath.Contains(type, b, a));
        AddTest(t, "range_overlaps", RangeMath.Overlaps);
        AddTest(t, "range_before", RangeMath.IsBefore);
        AddTest(t, "range_after", static (type, a, b) => RangeMath.IsBefore(type, b, a));
        AddTest(t, "range_overleft", RangeMath.EndsNotAfter);
        AddTest(t, "range_overright", RangeMath.StartsNotBefore);
        AddTest(t, "range_adjacent", RangeMath.AreAdjacent);
        t.Add("range_cmp", static (ref FunctionCall c) =>
            c.Return(Math.Sign(RangeMath.Compare(c.ArgumentType(0).RangeInfo, new RangeValue(c.Bytes(0)), new RangeValue(c.Bytes(1))))));
        t.Add("range_contains_elem", static (ref FunctionCall c) =>
            c.Return(RangeMath.ContainsElement(c.ArgumentType(0).RangeInfo, new RangeValue(c.Bytes(0)), c.ArgumentVector(1).GetStored(c.Row))));
        t.Add("elem_contained_by_range", static (ref FunctionCall c) =>
            c.Return(RangeMath.ContainsElement(c.ArgumentType(1).RangeInfo, new RangeValue(c.Bytes(1)), c.ArgumentVector(0).GetStored(c.Row))));
    }

    private static void AddTest(FunctionTable t, string symbol, RangeTest test) =>
        t.Add(symbol, (ref FunctionCall c) => c.Return(test(c.ArgumentType(0).RangeInfo, new RangeValue(c.Bytes(0)), new RangeValue(c.Bytes(1)))));

    private static void RegisterOperations(FunctionTable t)
    {
        AddOperation(t, "range_union", static (type, a, b) => RangeMath.Union(type, a, b));
        AddOperation(t, "range_merge", static (type, a, b) => RangeMath.Union(type, a, b, bridges: true));
        AddOperation(t, "range_intersect", RangeMath.Intersect);
        AddOperation(t, "range_minus", RangeMath.Minus);
    }

    private static void AddOperation(FunctionTable t, string symbol, RangeOperation operation) =>
        t.Add(symbol, (ref FunctionCall c) => c.Return(operation(c.ArgumentType(0).RangeInfo, new RangeValue(c.Bytes(0)), new RangeValue(c.Bytes(1)))));

    private static void RegisterDifferences(FunctionTable t)
    {
        const double microsecondsPerSecond = 1_000_000;
        t.Add("int4range_subdiff", static (ref FunctionCall c) => c.Return((double)c.Int32(0) - c.Int32(1)));
        t.Add("int8range_subdiff", static (ref FunctionCall c) => c.Return((double)c.Int64(0) - c.Int64(1)));
        t.Add("daterange_subdiff", static (ref FunctionCall c) => c.Return((double)c.Int32(0) - c.Int32(1)));
        t.Add("tsrange_subdiff", static (ref FunctionCall c) => c.Return(((double)c.Int64(0) - c.Int64(1)) / microsecondsPerSecond));
        t.Add("tstzrange_subdiff", static (ref FunctionCall c) => c.Return(((double)c.Int64(0) - c.Int64(1)) / microsecondsPerSecond));
        t.Add("numrange_subdiff", static (ref FunctionCall c) =>
        {
            var text = new ByteBuffer();
            NumberText.WriteNumeric(text, NumericMath.Subtract(c.Numeric(0), c.Numeric(1)));
            c.Return(NumberText.ParseFloat64(text.Written));
        });
    }
}
