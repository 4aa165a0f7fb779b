using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>Rows of expressions. One row without columns is the empty FROM clause.</summary>
public sealed class ValuesNode(IReadOnlyList<int> columns, IReadOnlyList<IReadOnlyList<Expression>> rows) : RelationalNode
{
    /// <summary>The input of a SELECT without FROM.</summary>
    public static readonly ValuesNode OneRow = new([], [[]]);

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = columns;

    /// <summary>The rows, each with one expression per column.</summary>
    public IReadOnlyList<IReadOnlyList<Expression>> Rows { get; } = rows;

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions => Rows.SelectMany(row => row);

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        Columns.Count == 0 ? this : new ValuesNode(Columns, Rows.Select(row => (IReadOnlyList<Expression>)row.Select(map).ToArray()).ToArray());
}
