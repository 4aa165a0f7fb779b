using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>
/// Aggregates with WITHIN GROUP (ORDER BY …). Rows come in that order; the arguments are the ordered values, then the direct arguments, which are the
/// same in all rows of a group.
/// </summary>
internal static class OrderedSetAggregates
{
    /// <summary>True for ordered-set and hypothetical-set aggregates, users' too.</summary>
    public static bool IsOrderedSet(FunctionInfo function) => function.Routine is { Aggregate: { } own } ? own.Kind != 'n' : BuiltinAggregateShapes.DirectArguments(function.Oid) is not null;

    public static bool IsHypothetical(FunctionInfo function) =>
        function.Routine is { Aggregate: { } own } ? own.Kind == 'h' : BuiltinAggregateShapes.DirectArguments(function.Oid) is { IsHypothetical: true };

    /// <summary>
    /// The aggregate; null when there is no such one. <paramref name="directions"/>: descending and nulls first
    /// of each.
    /// </summary>
    public static AggregateFunction? Create(
        FunctionInfo declared, SqlType[] argumentTypes, SqlType resultType, (bool Descending, bool NullsFirst)[] directions)
    {
        // A user's aggregate of this kind can only be made of the functions of a built-in one: others can't sort.
        FunctionInfo? function = declared.Routine is { Aggregate: { } own } ? BuiltinAggregateShapes.OfFinalFunction(own.FinalOid) : declared;
        return function?.Oid switch
        {
            null => null,
            3984 => new ModeAggregate(function, argumentTypes, resultType),
            3972 or 3978 => new PercentileAggregate(function, argumentTypes, resultType, isContinuous: false),
            3974 or 3976 or 3980 or 3982 => new PercentileAggregate(function, argumentTypes, resultType, isContinuous: true),
            3986 or 3988 or 3990 or 3992 => new HypotheticalAggregate(function, argumentTypes, resultType, directions),
            _ => null,
        };
    }
}

/// <summary>mode(): the most frequent value, the first of them in the order.</summary>
internal sealed unsafe class ModeAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : CollectingAggregate<ModeAggregate.Collector>(function, argumentTypes, resultType)
{
    internal sealed class Collector
    {
        public byte[]? Current { get; set; }

        public long CurrentCount { get; set; }

        public byte[] Best { get; set; } = [];

        public long BestCount { get; set; }
    }

    private readonly ValueComparison _order = ValueComparison.For(argumentTypes[0]);

    protected override bool SkipsNulls => true;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        Collector collector = Get(context, state);
        ReadOnlySpan<byte> value = arguments[0].GetStored(row);
        if (collector.Current is { } current && _order.Equal(current, value))
        {
            collector.CurrentCount++;
        }
        else
        {
            collector.Current = value.ToArray();
            collector.CurrentCount = 1;
        }

        if (collector.CurrentCount > collector.BestCount)
        {
            collector.Best = collector.Current!;
            collector.BestCount = collector.CurrentCount;
        }
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (Find(context, state) is { } collector)
            result.SetStored(row, collector.Best);
        else
            result.SetNull(row);
    }
}

/// <summary>percentile_disc and percentile_cont, of one fraction or an array of them. Rows come in order and their number is known, so only the values that are asked for are kept.</summary>
internal sealed unsafe class PercentileAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType, bool isContinuous)
    : CollectingAggregate<PercentileAggregate.Collector>(function, argumentTypes, resultType)
{
    internal sealed class Collector
    {
        /// <summary>Values by their place in the order.</summary>
        public Dictionary<long, byte[]> Values { get; } = [];

        /// <summary>Values of the group.</summary>
        public long Count { get; set; }

        /// <summary>Values seen so far.</summary>
        public long Seen { get; set; }

        /// <summary>Places that are asked for, ascending, and which of them comes next.</summary>
        public long[] Places { get; set; } = [];

        public int Next { get; set; }

        /// <summary>The direct argument in its stored form; null for NULL.</summary>
        public byte[]? Fraction { get; set; }
    }

    private const int ValueOverheadBytes = 64;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        Collector collector = Get(context, state);
        if (arguments[0].IsNull(row))
        {
            // Where all values are null, the fraction is checked all the same.
            if (collector.Count == 0)
                collector.Fraction = arguments[1].IsNull(row) ? null : arguments[1].GetStored(row).ToArray();
            return;
        }

        if (collector.Count == 0)
        {
            collector.Count = context.RowsOfGroup;
            collector.Fraction = arguments[1].IsNull(row) ? null : arguments[1].GetStored(row).ToArray();
            collector.Places = PlacesOf(collector);
        }

        long place = collector.Seen++;
        if (collector.Next == collector.Places.Length || collector.Places[collector.Next] != place)
            return;
        collector.Next++;
        ReadOnlySpan<byte> value = arguments[0].GetStored(row);
        context.Charge(value.Length + ValueOverheadBytes);
        collector.Values.Add(place, value.ToArray());
    }

    private long[] PlacesOf(Collector collector)
    {
        if (collector.Fraction is not { } fraction)
            return [];
        var fractions = new List<double>();
        if (ArgumentTypes[1].IsArray)
        {
            foreach (ArrayValue.Element element in new ArrayValue(fraction))
                if (!element.IsNull)
                    fractions.Add(BitConverter.ToDouble(element.Stored));
        }
        else
        {
            fractions.Add(BitConverter.ToDouble(fraction));
        }

        var places = new SortedSet<long>();
        foreach (double value in fractions)
        {
            // What is out of range raises its error when the result is asked for.
            if (value is not (>= 0 and <= 1))
                continue;
            (long low, long high, _) = PlaceOf(collector.Count, value);
            places.Add(low);
            places.Add(high);
        }

        return [.. places];
    }

    private (long Low, long High, double Share) PlaceOf(long count, double fraction)
    {
        if (!isContinuous)
        {
            long place = Math.Max(0, (long)Math.Ceiling(fraction * count) - 1);
            return (place, place, 0);
        }

        double position = fraction * (count - 1);
        return ((long)Math.Floor(position), (long)Math.Ceiling(position), position - Math.Floor(position));
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (Find(context, state) is not { Fraction: { } fraction } collector)
        {
            result.SetNull(row);
            return;
        }

        if (collector.Count == 0)
        {
            if (!ArgumentTypes[1].IsArray)
                CheckFraction(BitConverter.ToDouble(fraction));
            result.SetNull(row);
            return;
        }

        if (!ArgumentTypes[1].IsArray)
        {
            result.SetStored(row, ValueAt(collector, BitConverter.ToDouble(fraction)));
            return;
        }

        var array = new ArrayValue(fraction);
        var builder = new ArrayBuilder();
        foreach (ArrayValue.Element element in array)
        {
            if (element.IsNull)
                builder.AddNull();
            else
                builder.Add(ValueAt(collector, BitConverter.ToDouble(element.Stored)));
        }

        var lengths = new int[array.Dimensions];
        var bounds = new int[array.Dimensions];
        for (int i = 0; i < lengths.Length; i++)
            (lengths[i], bounds[i]) = (array.Length(i), array.LowerBound(i));
        result.SetBytes(row, lengths.Length == 0 ? builder.Build(ResultType.ElementOid) : builder.Build(ResultType.ElementOid, lengths, bounds));
    }

    private static void CheckFraction(double fraction)
    {
        if (fraction is not (>= 0 and <= 1))
            throw new SqlException(SqlState.NumericValueOutOfRange, $"percentile value {NumberText.General(fraction, 6)} is not between 0 and 1");
    }

    private byte[] ValueAt(Collector collector, double fraction)
    {
        CheckFraction(fraction);
        (long low, long high, double share) = PlaceOf(collector.Count, fraction);
        Dictionary<long, byte[]> values = collector.Values;
        if (low == high)
            return values[low];
        if (ArgumentTypes[0].Oid == TypeOid.Interval)
        {
            IntervalValue first = System.Runtime.InteropServices.MemoryMarshal.Read<IntervalValue>(values[low]);
            IntervalValue second = System.Runtime.InteropServices.MemoryMarshal.Read<IntervalValue>(values[high]);
            IntervalValue step = IntervalArithmetic.Multiply(IntervalArithmetic.Add(second, DateTimeMath.Negate(first)), share);
            IntervalValue between = IntervalArithmetic.Add(first, step);
            return System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<IntervalValue>(in between)).ToArray();
        }

        double lower = BitConverter.ToDouble(values[low]), upper = BitConverter.ToDouble(values[high]);
        return BitConverter.GetBytes(lower + (share * (upper - lower)));
    }
}

/// <summary>rank, dense_rank, percent_rank and cume_dist of a hypothetical row among the rows.</summary>
internal sealed unsafe class HypotheticalAggregate(
    FunctionInfo function, SqlType[] argumentTypes, SqlType resultType, (bool Descending, bool NullsFirst)[] directions)
    : CollectingAggregate<HypotheticalAggregate.Collector>(function, argumentTypes, resultType)
{
    internal sealed class Collector
    {
        public long Rows { get; set; }

        public long Before { get; set; }

        public long DistinctBefore { get; set; }

        public long Peers { get; set; }

        public byte[]?[]? Last { get; set; }
    }

    private readonly ValueComparison[] _orders = [.. argumentTypes.Take(directions.Length).Select(ValueComparison.For)];

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        Collector collector = Get(context, state);
        collector.Rows++;
        int order = 0;
        for (int i = 0; i < _orders.Length && order == 0; i++)
        {
            Vector value = arguments[i], hypothetical = arguments[i + _orders.Length];
            order = Compare(
                i, value.IsNull(row), value.IsNull(row) ? default : value.GetStored(row), hypothetical.IsNull(row), hypothetical.IsNull(row) ? default : hypothetical.GetStored(row));
        }

        if (order > 0)
            return;
        if (order == 0)
        {
            collector.Peers++;
            return;
        }

        collector.Before++;
        if (!IsSameAsLast(collector, arguments, row))
            collector.DistinctBefore++;
    }

    private int Compare(int key, bool aIsNull, ReadOnlySpan<byte> a, bool bIsNull, ReadOnlySpan<byte> b)
    {
        if (aIsNull || bIsNull)
            return aIsNull == bIsNull ? 0 : aIsNull == directions[key].NullsFirst ? -1 : 1;
        int order = _orders[key].Compare(a, b);
        return directions[key].Descending ? -order : order;
    }

    private bool IsSameAsLast(Collector collector, ReadOnlySpan<Vector> arguments, int row)
    {
        byte[]?[]? last = collector.Last;
        bool same = last is not null;
        for (int i = 0; i < _orders.Length && same; i++)
        {
            bool isNull = arguments[i].IsNull(row);
            same = isNull == (last![i] is null) && (isNull || _orders[i].Equal(last[i], arguments[i].GetStored(row)));
        }

        if (same)
            return true;
        collector.Last = new byte[]?[_orders.Length];
        for (int i = 0; i < _orders.Length; i++)
            collector.Last[i] = arguments[i].IsNull(row) ? null : arguments[i].GetStored(row).ToArray();
        return false;
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        Collector counts = Find(context, state) ?? new Collector();
        switch (Function.Oid)
        {
            case 3986: result.Set(row, counts.Before + 1); break;
            case 3992: result.Set(row, counts.DistinctBefore + 1); break;
            case 3988: result.Set(row, counts.Rows == 0 ? 0.0 : counts.Before / (double)counts.Rows); break;
            default: result.Set(row, (counts.Before + counts.Peers + 1) / (double)(counts.Rows + 1)); break;
        }
    }
}
