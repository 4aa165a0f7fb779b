using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning;

/// <summary>
/// min(column) and max(column) over a table with an index on the column: the first value that is not null in the index's order, PostgreSQL's
/// preprocess_minmax_aggregates.
/// </summary>
internal static class MinMaxByIndex
{
    /// <summary>The aggregation as scalar subqueries, or null when it does not apply.</summary>
    public static RelationalNode? TryRewrite(AggregateNode aggregate, QueryMetadata metadata)
    {
        if (aggregate.GroupColumns.Count > 0 || aggregate.Calls.Count == 0)
            return null;
        RelationalNode input = aggregate.Input;
        while (input is ProjectNode { Items: var items } project && items.All(item => item.IsPassThrough))
            input = project.Input;
        if (input is FilterNode { Input: var below })
            input = below;
        if (input is not ScanNode { Relation.SystemTable: null, Members: null } scan)
            return null;
        var values = new List<ProjectedColumn>();
        foreach (AggregateCall call in aggregate.Calls)
        {
            if (call.Function.Function.Name is not ("min" or "max") || call.IsDistinct || call.Filter is not null || call.OrderBy.Count > 0
                || call.Arguments is not [ColumnExpression column] || !HasIndex(scan, column.Column))
                return null;
            values.Add(new ProjectedColumn(call.Column, Extreme(aggregate.Input, column, call, metadata)));
        }

        return new ProjectNode(ValuesNode.OneRow, values);
    }

    /// <summary>The first value that is not null in the order of an index.</summary>
    private static SubqueryExpression Extreme(RelationalNode input, ColumnExpression column, AggregateCall call, QueryMetadata metadata)
    {
        bool isMax = call.Function.Function.Name == "max";
        var isPresent = new NullTestExpression(column, isNotNull: true);
        RelationalNode rows = input is FilterNode filter ? new FilterNode(filter.Input, [.. filter.Conjuncts, isPresent]) : new FilterNode(input, [isPresent]);
        rows = new LimitNode(new SortNode(rows, [new SortKey(column.Column, isMax, isMax)]), ConstantExpression.Int8(1), null);
        rows = new ProjectNode(rows, [new ProjectedColumn(column.Column, column)]);
        return new SubqueryExpression(SubqueryKind.Scalar, rows, [column.Column], metadata[call.Column].Type, [], null);
    }

    private static bool HasIndex(ScanNode scan, int column)
    {
        for (int i = 0; i < scan.Columns.Count; i++)
        {
            if (scan.Columns[i] != column)
                continue;
            foreach (IndexInfo index in scan.Relation.Indexes)
            {
                if (index.IsValid && index.Method.IsOrdered() && index.Predicate is null && index.Keys[0].Column == scan.Attributes[i])
                    return true;
            }
        }

        return false;
    }
}
