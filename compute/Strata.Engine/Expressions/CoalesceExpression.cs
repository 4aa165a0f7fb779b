using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>COALESCE; a later operand is evaluated only for rows where the earlier ones are null. Operands have the result's type.</summary>
public sealed class CoalesceExpression(SqlType type, IReadOnlyList<Expression> operands) : Expression
{
    public override SqlType Type { get; } = type;

    public IReadOnlyList<Expression> Operands { get; } = operands;

    public override IReadOnlyList<Expression> Children => Operands;

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new CoalesceExpression(Type, children) { Position = Position };

    protected override bool EqualsOwn(Expression other) => true;

    protected override int OwnHash => 6;
}
