using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// Casts an array element by element. <paramref name="element"/> computes one element from slot 0 of a batch of elements.
/// </summary>
public sealed class ArrayCastExpression(Expression operand, SqlType type, Expression element, bool isExplicit) : Expression
{
    public Expression Operand { get; } = operand;

    public override SqlType Type { get; } = type;

    /// <summary>The element's cast, over <see cref="SlotExpression"/> 0.</summary>
    public Expression Element { get; } = element;

    public bool IsExplicit { get; } = isExplicit;

    public override IReadOnlyList<Expression> Children => [Operand];

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new ArrayCastExpression(children[0], Type, Element, IsExplicit) { Position = Position };

    public override Functions.Volatility OwnVolatility => Element.Volatility;

    protected override bool EqualsOwn(Expression other) => Element.Equals(((ArrayCastExpression)other).Element);

    protected override int OwnHash => 3;
}
