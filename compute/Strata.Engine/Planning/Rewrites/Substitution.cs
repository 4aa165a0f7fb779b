using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>Replaces columns by the expressions that compute them.</summary>
internal sealed class Substitution
{
    private readonly Dictionary<int, Expression> _values = [];

    public Substitution()
    {
    }

    /// <summary>The definitions of a projection; columns passed on stay themselves.</summary>
    public Substitution(IEnumerable<ProjectedColumn> items)
    {
        foreach (ProjectedColumn item in items)
        {
            if (!item.IsPassThrough)
                _values[item.Column] = item.Value;
        }
    }

    /// <summary>True when nothing is replaced.</summary>
    public bool IsEmpty => _values.Count == 0;

    /// <summary>Adds a definition.</summary>
    public void Add(int column, Expression value) => _values[column] = value;

    /// <summary>The value of a column, or null.</summary>
    public Expression? Find(int column) => _values.GetValueOrDefault(column);

    /// <summary>The expression with its columns replaced, in subqueries too.</summary>
    public Expression Apply(Expression expression) => IsEmpty ? expression : TreeWalker.Map(expression, Replace);

    /// <summary>The tree with the columns of its expressions replaced.</summary>
    public RelationalNode Apply(RelationalNode node) => IsEmpty ? node : TreeWalker.Map(node, Replace);

    private Expression Replace(Expression part) =>
        part is ColumnExpression column && _values.TryGetValue(column.Column, out Expression? value) ? value : part;
}
