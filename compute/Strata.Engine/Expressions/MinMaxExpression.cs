using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>GREATEST and LEAST: nulls are skipped. Operands have the result's type.</summary>
public sealed class MinMaxExpression(SqlType type, bool isGreatest, IReadOnlyList<Expression> operands) : Expression
{
    public override SqlType Type { get; } = type;

    public bool IsGreatest { get; } = isGreatest;

    public IReadOnlyList<Expression> Operands { get; } = operands;

    public override IReadOnlyList<Expression> Children => Operands;

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new MinMaxExpression(Type, IsGreatest, children) { Position = Position };

    protected override bool EqualsOwn(Expression other) => IsGreatest == ((MinMaxExpression)other).IsGreatest;

    protected override int OwnHash => IsGreatest ? 1 : 0;
}
