using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Estimation;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;
using ColumnExpression = Strata.Engine.Expressions.ColumnExpression;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Planning;

/// <summary>Builds physical nodes out of logical ones, from the top down; order wanted above is offered to scans below.</summary>
internal sealed class PlanBuilder(PlannerState state)
{
    private readonly GroupPlanner _groups = new(state);

    /// <summary>Plans a tree.</summary>
    public PhysicalNode Plan(RelationalNode node) => Plan(node, [], null);

    /// <summary>Plans a tree whose rows are wanted in an order; they come in it only if <see cref="PhysicalNode.Ordering"/> says so.</summary>
    public PhysicalNode Plan(RelationalNode node, IReadOnlyList<SortKey> wanted) => Plan(node, wanted, null);

    /// <summary>Plans a tree; rows in the order <paramref name="wanted"/> are welcome, and only the first <paramref name="rowsWanted"/> may be needed.</summary>
    public PhysicalNode Plan(RelationalNode node, IReadOnlyList<SortKey> wanted, double? rowsWanted)
    {
        DepthGuard.Check();
        return node switch
        {
            ScanNode scan => Choose(state.AccessPaths.Paths(scan, [], scan.IsTarget), wanted, rowsWanted),
            FilterNode filter => PlanFilter(filter, wanted, rowsWanted),
            SecurityBarrierNode barrier => Plan(barrier.Input, wanted, rowsWanted),
            ProjectNode project => PlanProject(project, wanted, rowsWanted),
            JoinNode { Type: JoinType.Inner or JoinType.Semi or JoinType.Anti } join => state.Joins.PlanInner(join),
            JoinNode join => state.Joins.PlanOuter(join),
            AggregateNode aggregate => _groups.Aggregate(aggregate, wanted, rowsWanted),
            SampleNode sample => PlanSample(sample),
            GroupingSetsNode sets => Plan(GroupingSetsExpansion.Expand(sets, state.Metadata)),
            DistinctNode distinct => _groups.Distinct(distinct, wanted, rowsWanted),
            SortNode sort => PlanSort(sort, null),
            LimitNode limit => PlanLimit(limit),
            SetOperationNode operation => PlanSetOperation(operation),
            ValuesNode values => PlanValues(values),
            FunctionScanNode function => PlanFunctionScan(function),
            ProjectSetNode set => PlanProjectSet(set),
            WindowNode window => WindowPlanner.Plan(state, window, input => Plan(input, [], null)),
            WithNode with => PlanWith(with, wanted, rowsWanted),
            CteScanNode cte => PlanCteScan(cte),
            RecursiveUnionNode recursive => PlanRecursiveUnion(recursive),
            HeldCopyNode copy => PlanHeldCopy(copy),
            LockRowsNode locks => state.Modifications.PlanLockRows(locks, Plan(locks.Input, wanted, rowsWanted)),
            FeedNode feed => new FeedPlan { Columns = feed.Columns, Rows = 1000 },
            ModifyNode modify => state.Modifications.Plan(modify, Plan(modify.Input, [], null)),
            _ => throw new Format.InvariantViolationException($"no plan for {node.GetType().Name}"),
        };
    }

    /// <summary>A filter over a planned input; subqueries in it may become joins.</summary>
    public PhysicalNode Filter(PhysicalNode input, IReadOnlyList<Expression> conditions) => state.Unnesting.Filter(input, conditions) ?? FilterAsIs(input, conditions);

    /// <summary>A filter over a planned input; subqueries in it run for its rows.</summary>
    public PhysicalNode FilterAsIs(PhysicalNode input, IReadOnlyList<Expression> conditions)
    {
        if (conditions.Count == 0)
            return input;
        return new FilterPlan
        {
            Columns = input.Columns,
            Input = input,
            Condition = state.Expressions.CompileAll(conditions, input.Columns)!,
            Conditions = conditions,
            Rows = Math.Max(1, input.Rows * state.Selectivity.Of(conditions)),
            StartupCost = input.StartupCost,
            TotalCost = input.TotalCost + (input.Rows * conditions.Count * CostModel.CpuOperatorCost),
            WidthBytes = input.WidthBytes,
            Ordering = input.Ordering,
        };
    }

    /// <summary>A projection over a planned input, none when it would change nothing; subqueries in it may become joins.</summary>
    public PhysicalNode Project(PhysicalNode input, IReadOnlyList<ProjectedColumn> items) => state.Unnesting.Project(input, items) ?? ProjectAsIs(input, items);

    /// <summary>A projection over a planned input; subqueries in it run for its rows.</summary>
    public PhysicalNode ProjectAsIs(PhysicalNode input, IReadOnlyList<ProjectedColumn> items)
    {
        bool isIdentity = items.Count == input.Columns.Count;
        for (int i = 0; isIdentity && i < items.Count; i++)
            isIdentity = items[i].IsPassThrough && items[i].Column == input.Columns[i];
        if (isIdentity)
            return input;
        var passed = new int[items.Count];
        var computed = new CompiledExpression?[items.Count];
        for (int i = 0; i < passed.Length; i++)
        {
            passed[i] = items[i].Value is ColumnExpression column && input.Produces(column.Column) ? input.SlotOf(column.Column) : -1;
            if (passed[i] < 0)
                computed[i] = state.Expressions.Compile(items[i].Value, input.Columns);
        }

        return new ProjectPlan
        {
            Columns = items.Select(item => item.Column).ToArray(),
            Input = input,
            Passed = passed,
            Computed = computed,
            Rows = input.Rows,
            StartupCost = input.StartupCost,
            TotalCost = input.TotalCost + (input.Rows * computed.Count(expression => expression is not null) * CostModel.CpuOperatorCost),
            WidthBytes = input.WidthBytes,
            Ordering = input.Ordering.TakeWhile(key => items.Any(item => item.Column == key.Column && item.IsPassThrough)).ToArray(),
        };
    }

    private PhysicalNode Choose(List<PhysicalNode> paths, IReadOnlyList<SortKey> wanted, double? rowsWanted)
    {
        PhysicalNode best = paths[0];
        if (wanted.Count == 0)
            return best;
        double cost = double.MaxValue;
        foreach (PhysicalNode path in paths)
        {
            double ordered = OrderedCost(path, wanted, rowsWanted);
            if (ordered < cost)
                (best, cost) = (path, ordered);
        }

        return best;
    }

    /// <summary>Cost of the rows of a node in an order, with the sort that it takes: none, of groups that are equal in the first keys, or of all. An ordered path can stop early.</summary>
    public double OrderedCost(PhysicalNode node, IReadOnlyList<SortKey> wanted, double? rowsWanted)
    {
        double share = rowsWanted is { } rows ? Math.Min(1, rows / Math.Max(1, node.Rows)) : 1;
        double run = node.TotalCost - node.StartupCost;
        int presorted = SortedPrefix(node.Ordering, wanted);
        if (presorted == wanted.Count)
            return node.StartupCost + (run * share);
        double full = node.TotalCost + SortCost(node.Rows) + state.Settings.CostOf(PlannerMethods.Sort);
        return presorted == 0 ? full : Math.Min(full, IncrementalCost(node, wanted, presorted, share).Total);
    }

    private (double Startup, double Total) IncrementalCost(PhysicalNode node, IReadOnlyList<SortKey> wanted, int presorted, double share)
    {
        double groups = Math.Max(1, Math.Min(node.Rows, state.Selectivity.GroupsOf([.. wanted.Take(presorted).Select(static key => key.Column)])));
        double perGroup = ((node.TotalCost - node.StartupCost) / groups) + SortCost(node.Rows / groups) + (node.Rows / groups * CostModel.CpuTupleCost * 0.5);
        double startup = node.StartupCost + perGroup + state.Settings.CostOf(PlannerMethods.IncrementalSort);
        return (startup, startup + (perGroup * Math.Max(0, Math.Ceiling(groups * share) - 1)));
    }

    /// <summary>Cost of sorting rows.</summary>
    internal static double SortCost(double rows) => 2 * CostModel.CpuOperatorCost * rows * Math.Log2(Math.Max(2, rows));

    /// <summary>How many of the wanted keys rows in an order are in order of.</summary>
    internal static int SortedPrefix(IReadOnlyList<SortKey> actual, IReadOnlyList<SortKey> wanted)
    {
        int count = 0;
        while (count < wanted.Count && count < actual.Count && actual[count] == wanted[count])
            count++;
        return count;
    }

    /// <summary>True when rows in one order are also in the other.</summary>
    private static bool IsOrdered(IReadOnlyList<SortKey> actual, IReadOnlyList<SortKey> wanted) => SortedPrefix(actual, wanted) == wanted.Count;

    /// <summary>An input in an order: as it is, or sorted. <paramref name="limit"/> bounds the rows that are needed.</summary>
    public PhysicalNode Sorted(PhysicalNode input, IReadOnlyList<SortKey> wanted, LimitNode? limit = null, double? rowsWanted = null)
    {
        int presorted = SortedPrefix(input.Ordering, wanted);
        if (presorted == wanted.Count)
            return input;
        KeyColumn[] keys = wanted.Select(key => new KeyColumn(input.SlotOf(key.Column), key.Descending, key.NullsFirst)).ToArray();
        bool isBounded = limit is { Limit: not null, TieKeys: null } && IsFree(limit.Limit) && (limit.Offset is null || IsFree(limit.Offset));
        CompiledExpression? boundLimit = isBounded ? state.Expressions.Compile(limit!.Limit!, []) : null;
        CompiledExpression? boundOffset = isBounded && limit!.Offset is not null ? state.Expressions.Compile(limit.Offset, []) : null;
        double cost = input.TotalCost + SortCost(input.Rows) + state.Settings.CostOf(PlannerMethods.Sort);
        double share = rowsWanted is { } rows ? Math.Min(1, rows / Math.Max(1, input.Rows)) : 1;
        if (presorted > 0 && IncrementalCost(input, wanted, presorted, share).Total < cost)
        {
            (double startup, double total) = IncrementalCost(input, wanted, presorted, 1);
            return new IncrementalSortPlan
            {
                Columns = input.Columns,
                Input = input,
                Keys = keys,
                SortKeys = wanted,
                PresortedCount = presorted,
                BoundLimit = boundLimit,
                BoundOffset = boundOffset,
                Rows = input.Rows,
                StartupCost = startup,
                TotalCost = total,
                WidthBytes = input.WidthBytes,
                Ordering = wanted,
            };
        }

        return new SortPlan
        {
            Columns = input.Columns,
            Input = input,
            Keys = keys,
            SortKeys = wanted,
            BoundLimit = boundLimit,
            BoundOffset = boundOffset,
            Rows = input.Rows,
            StartupCost = cost,
            TotalCost = cost + (input.Rows * CostModel.CpuOperatorCost),
            WidthBytes = input.WidthBytes,
            Ordering = wanted,
        };
    }

    private PhysicalNode PlanFilter(FilterNode filter, IReadOnlyList<SortKey> wanted, double? rowsWanted)
    {
        // Subplans and volatile conditions are evaluated above the scan, one pull's rows at a time.
        if (filter.Input is ScanNode scan)
        {
            List<Expression> plain = filter.Conjuncts.Where(c => !c.IsVolatile && !c.Any(part => part is SubqueryExpression)).ToList();
            List<Expression> rest = filter.Conjuncts.Where(c => !plain.Contains(c)).ToList();
            PhysicalNode path = Choose(state.AccessPaths.Paths(scan, plain, scan.IsTarget, rest), wanted, rest.Count == 0 ? rowsWanted : null);
            return Filter(path, rest);
        }

        if (filter.Input is ProjectNode project && filter.Conjuncts.All(c => !c.IsVolatile)
            && project.Items.All(item => item.Value is ColumnExpression or ConstantExpression or ParameterExpression))
        {
            var substitution = new Rewrites.Substitution(project.Items);
            var below = new FilterNode(project.Input, filter.Conjuncts.Select(substitution.Apply).ToArray());
            return Project(Plan(Merge(below), [], null), project.Items);
        }

        return Filter(Plan(filter.Input, wanted, null), filter.Conjuncts);
    }

    private static FilterNode Merge(FilterNode filter) =>
        filter.Input is FilterNode lower ? new FilterNode(lower.Input, [.. lower.Conjuncts, .. filter.Conjuncts]) : filter;

    private PhysicalNode PlanProject(ProjectNode project, IReadOnlyList<SortKey> wanted, double? rowsWanted)
    {
        // The order wanted in terms of the input, as far as its columns are only passed on or renamed.
        var below = new List<SortKey>();
        foreach (SortKey key in wanted)
        {
            if (project.Items.FirstOrDefault(item => item.Column == key.Column).Value is not ColumnExpression column)
            {
                below.Clear();
                break;
            }

            below.Add(key with { Column = column.Column });
        }

        PhysicalNode input = Plan(project.Input, below, rowsWanted);
        PhysicalNode result = Project(input, project.Items);
        int sorted = SortedPrefix(input.Ordering, below);
        if (sorted == 0 || result is not ProjectPlan plan)
            return result;
        return new ProjectPlan
        {
            Columns = plan.Columns,
            Input = plan.Input,
            Passed = plan.Passed,
            Computed = plan.Computed,
            Rows = plan.Rows,
            StartupCost = plan.StartupCost,
            TotalCost = plan.TotalCost,
            WidthBytes = plan.WidthBytes,
            Ordering = sorted == wanted.Count ? wanted : wanted.Take(sorted).ToArray(),
        };
    }

    private PhysicalNode PlanSample(SampleNode sample)
    {
        PhysicalNode input = Plan(sample.Input);
        return new SamplePlan
        {
            Columns = input.Columns,
            Input = input,
            CtidSlot = input.SlotOf(sample.Ctid),
            IsSystem = sample.IsSystem,
            Percentage = state.Expressions.Compile(sample.Percentage, []),
            Seed = sample.Seed is null ? null : state.Expressions.Compile(sample.Seed, []),
            Rows = Math.Max(1, input.Rows / 10),
            StartupCost = input.StartupCost,
            TotalCost = input.TotalCost + (input.Rows * CostModel.CpuOperatorCost),
            WidthBytes = input.WidthBytes,
            Ordering = input.Ordering,
        };
    }

    private PhysicalNode PlanSort(SortNode sort, LimitNode? limit)
    {
        double? rowsWanted = limit is null ? null : state.LimitOf(limit) is { } known ? Math.Max(1, known) : 10;
        return Sorted(Plan(sort.Input, sort.Keys, rowsWanted), sort.Keys, limit, rowsWanted);
    }

    /// <summary>It may be evaluated more than once.</summary>
    private static bool IsFree(Expression value) => !value.IsVolatile && !value.Any(part => part is SubqueryExpression);

    private PhysicalNode PlanLimit(LimitNode limit)
    {
        PhysicalNode input = limit.Input switch
        {
            SortNode sort => PlanSort(sort, limit),
            ProjectNode { Input: SortNode sort } project => Project(PlanSort(sort, limit), project.Items),
            _ => Plan(limit.Input, [], state.LimitOf(limit)),
        };
        double rows = state.LimitOf(limit) ?? input.Rows / 10;
        rows = Math.Max(1, Math.Min(rows, input.Rows));
        return new LimitPlan
        {
            Columns = input.Columns,
            Input = input,
            Limit = limit.Limit is null ? null : state.Expressions.Compile(limit.Limit, []),
            Offset = limit.Offset is null ? null : state.Expressions.Compile(limit.Offset, []),
            Ties = limit.TieKeys?.Select(key => new KeyColumn(input.SlotOf(key.Column), key.Descending, key.NullsFirst)).ToArray(),
            Rows = rows,
            StartupCost = input.StartupCost,
            TotalCost = input.StartupCost + ((input.TotalCost - input.StartupCost) * rows / Math.Max(1, input.Rows)),
            WidthBytes = input.WidthBytes,
            Ordering = input.Ordering,
        };
    }

    private PhysicalNode PlanSetOperation(SetOperationNode set)
    {
        PhysicalNode left = Renumber(Plan(set.Left), set.Left.Columns, set.Columns);
        PhysicalNode right = Renumber(Plan(set.Right), set.Right.Columns, set.Columns);
        double cost = left.TotalCost + right.TotalCost;
        double rows = left.Rows + right.Rows;
        if (set.Kind != SetOperationKind.Union)
        {
            return new SetOperationPlan
            {
                Columns = set.Columns,
                Left = left,
                Right = right,
                IsIntersect = set.Kind == SetOperationKind.Intersect,
                IsAll = set.IsAll,
                Rows = Math.Max(1, left.Rows / 2),
                StartupCost = cost,
                TotalCost = cost + (rows * CostModel.CpuOperatorCost),
                WidthBytes = left.WidthBytes,
            };
        }

        var parts = new List<PhysicalNode>();
        AddParts(left, parts);
        AddParts(right, parts);
        PhysicalNode append = new AppendPlan { Columns = set.Columns, Parts = parts, Rows = rows, TotalCost = cost, WidthBytes = left.WidthBytes };
        if (set.IsAll)
            return append;
        return new DistinctPlan
        {
            Columns = set.Columns,
            Input = append,
            Keys = Enumerable.Range(0, set.Columns.Count).Select(slot => new KeyColumn(slot)).ToArray(),
            IsSorted = false,
            Rows = rows,
            StartupCost = cost,
            TotalCost = cost + (rows * CostModel.CpuOperatorCost * set.Columns.Count),
            WidthBytes = left.WidthBytes,
        };
    }

    private static void AddParts(PhysicalNode node, List<PhysicalNode> parts)
    {
        if (node is AppendPlan append)
            parts.AddRange(append.Parts);
        else
            parts.Add(node);
    }

    /// <summary>The same batches under the set operation's column numbers, in its order.</summary>
    private static PhysicalNode Renumber(PhysicalNode node, IReadOnlyList<int> from, IReadOnlyList<int> to)
    {
        if (node.Columns.SequenceEqual(to))
            return node;
        return new ProjectPlan
        {
            Columns = to,
            Input = node,
            Passed = from.Select(node.SlotOf).ToArray(),
            Computed = new CompiledExpression?[to.Count],
            Rows = node.Rows,
            StartupCost = node.StartupCost,
            TotalCost = node.TotalCost,
            WidthBytes = node.WidthBytes,
        };
    }

    private PhysicalNode PlanValues(ValuesNode values)
    {
        if (values.Columns.Count == 0 && values.Rows.Count == 1)
            return new OneRowPlan { Columns = [], TotalCost = CostModel.CpuTupleCost };
        return new ValuesPlan
        {
            Columns = values.Columns,
            Constants = values.IsConstant ? values.Rows : [],
            ValueRows = values.IsConstant ? [] : values.Rows.Select(row => state.Expressions.CompileEach(row, [])).ToArray(),
            Rows = values.Rows.Count,
            TotalCost = values.Rows.Count * CostModel.CpuOperatorCost,
            WidthBytes = values.Columns.Count * 8,
        };
    }

    private HeldCopyPlan PlanHeldCopy(HeldCopyNode node)
    {
        PhysicalNode input = Plan(node.Input);
        return new HeldCopyPlan
        {
            Columns = input.Columns,
            Input = input,
            Number = node.Number,
            Rows = input.Rows,
            StartupCost = input.StartupCost,
            TotalCost = input.TotalCost,
            WidthBytes = input.WidthBytes,
            Ordering = input.Ordering,
        };
    }

    private SetCallPlan PlanCall(Expression call, IReadOnlyList<int> layout, IReadOnlyList<int>? columns = null) =>
        call is FunctionExpression function && (function.ReturnsSet || (columns is not null && JsonRecordFunctions.GivesRows(function.Function)))
        ? new SetCallPlan(
            function.Function, function.Type, state.Expressions.CompileEach(function.Arguments, layout), function.IsVariadicCall,
            columns?.Select(id => state.Metadata[id].Name).ToArray())
        : new SetCallPlan(null, call.Type, [state.Expressions.Compile(call, layout)], false);

    private PhysicalNode PlanFunctionScan(FunctionScanNode node)
    {
        double rows = 1;
        foreach (TableFunction function in node.Functions)
            rows = Math.Max(rows, function.Call is FunctionExpression { ReturnsSet: true } set ? Math.Max(1, set.Function.EstimatedRows) : 1);
        return new FunctionScanPlan
        {
            Columns = node.Columns,
            Calls = node.Functions.Select(function => PlanCall(function.Call, [], function.Columns)).ToArray(),
            ColumnCounts = node.Functions.Select(function => function.Columns.Count).ToArray(),
            HasOrdinality = node.OrdinalityColumn >= 0,
            Alias = node.Alias,
            Rows = rows,
            TotalCost = rows * CostModel.CpuTupleCost,
            WidthBytes = node.Columns.Count * 8,
        };
    }

    private PhysicalNode PlanProjectSet(ProjectSetNode node)
    {
        PhysicalNode input = Plan(node.Input);
        return new ProjectSetPlan
        {
            Columns = node.Columns,
            Input = input,
            Passed = node.Passed.Select(input.SlotOf).ToArray(),
            Calls = node.Sets.Select(item => PlanCall(item.Value, input.Columns)).ToArray(),
            Rows = input.Rows * 100,
            StartupCost = input.StartupCost,
            TotalCost = input.TotalCost + (input.Rows * 100 * CostModel.CpuTupleCost),
            WidthBytes = node.Columns.Count * 8,
        };
    }

    /// <summary>The command tag tells the rows of the statement itself, not those of its WITH items.</summary>
    private static void DoNotCount(PhysicalNode? node)
    {
        for (; node is not null; node = node is WithPlan with ? with.Body : node.Inputs.FirstOrDefault())
            node.CountsRows = false;
    }

    private PhysicalNode PlanWith(WithNode with, IReadOnlyList<SortKey> wanted, double? rowsWanted)
    {
        var items = new List<(int, string, PhysicalNode)>();
        foreach (CteDefinition item in with.Items)
        {
            PhysicalNode plan = Plan(item.Query);
            state.Ctes[item.Cte] = new CtePlan(plan.Columns, plan.Rows, plan);
            items.Add((item.Cte, item.Name, plan));
            state.Plan.Subplans.Add(($"CTE {item.Name}", plan));
            if (item.IsModifying)
            {
                state.Plan.ModifyingCtes.Add(item.Cte);
                DoNotCount(plan);
            }
        }

        PhysicalNode body = Plan(with.Body, wanted, rowsWanted);
        return new WithPlan
        {
            Columns = body.Columns,
            Items = items,
            Body = body,
            Rows = body.Rows,
            StartupCost = body.StartupCost,
            TotalCost = body.TotalCost + items.Sum(item => item.Item3.TotalCost),
            WidthBytes = body.WidthBytes,
            Ordering = body.Ordering,
        };
    }

    private PhysicalNode PlanCteScan(CteScanNode node)
    {
        CtePlan cte = state.Ctes[node.Cte];
        int[] slots = node.SourceColumns.Select(column => cte.Columns.ToList().IndexOf(column)).ToArray();
        Format.Invariant.Check(Array.TrueForAll(slots, slot => slot >= 0));
        return new CteScanPlan
        {
            Columns = node.Columns,
            Cte = node.Cte,
            CteName = node.Name,
            IsWorkTable = node.IsWorkTable,
            Slots = slots,
            Rows = cte.Rows,
            TotalCost = cte.Rows * CostModel.CpuTupleCost,
            WidthBytes = node.Columns.Count * 8,
        };
    }

    private PhysicalNode PlanRecursiveUnion(RecursiveUnionNode node)
    {
        PhysicalNode start = Renumber(Plan(node.Start), node.Start.Columns, node.Columns);
        // The step reads the previous round under the item's own number, which the item as a whole uses too.
        int work = state.Metadata.NextCte();
        state.Ctes[node.Cte] = new CtePlan(node.Columns, Math.Max(1, start.Rows), null);
        PhysicalNode step = Renumber(Plan(WithWorkTable(node.Step, node.Cte, work)), node.Step.Columns, node.Columns);
        return new RecursiveUnionPlan
        {
            Columns = node.Columns,
            Cte = node.Cte,
            WorkTable = work,
            Start = start,
            Step = step,
            IsAll = node.IsAll,
            Rows = start.Rows * 10,
            StartupCost = start.StartupCost,
            TotalCost = start.TotalCost + (step.TotalCost * 10),
            WidthBytes = start.WidthBytes,
        };
    }

    private RelationalNode WithWorkTable(RelationalNode node, int cte, int work)
    {
        if (node is CteScanNode { IsWorkTable: true } scan && scan.Cte == cte)
        {
            state.Ctes[work] = state.Ctes[cte];
            return new CteScanNode(work, scan.Name, scan.Alias, scan.SourceColumns, scan.Columns, scan.Types) { IsWorkTable = true };
        }

        RelationalNode mapped = node.MapInputs(input => WithWorkTable(input, cte, work));
        bool has = mapped.Expressions.Any(expression => expression.Any(part => part is SubqueryExpression));
        return !has ? mapped : mapped.MapExpressions(expression => expression.Transform(part => part is SubqueryExpression subquery
            ? subquery.WithQuery(WithWorkTable(subquery.Query, cte, work))
            : part));
    }
}
