using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>
/// An aggregate that a user made of a transition function and perhaps a final one. The state is a value behind a handle; each row is one call. Immutable; what runs the calls belongs to the context.
/// </summary>
internal sealed unsafe class UserAggregate(
    FunctionInfo function, SqlType[] argumentTypes, SqlType resultType, SqlType stateType, FunctionInfo transition, FunctionInfo? final, bool finalTakesArguments, Datum? initial)
    : AggregateFunction(function, argumentTypes, resultType)
{
    /// <summary>A group's state.</summary>
    private sealed class State(Vector value) : IDisposable
    {
        public Vector Value { get; } = value;

        /// <summary>False until a strict transition function has taken its first input as state.</summary>
        public bool HasValue { get; set; }

        public void Dispose() => Value.Dispose();
    }

    public override int StateSizeBytes => 8;

    public override bool IsOrderSensitive => true;

    public override bool CanCombine => false;

    public override void Update(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte** states, ErrorSink errors)
    {
        for (int i = 0; i < selection.Count; i++)
            if (!TryAdd(context, states[i], arguments, selection[i], errors))
                return;
    }

    public override void UpdateSingle(AggregateContext context, ReadOnlySpan<Vector> arguments, Selection selection, byte* state, ErrorSink errors)
    {
        for (int i = 0; i < selection.Count; i++)
            if (!TryAdd(context, state, arguments, selection[i], errors))
                return;
    }

    private State StateOf(AggregateContext context, byte* state)
    {
        int* handle = (int*)state;
        if (*handle != 0)
            return context.Get<State>(*handle);
        var made = new State(new Vector(stateType));
        made.Value.ResetNull();
        if (initial is { } first)
        {
            made.Value.ResetConstant();
            first.Store(made.Value, 0);
            made.HasValue = true;
        }

        *handle = context.Add(made);
        return made;
    }

    private bool TryAdd(AggregateContext context, byte* state, ReadOnlySpan<Vector> arguments, int row, ErrorSink errors)
    {
        try
        {
            Add(context, StateOf(context, state), arguments, row);
            return true;
        }
        catch (SqlException error)
        {
            errors.Report(row, error);
            return false;
        }
    }

    private void Add(AggregateContext context, State state, ReadOnlySpan<Vector> arguments, int row)
    {
        if (transition.IsStrict)
        {
            for (int i = 0; i < ArgumentTypes.Length; i++)
                if (arguments[i].IsNull(RowOf(arguments[i], row)))
                    return;
            if (!state.HasValue && ArgumentTypes.Length > 0 && initial is null)
            {
                Set(state.Value, arguments[0], RowOf(arguments[0], row));
                state.HasValue = true;
                return;
            }

            if (state.Value.IsNull(0))
                return;
        }

        UserAggregateCall call = context.Service(this, static owner => owner.NewCall(owner.transitionTypes, owner.transition, owner.stateType), isFinal: false);
        call.SetArgument(0, state.Value, 0);
        for (int i = 0; i < ArgumentTypes.Length; i++)
            call.SetArgument(i + 1, arguments[i], RowOf(arguments[i], row));
        Vector result = call.Run(context);
        Set(state.Value, result, 0);
        state.HasValue = true;
    }

    private readonly SqlType[] transitionTypes = [stateType, .. argumentTypes];
    private readonly FunctionInfo transition = transition;
    private readonly SqlType stateType = stateType;

    private UserAggregateCall NewCall(SqlType[] types, FunctionInfo called, SqlType result) => new(called, types, result);

    private static int RowOf(Vector vector, int row) => vector.Kind == VectorKind.Constant ? 0 : row;

    private static void Set(Vector target, Vector source, int row)
    {
        if (source.IsNull(row))
        {
            target.ResetNull();
            return;
        }

        target.ResetConstant();
        target.CopyRow(source, row, 0);
    }

    public override void Combine(AggregateContext context, byte* source, byte* target) => throw new Format.InvariantViolationException("this aggregate cannot be combined");

    public override void Finish(AggregateContext context, byte* state, Vector result, int row, ErrorSink errors)
    {
        try
        {
            State current = StateOf(context, state);
            if (final is null)
            {
                result.CopyRow(current.Value, 0, row);
                return;
            }

            if (final.IsStrict && (current.Value.IsNull(0) || (finalTakesArguments && ArgumentTypes.Length > 0)))
            {
                result.SetNull(row);
                return;
            }

            SqlType[] types = finalTakesArguments ? transitionTypes : [stateType];
            UserAggregateCall call = context.Service(this, owner => owner.NewCall(types, final, ResultType), isFinal: true);
            call.SetArgument(0, current.Value, 0);
            for (int i = 1; i < types.Length; i++)
                call.SetNull(i);
            result.CopyRow(call.Run(context), 0, row);
        }
        catch (SqlException error)
        {
            errors.Report(row, error);
            result.SetNull(row);
        }
    }
}

/// <summary>One function that an aggregate calls with values at hand. Not thread-safe.</summary>
internal sealed class UserAggregateCall : IDisposable
{
    private readonly Vector[] _values;
    private readonly FunctionEvaluator _evaluator;
    private readonly EvaluationContext _context = new();
    private readonly Batch _single = new(Array.Empty<Vector>());
    private readonly ErrorSink _errors = new();

    public UserAggregateCall(FunctionInfo function, SqlType[] types, SqlType result)
    {
        _values = [.. types.Select(static type => new Vector(type))];
        _evaluator = new FunctionEvaluator(function, result, [.. _values.Select(static value => new HeldEvaluator(value))], false);
        _single.SetCount(1);
    }

    public void SetArgument(int index, Vector source, int row)
    {
        if (source.IsNull(row))
        {
            _values[index].ResetNull();
            return;
        }

        _values[index].ResetConstant();
        _values[index].CopyRow(source, row, 0);
    }

    public void SetNull(int index) => _values[index].ResetNull();

    /// <summary>The function's value, as a constant or flat vector whose row 0 counts; valid until the next call.</summary>
    public Vector Run(AggregateContext context)
    {
        _context.Functions = context.Functions ?? throw new Format.InvariantViolationException("no function context");
        _errors.Reset();
        Vector result = _evaluator.Evaluate(_context, _single, new Selection(1), _errors);
        _errors.ThrowIfAny();
        return result;
    }

    public void Dispose()
    {
        _evaluator.Dispose();
        _context.Dispose();
        _single.Dispose();
        foreach (Vector value in _values)
            value.Dispose();
    }

    /// <summary>A value that somebody else sets.</summary>
    private sealed class HeldEvaluator(Vector value) : Evaluator(value.Type)
    {
        public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors) => value;

        public override void Dispose()
        {
        }
    }
}
