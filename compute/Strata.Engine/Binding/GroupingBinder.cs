using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>
/// Turns the expressions of a grouped query level into expressions over the aggregation's output, and complains about columns that are
/// neither grouped nor aggregated.
/// </summary>
internal sealed class GroupingBinder(BindingState state, Scope scope, IReadOnlyList<Expression> groups)
{
    private readonly Dictionary<Expression, int> _groupColumns = [];
    private readonly List<int> _extraColumns = [];

    /// <summary>The expression with grouped parts replaced by their columns. Throws 42803.</summary>
    public Expression Check(Expression expression) => Replace(expression, inSubquery: false);

    /// <summary>The aggregation over the node.</summary>
    public RelationalNode Apply(RelationalNode node)
    {
        var items = new List<ProjectedColumn>();
        var keys = new List<int>();
        foreach (Expression group in groups)
        {
            int column = ColumnOf(group);
            keys.Add(column);
            if (group is not ColumnExpression || !node.Columns.Contains(column))
                items.Add(new ProjectedColumn(column, group));
        }

        if (items.Count > 0)
            node = new ProjectNode(node, [.. Projection.PassThrough(state.Metadata, node.Columns), .. items]);
        foreach (int column in _extraColumns)
        {
            if (!keys.Contains(column))
                keys.Add(column);
        }

        return new AggregateNode(node, keys.Distinct().ToArray(), scope.Aggregates.ToArray());
    }

    private int ColumnOf(Expression group)
    {
        if (_groupColumns.TryGetValue(group, out int known))
            return known;
        int column = group is ColumnExpression plain && scope.Owns(plain.Column)
            ? plain.Column
            : state.Metadata.AddColumn("?column?", group.Type);
        _groupColumns.Add(group, column);
        return column;
    }

    private Expression Replace(Expression expression, bool inSubquery)
    {
        foreach (Expression group in groups)
        {
            if (group.Equals(expression))
                return new ColumnExpression(ColumnOf(group), group.Type) { Position = expression.Position };
        }

        if (expression is ColumnExpression column && scope.Owns(column.Column))
        {
            if (!IsDetermined(column.Column))
                throw Ungrouped(column, inSubquery);
            if (!_extraColumns.Contains(column.Column))
                _extraColumns.Add(column.Column);
            return column;
        }

        Expression mapped = expression.MapChildren(child => Replace(child, inSubquery));
        if (mapped is SubqueryExpression subquery)
        {
            RelationalNode query = ReplaceInTree(subquery.Query);
            if (!ReferenceEquals(query, subquery.Query))
                mapped = subquery.WithQuery(query);
        }

        return mapped;
    }

    private RelationalNode ReplaceInTree(RelationalNode node)
    {
        RelationalNode mapped = node.MapInputs(ReplaceInTree);
        bool changed = false;
        RelationalNode replaced = mapped.MapExpressions(expression =>
        {
            Expression result = Replace(expression, inSubquery: true);
            changed |= !ReferenceEquals(result, expression);
            return result;
        });
        return changed ? replaced : mapped;
    }

    /// <summary>A column of a table whose whole primary key is grouped by has one value per group.</summary>
    private bool IsDetermined(int column)
    {
        foreach (NamespaceItem item in scope.Items)
        {
            if (item.Table?.PrimaryKey is not { } key || !item.Columns.Any(own => own.Column == column))
                continue;
            bool all = true;
            for (int i = 0; i < key.KeyCount; i++)
            {
                short number = key.Keys[i].Column;
                all &= groups.Any(group => group is ColumnExpression grouped
                    && state.Metadata[grouped.Column] is { } found && found.TableOid == item.Table.Oid && found.AttributeNumber == number
                    && item.Columns.Any(own => own.Column == grouped.Column));
            }

            if (!all)
                return false;
            state.DependOn(item.Table);
            return true;
        }

        return false;
    }

    private SqlException Ungrouped(ColumnExpression column, bool inSubquery)
    {
        QueryColumn found = state.Metadata[column.Column];
        string name = string.IsNullOrEmpty(found.Qualifier) ? found.Name : $"{found.Qualifier}.{found.Name}";
        return BindingErrors.At(
            column.Position, SqlState.GroupingError,
            inSubquery
                ? $"subquery uses ungrouped column \"{name}\" from outer query"
                : $"column \"{name}\" must appear in the GROUP BY clause or be used in an aggregate function");
    }
}
