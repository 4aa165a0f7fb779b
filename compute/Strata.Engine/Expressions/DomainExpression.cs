using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>A value of a base type as a value of a domain: it is checked when it is computed.</summary>
public sealed class DomainExpression(Expression operand, SqlType type) : Expression
{
    public Expression Operand { get; } = operand;

    /// <inheritdoc/>
    public override SqlType Type { get; } = type;

    /// <summary>True when the cast was written.</summary>
    public bool IsExplicit { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Expression> Children => [Operand];

    /// <inheritdoc/>
    public override Expression WithChildren(IReadOnlyList<Expression> children) => new DomainExpression(children[0], Type) { IsExplicit = IsExplicit, Position = Position };

    // The constraints may change between planning and execution.
    /// <inheritdoc/>
    public override Volatility OwnVolatility => Volatility.Stable;

    /// <inheritdoc/>
    protected override bool EqualsOwn(Expression other) => true;

    /// <inheritdoc/>
    protected override int OwnHash => 1;
}
