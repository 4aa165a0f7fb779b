using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>sum of money. State: cents, present flag.</summary>
internal sealed unsafe class MoneySumAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : RowAggregate(function, argumentTypes, resultType)
{
    public override int StateSizeBytes => 16;

    protected override void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row)
    {
        *(long*)state = MoneyFunctions.Checked((Int128)(*(long*)state) + arguments[0].Get<long>(row));
        state[8] = 1;
    }

    public override void Combine(AggregateContext context, byte* source, byte* target)
    {
        *(long*)target = MoneyFunctions.Checked((Int128)(*(long*)target) + *(long*)source);
        target[8] |= source[8];
    }

    protected override void Finish(AggregateContext context, byte* state, Vector result, int row)
    {
        if (state[8] != 0)
            result.Set(row, *(long*)state);
        else
            result.SetNull(row);
    }
}
