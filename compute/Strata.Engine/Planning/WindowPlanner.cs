using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>Plans window functions: arguments become columns of the input, which is sorted by partition and order.</summary>
internal static class WindowPlanner
{
    /// <summary>The plan of a window node; <paramref name="plan"/> plans a tree.</summary>
    public static PhysicalNode Plan(PlannerState state, WindowNode window, Func<RelationalNode, PhysicalNode> plan)
    {
        // Columns that only the input's own conditions read are not there any more.
        var items = window.Input.Columns.Where(column => window.Needed?.Contains(column) != false)
            .Select(column => new ProjectedColumn(column, new ColumnExpression(column, state.Metadata[column].Type))).ToList();
        int passed = items.Count;
        var arguments = new List<int[]>();
        var filters = new List<int>();
        var ranges = new List<(int Key, int Start, int End)>();
        foreach (WindowCall call in window.Calls)
        {
            arguments.Add(call.Arguments.Select(argument => AddColumn(state, argument, items)).ToArray());
            filters.Add(call.Filter is null ? -1 : AddColumn(state, call.Filter, items));
            ranges.Add(call.Frame.Range is not { } range ? default : (
                AddColumn(state, range.Key, items), range.Start is null ? -1 : AddColumn(state, range.Start, items), range.End is null ? -1 : AddColumn(state, range.End, items)));
        }

        RelationalNode tree = items.Count == passed ? window.Input : new ProjectNode(window.Input, items);
        SortKey[] keys =
        [
            .. window.PartitionColumns.Select(column => new SortKey(column, false, false)),
            .. window.OrderKeys.Where(key => !window.PartitionColumns.Contains(key.Column)),
        ];
        PhysicalNode input = plan(keys.Length == 0 ? tree : new SortNode(tree, keys));
        var tasks = new List<WindowTaskPlan>();
        for (int i = 0; i < window.Calls.Count; i++)
        {
            WindowCall call = window.Calls[i];
            BoundFrame frame = call.Frame;
            tasks.Add(new WindowTaskPlan(
                KindOf(call), state.Metadata[call.Column].Type, call.Aggregate, arguments[i].Select(input.SlotOf).ToArray(),
                filters[i] < 0 ? -1 : input.SlotOf(filters[i]), frame.Unit, frame.Start,
                frame.StartOffset is null ? null : state.Expressions.Compile(frame.StartOffset, []), frame.End,
                frame.EndOffset is null ? null : state.Expressions.Compile(frame.EndOffset, []), frame.Exclusion)
            {
                Range = frame.Range is null ? null : RangePlan(state, frame.Range, ranges[i], input),
            });
        }

        return new WindowPlan
        {
            Columns = [.. input.Columns, .. window.Calls.Select(call => call.Column)],
            Input = input,
            Partition = window.PartitionColumns.Select(column => new KeyColumn(input.SlotOf(column))).ToArray(),
            Order = window.OrderKeys.Select(key => new KeyColumn(input.SlotOf(key.Column))).ToArray(),
            Tasks = tasks,
            Rows = input.Rows,
            StartupCost = input.TotalCost,
            TotalCost = input.TotalCost + (input.Rows * CostModel.CpuOperatorCost * tasks.Count),
            WidthBytes = input.WidthBytes + (8 * tasks.Count),
            Ordering = input.Ordering,
        };
    }

    private static WindowRangePlan RangePlan(PlannerState state, BoundRange range, (int Key, int Start, int End) columns, PhysicalNode input) => new(
        input.SlotOf(columns.Key), range.Descending, columns.Start < 0 ? -1 : input.SlotOf(columns.Start), columns.End < 0 ? -1 : input.SlotOf(columns.End),
        range.IsStartNegative is null ? null : state.Expressions.Compile(range.IsStartNegative, []),
        range.IsEndNegative is null ? null : state.Expressions.Compile(range.IsEndNegative, []));

    private static int AddColumn(PlannerState state, Expression value, List<ProjectedColumn> items)
    {
        if (value is ColumnExpression column && items.Exists(item => item.Column == column.Column))
            return column.Column;
        int added = state.Metadata.AddColumn("?column?", value.Type);
        items.Add(new ProjectedColumn(added, value));
        return added;
    }

    private static WindowFunctionKind KindOf(WindowCall call) => call.Aggregate is not null ? WindowFunctionKind.Aggregate : call.Name switch
    {
        "row_number" => WindowFunctionKind.RowNumber,
        "rank" => WindowFunctionKind.Rank,
        "dense_rank" => WindowFunctionKind.DenseRank,
        "percent_rank" => WindowFunctionKind.PercentRank,
        "cume_dist" => WindowFunctionKind.CumulativeDistribution,
        "ntile" => WindowFunctionKind.Tile,
        "lag" => WindowFunctionKind.Lag,
        "lead" => WindowFunctionKind.Lead,
        "first_value" => WindowFunctionKind.FirstValue,
        "last_value" => WindowFunctionKind.LastValue,
        "nth_value" => WindowFunctionKind.NthValue,
        _ => throw new SqlException(SqlState.FeatureNotSupported, $"window function {call.Name} is not supported"),
    };
}
