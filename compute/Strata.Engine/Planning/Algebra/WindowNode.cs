using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Planning.Algebra;

/// <summary>A frame with its offsets bound; offsets are column-free expressions.</summary>
public sealed record BoundFrame(
    FrameUnit Unit, FrameBoundKind Start, Expression? StartOffset, FrameBoundKind End, Expression? EndOffset, FrameExclusion Exclusion)
{
    /// <summary>RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW.</summary>
    public static readonly BoundFrame Default =
        new(FrameUnit.Range, FrameBoundKind.UnboundedPreceding, null, FrameBoundKind.CurrentRow, null, FrameExclusion.None);
}

/// <summary>A window function call, or an aggregate used as one (<paramref name="Aggregate"/>).</summary>
public sealed record WindowCall(int Column, string Name, AggregateFunction? Aggregate, IReadOnlyList<Expression> Arguments, BoundFrame Frame)
{
    /// <summary>FILTER, only of aggregates.</summary>
    public Expression? Filter { get; init; }
}

/// <summary>Window functions over one partitioning and order. The input's columns are passed on.</summary>
public sealed class WindowNode(
    RelationalNode input, IReadOnlyList<int> partitionColumns, IReadOnlyList<SortKey> orderKeys, IReadOnlyList<WindowCall> calls) : RelationalNode
{
    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>PARTITION BY.</summary>
    public IReadOnlyList<int> PartitionColumns { get; } = partitionColumns;

    /// <summary>ORDER BY.</summary>
    public IReadOnlyList<SortKey> OrderKeys { get; } = orderKeys;

    /// <summary>Calls.</summary>
    public IReadOnlyList<WindowCall> Calls { get; } = calls;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = [.. input.Columns, .. calls.Select(call => call.Column)];

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new WindowNode(inputs[0], PartitionColumns, OrderKeys, Calls);

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions =>
        Calls.SelectMany(call => call.Filter is null ? call.Arguments : call.Arguments.Append(call.Filter));

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        new WindowNode(Input, PartitionColumns, OrderKeys, Calls.Select(call => call with
        {
            Arguments = call.Arguments.Select(map).ToArray(),
            Filter = call.Filter is null ? null : map(call.Filter),
        }).ToArray());
}
