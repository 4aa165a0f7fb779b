using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>bit_and, bit_or, bit_xor of bit strings of one length.</summary>
internal sealed unsafe class BitStringAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : CollectingAggregate<BitStringAggregate.Collector>(function, argumentTypes, resultType)
{
    internal sealed class Collector
    {
        public byte[]? Value { get; set; }
    }

    private readonly string _operation = function.Name["bit_".Length..].ToUpperInvariant();

    public override bool IsOrderSensitive => false;

    protected override bool SkipsNulls => true;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        Collector collector = Get(context, state);
        ReadOnlySpan<byte> value = arguments[0].GetBytes(row);
        collector.Value = collector.Value is null ? value.ToArray() : BitStringFunctions.Combine(collector.Value, value, _operation);
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (Find(context, state) is { Value: { } value })
            result.SetBytes(row, value);
        else
            result.SetNull(row);
    }
}
