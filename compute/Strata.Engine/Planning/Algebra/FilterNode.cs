using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>Keeps the rows for which every conjunct is true.</summary>
public sealed class FilterNode(RelationalNode input, IReadOnlyList<Expression> conjuncts) : RelationalNode
{
    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>Conditions, all of which must be true.</summary>
    public IReadOnlyList<Expression> Conjuncts { get; } = conjuncts;

    /// <summary>The input's columns without those that a scan gives for this filter alone.</summary>
    public override IReadOnlyList<int> Columns { get; } = input is ScanNode { FilterOnly: { Count: > 0 } hidden } ? [.. input.Columns.Where(column => !hidden.Contains(column))] : input.Columns;

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new FilterNode(inputs[0], Conjuncts);

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions => Conjuncts;

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) => new FilterNode(Input, Conjuncts.Select(map).ToArray());
}
