using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>LIMIT and OFFSET, both bigint expressions without columns of the input; null means none. WITH TIES goes by <paramref name="tieKeys"/>.</summary>
public sealed class LimitNode(RelationalNode input, Expression? limit, Expression? offset, IReadOnlyList<SortKey>? tieKeys = null) : RelationalNode
{
    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>Number of rows, or null for all.</summary>
    public Expression? Limit { get; } = limit;

    /// <summary>Rows to skip, or null.</summary>
    public Expression? Offset { get; } = offset;

    /// <summary>Set for WITH TIES: the order by which rows tie.</summary>
    public IReadOnlyList<SortKey>? TieKeys { get; } = tieKeys;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns => Input.Columns;

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new LimitNode(inputs[0], Limit, Offset, TieKeys);

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions
    {
        get
        {
            if (Limit is not null)
                yield return Limit;
            if (Offset is not null)
                yield return Offset;
        }
    }

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        new LimitNode(Input, Limit is null ? null : map(Limit), Offset is null ? null : map(Offset), TieKeys);
}
