using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>Makes the physical nodes of joins: hash joins, and nested loops over a materialized or a parameterized inner side.</summary>
internal sealed class JoinBuilder(PlannerState state)
{
    /// <summary>
    /// A hash join, or null when no condition is an equality of both sides. <paramref name="needed"/> lists the columns that are read above (null: all);
    /// <paramref name="rows"/> is the estimate of the result.
    /// </summary>
    public PhysicalNode? Hash(
        JoinType type, PhysicalNode left, PhysicalNode right, IReadOnlyList<Expression> conditions, IReadOnlySet<int>? needed, double rows)
    {
        (List<Expression> leftKeys, List<Expression> rightKeys, List<Expression> keyConditions, List<Expression> residual) = SplitKeys(left, right, conditions, mayMerge: type == JoinType.Full, mayMatchNulls: true);
        if (leftKeys.Count == 0)
            return null;
        // A table finds nulls of all keys or of none: then the others' equalities are looked at again.
        bool matchesNulls = keyConditions.Exists(static condition => condition is DistinctFromExpression);
        if (matchesNulls)
            residual.AddRange(keyConditions.Where(static condition => condition is not DistinctFromExpression));
        (PhysicalNode leftInput, KeyColumn[] leftSlots) = WithKeys(left, leftKeys);
        (PhysicalNode rightInput, KeyColumn[] rightSlots) = WithKeys(right, rightKeys);
        bool single = type is JoinType.Semi or JoinType.Anti;
        HashSet<int> read = residual.SelectMany(TreeWalker.ColumnsOf).ToHashSet();
        int[] leftOutput = leftInput.Columns.Where(column => IsNeeded(column) || (!single && read.Contains(column))).ToArray();
        int[] leftResidual = single ? leftInput.Columns.Where(column => read.Contains(column) && !leftOutput.Contains(column)).ToArray() : [];
        int[] rightOutput = rightInput.Columns.Where(column => read.Contains(column) || (!single && IsNeeded(column))).ToArray();
        int[] layout = [.. leftOutput, .. leftResidual, .. rightOutput];
        IReadOnlyList<int> columns = single ? leftOutput : [.. leftOutput, .. rightOutput];
        double cost = left.TotalCost + right.TotalCost + CostModel.HashJoin(left.Rows, right.Rows, leftKeys.Count, rows) + state.Settings.CostOf(PlannerMethods.HashJoin);
        return new HashJoinPlan
        {
            Columns = columns,
            Type = type,
            Left = leftInput,
            Right = rightInput,
            LeftKeys = leftSlots,
            RightKeys = rightSlots,
            Residual = state.Expressions.CompileAll(residual, layout),
            KeyConditions = keyConditions,
            MatchesNulls = matchesNulls,
            ResidualConditions = residual,
            LeftOutput = leftOutput,
            RightOutput = rightOutput,
            LeftResidual = leftResidual,
            Rows = rows,
            StartupCost = right.TotalCost,
            TotalCost = cost,
            WidthBytes = left.WidthBytes + right.WidthBytes,
        };

        bool IsNeeded(int column) => needed is null || needed.Contains(column);
    }

    /// <summary>
    /// Equalities of both sides as keys; the other conditions are left. With <paramref name="mayMerge"/> operators that only sort are keys too, since keys are bytes in sort order; with
    /// <paramref name="mayMatchNulls"/> also IS NOT DISTINCT FROM.
    /// </summary>
    private static (List<Expression> Left, List<Expression> Right, List<Expression> Conditions, List<Expression> Residual) SplitKeys(
        PhysicalNode left, PhysicalNode right, IReadOnlyList<Expression> conditions, bool mayMerge = false, bool mayMatchNulls = false)
    {
        var leftKeys = new List<Expression>();
        var rightKeys = new List<Expression>();
        var keyConditions = new List<Expression>();
        var residual = new List<Expression>();
        var leftColumns = left.Columns.ToHashSet();
        var rightColumns = right.Columns.ToHashSet();
        foreach (Expression condition in conditions)
        {
            (Expression? a, Expression? b) = condition switch
            {
                FunctionExpression { Operator: { Name: "=" } op, Arguments: [var x, var y] } when op.CanHash || (mayMerge && op.CanMerge) => (x, y),
                DistinctFromExpression { IsNot: true, Equality.CanHash: true } same when mayMatchNulls => (same.Left, same.Right),
                _ => (null, null),
            };
            if (a is not null && b is not null && !condition.IsVolatile && TrySplit(a, b, leftColumns, rightColumns, out Expression? leftKey, out Expression? rightKey))
            {
                leftKeys.Add(leftKey!);
                rightKeys.Add(rightKey!);
                keyConditions.Add(condition);
            }
            else
            {
                residual.Add(condition);
            }
        }

        return (leftKeys, rightKeys, keyConditions, residual);
    }

    /// <summary>
    /// A merge join, its inputs sorted where they do not come in order; null when no condition is an equality of both sides, or when conditions are left that the join itself would have to look at.
    /// </summary>
    public PhysicalNode? Merge(JoinType type, PhysicalNode left, PhysicalNode right, IReadOnlyList<Expression> conditions, double rows)
    {
        (List<Expression> leftKeys, List<Expression> rightKeys, List<Expression> keyConditions, List<Expression> residual) = SplitKeys(left, right, conditions);
        if (leftKeys.Count == 0 || (residual.Count > 0 && type != JoinType.Inner) || type is JoinType.Right or JoinType.Full)
            return null;
        (PhysicalNode leftInput, KeyColumn[] leftSlots) = WithKeys(left, leftKeys);
        (PhysicalNode rightInput, KeyColumn[] rightSlots) = WithKeys(right, rightKeys);
        SortKey[] leftOrder = [.. leftSlots.Select(key => new SortKey(leftInput.Columns[key.Slot], false, false))];
        SortKey[] rightOrder = [.. rightSlots.Select(key => new SortKey(rightInput.Columns[key.Slot], false, false))];
        PhysicalNode leftSorted = state.Builder.Sorted(leftInput, leftOrder);
        PhysicalNode rightSorted = state.Builder.Sorted(rightInput, rightOrder);
        var join = new MergeJoinPlan
        {
            Columns = JoinPlanner.JoinColumns(type, leftSorted, rightSorted),
            Type = type,
            Left = leftSorted,
            Right = rightSorted,
            LeftKeys = leftSlots,
            RightKeys = rightSlots,
            KeyConditions = keyConditions,
            Rows = rows,
            StartupCost = leftSorted.StartupCost + rightSorted.StartupCost,
            TotalCost = leftSorted.TotalCost + rightSorted.TotalCost + CostModel.MergeJoin(leftSorted.Rows, rightSorted.Rows, rows) + state.Settings.CostOf(PlannerMethods.MergeJoin),
            WidthBytes = left.WidthBytes + right.WidthBytes,
            Ordering = leftOrder,
        };
        return state.Builder.Filter(join, residual);
    }

    /// <summary>The orders of both sides that a merge join on the conditions wants; empty when their keys are not plain columns.</summary>
    public static (IReadOnlyList<SortKey> Left, IReadOnlyList<SortKey> Right) MergeOrders(PhysicalNode left, PhysicalNode right, IReadOnlyList<Expression> conditions)
    {
        (List<Expression> leftKeys, List<Expression> rightKeys, _, _) = SplitKeys(left, right, conditions);
        if (leftKeys.Count == 0 || !leftKeys.TrueForAll(static key => key is ColumnExpression) || !rightKeys.TrueForAll(static key => key is ColumnExpression))
            return ([], []);
        return ([.. leftKeys.Select(OrderOf)], [.. rightKeys.Select(OrderOf)]);

        static SortKey OrderOf(Expression key) => new(((ColumnExpression)key).Column, false, false);
    }

    /// <summary>A full join whose condition reads no columns: every pair matches or none does.</summary>
    public PhysicalNode HashWithoutKeys(JoinType type, PhysicalNode left, PhysicalNode right, IReadOnlyList<Expression> conditions, double rows) => new HashJoinPlan
    {
        Columns = JoinPlanner.JoinColumns(type, left, right),
        Type = type,
        Left = left,
        Right = right,
        LeftKeys = [],
        RightKeys = [],
        KeyConditions = [],
        Residual = state.Expressions.CompileAll(conditions, []),
        ResidualConditions = conditions,
        LeftOutput = left.Columns,
        RightOutput = right.Columns,
        Rows = rows,
        TotalCost = left.TotalCost + right.TotalCost + (left.Rows * right.Rows * CostModel.CpuTupleCost),
        WidthBytes = left.WidthBytes + right.WidthBytes,
    };

    private static bool TrySplit(
        Expression a, Expression b, HashSet<int> left, HashSet<int> right, out Expression? leftKey, out Expression? rightKey)
    {
        (leftKey, rightKey) = (null, null);
        HashSet<int> aColumns = TreeWalker.ColumnsOf(a);
        HashSet<int> bColumns = TreeWalker.ColumnsOf(b);
        if (aColumns.Count == 0 || bColumns.Count == 0)
            return false;
        if (aColumns.IsSubsetOf(left) && bColumns.IsSubsetOf(right))
            (leftKey, rightKey) = (a, b);
        else if (aColumns.IsSubsetOf(right) && bColumns.IsSubsetOf(left))
            (leftKey, rightKey) = (b, a);
        else
            return false;
        return TryUnify(ref leftKey!, ref rightKey!);
    }

    /// <summary>Brings both keys to one type, so that equal values have equal bytes; false when there is no way.</summary>
    private static bool TryUnify(ref Expression left, ref Expression right)
    {
        uint a = left.Type.Oid;
        uint b = right.Type.Oid;
        if (a == b || (IsText(a) && IsText(b)))
            return true;
        SqlType? common = (Rank(a), Rank(b)) is ( > 0, > 0) ranks ? ranks.Item1 > ranks.Item2 ? left.Type : right.Type : null;
        if (common is null)
            return false;
        Expression? castLeft = Cast(left, common);
        Expression? castRight = Cast(right, common);
        if (castLeft is null || castRight is null)
            return false;
        (left, right) = (castLeft, castRight);
        return true;
    }

    private static int Rank(uint oid) => oid switch { TypeOid.Int2 => 1, TypeOid.Int4 => 2, TypeOid.Int8 => 3, _ => 0 };

    private static bool IsText(uint oid) => oid is TypeOid.Text or TypeOid.VarChar or TypeOid.Name;

    private static Expression? Cast(Expression value, SqlType type)
    {
        if (value.Type.Oid == type.Oid)
            return value;
        return BuiltinRegistry.Cast(value.Type.Oid, type.Oid) is { } cast && BuiltinRegistry.Function(cast.FunctionOid) is { } function
            ? new FunctionExpression(function, type, [value]) { Form = CallForm.ImplicitCast }
            : null;
    }

    /// <summary>The input with computed keys added as columns.</summary>
    private (PhysicalNode Input, KeyColumn[] Keys) WithKeys(PhysicalNode input, List<Expression> keys)
    {
        var computed = new List<ProjectedColumn>();
        var columns = new int[keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            if (keys[i] is ColumnExpression column)
            {
                columns[i] = column.Column;
                continue;
            }

            columns[i] = state.Metadata.AddColumn("?column?", keys[i].Type);
            computed.Add(new ProjectedColumn(columns[i], keys[i]));
        }

        if (computed.Count > 0)
        {
            var items = input.Columns.Select(column => new ProjectedColumn(column, new ColumnExpression(column, state.Metadata[column].Type))).ToList();
            items.AddRange(computed);
            input = state.Builder.Project(input, items);
        }

        return (input, columns.Select(column => new KeyColumn(input.SlotOf(column))).ToArray());
    }

    /// <summary>A nested loop over the materialized right side.</summary>
    public PhysicalNode Loop(JoinType type, PhysicalNode left, PhysicalNode right, IReadOnlyList<Expression> conditions, double rows)
    {
        PhysicalNode inner = right is MaterializePlan or OneRowPlan ? right : new MaterializePlan
        {
            Columns = right.Columns,
            Input = right,
            Rows = right.Rows,
            StartupCost = right.StartupCost,
            TotalCost = right.TotalCost + (right.Rows * CostModel.CpuOperatorCost),
            WidthBytes = right.WidthBytes,
        };
        int[] layout = [.. left.Columns, .. right.Columns];
        return new NestedLoopPlan
        {
            Columns = JoinPlanner.JoinColumns(type, left, right),
            Type = type,
            Left = left,
            Right = inner,
            Parameters = [],
            Condition = state.Expressions.CompileAll(conditions, layout),
            Conditions = conditions,
            Rows = rows,
            StartupCost = left.StartupCost,
            TotalCost = left.TotalCost + inner.TotalCost + CostModel.Loop(left.Rows, right.Rows, conditions.Count, rows)
                + state.Settings.CostOf(PlannerMethods.NestedLoop),
            WidthBytes = left.WidthBytes + right.WidthBytes,
            Ordering = left.Ordering,
        };
    }

    /// <summary>
    /// The right side planned anew with the columns of <paramref name="leftColumns"/> as parameters, so that conditions become index conditions; null when
    /// no index would be used and nothing forces it.
    /// </summary>
    public ParameterizedSide? Parameterize(
        IReadOnlyCollection<int> leftColumns, RelationalNode rightTree, IReadOnlyList<Expression> conditions, bool isLateral)
    {
        if (!isLateral && (conditions.Count == 0 || conditions.Any(condition => condition.IsVolatile) || !CanUseIndex(rightTree)))
            return null;
        RelationalNode filtered = JoinPlanner.WithFilter(rightTree, conditions);
        if (rightTree is not (ScanNode or FilterNode { Input: ScanNode }))
            filtered = Rewrites.PredicatePushdown.PushDown(filtered, new Rewrites.RewriteContext(state.Metadata, state.Context.Functions));
        HashSet<int> outer = TreeWalker.OuterColumns(filtered);
        bool isOwn = outer.IsSubsetOf(leftColumns);
        outer.IntersectWith(leftColumns);
        var map = new Dictionary<int, int>();
        foreach (int column in outer.Order())
            map.Add(column, state.AddParameter(state.Metadata[column].Type));
        PhysicalNode right = state.Builder.Plan(ExpressionPlanner.Parameterize(filtered, map));
        return !isLateral && !UsesIndex(right)
            ? null
            : new ParameterizedSide(right, map) { IsRepeatable = isOwn && map.Count > 0 && TreeWalker.Volatility(filtered) != Volatility.Volatile && !ReadsOtherParameters(filtered) };
    }

    /// <summary>A nested loop whose right side runs with values of each left row, or once for each different ones when it is remembered.</summary>
    public NestedLoopPlan LoopWithParameters(JoinType type, PhysicalNode left, ParameterizedSide right, bool remember, double rows)
    {
        PhysicalNode inner = right.Plan;
        double cost = left.TotalCost + LoopCost(type, left.Rows, right, remember, rows);
        if (remember)
        {
            inner = new MemoizePlan
            {
                Columns = inner.Columns,
                Input = inner,
                Parameters = [.. right.Parameters.Select(static parameter => (parameter.Value, parameter.Key))],
                IsSingleRow = type is JoinType.Semi or JoinType.Anti,
                Rows = inner.Rows,
                StartupCost = inner.StartupCost,
                TotalCost = inner.TotalCost + CostModel.CpuTupleCost,
                WidthBytes = inner.WidthBytes,
            };
        }

        return new NestedLoopPlan
        {
            Columns = JoinPlanner.JoinColumns(type, left, inner),
            Type = type,
            Left = left,
            Right = inner,
            Parameters = right.Parameters.Select(parameter => (left.SlotOf(parameter.Key), parameter.Value)).ToArray(),
            Rows = rows,
            StartupCost = left.StartupCost,
            TotalCost = cost,
            WidthBytes = left.WidthBytes + inner.WidthBytes,
            Ordering = left.Ordering,
        };
    }

    /// <summary>Cost of a nested loop without its left input.</summary>
    public double LoopCost(JoinType type, double left, ParameterizedSide right, bool remember, double rows)
    {
        double disabled = state.Settings.CostOf(PlannerMethods.NestedLoop);
        double again = right.AgainCost(CostModel.ScannedShare(type, right.Plan.Rows));
        return disabled + (remember
            ? CostModel.LoopWithMemory(left, Math.Min(left, right.DistinctValues(state.Selectivity)), right.Plan, again, rows)
            : CostModel.LoopWithParameters(left, right.Plan, again, rows));
    }

    /// <summary>Whether a side's rows may be remembered by its parameters.</summary>
    public bool MayRemember(ParameterizedSide right) => right is { IsRepeatable: true, Parameters.Count: > 0 } && state.Settings.Allows(PlannerMethods.Memoize);

    /// <summary>Whether remembering a side's rows makes a loop over it cheaper.</summary>
    public bool IsWorthRemembering(JoinType type, double left, ParameterizedSide right, double rows) =>
        MayRemember(right) && LoopCost(type, left, right, remember: true, rows) < LoopCost(type, left, right, remember: false, rows);

    /// <summary>It reads parameters of loops further out, which may change between two runs.</summary>
    private bool ReadsOtherParameters(RelationalNode node)
    {
        bool reads = false;
        int statementParameters = state.Plan.ParameterTypes.Count;
        TreeWalker.Visit(node, part => reads |= part is ParameterExpression parameter && parameter.Index >= statementParameters);
        return reads;
    }

    private static bool CanUseIndex(RelationalNode node) => node switch
    {
        ScanNode scan => scan.Members?.Any(static member => member.Indexes.Length > 0) ?? scan.Relation.Indexes.Length > 0,
        FilterNode filter => CanUseIndex(filter.Input),
        ProjectNode project => CanUseIndex(project.Input),
        AggregateNode { GroupColumns.Count: > 0 } aggregate => CanUseIndex(aggregate.Input),
        JoinNode { Type: JoinType.Inner } join => CanUseIndex(join.Left) || CanUseIndex(join.Right),
        _ => false,
    };

    private static bool UsesIndex(PhysicalNode node) => node is IndexScanPlan { IndexConditions.Count: > 0 } or BitmapHeapScanPlan || node.Inputs.Any(UsesIndex);
}
