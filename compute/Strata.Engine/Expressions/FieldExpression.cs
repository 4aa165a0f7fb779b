using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>(composite).field, by its 0-based number.</summary>
public sealed class FieldExpression(Expression operand, int field, SqlType type) : Expression
{
    public Expression Operand { get; } = operand;

    public int Field { get; } = field;

    public override SqlType Type { get; } = type;

    public override IReadOnlyList<Expression> Children => [Operand];

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new FieldExpression(children[0], Field, Type) { Position = Position };

    protected override bool EqualsOwn(Expression other) => Field == ((FieldExpression)other).Field;

    protected override int OwnHash => Field;
}
