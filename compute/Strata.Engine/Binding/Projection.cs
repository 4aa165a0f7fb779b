using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Binding;

/// <summary>Small helpers to build projections.</summary>
internal static class Projection
{
    /// <summary>Items that pass columns on unchanged.</summary>
    public static IEnumerable<ProjectedColumn> PassThrough(QueryMetadata metadata, IEnumerable<int> columns) =>
        columns.Select(column => new ProjectedColumn(column, new ColumnExpression(column, metadata[column].Type)));

    /// <summary>The node with exactly these columns, in this order.</summary>
    public static RelationalNode Keep(QueryMetadata metadata, RelationalNode node, IReadOnlyList<int> columns) =>
        node.Columns.SequenceEqual(columns) ? node : new ProjectNode(node, PassThrough(metadata, columns).ToArray());

    /// <summary>The node with one more column; a plain column of the node gives itself.</summary>
    public static (RelationalNode Node, int Column) Add(QueryMetadata metadata, RelationalNode node, Expression value, string name = "?column?")
    {
        if (value is ColumnExpression column && node.Columns.Contains(column.Column))
            return (node, column.Column);
        int added = metadata.AddColumn(name, value.Type);
        return (new ProjectNode(node, [.. PassThrough(metadata, node.Columns), new ProjectedColumn(added, value)]), added);
    }
}
