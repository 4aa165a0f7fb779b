using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

public enum BooleanOperator : byte
{
    And,
    Or,
    Not,
}

/// <summary>AND and OR of two or more operands, NOT of one. A later operand is evaluated only for rows that earlier ones left open.</summary>
public sealed class BooleanExpression(BooleanOperator op, IReadOnlyList<Expression> operands) : Expression
{
    public BooleanOperator Operator { get; } = op;

    public IReadOnlyList<Expression> Operands { get; } = operands;

    public override SqlType Type => SqlType.Boolean;

    public override IReadOnlyList<Expression> Children => Operands;

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new BooleanExpression(Operator, children) { Position = Position };

    /// <summary>The conjunction of conditions; TRUE for none.</summary>
    public static Expression And(IReadOnlyList<Expression> conditions) => conditions.Count switch
    {
        0 => ConstantExpression.Boolean(true),
        1 => conditions[0],
        _ => new BooleanExpression(BooleanOperator.And, conditions),
    };

    public static Expression Not(Expression operand) => new BooleanExpression(BooleanOperator.Not, [operand]);

    protected override bool EqualsOwn(Expression other) => Operator == ((BooleanExpression)other).Operator;

    protected override int OwnHash => (int)Operator;
}
