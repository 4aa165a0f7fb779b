using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning;

/// <summary>Knows from the shape of a tree, and from unique indexes, that no two of its rows are equal in some columns. Stateless.</summary>
internal static class UniqueInput
{
    /// <summary>True when the conditions compare columns of the tree for equality with values from outside, and no two rows of it are equal in them: what comes from outside meets one row at most.</summary>
    public static bool IsUnique(RelationalNode node, IReadOnlyList<Expression> conditions) =>
        conditions.Any(static condition => condition is DistinctFromExpression)
            ? IsUniqueOn(node, Compared(node, conditions, areNullsToo: true), areNullsEqual: true)
            : IsUniqueOn(node, Compared(node, conditions), areNullsEqual: false);

    /// <summary>True when no two rows of a tree are equal in some columns; two nulls are equal, as DISTINCT has it.</summary>
    public static bool IsDistinct(RelationalNode node, IReadOnlyCollection<int> columns) => IsUniqueOn(node, [.. columns], areNullsEqual: true);

    /// <summary>The columns of a tree that conditions compare with values from outside.</summary>
    private static HashSet<int> Compared(RelationalNode node, IReadOnlyList<Expression> conditions, bool areNullsToo = false)
    {
        var own = node.Columns.ToHashSet();
        var compared = new HashSet<int>();
        foreach (Expression condition in conditions)
        {
            (Expression? a, Expression? b) = condition switch
            {
                FunctionExpression { Operator.Name: "=", Arguments: [var x, var y] } => (x, y),
                DistinctFromExpression { IsNot: true } same when areNullsToo => (same.Left, same.Right),
                _ => (null, null),
            };
            if (a is null || b is null || condition.IsVolatile)
                continue;
            if (a is ColumnExpression left && own.Contains(left.Column) && !TreeWalker.ColumnsOf(b).Overlaps(own))
                compared.Add(left.Column);
            if (b is ColumnExpression right && own.Contains(right.Column) && !TreeWalker.ColumnsOf(a).Overlaps(own))
                compared.Add(right.Column);
        }

        return compared;
    }

    private static bool IsUniqueOn(RelationalNode node, HashSet<int> columns, bool areNullsEqual)
    {
        switch (node)
        {
            case FilterNode filter:
                // A column that is equal to one value for all rows tells none apart, and hides none.
                return IsUniqueOn(filter.Input, [.. columns, .. Compared(filter.Input, filter.Conjuncts)], areNullsEqual);
            case HeldCopyNode copy:
                return IsUniqueOn(copy.Input, columns, areNullsEqual);
            case SortNode sort:
                return IsUniqueOn(sort.Input, columns, areNullsEqual);
            case LimitNode limit:
                return IsUniqueOn(limit.Input, columns, areNullsEqual);
            case WindowNode window:
                return IsUniqueOn(window.Input, columns, areNullsEqual);
            case ProjectNode project:
                var below = new HashSet<int>();
                foreach (ProjectedColumn item in project.Items)
                {
                    if (columns.Contains(item.Column) && item.Value is ColumnExpression column)
                        below.Add(column.Column);
                }

                return IsUniqueOn(project.Input, below, areNullsEqual);
            case AggregateNode aggregate:
                return aggregate.GroupColumns.All(columns.Contains);
            case DistinctNode distinct:
                return distinct.Keys.All(columns.Contains);
            case JoinNode { Type: JoinType.Semi or JoinType.Anti } join:
                return IsUniqueOn(join.Left, columns, areNullsEqual);
            case JoinNode { Type: JoinType.Inner or JoinType.Left } join:
                return IsUnique(join.Right, join.Conjuncts) && IsUniqueOn(join.Left, columns, areNullsEqual);
            case ScanNode { Members: null, AsOf: null } scan:
                return Array.Exists(scan.Relation.Indexes, index => IsCovered(scan, index, columns, areNullsEqual));
            default:
                return false;
        }
    }

    /// <summary>A unique index has no other columns. One that is checked at the end of the transaction says nothing until then, and one lets nulls come again.</summary>
    private static bool IsCovered(ScanNode scan, IndexInfo index, HashSet<int> columns, bool areNullsEqual)
    {
        if (index is not { IsUnique: true, IsImmediate: true, IsValid: true, IsExclusion: false, Predicate: null })
            return false;
        for (int i = 0; i < index.KeyCount; i++)
        {
            short attribute = index.Keys[i].Column;
            if (attribute <= 0 || (areNullsEqual && !index.NullsNotDistinct && !scan.Relation.Columns[attribute - 1].NotNull))
                return false;
            bool isThere = false;
            for (int column = 0; column < scan.Columns.Count && !isThere; column++)
                isThere = scan.Attributes[column] == attribute && columns.Contains(scan.Columns[column]);
            if (!isThere)
                return false;
        }

        return true;
    }
}
