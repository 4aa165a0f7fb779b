using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>A value that may not be null; 22004 when it is.</summary>
/// <param name="operand">The value.</param>
/// <param name="column">Name of the column, for the message.</param>
public sealed class NotNullExpression(Expression operand, string column) : Expression
{
    public Expression Operand { get; } = operand;

    public string Column { get; } = column;

    /// <inheritdoc/>
    public override SqlType Type => Operand.Type;

    /// <inheritdoc/>
    public override IReadOnlyList<Expression> Children => [Operand];

    /// <inheritdoc/>
    public override Expression WithChildren(IReadOnlyList<Expression> children) => new NotNullExpression(children[0], Column) { Position = Position };

    /// <inheritdoc/>
    protected override bool EqualsOwn(Expression other) => ((NotNullExpression)other).Column == Column;

    /// <inheritdoc/>
    protected override int OwnHash => 7;
}
