using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>count(*) and count(x). State: count.</summary>
internal sealed unsafe class CountAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : AggregateFunction(function, argumentTypes, resultType)
{
    public override int StateSizeBytes => 8;

    public override void Update(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte** states, ErrorSink errors)
    {
        bool nulls = arguments.Length > 0 && arguments[0].HasNulls;
        for (int i = 0; i < selection.Count; i++)
        {
            if (!nulls || !arguments[0].IsNull(selection[i]))
                (*(long*)states[i])++;
        }
    }

    public override void UpdateSingle(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte* state, ErrorSink errors)
    {
        if (arguments.Length == 0 || !arguments[0].HasNulls)
        {
            *(long*)state += selection.Count;
            return;
        }

        for (int i = 0; i < selection.Count; i++)
            *(long*)state += arguments[0].IsNull(selection[i]) ? 0 : 1;
    }

    public override void Combine(AggregateContext context, byte* source, byte* target) => *(long*)target += *(long*)source;

    public override void Finish(AggregateContext context, byte* state, Vector result, int row, ErrorSink errors) => result.Set(row, *(long*)state);
}
