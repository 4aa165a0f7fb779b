using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Estimation;

/// <summary>The value of an expression over a statement's parameters, computed for any values of them. Thread-safe.</summary>
/// <param name="expression">Without columns, subqueries and volatile calls.</param>
/// <param name="types">Types of the statement's parameters.</param>
internal sealed class ParameterValue(Expression expression, SqlType[] types)
{
    private readonly CompiledExpression? _compiled = expression is ConstantExpression or ParameterExpression ? null : CompiledExpression.Compile(expression);
    private Program? _spare;

    public Expression Expression => expression;

    /// <summary>The value. Throws what the expression throws.</summary>
    public ConstantExpression Of(ReadOnlySpan<Datum> values, IFunctionContext functions)
    {
        if (expression is ConstantExpression constant)
            return constant;
        if (expression is ParameterExpression parameter)
            return new ConstantExpression(parameter.Type, values[parameter.Index]);
        Program program = Interlocked.Exchange(ref _spare, null) ?? new Program(_compiled!.CreateInstance(), new EvaluationContext { Functions = functions });
        program.Context.Functions = functions;
        program.Context.DeclareParameters(types);
        for (int i = 0; i < values.Length; i++)
            program.Context.SetParameter(i, values[i]);
        var value = new ConstantExpression(expression.Type, program.Instance.EvaluateScalar(program.Context));
        program.Context.Detach();
        _spare = program;
        return value;
    }

    private sealed record Program(ExpressionInstance Instance, EvaluationContext Context);
}
