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

    /// <summary>Nothing is left to be computed. Long lists are mostly such, and no rewrite has anything to do with them.</summary>
    public bool IsConstant { get; } = rows.All(static row => row.All(static value => value is ConstantExpression));

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions => IsConstant ? [] : Rows.SelectMany(row => row);

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        IsConstant ? this : new ValuesNode(Columns, Rows.Select(row => (IReadOnlyList<Expression>)row.Select(map).ToArray()).ToArray());
}
