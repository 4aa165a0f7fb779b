using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>Kinds of joins. A right join is bound as a left join with its inputs swapped.</summary>
public enum JoinType
{
    /// <summary>Matching pairs.</summary>
    Inner,

    /// <summary>Matching pairs, and left rows without a match with nulls.</summary>
    Left,

    /// <summary>Matching pairs, and rows of either side without a match.</summary>
    Full,

    /// <summary>Left rows that have a match.</summary>
    Semi,

    /// <summary>Left rows that have none.</summary>
    Anti,

    /// <summary>Matching pairs, and right rows without a match; only in physical plans.</summary>
    Right,
}

/// <summary>A join; no conjuncts means every pair matches. The right side may refer to columns of the left one (LATERAL).</summary>
public sealed class JoinNode(JoinType type, RelationalNode left, RelationalNode right, IReadOnlyList<Expression> conjuncts) : RelationalNode
{
    /// <summary>Kind.</summary>
    public JoinType Type { get; } = type;

    /// <summary>Left (outer) input.</summary>
    public RelationalNode Left { get; } = left;

    /// <summary>Right (inner) input.</summary>
    public RelationalNode Right { get; } = right;

    /// <summary>Conditions of the join.</summary>
    public IReadOnlyList<Expression> Conjuncts { get; } = conjuncts;

    /// <summary>The columns that are read above; null when unknown: all.</summary>
    public IReadOnlySet<int>? Needed { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = type is JoinType.Semi or JoinType.Anti ? left.Columns : [.. left.Columns, .. right.Columns];

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Left, Right];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new JoinNode(Type, inputs[0], inputs[1], Conjuncts) { Needed = Needed };

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions => Conjuncts;

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        new JoinNode(Type, Left, Right, Conjuncts.Select(map).ToArray()) { Needed = Needed };
}
