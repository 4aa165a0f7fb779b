using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>A GROUPING call: which of the group columns its arguments are.</summary>
/// <param name="Column">The column that it produces (int4).</param>
/// <param name="Arguments">Indexes into <see cref="GroupingSetsNode.GroupColumns"/>; the last is the lowest bit.</param>
public sealed record GroupingCall(int Column, IReadOnlyList<int> Arguments);

/// <summary>
/// Groups the same input by several sets of columns (GROUPING SETS, ROLLUP, CUBE): the rows of one aggregation after another. A set without columns gives exactly one group.
/// </summary>
public sealed class GroupingSetsNode(
    RelationalNode input, IReadOnlyList<int> groupColumns, IReadOnlyList<int> outputColumns, IReadOnlyList<int[]> sets, IReadOnlyList<AggregateCall> calls,
    IReadOnlyList<GroupingCall> groupings) : RelationalNode
{
    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>All columns of the input that a set may group by.</summary>
    public IReadOnlyList<int> GroupColumns { get; } = groupColumns;

    /// <summary>The columns that stand for <see cref="GroupColumns"/> in the result: null where the set does not have them.</summary>
    public IReadOnlyList<int> OutputColumns { get; } = outputColumns;

    /// <summary>The sets: indexes into <see cref="GroupColumns"/>.</summary>
    public IReadOnlyList<int[]> Sets { get; } = sets;

    /// <summary>Aggregates.</summary>
    public IReadOnlyList<AggregateCall> Calls { get; } = calls;

    /// <summary>GROUPING calls.</summary>
    public IReadOnlyList<GroupingCall> Groupings { get; } = groupings;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = [.. outputColumns, .. calls.Select(call => call.Column), .. groupings.Select(call => call.Column)];

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new GroupingSetsNode(inputs[0], GroupColumns, OutputColumns, Sets, Calls, Groupings);

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions =>
        Calls.SelectMany(call => call.Filter is null ? call.Arguments : call.Arguments.Append(call.Filter));

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        new GroupingSetsNode(Input, GroupColumns, OutputColumns, Sets, Calls.Select(call => call.Map(map)).ToArray(), Groupings);
}
