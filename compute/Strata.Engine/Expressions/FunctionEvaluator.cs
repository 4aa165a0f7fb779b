using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>Calls a built-in: its vector kernel where there is one, otherwise its scalar method, lifted.</summary>
internal sealed class FunctionEvaluator : Evaluator
{
    private readonly Evaluator[] _arguments;
    private readonly Vector[] _values;
    private readonly Vector _result;
    private readonly FunctionSite _site;
    private readonly RowFunction? _row;
    private readonly VectorFunction? _vector;
    private readonly FilterFunction? _filter;
    private readonly bool _isStrict;
    private readonly bool _mayFold;

    public FunctionEvaluator(FunctionInfo function, SqlType type, Evaluator[] arguments, bool isVariadicCall)
        : base(type)
    {
        FunctionImplementation implementation = BuiltinFunctions.Get(function);
        if (function.ReturnsSet || (implementation.Row is null && implementation.Vector is null))
            throw new SqlException(SqlState.FeatureNotSupported, "set-valued function called in context that cannot accept a set");
        _arguments = arguments;
        _values = new Vector[arguments.Length];
        _result = new Vector(type);
        _site = new FunctionSite(function, [.. arguments.Select(a => a.Type)], type) { IsVariadicCall = isVariadicCall };
        _row = implementation.Row;
        _vector = implementation.Vector;
        _filter = implementation.Filter;
        _isStrict = function.IsStrict;
        _mayFold = function.Volatility != Volatility.Volatile;
    }

    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        selection = EvaluateArguments(context, batch, selection, errors);
        Call(context, selection, errors);
        return _result;
    }

    public override Selection Filter(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors, SelectionBuffer buffer)
    {
        if (_filter is null)
            return base.Filter(context, batch, selection, errors, buffer);
        selection = EvaluateArguments(context, batch, selection, errors);
        if (_filter(new FilterCall(_values, selection, buffer, _site, context.Functions.Cancellation), out Selection kept))
            return kept;
        Call(context, selection, errors);
        return BooleanSelection.SelectTrue(_result, selection.Below(errors.Row), buffer);
    }

    private Selection EvaluateArguments(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        for (int i = 0; i < _arguments.Length; i++)
        {
            _values[i] = _arguments[i].Evaluate(context, batch, selection, errors);
            selection = selection.Below(errors.Row);
        }

        return selection;
    }

    private void Call(EvaluationContext context, Selection selection, ErrorSink errors)
    {
        if (_vector is not null)
            _vector(new KernelCall(_values, selection, _result, errors, _site, context.Functions));
        else
            FunctionLifting.Run(_row!, _isStrict, _values, selection, _result, errors, _site, context.Functions, _mayFold);
    }

    public override void Dispose()
    {
        foreach (Evaluator argument in _arguments)
            argument.Dispose();
        _result.Dispose();
    }
}
