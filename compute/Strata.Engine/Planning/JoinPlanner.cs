using System.Numerics;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>
/// Plans joins. Inner joins that lie side by side are ordered together: by dynamic programming over the sets of relations up to
/// <see cref="ExhaustiveMax"/> of them, beyond that greedily by the smallest result. For each pair it considers a hash join and nested loops, with the inner side
/// read through an index by values of the outer one where there is one.
/// </summary>
internal sealed class JoinPlanner(PlannerState state)
{
    /// <summary>Most relations that are ordered exhaustively.</summary>
    public const int ExhaustiveMax = 12;

    private const int RelationsMax = 62;

    /// <summary>A relation to join: its tree, the columns it gives, and the other relations that it refers to (LATERAL).</summary>
    private sealed record Leaf(RelationalNode Node, HashSet<int> Columns, ulong Requires);

    /// <summary>A join of a set of relations so far.</summary>
    private sealed record Partial(ulong Set, PhysicalNode Plan);

    /// <summary>Plans an inner join with all inner joins directly below it.</summary>
    public PhysicalNode PlanInner(JoinNode join, Func<IReadOnlyList<SortKey>> wanted)
    {
        var nodes = new List<RelationalNode>();
        var conditions = new List<Expression>();
        Flatten(join, nodes, conditions);
        if (nodes.Count > RelationsMax)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"a join of more than {RelationsMax} relations is not supported");
        Format.Invariant.Check(wanted is not null);
        AddImplied(conditions, nodes);
        Leaf[] leaves = MakeLeaves(nodes);
        return leaves.Length <= ExhaustiveMax ? PlanExhaustively(leaves, conditions) : PlanGreedily(leaves, conditions);
    }

    /// <summary>Plans an outer, semi or anti join of two inputs.</summary>
    public PhysicalNode PlanOuter(JoinNode join)
    {
        PhysicalNode left = state.Builder.Plan(join.Left);
        return Combine(join.Type, left, join.Right, null, join.Conjuncts)
            ?? throw new SqlException(
                SqlState.FeatureNotSupported, $"{join.Type.ToString().ToUpperInvariant()} JOIN is only supported with merge-joinable or hash-joinable join conditions");
    }

    private static void Flatten(RelationalNode node, List<RelationalNode> leaves, List<Expression> conditions)
    {
        switch (node)
        {
            case JoinNode { Type: JoinType.Inner } join:
                Flatten(join.Left, leaves, conditions);
                Flatten(join.Right, leaves, conditions);
                conditions.AddRange(join.Conjuncts);
                break;
            default:
                leaves.Add(node);
                break;
        }
    }

    /// <summary>From a = b and a = constant follows b = constant, which an index may use. Conditions on one relation stand in its filter already.</summary>
    private static void AddImplied(List<Expression> conditions, List<RelationalNode> nodes)
    {
        List<FunctionExpression> constants = [.. conditions.Concat(nodes.OfType<FilterNode>().SelectMany(filter => filter.Conjuncts))
            .OfType<FunctionExpression>().Where(IsConstantEquality)];
        for (int i = 0; i < conditions.Count; i++)
        {
            if (conditions[i] is not FunctionExpression { Operator.Name: "=", Arguments: [ColumnExpression a, ColumnExpression b] }
                || a.Type.Oid != b.Type.Oid)
                continue;
            for (int k = 0; k < constants.Count; k++)
            {
                var column = (ColumnExpression)constants[k].Arguments[0];
                ColumnExpression? other = column.Column == a.Column ? b : column.Column == b.Column ? a : null;
                if (other is null)
                    continue;
                var implied = (FunctionExpression)constants[k].WithChildren([other, constants[k].Arguments[1]]);
                if (constants.Contains(implied))
                    continue;
                conditions.Add(implied);
                // What follows may imply more.
                constants.Add(implied);
                i = -1;
                break;
            }
        }
    }

    private static bool IsConstantEquality(FunctionExpression condition) =>
        condition is { Operator.Name: "=", Arguments: [ColumnExpression, var value] }
        && !value.IsVolatile && !value.Any(part => part is ColumnExpression or SubqueryExpression);

    private static Leaf[] MakeLeaves(List<RelationalNode> nodes)
    {
        var columns = nodes.Select(node => node.Columns.ToHashSet()).ToArray();
        var leaves = new Leaf[nodes.Count];
        for (int i = 0; i < leaves.Length; i++)
        {
            ulong requires = 0;
            HashSet<int> outer = TreeWalker.OuterColumns(nodes[i]);
            for (int k = 0; k < leaves.Length; k++)
            {
                if (k != i && outer.Overlaps(columns[k]))
                    requires |= 1UL << k;
            }

            leaves[i] = new Leaf(nodes[i], columns[i], requires);
        }

        return leaves;
    }

    private PhysicalNode PlanExhaustively(Leaf[] leaves, List<Expression> conditions)
    {
        var best = new Dictionary<ulong, Partial>();
        for (int i = 0; i < leaves.Length; i++)
        {
            if (leaves[i].Requires == 0)
                best[1UL << i] = new Partial(1UL << i, PlanLeaf(leaves[i], conditions));
        }

        ulong all = (1UL << leaves.Length) - 1;
        for (int size = 2; size <= leaves.Length; size++)
        {
            for (ulong set = 1; set <= all; set++)
            {
                if (BitOperations.PopCount(set) == size)
                    PlanSet(set, leaves, conditions, best, connectedOnly: true);
            }

            // Sets that no condition connects are joined as products only when nothing else reaches them.
            for (ulong set = 1; set <= all; set++)
            {
                if (BitOperations.PopCount(set) == size && !best.ContainsKey(set) && (size == leaves.Length || leaves.Length <= 4))
                    PlanSet(set, leaves, conditions, best, connectedOnly: false);
            }
        }

        return best.TryGetValue(all, out Partial? complete) ? complete.Plan : PlanGreedily(leaves, conditions);
    }

    private void PlanSet(ulong set, Leaf[] leaves, List<Expression> conditions, Dictionary<ulong, Partial> best, bool connectedOnly)
    {
        // Every split into two parts with plans; a part of one relation may also be read through an index by the other's values.
        for (ulong left = (set - 1) & set; left != 0; left = (left - 1) & set)
        {
            ulong right = set & ~left;
            if (!best.TryGetValue(left, out Partial? outer))
                continue;
            List<Expression> between = Between(conditions, leaves, left, right);
            bool single = BitOperations.PopCount(right) == 1;
            Leaf? leaf = single ? leaves[BitOperations.TrailingZeroCount(right)] : null;
            if (leaf is not null && (leaf.Requires & ~left) != 0)
                continue;
            if (connectedOnly && between.Count == 0 && (leaf is null || leaf.Requires == 0))
                continue;
            if (!single && !best.ContainsKey(right))
                continue;
            PhysicalNode? plan = leaf is not null
                ? Combine(JoinType.Inner, outer.Plan, WithFilter(leaf.Node, Own(conditions, leaves, right)), best.GetValueOrDefault(right)?.Plan, between)
                : Combine(JoinType.Inner, outer.Plan, null, best[right].Plan, between);
            if (plan is not null && (!best.TryGetValue(set, out Partial? known) || plan.TotalCost < known.Plan.TotalCost))
                best[set] = new Partial(set, plan);
        }
    }

    private PhysicalNode PlanGreedily(Leaf[] leaves, List<Expression> conditions)
    {
        var left = new List<int>(Enumerable.Range(0, leaves.Length));
        int first = left.Where(i => leaves[i].Requires == 0).OrderBy(i => PlanLeaf(leaves[i], conditions).Rows).First();
        ulong set = 1UL << first;
        PhysicalNode plan = PlanLeaf(leaves[first], conditions);
        left.Remove(first);
        while (left.Count > 0)
        {
            PhysicalNode? best = null;
            int chosen = -1;
            foreach (bool connectedOnly in (ReadOnlySpan<bool>)[true, false])
            {
                foreach (int i in left)
                {
                    if ((leaves[i].Requires & ~set) != 0)
                        continue;
                    ulong right = 1UL << i;
                    List<Expression> between = Between(conditions, leaves, set, right);
                    if (connectedOnly && between.Count == 0 && leaves[i].Requires == 0)
                        continue;
                    PhysicalNode? separate = leaves[i].Requires == 0 ? PlanLeaf(leaves[i], conditions) : null;
                    PhysicalNode? candidate = Combine(
                        JoinType.Inner, plan, WithFilter(leaves[i].Node, Own(conditions, leaves, right)), separate, between);
                    if (candidate is not null && (best is null || candidate.Rows < best.Rows || (candidate.Rows == best.Rows && candidate.TotalCost < best.TotalCost)))
                    {
                        best = candidate;
                        chosen = i;
                    }
                }

                if (best is not null)
                    break;
            }

            plan = best ?? throw new Format.InvariantViolationException("a lateral reference has no relation to refer to");
            set |= 1UL << chosen;
            left.Remove(chosen);
        }

        // Conditions without columns of any relation are left.
        List<Expression> rest = conditions.Where(condition => !leaves.Any(leaf => TreeWalker.ColumnsOf(condition).Overlaps(leaf.Columns))).ToList();
        return rest.Count == 0 ? plan : state.Builder.Filter(plan, rest);
    }

    private PhysicalNode PlanLeaf(Leaf leaf, List<Expression> conditions) => state.Builder.Plan(WithFilter(leaf.Node, Own(conditions, [leaf], 1)));

    private static RelationalNode WithFilter(RelationalNode node, List<Expression> conditions) => conditions.Count == 0
        ? node
        : node is FilterNode filter
            ? new FilterNode(filter.Input, [.. filter.Conjuncts, .. conditions.Where(condition => !filter.Conjuncts.Contains(condition))])
            : new FilterNode(node, conditions);

    /// <summary>Conditions over columns of one relation only.</summary>
    private static List<Expression> Own(List<Expression> conditions, Leaf[] leaves, ulong right)
    {
        Leaf leaf = leaves[BitOperations.TrailingZeroCount(right)];
        return conditions.Where(condition =>
        {
            HashSet<int> used = TreeWalker.ColumnsOf(condition);
            return used.Overlaps(leaf.Columns) && !condition.IsVolatile && leaves.All(other => ReferenceEquals(other, leaf) || !used.Overlaps(other.Columns))
                && used.IsSubsetOf(leaf.Columns);
        }).ToList();
    }

    /// <summary>Conditions that a join of two sets decides first: they need columns of both.</summary>
    private static List<Expression> Between(List<Expression> conditions, Leaf[] leaves, ulong left, ulong right)
    {
        HashSet<int> leftColumns = ColumnsOf(leaves, left);
        HashSet<int> rightColumns = ColumnsOf(leaves, right);
        HashSet<int> others = ColumnsOf(leaves, ((1UL << leaves.Length) - 1) & ~(left | right));
        bool isLast = (left | right) == (1UL << leaves.Length) - 1;
        return conditions.Where(condition =>
        {
            HashSet<int> used = TreeWalker.ColumnsOf(condition);
            if (used.Overlaps(others))
                return false;
            bool usesLeft = used.Overlaps(leftColumns);
            bool usesRight = used.Overlaps(rightColumns);
            // Conditions without columns wait for the last join; volatile ones of one relation too.
            return (usesLeft && usesRight) || (isLast && ((!usesLeft && !usesRight) || condition.IsVolatile));
        }).ToList();
    }

    private static HashSet<int> ColumnsOf(Leaf[] leaves, ulong set)
    {
        var columns = new HashSet<int>();
        for (int i = 0; i < leaves.Length; i++)
        {
            if ((set & (1UL << i)) != 0)
                columns.UnionWith(leaves[i].Columns);
        }

        return columns;
    }

    /// <summary>
    /// The cheapest join of a planned left side with a right side, given as a tree (which may be planned with parameters) and, unless it refers to the left,
    /// as a plan. Null when there is no way.
    /// </summary>
    private PhysicalNode? Combine(JoinType type, PhysicalNode left, RelationalNode? rightTree, PhysicalNode? rightPlan, IReadOnlyList<Expression> conditions)
    {
        bool isLateral = rightTree is not null && TreeWalker.OuterColumns(rightTree).Overlaps(left.Columns);
        if (!isLateral)
            rightPlan ??= state.Builder.Plan(rightTree!);
        PhysicalNode? best = null;
        if (!isLateral)
        {
            best = Hash(type, left, rightPlan!, conditions);
            if (type is not (JoinType.Full or JoinType.Right))
                best = Cheaper(best, Loop(type, left, rightPlan!, conditions));
            else if (best is null && conditions.All(condition => TreeWalker.ColumnsOf(condition).Count == 0))
                best = HashWithoutKeys(type, left, rightPlan!, conditions);
        }

        if (rightTree is not null && type is not (JoinType.Full or JoinType.Right))
            best = Cheaper(best, LoopWithParameters(type, left, rightTree, conditions, isLateral));
        return best;
    }

    private static PhysicalNode? Cheaper(PhysicalNode? a, PhysicalNode? b) => a is null ? b : b is null || a.TotalCost <= b.TotalCost ? a : b;

    private double JoinRows(JoinType type, PhysicalNode left, double rightRows, IReadOnlyList<Expression> conditions)
    {
        double share = state.Selectivity.Of(conditions);
        double inner = Math.Max(1, left.Rows * rightRows * share);
        return type switch
        {
            JoinType.Left => Math.Max(left.Rows, inner),
            JoinType.Full => Math.Max(left.Rows + rightRows, inner),
            JoinType.Semi => Math.Max(1, Math.Min(left.Rows, inner)),
            JoinType.Anti => Math.Max(1, left.Rows - Math.Min(left.Rows, inner)),
            _ => inner,
        };
    }

    private static IReadOnlyList<int> JoinColumns(JoinType type, PhysicalNode left, PhysicalNode right) =>
        type is JoinType.Semi or JoinType.Anti ? left.Columns : [.. left.Columns, .. right.Columns];

    private PhysicalNode? Hash(JoinType type, PhysicalNode left, PhysicalNode right, IReadOnlyList<Expression> conditions)
    {
        var leftKeys = new List<Expression>();
        var rightKeys = new List<Expression>();
        var keyConditions = new List<Expression>();
        var residual = new List<Expression>();
        var leftColumns = left.Columns.ToHashSet();
        var rightColumns = right.Columns.ToHashSet();
        foreach (Expression condition in conditions)
        {
            if (condition is FunctionExpression { Operator: { Name: "=", CanHash: true } } call && !condition.IsVolatile
                && TrySplit(call, leftColumns, rightColumns, out Expression? leftKey, out Expression? rightKey))
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

        if (leftKeys.Count == 0)
            return null;
        (PhysicalNode leftInput, KeyColumn[] leftSlots) = WithKeys(left, leftKeys);
        (PhysicalNode rightInput, KeyColumn[] rightSlots) = WithKeys(right, rightKeys);
        IReadOnlyList<int> columns = JoinColumns(type, leftInput, rightInput);
        int[] layout = [.. leftInput.Columns, .. rightInput.Columns];
        double rows = JoinRows(type, left, right.Rows, conditions);
        double cost = left.TotalCost + right.TotalCost + (right.Rows * (CostModel.CpuOperatorCost + CostModel.CpuTupleCost))
            + (left.Rows * CostModel.CpuOperatorCost * leftKeys.Count) + (rows * CostModel.CpuTupleCost);
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
            ResidualConditions = residual,
            Rows = rows,
            StartupCost = right.TotalCost,
            TotalCost = cost,
            WidthBytes = left.WidthBytes + right.WidthBytes,
        };
    }

    /// <summary>A full join whose condition reads no columns: every pair matches or none does.</summary>
    private PhysicalNode HashWithoutKeys(JoinType type, PhysicalNode left, PhysicalNode right, IReadOnlyList<Expression> conditions) => new HashJoinPlan
    {
        Columns = JoinColumns(type, left, right),
        Type = type,
        Left = left,
        Right = right,
        LeftKeys = [],
        RightKeys = [],
        KeyConditions = [],
        Residual = state.Expressions.CompileAll(conditions, []),
        ResidualConditions = conditions,
        Rows = JoinRows(type, left, right.Rows, []),
        TotalCost = left.TotalCost + right.TotalCost + (left.Rows * right.Rows * CostModel.CpuTupleCost),
        WidthBytes = left.WidthBytes + right.WidthBytes,
    };

    private static bool TrySplit(
        FunctionExpression call, HashSet<int> left, HashSet<int> right, out Expression? leftKey, out Expression? rightKey)
    {
        (leftKey, rightKey) = (null, null);
        (Expression a, Expression b) = (call.Arguments[0], call.Arguments[1]);
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

    private PhysicalNode Loop(JoinType type, PhysicalNode left, PhysicalNode right, IReadOnlyList<Expression> conditions)
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
        double rows = JoinRows(type, left, right.Rows, conditions);
        int[] layout = [.. left.Columns, .. right.Columns];
        return new NestedLoopPlan
        {
            Columns = JoinColumns(type, left, right),
            Type = type,
            Left = left,
            Right = inner,
            Parameters = [],
            Condition = state.Expressions.CompileAll(conditions, layout),
            Conditions = conditions,
            Rows = rows,
            StartupCost = left.StartupCost,
            TotalCost = left.TotalCost + inner.TotalCost
                + (left.Rows * right.Rows * (CostModel.CpuOperatorCost + (CostModel.CpuOperatorCost * conditions.Count))) + (rows * CostModel.CpuTupleCost),
            WidthBytes = left.WidthBytes + right.WidthBytes,
            Ordering = left.Ordering,
        };
    }

    /// <summary>The right side planned anew with the left's columns as parameters: conditions become index conditions.</summary>
    private PhysicalNode? LoopWithParameters(
        JoinType type, PhysicalNode left, RelationalNode rightTree, IReadOnlyList<Expression> conditions, bool isLateral)
    {
        if (!isLateral && (conditions.Count == 0 || conditions.Any(condition => condition.IsVolatile) || !CanUseIndex(rightTree)))
            return null;
        RelationalNode filtered = WithFilter(rightTree, [.. conditions]);
        HashSet<int> outer = TreeWalker.OuterColumns(filtered);
        outer.IntersectWith(left.Columns);
        var map = new Dictionary<int, int>();
        var parameters = new List<(int, int)>();
        foreach (int column in outer.Order())
        {
            int parameter = state.AddParameter(state.Metadata[column].Type);
            map.Add(column, parameter);
            parameters.Add((left.SlotOf(column), parameter));
        }

        PhysicalNode right = state.Builder.Plan(ExpressionPlanner.Parameterize(filtered, map));
        if (!isLateral && !UsesIndex(right))
            return null;
        double rows = JoinRows(type, left, Math.Max(1, right.Rows), []);
        if (type == JoinType.Inner)
            rows = Math.Max(1, left.Rows * right.Rows);
        return new NestedLoopPlan
        {
            Columns = JoinColumns(type, left, right),
            Type = type,
            Left = left,
            Right = right,
            Parameters = parameters,
            Rows = rows,
            StartupCost = left.StartupCost,
            TotalCost = left.TotalCost + (left.Rows * right.TotalCost) + (rows * CostModel.CpuTupleCost),
            WidthBytes = left.WidthBytes + right.WidthBytes,
            Ordering = left.Ordering,
        };
    }

    private static bool CanUseIndex(RelationalNode node) => node switch
    {
        ScanNode scan => scan.Members?.Any(static member => member.Indexes.Length > 0) ?? scan.Relation.Indexes.Length > 0,
        FilterNode filter => CanUseIndex(filter.Input),
        ProjectNode project => CanUseIndex(project.Input),
        _ => false,
    };

    private static bool UsesIndex(PhysicalNode node) => node is IndexScanPlan { IndexConditions.Count: > 0 } || (node is TreeScanPlan tree && tree.Parts.All(UsesIndex)) || (node.Inputs.Count == 1 && UsesIndex(node.Inputs[0]));
}
