using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>A projected column: passes a column on when the value is that very column, otherwise computes it.</summary>
public readonly record struct ProjectedColumn(int Column, Expression Value)
{
    /// <summary>True when nothing is computed and the number stays.</summary>
    public bool IsPassThrough => Value is ColumnExpression column && column.Column == Column;
}

/// <summary>Computes columns. What is not listed is dropped.</summary>
public sealed class ProjectNode(RelationalNode input, IReadOnlyList<ProjectedColumn> items) : RelationalNode
{
    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>The columns.</summary>
    public IReadOnlyList<ProjectedColumn> Items { get; } = items;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = items.Select(item => item.Column).ToArray();

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new ProjectNode(inputs[0], Items);

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions => Items.Select(item => item.Value);

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        new ProjectNode(Input, Items.Select(item => item with { Value = map(item.Value) }).ToArray());
}

/// <summary>
/// Computes columns of which some are set-returning functions (<paramref name="sets"/>): a row per element, the shorter ones padded with nulls.
/// Columns of the input in <paramref name="passed"/> are repeated.
/// </summary>
public sealed class ProjectSetNode(RelationalNode input, IReadOnlyList<int> passed, IReadOnlyList<ProjectedColumn> sets) : RelationalNode
{
    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>Columns of the input that are repeated.</summary>
    public IReadOnlyList<int> Passed { get; } = passed;

    /// <summary>Set-returning calls.</summary>
    public IReadOnlyList<ProjectedColumn> Sets { get; } = sets;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = [.. passed, .. sets.Select(item => item.Column)];

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new ProjectSetNode(inputs[0], Passed, Sets);

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions => Sets.Select(item => item.Value);

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        new ProjectSetNode(Input, Passed, Sets.Select(item => item with { Value = map(item.Value) }).ToArray());
}
