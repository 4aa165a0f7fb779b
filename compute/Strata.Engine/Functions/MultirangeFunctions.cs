using Strata.Engine.Types;
using Strata.Engine.Types.Ranges;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Operators and functions of multirange types. Source: PostgreSQL 15, "Range/Multirange Functions and Operators".</summary>
internal static class MultirangeFunctions
{
    private delegate bool MultirangeTest(RangeInfo type, MultirangeValue a, MultirangeValue b);

    private delegate bool MixedTest(RangeInfo type, MultirangeValue ranges, RangeValue range);

    private delegate byte[] MultirangeOperation(RangeInfo type, MultirangeValue a, MultirangeValue b);

    public static void Register(FunctionTable t)
    {
        RegisterConstructors(t);
        RegisterBounds(t);
        RegisterOrder(t);
        RegisterContainment(t);
        RegisterPositions(t);
        AddOperation(t, "multirange_union", MultirangeMath.Union);
        AddOperation(t, "multirange_minus", MultirangeMath.Minus);
        AddOperation(t, "multirange_intersect", MultirangeMath.Intersect);
        t.Add("range_merge_from_multirange", static (ref FunctionCall c) =>
        {
            MultirangeValue ranges = Ranges(ref c, 0);
            c.Return(ranges.IsEmpty ? RangeValue.Empty : RangeMath.Union(c.ArgumentType(0).RangeInfo, ranges.First, ranges.Last, bridges: true));
        });
        t.AddSet("multirange_unnest", static (ref FunctionCall c) => new RangeSource(Ranges(ref c, 0).ToList()));
    }

    private static MultirangeValue Ranges(ref FunctionCall c, int argument) => new(c.Bytes(argument));

    private static RangeValue Range(ref FunctionCall c, int argument) => new(c.Bytes(argument));

    private sealed class RangeSource(List<byte[]> ranges) : RowSource
    {
        private int _next;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            for (; count < rowsMax && _next < ranges.Count; count++)
                columns[0].SetBytes(start + count, ranges[_next++]);
            return count;
        }
    }

    private static void RegisterConstructors(FunctionTable t)
    {
        t.Add("multirange_constructor0", static (ref FunctionCall c) => c.Return(MultirangeValue.Make(c.ResultType.RangeInfo, [])));
        t.Add("multirange_constructor1", static (ref FunctionCall c) => c.Return(MultirangeValue.Make(c.ResultType.RangeInfo, [c.Bytes(0).ToArray()])));
        t.Add("multirange_constructor2", static (ref FunctionCall c) =>
        {
            var array = new ArrayValue(c.Bytes(0));
            if (array.Dimensions > 1)
                throw new SqlException(SqlState.CardinalityViolation, "multiranges cannot be constructed from multidimensional arrays");
            var ranges = new List<byte[]>();
            foreach (ArrayValue.Element element in array)
                ranges.Add(element.IsNull ? throw NoNulls() : element.Stored.ToArray());
            c.Return(MultirangeValue.Make(c.ResultType.RangeInfo, ranges));
        });
    }

    private static SqlException NoNulls() => new(SqlState.NullValueNotAllowed, "multirange values cannot contain null members");

    private static void RegisterBounds(FunctionTable t)
    {
        t.Add("multirange_lower", static (ref FunctionCall c) =>
        {
            MultirangeValue ranges = Ranges(ref c, 0);
            RangeFunctions.ReturnBound(ref c, ranges.IsEmpty, ranges.IsEmpty ? default : ranges.First.Lower);
        });
        t.Add("multirange_upper", static (ref FunctionCall c) =>
        {
            MultirangeValue ranges = Ranges(ref c, 0);
            RangeFunctions.ReturnBound(ref c, ranges.IsEmpty, ranges.IsEmpty ? default : ranges.Last.Upper);
        });
        t.Add("multirange_empty", static (ref FunctionCall c) => c.Return(Ranges(ref c, 0).IsEmpty));
        t.Add("multirange_lower_inc", static (ref FunctionCall c) => c.Return(!Ranges(ref c, 0).IsEmpty && Ranges(ref c, 0).First.Lower.IsInclusive));
        t.Add("multirange_upper_inc", static (ref FunctionCall c) => c.Return(!Ranges(ref c, 0).IsEmpty && Ranges(ref c, 0).Last.Upper.IsInclusive));
        t.Add("multirange_lower_inf", static (ref FunctionCall c) => c.Return(!Ranges(ref c, 0).IsEmpty && Ranges(ref c, 0).First.Lower.IsInfinite));
        t.Add("multirange_upper_inf", static (ref FunctionCall c) => c.Return(!Ranges(ref c, 0).IsEmpty && Ranges(ref c, 0).Last.Upper.IsInfinite));
    }

    private static void RegisterOrder(FunctionTable t)
    {
        AddTest(t, "multirange_eq", static (type, a, b) => MultirangeMath.Compare(type, a, b) == 0);
        AddTest(t, "multirange_ne", static (type, a, b) => MultirangeMath.Compare(type, a, b) != 0);
        AddTest(t, "multirange_lt", static (type, a, b) => MultirangeMath.Compare(type, a, b) < 0);
        AddTest(t, "multirange_le", static (type, a, b) => MultirangeMath.Compare(type, a, b) <= 0);
        AddTest(t, "multirange_ge", static (type, a, b) => MultirangeMath.Compare(type, a, b) >= 0);
        AddTest(t, "multirange_gt", static (type, a, b) => MultirangeMath.Compare(type, a, b) > 0);
        t.Add("multirange_cmp", static (ref FunctionCall c) =>
            c.Return(Math.Sign(MultirangeMath.Compare(c.ArgumentType(0).RangeInfo, Ranges(ref c, 0), Ranges(ref c, 1)))));
    }

    private static void RegisterContainment(FunctionTable t)
    {
        t.Add("multirange_contains_elem", static (ref FunctionCall c) =>
            c.Return(MultirangeMath.ContainsElement(c.ArgumentType(0).RangeInfo, Ranges(ref c, 0), c.ArgumentVector(1).GetStored(c.Row))));
        t.Add("elem_contained_by_multirange", static (ref FunctionCall c) =>
            c.Return(MultirangeMath.ContainsElement(c.ArgumentType(1).RangeInfo, Ranges(ref c, 1), c.ArgumentVector(0).GetStored(c.Row))));
        AddTest(t, "multirange_contains_multirange", MultirangeMath.Contains);
        AddTest(t, "multirange_contained_by_multirange", static (type, a, b) => MultirangeMath.Contains(type, b, a));
        AddMixed(t, "multirange_contains_range", "range_contained_by_multirange", MultirangeMath.Contains);
        AddMixed(t, "multirange_contained_by_range", "range_contains_multirange", MultirangeMath.IsContainedBy);
        AddTest(t, "multirange_overlaps_multirange", MultirangeMath.Overlaps);
        AddMixed(t, "multirange_overlaps_range", "range_overlaps_multirange", MultirangeMath.Overlaps);
        AddTest(t, "multirange_adjacent_multirange", MultirangeMath.AreAdjacent);
        AddMixed(t, "multirange_adjacent_range", "range_adjacent_multirange", MultirangeMath.AreAdjacent);
    }

    /// <summary>What only looks at the ends: the first range's lower bound and the last one's upper bound.</summary>
    private static void RegisterPositions(FunctionTable t)
    {
        AddTest(t, "multirange_before_multirange", static (type, a, b) => !a.IsEmpty && !b.IsEmpty && RangeMath.IsBefore(type, a.Last, b.First));
        AddTest(t, "multirange_after_multirange", static (type, a, b) => !a.IsEmpty && !b.IsEmpty && RangeMath.IsBefore(type, b.Last, a.First));
        AddTest(t, "multirange_overleft_multirange", static (type, a, b) => !a.IsEmpty && !b.IsEmpty && RangeMath.EndsNotAfter(type, a.Last, b.Last));
        AddTest(t, "multirange_overright_multirange", static (type, a, b) => !a.IsEmpty && !b.IsEmpty && RangeMath.StartsNotBefore(type, a.First, b.First));
        AddMixed(t, "multirange_before_range", "range_after_multirange", static (type, a, b) => !a.IsEmpty && RangeMath.IsBefore(type, a.Last, b));
        AddMixed(t, "multirange_after_range", "range_before_multirange", static (type, a, b) => !a.IsEmpty && RangeMath.IsBefore(type, b, a.First));
        AddMixed(t, "multirange_overleft_range", null, static (type, a, b) => !a.IsEmpty && RangeMath.EndsNotAfter(type, a.Last, b));
        AddMixed(t, "multirange_overright_range", null, static (type, a, b) => !a.IsEmpty && RangeMath.StartsNotBefore(type, a.First, b));
        AddMixed(t, null, "range_overleft_multirange", static (type, a, b) => !a.IsEmpty && RangeMath.EndsNotAfter(type, b, a.Last));
        AddMixed(t, null, "range_overright_multirange", static (type, a, b) => !a.IsEmpty && RangeMath.StartsNotBefore(type, b, a.First));
    }

    private static void AddTest(FunctionTable t, string symbol, MultirangeTest test) =>
        t.Add(symbol, (ref FunctionCall c) => c.Return(test(c.ArgumentType(0).RangeInfo, Ranges(ref c, 0), Ranges(ref c, 1))));

    /// <summary>A test of a multirange and a range, under its name with the multirange first and its name with the range first.</summary>
    private static void AddMixed(FunctionTable t, string? multirangeFirst, string? rangeFirst, MixedTest test)
    {
        if (multirangeFirst is not null)
            t.Add(multirangeFirst, (ref FunctionCall c) => c.Return(test(c.ArgumentType(0).RangeInfo, Ranges(ref c, 0), Range(ref c, 1))));
        if (rangeFirst is not null)
            t.Add(rangeFirst, (ref FunctionCall c) => c.Return(test(c.ArgumentType(0).RangeInfo, Ranges(ref c, 1), Range(ref c, 0))));
    }

    private static void AddOperation(FunctionTable t, string symbol, MultirangeOperation operation) =>
        t.Add(symbol, (ref FunctionCall c) => c.Return(operation(c.ArgumentType(0).RangeInfo, Ranges(ref c, 0), Ranges(ref c, 1))));
}
