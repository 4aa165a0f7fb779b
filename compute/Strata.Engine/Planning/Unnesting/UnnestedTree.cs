using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>
/// A correlated tree for all outer rows at once: for each outer row the rows of <paramref name="Node"/> for which all links hold are those that the tree gave for it. Immutable.
/// </summary>
/// <param name="Node">Reads nothing of the outer row.</param>
/// <param name="Links">What connects its rows with outer rows.</param>
internal sealed record UnnestedTree(RelationalNode Node, IReadOnlyList<CorrelationLink> Links)
{
    /// <summary>An aggregate without groups has a row even of no rows: for an outer row that no row is linked with, this is the tree's only row, by column, over outer columns. Null otherwise.</summary>
    public IReadOnlyDictionary<int, Expression>? EmptyRow { get; init; }

    /// <summary>No outer row is linked with two rows.</summary>
    public bool IsSingle { get; init; }

    /// <summary>The conditions of all links.</summary>
    public IReadOnlyList<Expression> Conditions => [.. Links.Select(static link => link.Condition)];
}
