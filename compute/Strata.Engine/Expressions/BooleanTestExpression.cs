using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

public enum BooleanTest : byte
{
    IsTrue,
    IsNotTrue,
    IsFalse,
    IsNotFalse,
    IsUnknown,
    IsNotUnknown,
}

/// <summary>IS [NOT] TRUE, FALSE, UNKNOWN.</summary>
public sealed class BooleanTestExpression(Expression operand, BooleanTest test) : Expression
{
    public Expression Operand { get; } = operand;

    public BooleanTest Test { get; } = test;

    public override SqlType Type => SqlType.Boolean;

    public override IReadOnlyList<Expression> Children => [Operand];

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new BooleanTestExpression(children[0], Test) { Position = Position };

    protected override bool EqualsOwn(Expression other) => Test == ((BooleanTestExpression)other).Test;

    protected override int OwnHash => (int)Test;
}
