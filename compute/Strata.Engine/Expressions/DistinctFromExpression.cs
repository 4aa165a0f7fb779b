using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>IS [NOT] DISTINCT FROM, by an equality operator's function.</summary>
public sealed class DistinctFromExpression(OperatorInfo equality, Expression left, Expression right, bool isNot) : Expression
{
    public OperatorInfo Equality { get; } = equality;

    public Expression Left { get; } = left;

    public Expression Right { get; } = right;

    /// <summary>True for IS NOT DISTINCT FROM.</summary>
    public bool IsNot { get; } = isNot;

    public override SqlType Type => SqlType.Boolean;

    public override IReadOnlyList<Expression> Children => [Left, Right];

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new DistinctFromExpression(Equality, children[0], children[1], IsNot) { Position = Position };

    protected override bool EqualsOwn(Expression other) =>
        IsNot == ((DistinctFromExpression)other).IsNot && Equality.Oid == ((DistinctFromExpression)other).Equality.Oid;

    protected override int OwnHash => (int)Equality.Oid;
}
