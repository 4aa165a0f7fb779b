using Strata.Engine.Execution.Keys;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Estimation;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Planning;

/// <summary>
/// Plans aggregation and DISTINCT: by hash, or, when a table's index gives the rows in the order of their groups and that is cheaper, group by group. Then groups come in that order, and who wants only the
/// first ones waits for these only.
/// </summary>
internal sealed class GroupPlanner(PlannerState state)
{
    private PlanBuilder Builder => state.Builder;

    /// <summary>Plans an aggregation; its groups are welcome in an order, and only the first <paramref name="rowsWanted"/> may be needed.</summary>
    public PhysicalNode Aggregate(AggregateNode aggregate, IReadOnlyList<SortKey> wanted, double? rowsWanted)
    {
        if (MinMaxByIndex.TryRewrite(aggregate, state.Metadata) is { } rewritten)
            return Builder.Plan(rewritten);
        AggregatePlan hashed = Aggregate(aggregate, Builder.Plan(aggregate.Input), []);
        if (InOrder(aggregate.Input, aggregate.GroupColumns, wanted, hashed, rowsWanted) is not { } ordered)
            return hashed;
        AggregatePlan sorted = Aggregate(aggregate, ordered, [.. OrderOf(aggregate.GroupColumns, wanted)]);
        return Builder.OrderedCost(sorted, wanted, rowsWanted) < Builder.OrderedCost(hashed, wanted, rowsWanted) ? sorted : hashed;
    }

    /// <summary>Plans DISTINCT, with the same choice.</summary>
    public PhysicalNode Distinct(DistinctNode distinct, IReadOnlyList<SortKey> wanted, double? rowsWanted)
    {
        PhysicalNode hashed = Distinct(distinct, Builder.Plan(distinct.Input), distinct.IsOn);
        if (distinct.IsOn || InOrder(distinct.Input, distinct.Keys, wanted, hashed, rowsWanted) is not { } ordered)
            return hashed;
        PhysicalNode sorted = Distinct(distinct, ordered, isSorted: true);
        return Builder.OrderedCost(sorted, wanted, rowsWanted) < Builder.OrderedCost(hashed, wanted, rowsWanted) ? sorted : hashed;
    }

    /// <summary>The input in the order of groups, if an index gives it; what groups by hash tells how many rows make a group.</summary>
    private PhysicalNode? InOrder(RelationalNode input, IReadOnlyList<int> columns, IReadOnlyList<SortKey> wanted, PhysicalNode hashed, double? rowsWanted)
    {
        if (columns.Count == 0 || !MayComeInOrder(input))
            return null;
        List<SortKey> order = OrderOf(columns, wanted);
        double rowsPerGroup = hashed.Inputs[0].Rows / Math.Max(1, hashed.Rows);
        PhysicalNode ordered = Builder.Plan(input, order, rowsWanted * rowsPerGroup);
        return PlanBuilder.SortedPrefix(ordered.Ordering, order) == order.Count ? ordered : null;
    }

    /// <summary>Joins are not worth a second planning: hardly any gives an order that is wanted.</summary>
    private static bool MayComeInOrder(RelationalNode node) => node switch
    {
        ScanNode scan => scan.Relation.Indexes.Length > 0,
        FilterNode filter => MayComeInOrder(filter.Input),
        ProjectNode project => MayComeInOrder(project.Input),
        _ => false,
    };

    /// <summary>An order in which rows of a group stand together, as far as possible the wanted one.</summary>
    private static List<SortKey> OrderOf(IReadOnlyList<int> columns, IReadOnlyList<SortKey> wanted)
    {
        var order = new List<SortKey>();
        foreach (SortKey key in wanted)
        {
            if (!columns.Contains(key.Column))
                break;
            if (!order.Exists(known => known.Column == key.Column))
                order.Add(key);
        }

        foreach (int column in columns)
        {
            if (!order.Exists(known => known.Column == column))
                order.Add(new SortKey(column, false, false));
        }

        return order;
    }

    private AggregatePlan Aggregate(AggregateNode aggregate, PhysicalNode input, IReadOnlyList<SortKey> ordering)
    {
        (input, IReadOnlyList<AggregateCall> wantedCalls) = CommonArguments.Extract(state, input, aggregate.Calls);
        var calls = new List<AggregateCallPlan>();
        foreach (AggregateCall call in wantedCalls)
        {
            calls.Add(new AggregateCallPlan(
                call.Function, state.Expressions.CompileEach(call.Arguments, input.Columns), call.ArgumentCount,
                call.Filter is null ? null : state.Expressions.Compile(call.Filter, input.Columns), call.IsDistinct,
                call.OrderBy.Select(key => new KeyColumn(key.Argument, key.Descending, key.NullsFirst)).ToArray()));
        }

        double groups = GroupsOf(aggregate, input);
        return new AggregatePlan
        {
            Columns = aggregate.Columns,
            Input = input,
            GroupSlots = aggregate.GroupColumns.Select(input.SlotOf).ToArray(),
            Calls = calls,
            Rows = aggregate.GroupColumns.Count == 0 ? 1 : Math.Max(1, Math.Min(groups, input.Rows)),
            StartupCost = ordering.Count > 0 ? input.StartupCost : input.TotalCost,
            TotalCost = input.TotalCost + (input.Rows * CostModel.CpuOperatorCost * (calls.Count + aggregate.GroupColumns.Count)),
            WidthBytes = 8 * aggregate.Columns.Count,
            Ordering = ordering,
        };
    }

    private double GroupsOf(AggregateNode aggregate, PhysicalNode input)
    {
        HashSet<int> constant = GroupedInput.FixedColumns(input);
        double groups = state.Selectivity.GroupsOf([.. aggregate.GroupColumns.Where(column => !constant.Contains(column))], input.Rows, column => GroupedInput.RowsOfScan(input, column));
        foreach (AggregateCall call in aggregate.Calls)
        {
            // Sums and averages of groups are hardly ever equal.
            if (aggregate.GroupColumns.Count > 0 && call.Function.Function.Name is "sum" or "avg")
                state.Selectivity.Variables.LearnDistinct(call.Column, groups);
        }

        return groups;
    }

    private DistinctPlan Distinct(DistinctNode distinct, PhysicalNode input, bool isSorted) => new()
    {
        Columns = input.Columns,
        Input = input,
        Keys = distinct.Keys.Select(column => new KeyColumn(input.SlotOf(column))).ToArray(),
        IsSorted = isSorted,
        Rows = state.Selectivity.GroupsOf(distinct.Keys, input.Rows),
        StartupCost = isSorted ? input.StartupCost : input.TotalCost,
        TotalCost = input.TotalCost + (input.Rows * CostModel.CpuOperatorCost * distinct.Keys.Count),
        WidthBytes = input.WidthBytes,
        Ordering = input.Ordering,
    };
}
