using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Aggregates;

/// <summary>An aggregate written as one row's update; the loops over rows and groups are here.</summary>
internal abstract unsafe class RowAggregate(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
    : AggregateFunction(function, argumentTypes, resultType)
{
    /// <summary>True when rows with a null first argument are skipped (strict transition functions).</summary>
    protected virtual bool SkipsNulls => true;

    /// <summary>Adds one row.</summary>
    protected abstract void Add(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row);

    public override void Update(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte** states, ErrorSink errors)
    {
        int position = 0;
        try
        {
            bool check = SkipsNulls && arguments.Length > 0;
            for (; position < selection.Count; position++)
            {
                int row = selection[position];
                if (!check || !arguments[0].IsNull(row))
                    Add(context, states[position], arguments, row);
            }
        }
        catch (SqlException e)
        {
            errors.Report(selection[position], e);
        }
    }

    public override void UpdateSingle(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte* state, ErrorSink errors)
    {
        int position = 0;
        try
        {
            bool check = SkipsNulls && arguments.Length > 0;
            for (; position < selection.Count; position++)
            {
                int row = selection[position];
                if (!check || !arguments[0].IsNull(row))
                    Add(context, state, arguments, row);
            }
        }
        catch (SqlException e)
        {
            errors.Report(selection[position], e);
        }
    }

    public override void Finish(AggregateContext context, byte* state, Vector result, int row, ErrorSink errors)
    {
        try
        {
            Finish(context, state, result, row);
        }
        catch (SqlException e)
        {
            errors.Report(row, e);
            result.SetNull(row);
        }
    }

    /// <summary>Stores the result; throws <see cref="SqlException"/> when it has none.</summary>
    protected abstract void Finish(AggregateContext context, byte* state, Vector result, int row);
}
