using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>A function call in FROM and the columns that its rows fill.</summary>
public readonly record struct TableFunction(Expression Call, IReadOnlyList<int> Columns);

/// <summary>Functions in FROM, side by side (ROWS FROM), the shorter ones padded with nulls.</summary>
public sealed class FunctionScanNode(IReadOnlyList<TableFunction> functions, int ordinalityColumn, string alias) : RelationalNode
{
    /// <summary>The calls.</summary>
    public IReadOnlyList<TableFunction> Functions { get; } = functions;

    /// <summary>Column of WITH ORDINALITY (bigint), or -1.</summary>
    public int OrdinalityColumn { get; } = ordinalityColumn;

    /// <summary>Alias in the query.</summary>
    public string Alias { get; } = alias;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } =
        ordinalityColumn < 0 ? [.. functions.SelectMany(f => f.Columns)] : [.. functions.SelectMany(f => f.Columns), ordinalityColumn];

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions => Functions.Select(f => f.Call);

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        new FunctionScanNode(Functions.Select(f => f with { Call = map(f.Call) }).ToArray(), OrdinalityColumn, Alias);
}
