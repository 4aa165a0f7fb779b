using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// An expression ready to run: immutable, part of a shared plan. Each execution takes an <see cref="ExpressionInstance"/> of its own.
/// Compiling checks that every function is implemented (0A000 otherwise). Thread-safe.
/// </summary>
public sealed class CompiledExpression
{
    private CompiledExpression(Expression expression) => Expression = expression;

    public Expression Expression { get; }

    public SqlType Type => Expression.Type;

    /// <summary>Compiles an expression without <see cref="ColumnExpression"/>s and set-returning calls.</summary>
    public static CompiledExpression Compile(Expression expression)
    {
        using ExpressionInstance probe = new(expression);
        return new CompiledExpression(expression);
    }

    /// <summary>State for one execution at a time: scratch vectors that grow to the batches seen and are then reused.</summary>
    public ExpressionInstance CreateInstance() => new(Expression);
}
