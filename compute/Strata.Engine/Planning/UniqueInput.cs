using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning;

/// <summary>Knows from the shape of a tree that no two of its rows meet the same equalities.</summary>
internal static class UniqueInput
{
    /// <summary>True when the conditions compare all grouping columns of the tree for equality, each with a value from outside.</summary>
    public static bool IsUnique(RelationalNode node, IReadOnlyList<Expression> conditions)
    {
        var own = node.Columns.ToHashSet();
        var compared = new HashSet<int>();
        foreach (Expression condition in conditions)
        {
            if (condition is not FunctionExpression { Operator.Name: "=", Arguments: [var a, var b] })
                continue;
            if (a is ColumnExpression left && own.Contains(left.Column) && !TreeWalker.ColumnsOf(b).Overlaps(own))
                compared.Add(left.Column);
            if (b is ColumnExpression right && own.Contains(right.Column) && !TreeWalker.ColumnsOf(a).Overlaps(own))
                compared.Add(right.Column);
        }

        return IsUniqueOn(node, compared);
    }

    private static bool IsUniqueOn(RelationalNode node, HashSet<int> columns)
    {
        switch (node)
        {
            case FilterNode filter:
                return IsUniqueOn(filter.Input, columns);
            case HeldCopyNode copy:
                return IsUniqueOn(copy.Input, columns);
            case ProjectNode project:
                var below = new HashSet<int>();
                foreach (ProjectedColumn item in project.Items)
                {
                    if (columns.Contains(item.Column) && item.Value is ColumnExpression column)
                        below.Add(column.Column);
                }

                return IsUniqueOn(project.Input, below);
            case AggregateNode aggregate:
                return aggregate.GroupColumns.All(columns.Contains);
            case DistinctNode { IsOn: false } distinct:
                return distinct.Keys.All(columns.Contains);
            default:
                return false;
        }
    }
}
