using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>The value of a scalar subquery that became a join: one of its rows' values, and how many rows it has for the outer row; 21000 when there are two. Planner only.</summary>
/// <param name="operand">The value.</param>
/// <param name="rows">The number of rows, bigint; null for none.</param>
public sealed class OnlyRowExpression(Expression operand, Expression rows) : Expression
{
    public Expression Operand { get; } = operand;

    public Expression Rows { get; } = rows;

    /// <inheritdoc/>
    public override SqlType Type => Operand.Type;

    /// <inheritdoc/>
    public override IReadOnlyList<Expression> Children => [Operand, Rows];

    /// <inheritdoc/>
    public override Expression WithChildren(IReadOnlyList<Expression> children) => new OnlyRowExpression(children[0], children[1]) { Position = Position };

    /// <inheritdoc/>
    protected override bool EqualsOwn(Expression other) => true;

    /// <inheritdoc/>
    protected override int OwnHash => 11;
}
