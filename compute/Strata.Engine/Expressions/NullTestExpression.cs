using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>IS NULL and IS NOT NULL. For composite operands each field is tested.</summary>
public sealed class NullTestExpression(Expression operand, bool isNotNull) : Expression
{
    public Expression Operand { get; } = operand;

    public bool IsNotNull { get; } = isNotNull;

    /// <summary>The value itself is tested, not the fields of a composite one: IS [NOT] DISTINCT FROM NULL.</summary>
    public bool IsOfWhole { get; init; }

    public override SqlType Type => SqlType.Boolean;

    public override IReadOnlyList<Expression> Children => [Operand];

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new NullTestExpression(children[0], IsNotNull) { IsOfWhole = IsOfWhole, Position = Position };

    protected override bool EqualsOwn(Expression other) => other is NullTestExpression test && IsNotNull == test.IsNotNull && IsOfWhole == test.IsOfWhole;

    protected override int OwnHash => IsNotNull ? 1 : 0;
}
