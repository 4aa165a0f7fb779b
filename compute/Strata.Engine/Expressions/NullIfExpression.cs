using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>NULLIF(left, right): null where the equality operator holds, else left. Operands have the operator's types.</summary>
public sealed class NullIfExpression(SqlType type, OperatorInfo equality, Expression left, Expression right) : Expression
{
    public override SqlType Type { get; } = type;

    public OperatorInfo Equality { get; } = equality;

    public Expression Left { get; } = left;

    public Expression Right { get; } = right;

    public override IReadOnlyList<Expression> Children => [Left, Right];

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new NullIfExpression(Type, Equality, children[0], children[1]) { Position = Position };

    protected override bool EqualsOwn(Expression other) => Equality.Oid == ((NullIfExpression)other).Equality.Oid;

    protected override int OwnHash => (int)Equality.Oid;
}
