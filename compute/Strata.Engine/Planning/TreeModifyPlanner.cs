using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>Plans modifications of tables with descendants or partitions.</summary>
internal sealed class TreeModifyPlanner(PlannerState state)
{
    public PhysicalNode Plan(ModifyNode node, PhysicalNode input)
    {
        var targets = new TreeTargetPlan(node.Relation, state.Context);
        int[]? returned = node.IsReturning ? [.. Enumerable.Range(0, node.Row.Columns.Count).Where(i => node.Row.Columns[i] >= 0)] : null;
        int[] passed = node.IsReturning ? node.PassedColumns.Select(input.SlotOf).ToArray() : [];
        double rows = node.IsReturning ? input.Rows : 0;
        switch (node)
        {
            case InsertNode insert:
                return new RoutedInsertPlan
                {
                    Columns = node.Columns,
                    Input = input,
                    Targets = targets,
                    Alias = node.Alias,
                    ReturnedAttributes = returned,
                    PassedSlots = passed,
                    Slots = Slots(insert.Values, input),
                    Conflict = insert.Conflict is null ? null : Conflict(insert.Conflict, targets, node.Members!),
                    Rows = rows,
                    TotalCost = input.TotalCost,
                };
            case UpdateNode update:
                return new TreeUpdatePlan
                {
                    Columns = node.Columns,
                    Input = input,
                    Targets = targets,
                    Alias = node.Alias,
                    ReturnedAttributes = returned,
                    PassedSlots = passed,
                    Scan = update.Scan,
                    CtidSlot = input.SlotOf(update.Ctid),
                    MemberSlot = input.SlotOf(node.MemberColumn),
                    Held = HeldSlots.Of(node.Held, input),
                    OldSlots = Slots(update.OldValues, input),
                    NewSlots = Slots(update.NewValues, input),
                    MayMove = MayMove(update.OldValues, update.NewValues, node.Relation),
                    Rows = rows,
                    TotalCost = input.TotalCost,
                };
            case MergeNode merge:
                return new TreeMergePlan
                {
                    Columns = node.Columns,
                    Input = input,
                    Targets = targets,
                    Alias = node.Alias,
                    Scan = merge.Scan,
                    CtidSlot = input.SlotOf(merge.Ctid),
                    MemberSlot = input.SlotOf(node.MemberColumn),
                    KindSlot = input.SlotOf(merge.Kind),
                    Held = HeldSlots.Of(node.Held, input),
                    OldSlots = Slots(merge.OldValues, input),
                    NewSlots = Slots(merge.NewValues, input),
                    MayMove = MayMove(merge.OldValues, merge.NewValues, node.Relation),
                    Rows = 0,
                    TotalCost = input.TotalCost,
                };
            default:
                var delete = (DeleteNode)node;
                return new TreeDeletePlan
                {
                    Columns = node.Columns,
                    Input = input,
                    Targets = targets,
                    Alias = node.Alias,
                    ReturnedAttributes = returned,
                    PassedSlots = passed,
                    Scan = delete.Scan,
                    CtidSlot = input.SlotOf(delete.Ctid),
                    MemberSlot = input.SlotOf(node.MemberColumn),
                    Held = HeldSlots.Of(node.Held, input),
                    OldSlots = Slots(delete.OldValues, input),
                    Rows = rows,
                    TotalCost = input.TotalCost,
                };
        }
    }

    private static int[] Slots(IReadOnlyList<int> columns, PhysicalNode input) => columns.Select(column => column < 0 ? -1 : input.SlotOf(column)).ToArray();

    private bool MayMove(IReadOnlyList<int> oldValues, IReadOnlyList<int> newValues, RelationInfo root)
    {
        if (root.PartitionKey is null)
            return false;
        var tables = new List<RelationInfo> { root };
        tables.AddRange(RelationTree.Descendants(state.Context.Catalog, root));
        tables.AddRange(RelationTree.PartitionAncestors(state.Context.Catalog, root));
        foreach (RelationInfo table in tables)
        {
            if (table.PartitionKey is null)
                continue;
            short[] map = RelationTree.MapColumns(table, root);
            foreach (PartitionKeyColumn key in table.PartitionKey.Columns)
                if (key.Column == 0 || (map[key.Column - 1] is var column && oldValues[column - 1] != newValues[column - 1]))
                    return true;
        }

        return false;
    }

    // The expressions are over the root's columns; a partition's rows may have them in another order. Worked out when a row of the partition is met: the planner's state is not shared then.
    private Func<MemberPlan, ConflictPlan> Conflict(ConflictAction action, TreeTargetPlan targets, IReadOnlyList<RelationInfo> members)
    {
        var gate = new Lock();
        var known = new Dictionary<uint, ConflictPlan>();
        // Subplans must be known before the plan is complete.
        if (action.Assignments.Any(static a => a.Value.Any(static part => part is SubqueryExpression)) || action.Where?.Any(static part => part is SubqueryExpression) == true)
            foreach (RelationInfo member in members)
                known.Add(member.Oid, ConflictOf(action, targets.Member(member.Oid)));
        return member =>
        {
            lock (gate)
            {
                if (!known.TryGetValue(member.Target.Relation.Oid, out ConflictPlan? plan))
                    known.Add(member.Target.Relation.Oid, plan = ConflictOf(action, member));
                return plan;
            }
        };
    }

    private ConflictPlan ConflictOf(ConflictAction action, MemberPlan member)
    {
        RelationInfo relation = member.Target.Relation;
        int[] arbiters = [.. Enumerable.Range(0, relation.Indexes.Length).Where(i => relation.Indexes[i] is { IsUnique: true } or { IsExclusion: true } && (action.ArbiterIndexes.Count == 0 || IsArbiter(relation.Indexes[i].Oid, action)))];
        int[] layout = [.. InMember(member, action.ExistingColumns), .. InMember(member, action.ExcludedColumns)];
        var decoder = new RowDecoder(member.Target.Layout, [.. relation.Columns.Select(static column => column.IsDropped ? SystemAttribute.TableOid : column.Number)]);
        return new ConflictPlan(
            action.IsUpdate, arbiters, decoder,
            [.. action.Assignments.Select(a => ((short)(Array.IndexOf(member.RootColumns, a.Attribute) + 1), state.Expressions.Compile(a.Value, layout)))],
            action.Where is null ? null : state.Expressions.Compile(action.Where, layout));
    }

    private static IEnumerable<int> InMember(MemberPlan member, IReadOnlyList<int> columns) =>
        columns.Count == 0 ? [] : member.RootColumns.Select(column => column > 0 ? columns[column - 1] : -1);

    private bool IsArbiter(uint index, ConflictAction action)
    {
        for (uint oid = index; state.Context.Catalog.FindRelation(oid) is { } relation; oid = relation.Parents[0])
        {
            if (action.ArbiterIndexes.Contains(oid))
                return true;
            if (relation.Parents.Length == 0)
                return false;
        }

        return false;
    }
}
