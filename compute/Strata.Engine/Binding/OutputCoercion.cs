using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>Brings the output of a bound query to other types: literals and parameters in its projection are typed in place.</summary>
internal static class OutputCoercion
{
    /// <summary>What an output column is: its expression in the topmost projection when that is a literal or parameter, else the column.</summary>
    public static Expression ValueOf(BoundQuery query, int index)
    {
        OutputColumn output = query.Output[index];
        if (query.Node is ProjectNode project)
        {
            foreach (ProjectedColumn item in project.Items)
            {
                if (item.Column == output.Column && item.Value is ConstantExpression or ParameterExpression && item.Column == output.Column)
                    return item.Value;
            }
        }

        return new ColumnExpression(output.Column, output.Type) { Position = PositionOf(query.Node, output.Column) };
    }

    /// <summary>Where the expression of an output column stands in the text; -1 when that is not known.</summary>
    private static int PositionOf(RelationalNode node, int column)
    {
        while (true)
        {
            if (node is ProjectNode project)
            {
                foreach (ProjectedColumn item in project.Items)
                {
                    if (item.Column == column)
                        return item.Value.StartPosition;
                }
            }

            if (node.Inputs.Count != 1)
                return -1;
            node = node.Inputs[0];
        }
    }

    /// <summary>The query with an output column coerced to a type.</summary>
    public static BoundQuery Coerce(BindingState state, BoundQuery query, int index, SqlType type, bool assignment = false)
    {
        OutputColumn output = query.Output[index];
        Expression value = ValueOf(query, index);
        Expression coerced = assignment
            ? state.Expressions.CoerceForAssignment(value, type)
            : state.Expressions.Coerce(value, type, value.Position);
        if (ReferenceEquals(coerced, value))
            return query;
        int column = state.Metadata.AddColumn(output.Name, type);
        OutputColumn[] outputs = [.. query.Output];
        outputs[index] = new OutputColumn(output.Name, column, type);
        RelationalNode node;
        if (value is ColumnExpression)
        {
            node = new ProjectNode(query.Node, [.. Projection.PassThrough(state.Metadata, query.Node.Columns), new ProjectedColumn(column, coerced)]);
        }
        else
        {
            var project = (ProjectNode)query.Node;
            node = new ProjectNode(
                project.Input, project.Items.Select(item => item.Column == output.Column ? new ProjectedColumn(column, coerced) : item).ToArray());
        }

        return new BoundQuery(node, outputs);
    }

    /// <summary>The node with exactly the output columns in their order, one column number per place.</summary>
    public static RelationalNode Shape(BindingState state, BoundQuery query)
    {
        int[] columns = query.Output.Select(output => output.Column).ToArray();
        if (query.Node.Columns.SequenceEqual(columns) && columns.Distinct().Count() == columns.Length)
            return query.Node;
        var seen = new HashSet<int>();
        var items = new List<ProjectedColumn>();
        foreach (OutputColumn output in query.Output)
        {
            int id = seen.Add(output.Column) ? output.Column : state.Metadata.AddColumn(output.Name, output.Type);
            items.Add(new ProjectedColumn(id, new ColumnExpression(output.Column, output.Type)));
        }

        return new ProjectNode(query.Node, items);
    }
}
