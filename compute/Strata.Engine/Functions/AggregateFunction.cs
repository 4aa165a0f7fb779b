using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>
/// An aggregate bound to argument types. States are fixed-size native bytes (8-byte aligned, zeroed by the caller) wherever the operator
/// keeps them, so that a hash table can hold them inline. Immutable and shareable; all state is in the bytes and the
/// <see cref="AggregateContext"/>. DISTINCT, ORDER BY and FILTER are the operator's.
/// </summary>
public abstract unsafe class AggregateFunction(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType)
{
    public FunctionInfo Function { get; } = function;

    public SqlType[] ArgumentTypes { get; } = argumentTypes;

    public SqlType ResultType { get; } = resultType;

    /// <summary>Bytes of one state, a multiple of 8.</summary>
    public abstract int StateSizeBytes { get; }

    /// <summary>False when the order of rows shows in the result (string_agg, array_agg): ORDER BY matters.</summary>
    public virtual bool IsOrderSensitive => false;

    /// <summary>True when updates may be split over several states and combined.</summary>
    public virtual bool CanCombine => true;

    /// <summary>True when a state of the other aggregate, fed with the same arguments, is always a state of this one: sum(x) and avg(x) need one of both.</summary>
    public virtual bool SharesStateWith(AggregateFunction other) => false;

    /// <summary>Makes the zeroed bytes a state of no rows.</summary>
    public virtual void Initialize(AggregateContext context, byte* state)
    {
    }

    /// <summary>Adds rows: the row at position i of the selection goes to <paramref name="states"/>[i]. Errors are reported by row.</summary>
    public abstract void Update(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte** states, ErrorSink errors);

    /// <summary>Adds all selected rows to one state.</summary>
    public abstract void UpdateSingle(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte* state, ErrorSink errors);

    /// <summary>Adds what <paramref name="source"/> gathered to <paramref name="target"/>. Only when <see cref="CanCombine"/>.</summary>
    public abstract void Combine(AggregateContext context, byte* source, byte* target);

    /// <summary>Stores the result in a row of a flat vector; an overflow is reported for that row. The state stays usable.</summary>
    public abstract void Finish(AggregateContext context, byte* state, Vector result, int row, ErrorSink errors);
}
