using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>
/// Makes FROM keep what a row of the target is joined with (<see cref="HeldRows"/>): tables by the addresses of their rows, carried through projections; everything else (VALUES, functions, WITH items,
/// subqueries that group or sort) as a copy.
/// </summary>
internal sealed class HeldRowsBinder(BindingState state)
{
    private readonly List<HeldTable> _tables = [];
    private readonly List<HeldCopy> _copies = [];

    /// <summary>What is kept so far.</summary>
    public HeldRows Rows => new(_tables, _copies);

    /// <summary>The tree with what must be carried.</summary>
    public RelationalNode Hold(RelationalNode node)
    {
        switch (node)
        {
            case ScanNode { Relation.SystemTable: null, AsOf: null } scan:
                _tables.Add(new HeldTable(
                    scan.Scan, ColumnOf(scan, SystemAttribute.Ctid), scan.Members is null ? -1 : ColumnOf(scan, SystemAttribute.TableOid)));
                return scan;
            case FilterNode or SecurityBarrierNode:
                return node.WithInputs([Hold(node.Inputs[0])]);
            case JoinNode { Type: JoinType.Semi or JoinType.Anti } join:
                return join.WithInputs([Hold(join.Left), join.Right]);
            case JoinNode join:
                RelationalNode left = Hold(join.Left);
                return join.WithInputs([left, Hold(join.Right)]);
            case ProjectNode project:
                return Carry(project);
            case ValuesNode { Columns.Count: 0 }:
                return node;
            default:
                return Copy(node);
        }
    }

    private static int ColumnOf(ScanNode scan, short attribute)
    {
        for (int i = 0; i < scan.Attributes.Count; i++)
            if (scan.Attributes[i] == attribute)
                return scan.Columns[i];
        throw new Format.InvariantViolationException("a bound scan has all system columns");
    }

    private ProjectNode Carry(ProjectNode project)
    {
        RelationalNode input = Hold(project.Input);
        var kept = project.Columns.ToHashSet();
        int[] carried = [.. Rows.Columns.Where(column => input.Columns.Contains(column) && !kept.Contains(column))];
        return new ProjectNode(input, [.. project.Items, .. Projection.PassThrough(state.Metadata, carried)]);
    }

    private HeldCopyNode Copy(RelationalNode node)
    {
        int there = state.Metadata.AddColumn("there", SqlType.Boolean);
        var marked = new ProjectNode(node, [.. Projection.PassThrough(state.Metadata, node.Columns), new ProjectedColumn(there, ConstantExpression.Boolean(true))]);
        int number = state.Metadata.NextHeldCopy();
        _copies.Add(new HeldCopy(number, marked.Columns));
        return new HeldCopyNode(number, marked);
    }
}
