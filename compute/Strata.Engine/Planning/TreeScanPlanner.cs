using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Partitioning;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>
/// Plans scans of tables with descendants: one scan for each member of the tree under the parent's column numbers, so that conditions and whatever stands above need not know of the members.
/// Partitions that the conditions exclude are left out, or skipped when the plan runs.
/// </summary>
internal sealed class TreeScanPlanner(PlannerState state)
{
    /// <summary>The only way to read a tree: an append of the best way for each member.</summary>
    public List<PhysicalNode> Paths(ScanNode scan, IReadOnlyList<Expression> conditions, bool forUpdate)
    {
        PartitionPruning? pruning = scan.Relation.PartitionKey is null || conditions.Count == 0 ? null : Pruning(scan, conditions);
        HashSet<uint>? leaves = pruning?.Leaves(static value => value is ConstantExpression constant ? constant.Value : null);
        var parts = new List<PhysicalNode>();
        var oids = new List<uint>();
        foreach (RelationInfo member in scan.Members!)
        {
            if (leaves is not null && !leaves.Contains(member.Oid))
                continue;
            parts.Add(state.Selectivity.Variables.WithMember(
                scan.Relation, member, RelationTree.MapColumns(scan.Relation, member), () => state.AccessPaths.Paths(MemberScan(scan, member), conditions, forUpdate)[0]));
            oids.Add(member.Oid);
        }

        if (parts.Count == 1)
            return [parts[0]];
        return
        [
            new TreeScanPlan
            {
                Columns = scan.Columns,
                Parts = parts,
                Oids = [.. oids],
                Pruning = pruning is { HasRuntimeValues: true } && parts.Count > 0 ? pruning : null,
                PruningValues = pruning is { HasRuntimeValues: true } && parts.Count > 0
                    ? pruning.RuntimeValues.ToDictionary(static value => value, value => state.Expressions.Compile(value, []))
                    : [],
                Rows = Math.Max(1, parts.Sum(static part => part.Rows)),
                TotalCost = parts.Sum(static part => part.TotalCost),
                WidthBytes = parts.Count == 0 ? 8 : parts[0].WidthBytes,
            },
        ];
    }

    private static ScanNode MemberScan(ScanNode scan, RelationInfo member)
    {
        short[] map = RelationTree.MapColumns(scan.Relation, member);
        var attributes = new short[scan.Attributes.Count];
        for (int i = 0; i < attributes.Length; i++)
            attributes[i] = scan.Attributes[i] > 0 ? map[scan.Attributes[i] - 1] : scan.Attributes[i];
        string alias = scan.Alias == scan.Relation.Name ? member.Name : scan.Alias;
        return new ScanNode(scan.Scan, member, alias, scan.Columns, attributes) { AsOf = scan.AsOf, IsTarget = scan.IsTarget, IsMember = true };
    }

    private PartitionPruning Pruning(ScanNode scan, IReadOnlyList<Expression> conditions)
    {
        var tables = new Dictionary<uint, (PartitionMap, IReadOnlyList<PartitionCondition>)>();
        PartitionMap root = Add(scan, scan.Relation, conditions, tables);
        return new PartitionPruning(root, tables);
    }

    private PartitionMap Add(ScanNode scan, RelationInfo table, IReadOnlyList<Expression> conditions, Dictionary<uint, (PartitionMap, IReadOnlyList<PartitionCondition>)> tables)
    {
        PartitionMap map = PartitionMap.Of(table, state.Context.Catalog, state.Context.Functions);
        short[] toRoot = RelationTree.MapColumns(table, scan.Relation);
        var operands = new Expression?[map.Key.Columns.Length];
        for (int i = 0; i < operands.Length; i++)
        {
            short number = map.Key.Columns[i].Column;
            operands[i] = number > 0 ? Column(scan, toRoot[number - 1], map.KeyTypes[i]) : OverScan(scan, map.Expressions[i]!.Expression, toRoot);
        }

        tables.Add(table.Oid, (map, new PartitionConditions(map, operands).Of(conditions)));
        foreach (RelationInfo partition in map.Partitions)
            if (partition.PartitionKey is not null)
                Add(scan, partition, conditions, tables);
        return map;
    }

    private ColumnExpression? Column(ScanNode scan, short attribute, SqlType type)
    {
        for (int i = 0; i < scan.Attributes.Count; i++)
            if (attribute > 0 && scan.Attributes[i] == attribute)
                return new ColumnExpression(scan.Columns[i], state.Metadata[scan.Columns[i]].Type);
        Format.Invariant.Check(type is not null);
        return null;
    }

    private Expression? OverScan(ScanNode scan, Expression key, short[] toRoot)
    {
        bool complete = true;
        Expression over = key.Transform(part =>
        {
            if (part is not SlotExpression slot)
                return part;
            ColumnExpression? column = Column(scan, toRoot[slot.Slot], slot.Type);
            complete &= column is not null;
            return column ?? part;
        });
        return complete ? over : null;
    }
}
