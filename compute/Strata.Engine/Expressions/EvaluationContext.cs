using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>What the evaluation of expressions needs beside the batch; one per execution. Not thread-safe.</summary>
public sealed class EvaluationContext : IDisposable
{
    private Vector[] _parameters = [];
    private IFunctionContext? _functions;

    /// <summary>Session and statement.</summary>
    public IFunctionContext Functions
    {
        get => _functions ?? throw new Format.InvariantViolationException("no function context");
        set => _functions = value;
    }

    /// <summary>The executor's own state, for <see cref="HostedEvaluation"/>.</summary>
    public object? Host { get; set; }

    /// <summary>Constant vectors: first the statement's parameters, then the executor's.</summary>
    public ReadOnlySpan<Vector> Parameters => _parameters;

    /// <summary>Declares the parameters' types; all become null.</summary>
    public void DeclareParameters(ReadOnlySpan<SqlType> types)
    {
        bool same = types.Length == _parameters.Length;
        for (int i = 0; same && i < types.Length; i++)
            same = _parameters[i].Type.Equals(types[i]);
        if (!same)
        {
            Dispose();
            _parameters = new Vector[types.Length];
            for (int i = 0; i < types.Length; i++)
                _parameters[i] = new Vector(types[i]);
        }

        foreach (Vector parameter in _parameters)
            parameter.ResetNull();
    }

    /// <summary>Forgets the session between two uses.</summary>
    public void Detach() => _functions = null;

    /// <summary>Sets a parameter to a value.</summary>
    public void SetParameter(int index, in Datum value)
    {
        Vector parameter = _parameters[index];
        if (value.IsNull)
        {
            parameter.ResetNull();
            return;
        }

        parameter.ResetConstant();
        value.Store(parameter, 0);
    }

    /// <summary>Sets a parameter to a copy of one row of a vector.</summary>
    public void SetParameter(int index, Vector source, int row)
    {
        Vector parameter = _parameters[index];
        parameter.ResetConstant();
        parameter.CopyRow(source, row, 0);
    }

    public void Dispose()
    {
        foreach (Vector parameter in _parameters)
            parameter.Dispose();
        _parameters = [];
    }
}
