using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;
using ColumnExpression = Strata.Engine.Expressions.ColumnExpression;

namespace Strata.Engine.Planning;

/// <summary>
/// Turns grouping sets into plain algebra: the input is computed once and kept, each set aggregates it, and the results follow one another. Every part of the planner then knows how to run them.
/// </summary>
internal static class GroupingSetsExpansion
{
    /// <summary>The node in terms of aggregations.</summary>
    public static RelationalNode Expand(GroupingSetsNode node, QueryMetadata metadata)
    {
        if (node.Sets.Count == 1)
            return Aggregate(node, node.Sets[0], node.Input, metadata);
        int cte = metadata.NextCte();
        // What nobody reads, such as a column of a condition below, may not even come out of the input's plan.
        int[] columns = ReadColumns(node);
        SqlType[] types = columns.Select(column => metadata[column].Type).ToArray();
        RelationalNode[] parts = node.Sets
            .Select(set => Aggregate(node, set, new CteScanNode(cte, "grouping input", "grouping input", columns, columns, types), metadata))
            .ToArray();
        return new WithNode([new CteDefinition(cte, "grouping input", node.Input, IsMaterialized: true, IsNeverMaterialized: false)], Append(parts, node.Columns));
    }

    private static int[] ReadColumns(GroupingSetsNode node)
    {
        var read = new HashSet<int>(node.GroupColumns);
        foreach (AggregateCall call in node.Calls)
        {
            foreach (Expressions.Expression argument in call.Arguments)
                TreeWalker.AddColumns(argument, read);
            if (call.Filter is not null)
                TreeWalker.AddColumns(call.Filter, read);
        }

        return [.. node.Input.Columns.Where(read.Contains)];
    }

    // A balanced tree: the planner flattens it, and its depth stays small for thousands of sets.
    private static RelationalNode Append(ReadOnlySpan<RelationalNode> parts, IReadOnlyList<int> columns) => parts.Length == 1
        ? parts[0]
        : new SetOperationNode(SetOperationKind.Union, isAll: true, Append(parts[..(parts.Length / 2)], columns), Append(parts[(parts.Length / 2)..], columns), columns);

    private static ProjectNode Aggregate(GroupingSetsNode node, int[] set, RelationalNode input, QueryMetadata metadata)
    {
        var items = new List<ProjectedColumn>();
        for (int i = 0; i < node.GroupColumns.Count; i++)
        {
            SqlType type = metadata[node.OutputColumns[i]].Type;
            items.Add(new ProjectedColumn(
                node.OutputColumns[i], set.Contains(i) ? new ColumnExpression(node.GroupColumns[i], type) : new ConstantExpression(type, Datum.Null)));
        }

        foreach (AggregateCall call in node.Calls)
            items.Add(new ProjectedColumn(call.Column, new ColumnExpression(call.Column, metadata[call.Column].Type)));
        foreach (GroupingCall call in node.Groupings)
        {
            int bits = 0;
            foreach (int argument in call.Arguments)
                bits = (bits << 1) | (set.Contains(argument) ? 0 : 1);
            items.Add(new ProjectedColumn(call.Column, ConstantExpression.Int4(bits)));
        }

        int[] keys = set.Select(index => node.GroupColumns[index]).Distinct().ToArray();
        return new ProjectNode(new AggregateNode(input, keys, node.Calls), items);
    }
}
