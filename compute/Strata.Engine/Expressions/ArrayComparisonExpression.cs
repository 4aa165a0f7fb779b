using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// scalar op ANY (array) and scalar op ALL (array); IN and NOT IN lists of constants too. A constant array under = ANY is hashed.
/// </summary>
public sealed class ArrayComparisonExpression(OperatorInfo op, bool isAll, Expression scalar, Expression array) : Expression
{
    public OperatorInfo Operator { get; } = op;

    /// <summary>True for ALL (NOT IN is &lt;&gt; ALL).</summary>
    public bool IsAll { get; } = isAll;

    public Expression Scalar { get; } = scalar;

    /// <summary>Of an array type whose element type is the operator's right type.</summary>
    public Expression Array { get; } = array;

    public override SqlType Type => SqlType.Boolean;

    public override IReadOnlyList<Expression> Children => [Scalar, Array];

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new ArrayComparisonExpression(Operator, IsAll, children[0], children[1]) { Position = Position };

    protected override bool EqualsOwn(Expression other) =>
        IsAll == ((ArrayComparisonExpression)other).IsAll && Operator.Oid == ((ArrayComparisonExpression)other).Operator.Oid;

    protected override int OwnHash => (int)Operator.Oid;
}
