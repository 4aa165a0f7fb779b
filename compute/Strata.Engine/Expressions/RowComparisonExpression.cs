using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

public enum RowComparison : byte
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>
/// (a, b, …) op (x, y, …), field by field. For = and &lt;&gt; the operators are equalities; for the others they are the ordering operators of
/// the same sense, and the first pair that is not equal decides.
/// </summary>
public sealed class RowComparisonExpression(
    RowComparison comparison, IReadOnlyList<OperatorInfo> operators, IReadOnlyList<Expression> left, IReadOnlyList<Expression> right) : Expression
{
    public RowComparison Comparison { get; } = comparison;

    /// <summary>One per pair of fields.</summary>
    public IReadOnlyList<OperatorInfo> Operators { get; } = operators;

    /// <summary>The equalities of the pairs, where some of the operators are not built in; null when all are.</summary>
    public IReadOnlyList<OperatorInfo>? Equalities { get; init; }

    public IReadOnlyList<Expression> Left { get; } = left;

    public IReadOnlyList<Expression> Right { get; } = right;

    public override SqlType Type => SqlType.Boolean;

    public override IReadOnlyList<Expression> Children => [.. Left, .. Right];

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new RowComparisonExpression(Comparison, Operators, [.. children.Take(Left.Count)], [.. children.Skip(Left.Count)]) { Position = Position, Equalities = Equalities };

    protected override bool EqualsOwn(Expression other) => Comparison == ((RowComparisonExpression)other).Comparison;

    protected override int OwnHash => (int)Comparison;
}
