using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>
/// Turns the expressions of a grouped query level into expressions over the aggregation's output, and complains about columns that are
/// neither grouped nor aggregated. <paramref name="sets"/> are the grouping sets, as numbers of groups; null for a plain GROUP BY.
/// </summary>
internal sealed class GroupingBinder(BindingState state, Scope scope, List<Expression> groups, IReadOnlyList<int[]>? sets)
{
    private readonly Dictionary<Expression, int> _groupColumns = [];
    private readonly Dictionary<int, int> _outputColumns = [];
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
        GroupingCall[] groupings = scope.GroupingCalls.Select(ToCall).ToArray();
        if (sets is not null)
            return ApplySets(node, keys, groupings);
        foreach (int column in _extraColumns)
        {
            if (!keys.Contains(column))
                keys.Add(column);
        }

        node = new AggregateNode(node, keys.Distinct().ToArray(), scope.Aggregates.ToArray());
        // Under a plain GROUP BY everything is grouped by.
        return groupings.Length == 0
            ? node
            : new ProjectNode(node, [.. Projection.PassThrough(state.Metadata, node.Columns), .. groupings.Select(call => new ProjectedColumn(call.Column, ConstantExpression.Int4(0)))]);
    }

    private GroupingSetsNode ApplySets(RelationalNode node, List<int> keys, GroupingCall[] groupings)
    {
        int grouped = keys.Count;
        keys.AddRange(_extraColumns);
        // Columns that the key determines belong to every set, as the key does.
        int[] extra = Enumerable.Range(grouped, _extraColumns.Count).ToArray();
        return new GroupingSetsNode(
            node, keys, keys.Select(OutputOf).ToArray(), sets!.Select(set => (int[])[.. set, .. extra]).ToArray(), scope.Aggregates.ToArray(), groupings);
    }

    private GroupingCall ToCall(PendingGrouping pending)
    {
        var arguments = new List<int>();
        foreach (Expression argument in pending.Arguments)
        {
            int index = groups.IndexOf(argument);
            if (index < 0)
            {
                throw BindingErrors.At(
                    argument.StartPosition, SqlState.GroupingError, "arguments to GROUPING must be grouping expressions of the associated query level");
            }

            arguments.Add(index);
        }

        return new GroupingCall(pending.Column, arguments);
    }

    /// <summary>What stands for a grouped column above: with grouping sets another one, since it may be null there.</summary>
    private int OutputOf(int column)
    {
        if (sets is null)
            return column;
        if (!_outputColumns.TryGetValue(column, out int output))
        {
            QueryColumn known = state.Metadata[column];
            output = state.Metadata.AddColumn(known.Name, known.Type, known.Qualifier, known.TableOid, known.AttributeNumber);
            _outputColumns.Add(column, output);
        }

        return output;
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
                return new ColumnExpression(OutputOf(ColumnOf(group)), group.Type) { Position = expression.Position };
        }

        if (expression is ColumnExpression column && scope.Owns(column.Column))
        {
            if (!IsDetermined(column.Column))
                throw Ungrouped(column, inSubquery);
            if (!_extraColumns.Contains(column.Column))
                _extraColumns.Add(column.Column);
            return sets is null ? column : new ColumnExpression(OutputOf(column.Column), column.Type) { Position = column.Position };
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
                all &= groups.Where((_, index) => IsInEverySet(index)).Any(group => group is ColumnExpression grouped
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

    private bool IsInEverySet(int group) => sets is null || sets.All(set => set.Contains(group));

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
