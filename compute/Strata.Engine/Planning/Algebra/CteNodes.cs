using Strata.Engine.Types;

namespace Strata.Engine.Planning.Algebra;

/// <summary>An item of WITH.</summary>
/// <param name="Cte">Number in the query.</param>
/// <param name="Name">Name.</param>
/// <param name="Query">What it computes.</param>
/// <param name="IsMaterialized">Computed once, even when it is used once.</param>
/// <param name="IsNeverMaterialized">NOT MATERIALIZED.</param>
public sealed record CteDefinition(int Cte, string Name, RelationalNode Query, bool IsMaterialized, bool IsNeverMaterialized)
{
    /// <summary>INSERT, UPDATE or DELETE: runs to completion whether it is read or not.</summary>
    public bool IsModifying { get; init; }
}

/// <summary>A query with WITH items.</summary>
public sealed class WithNode(IReadOnlyList<CteDefinition> items, RelationalNode body) : RelationalNode
{
    /// <summary>The items, in order; each may use those before it.</summary>
    public IReadOnlyList<CteDefinition> Items { get; } = items;

    /// <summary>The query that uses them.</summary>
    public RelationalNode Body { get; } = body;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns => Body.Columns;

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [.. Items.Select(item => item.Query), Body];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) =>
        new WithNode(Items.Select((item, i) => item with { Query = inputs[i] }).ToArray(), inputs[^1]);
}

/// <summary>Reads a WITH item; <paramref name="columns"/> renames <paramref name="sourceColumns"/> of the item.</summary>
public sealed class CteScanNode(
    int cte, string name, string alias, IReadOnlyList<int> sourceColumns, IReadOnlyList<int> columns, IReadOnlyList<SqlType> types) : RelationalNode
{
    /// <summary>Number of the item.</summary>
    public int Cte { get; } = cte;

    /// <summary>Name of the item.</summary>
    public string Name { get; } = name;

    /// <summary>Alias in the query.</summary>
    public string Alias { get; } = alias;

    /// <summary>Columns of the item, in parallel to <see cref="Columns"/>.</summary>
    public IReadOnlyList<int> SourceColumns { get; } = sourceColumns;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = columns;

    /// <summary>Types of <see cref="Columns"/>.</summary>
    public IReadOnlyList<SqlType> Types { get; } = types;

    /// <summary>Reads the rows of the previous round inside a recursive item.</summary>
    public bool IsWorkTable { get; init; }
}

/// <summary>WITH RECURSIVE: <paramref name="start"/>, then <paramref name="step"/> over the previous round's rows until none is new.</summary>
public sealed class RecursiveUnionNode(int cte, bool isAll, RelationalNode start, RelationalNode step, IReadOnlyList<int> columns) : RelationalNode
{
    /// <summary>Number of the item whose work table the step reads.</summary>
    public int Cte { get; } = cte;

    /// <summary>UNION ALL.</summary>
    public bool IsAll { get; } = isAll;

    /// <summary>Non-recursive term.</summary>
    public RelationalNode Start { get; } = start;

    /// <summary>Recursive term.</summary>
    public RelationalNode Step { get; } = step;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = columns;

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Start, Step];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) =>
        new RecursiveUnionNode(Cte, IsAll, inputs[0], inputs[1], Columns);
}
