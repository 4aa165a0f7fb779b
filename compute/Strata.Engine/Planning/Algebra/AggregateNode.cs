using Strata.Engine.Expressions;
using Strata.Engine.Functions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>One aggregate of an <see cref="AggregateNode"/>.</summary>
/// <param name="Column">The column that it produces.</param>
/// <param name="Function">The aggregate.</param>
/// <param name="Arguments">Arguments, over the input's columns.</param>
public sealed record AggregateCall(int Column, AggregateFunction Function, IReadOnlyList<Expression> Arguments)
{
    /// <summary>DISTINCT.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>FILTER condition, or null.</summary>
    public Expression? Filter { get; init; }

    /// <summary>ORDER BY inside the call: indexes into <see cref="Arguments"/> (extra sort arguments stand behind the real ones).</summary>
    public IReadOnlyList<(int Argument, bool Descending, bool NullsFirst)> OrderBy { get; init; } = [];

    /// <summary>How many of <see cref="Arguments"/> are the function's; the others are only sorted by.</summary>
    public int ArgumentCount { get; init; } = Arguments.Count;

    /// <summary>The call with its expressions replaced.</summary>
    public AggregateCall Map(Func<Expression, Expression> map) => this with
    {
        Arguments = Arguments.Select(map).ToArray(),
        Filter = Filter is null ? null : map(Filter),
    };
}

/// <summary>
/// Groups by columns of the input and computes aggregates. Without <paramref name="groupColumns"/> there is exactly one group, even of no rows.
/// </summary>
public sealed class AggregateNode(RelationalNode input, IReadOnlyList<int> groupColumns, IReadOnlyList<AggregateCall> calls) : RelationalNode
{
    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>Columns of the input that make a group; they are passed on.</summary>
    public IReadOnlyList<int> GroupColumns { get; } = groupColumns;

    /// <summary>Aggregates.</summary>
    public IReadOnlyList<AggregateCall> Calls { get; } = calls;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = [.. groupColumns, .. calls.Select(call => call.Column)];

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new AggregateNode(inputs[0], GroupColumns, Calls);

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions =>
        Calls.SelectMany(call => call.Filter is null ? call.Arguments : call.Arguments.Append(call.Filter));

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        new AggregateNode(Input, GroupColumns, Calls.Select(call => call.Map(map)).ToArray());
}
