using Strata.Engine.Types;
using Strata.Engine.Types.Ranges;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>range_agg of ranges or multiranges: the multirange of all of them.</summary>
internal sealed unsafe class RangeUnionAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : CollectingAggregate<List<byte[]>>(function, argumentTypes, resultType)
{
    private readonly bool _isMultirange = argumentTypes[0].Kind == TypeKind.Multirange;

    protected override bool SkipsNulls => true;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        List<byte[]> ranges = Get(context, state);
        ReadOnlySpan<byte> value = arguments[0].GetBytes(row);
        context.Charge(value.Length);
        if (_isMultirange)
            ranges.AddRange(new MultirangeValue(value).ToList());
        else
            ranges.Add(value.ToArray());
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (Find(context, state) is { } ranges)
            result.SetBytes(row, MultirangeValue.Make(ResultType.RangeInfo, [.. ranges]));
        else
            result.SetNull(row);
    }
}

/// <summary>range_intersect_agg of ranges or multiranges.</summary>
internal sealed unsafe class RangeIntersectAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : CollectingAggregate<RangeIntersectAggregate.Collector>(function, argumentTypes, resultType)
{
    internal sealed class Collector
    {
        public byte[]? Value { get; set; }
    }

    private readonly bool _isMultirange = argumentTypes[0].Kind == TypeKind.Multirange;

    protected override bool SkipsNulls => true;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        Collector collector = Get(context, state);
        ReadOnlySpan<byte> value = arguments[0].GetBytes(row);
        if (collector.Value is null)
            collector.Value = value.ToArray();
        else if (_isMultirange)
            collector.Value = MultirangeMath.Intersect(ResultType.RangeInfo, new MultirangeValue(collector.Value), new MultirangeValue(value));
        else
            collector.Value = RangeMath.Intersect(ResultType.RangeInfo, new RangeValue(collector.Value), new RangeValue(value));
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (Find(context, state) is { Value: { } value })
            result.SetBytes(row, value);
        else
            result.SetNull(row);
    }
}
