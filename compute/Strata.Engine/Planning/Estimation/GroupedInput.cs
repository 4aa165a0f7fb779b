using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Planning.Estimation;

/// <summary>What the plan of an input says of the columns that it is grouped by. Stateless.</summary>
internal static class GroupedInput
{
    /// <summary>Rows that the scan of a column's table gives out: there can't be more values than that. Null when no scan gives the column out.</summary>
    public static double? RowsOfScan(PhysicalNode input, int column)
    {
        if (input is TableScanPlan scan)
            return scan.Produces(column) || (scan as SeqScanPlan)?.DecodedColumns.Contains(column) == true ? scan.Rows : null;
        foreach (PhysicalNode below in InputsOnce(input))
        {
            if (RowsOfScan(below, column) is { } rows)
                return rows;
        }

        return null;
    }

    /// <summary>Columns that have one value in all rows, since a condition compares them with a constant or a parameter.</summary>
    public static HashSet<int> FixedColumns(PhysicalNode input)
    {
        var columns = new HashSet<int>();
        Add(input, columns);
        return columns;
    }

    private static void Add(PhysicalNode node, HashSet<int> columns)
    {
        switch (node)
        {
            case TableScanPlan scan:
                AddEqual(scan.FilterConditions, columns);
                AddEqual((scan as IndexScanPlan)?.IndexConditions ?? [], columns);
                AddEqual((scan as BitmapHeapScanPlan)?.Source.Conditions ?? [], columns);
                break;
            case FilterPlan filter:
                AddEqual(filter.Conditions, columns);
                Add(filter.Input, columns);
                break;
            case ProjectPlan or SortPlan or IncrementalSortPlan or MaterializePlan or MemoizePlan:
                Add(((UnaryPlan)node).Input, columns);
                break;
            case JoinPlan join:
                if (join.Type is JoinType.Inner or JoinType.Left or JoinType.Semi or JoinType.Anti)
                    Add(join.Left, columns);
                if (join.Type is JoinType.Inner or JoinType.Right && InputsOnce(join).Contains(join.Right))
                    Add(join.Right, columns);
                break;
        }
    }

    /// <summary>The inputs but for inner sides that run for each outer row: what their plans say is of one run.</summary>
    private static IEnumerable<PhysicalNode> InputsOnce(PhysicalNode node) => node is NestedLoopPlan { Parameters.Count: > 0 } loop ? [loop.Left] : node.Inputs;

    private static void AddEqual(IReadOnlyList<Expression> conditions, HashSet<int> columns)
    {
        foreach (Expression condition in conditions)
        {
            if (condition is not FunctionExpression { Operator: { Name: "=" }, Arguments: [var left, var right] } || condition.IsVolatile)
                continue;
            if (VariableFinder.Unwrap(left) is ColumnExpression a && TreeWalker.ColumnsOf(right).Count == 0)
                columns.Add(a.Column);
            else if (VariableFinder.Unwrap(right) is ColumnExpression b && TreeWalker.ColumnsOf(left).Count == 0)
                columns.Add(b.Column);
        }
    }
}
