using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>
/// Plans joins. Inner, semi and anti joins that lie side by side are ordered together by <see cref="JoinSearch"/>; an outer join is planned by itself, its
/// inputs each as a query of their own.
/// </summary>
internal sealed class JoinPlanner(PlannerState state)
{
    /// <summary>Relations ordered together when a join has more than one search takes.</summary>
    private const int RelationsOfLargeJoin = 24;

    // Below this cost it is not worth planning a lateral join in another way too.
    private const double LateralCostMin = 100;

    private readonly JoinBuilder _builder = new(state);

    /// <summary>Plans an inner, semi or anti join with all such joins directly below it.</summary>
    public PhysicalNode PlanInner(JoinNode join)
    {
        var leaves = new List<JoinLeaf>();
        var conditions = new List<Expression>();
        Flatten(join, leaves, conditions);
        PhysicalNode plan = Search(leaves, conditions, join.Needed);
        return plan.TotalCost >= LateralCostMin && state.Settings.Allows(PlannerMethods.Unnesting) && HasLateral(join) && WithoutLateral(join, leaves, conditions) is { } other
            && other.TotalCost < plan.TotalCost
            ? other
            : plan;
    }

    private PhysicalNode Search(List<JoinLeaf> leaves, List<Expression> conditions, IReadOnlySet<int>? needed)
    {
        var all = new List<Expression>(conditions);
        AddImplied(all, leaves.Where(leaf => leaf.Type == JoinType.Inner).Select(leaf => leaf.Node).ToList());
        return new JoinSearch(state, _builder, leaves, all, needed).Plan();
    }

    private static bool HasLateral(RelationalNode node) => node is JoinNode { Type: JoinType.Inner or JoinType.Semi or JoinType.Anti } join
        && (TreeWalker.OuterColumns(join.Right).Overlaps(join.Left.Columns) || HasLateral(join.Left) || HasLateral(join.Right));

    /// <summary>
    /// The join with its lateral sides unnested: as relations among the others where that is all, else the lowest of them with what lies left of it. Null when none can be.
    /// </summary>
    private PhysicalNode? WithoutLateral(JoinNode join, List<JoinLeaf> leaves, List<Expression> conditions)
    {
        var columns = leaves.SelectMany(static leaf => leaf.Node.Columns).ToHashSet();
        var unnested = new List<JoinLeaf>(leaves);
        var all = new List<Expression>(conditions);
        bool isWhole = true;
        for (int i = 0; i < leaves.Count && isWhole; i++)
        {
            HashSet<int> outer = TreeWalker.OuterColumns(leaves[i].Node);
            outer.IntersectWith(columns);
            if (outer.Count == 0)
                continue;
            if (leaves[i].Type == JoinType.Inner && state.Laterals.AsRelation(leaves[i].Node, outer) is { } tree)
            {
                unnested[i] = leaves[i] with { Node = tree.Node };
                all.AddRange(tree.Conditions);
            }
            else
            {
                isWhole = false;
            }
        }

        if (isWhole)
            return Search(unnested, all, join.Needed);
        if (TreeWalker.OuterColumns(join.Right).Overlaps(join.Left.Columns))
            return join.Type == JoinType.Inner ? state.Laterals.Join(JoinType.Inner, state.Builder.Plan(join.Left), join.Right, join.Conjuncts) : null;
        leaves = [];
        conditions = [];
        Flatten(join, leaves, conditions, stopsAtLateral: true);
        return Search(leaves, conditions, join.Needed);
    }

    /// <summary>Plans an outer join of two inputs.</summary>
    public PhysicalNode PlanOuter(JoinNode join)
    {
        PhysicalNode left = state.Builder.Plan(join.Left);
        bool isLateral = TreeWalker.OuterColumns(join.Right).Overlaps(left.Columns);
        PhysicalNode? best = Beside(join.Type, left, join.Right, join.Conjuncts, join.Needed, isLateral, null);
        if (isLateral && best is { TotalCost: >= LateralCostMin } && state.Laterals.Join(join.Type, left, join.Right, join.Conjuncts) is { } unnested)
            best = Cheaper(best, unnested);
        return best ?? throw new SqlException(
            SqlState.FeatureNotSupported, $"{join.Type.ToString().ToUpperInvariant()} JOIN is only supported with merge-joinable or hash-joinable join conditions");
    }

    /// <summary>
    /// The cheapest join of a planned left side with a tree; null for a full join that can't be. <paramref name="needed"/> lists the columns that are read above (null: all), <paramref name="known"/> is the
    /// estimate of the result where there is a better one than the conditions'.
    /// </summary>
    public PhysicalNode? Beside(
        JoinType type, PhysicalNode left, RelationalNode rightTree, IReadOnlyList<Expression> conditions, IReadOnlySet<int>? needed, bool isLateral, double? known)
    {
        PhysicalNode? best = null;
        if (!isLateral)
        {
            PhysicalNode right = state.Builder.Plan(rightTree);
            double rows = known ?? OuterRows(type, left.Rows, right.Rows, state.Selectivity.Of(conditions));
            best = _builder.Hash(type, left, right, conditions, needed, rows);
            if (type != JoinType.Full)
            {
                best = Cheaper(best, _builder.Loop(type, left, right, conditions, rows));
                if (state.Settings.Allows(PlannerMethods.MergeJoin) && _builder.Merge(type, left, right, conditions, rows) is { } merge)
                    best = Cheaper(best, merge);
            }
            else if (best is null && conditions.All(condition => TreeWalker.ColumnsOf(condition).Count == 0))
            {
                best = _builder.HashWithoutKeys(type, left, right, conditions, rows);
            }
        }

        if (type != JoinType.Full && _builder.Parameterize(left.Columns, rightTree, conditions, isLateral) is { } side)
        {
            double rows = known ?? Math.Max(left.Rows, left.Rows * side.Plan.Rows);
            best = Cheaper(best, _builder.LoopWithParameters(type, left, side, _builder.IsWorthRemembering(type, left.Rows, side, rows), rows));
        }

        return best;
    }

    /// <summary>A node under further conditions.</summary>
    public static RelationalNode WithFilter(RelationalNode node, IReadOnlyList<Expression> conditions) => conditions.Count == 0
        ? node
        : node is FilterNode filter
            ? new FilterNode(filter.Input, [.. filter.Conjuncts, .. conditions.Where(condition => !filter.Conjuncts.Contains(condition))])
            : new FilterNode(node, conditions);

    /// <summary>The columns of a join that passes all on.</summary>
    public static IReadOnlyList<int> JoinColumns(JoinType type, PhysicalNode left, PhysicalNode right) =>
        type is JoinType.Semi or JoinType.Anti ? left.Columns : [.. left.Columns, .. right.Columns];

    private static PhysicalNode? Cheaper(PhysicalNode? a, PhysicalNode b) => a is null || b.TotalCost < a.TotalCost ? b : a;

    private static double OuterRows(JoinType type, double left, double right, double share)
    {
        double inner = Math.Max(1, left * right * share);
        return type == JoinType.Full ? Math.Max(left + right, inner) : Math.Max(left, inner);
    }

    /// <summary>
    /// Relations and conditions of the joins that lie side by side. Of more than a search takes, the lowest joins stay together as one relation that is planned by itself, as beyond PostgreSQL's
    /// join_collapse_limit.
    /// </summary>
    private static void Flatten(JoinNode root, List<JoinLeaf> leaves, List<Expression> conditions, bool stopsAtLateral = false)
    {
        int most = RelationsOf(root) <= JoinSearch.RelationsMax ? JoinSearch.RelationsMax : RelationsOfLargeJoin;
        leaves.Add(new JoinLeaf(root, JoinType.Inner, []));
        while (leaves.Count < most)
        {
            int largest = -1, relations = 1;
            for (int i = 0; i < leaves.Count; i++)
            {
                bool isWhole = leaves[i].Type != JoinType.Inner || (stopsAtLateral && leaves[i].Node is JoinNode inner && TreeWalker.OuterColumns(inner.Right).Overlaps(inner.Left.Columns));
                int count = isWhole ? 1 : RelationsOf(leaves[i].Node);
                if (count > relations)
                    (largest, relations) = (i, count);
            }

            if (largest < 0)
                return;
            var join = (JoinNode)leaves[largest].Node;
            leaves[largest] = new JoinLeaf(join.Left, JoinType.Inner, []);
            leaves.Insert(largest + 1, RightLeaf(join, conditions));
        }
    }

    /// <summary>How many relations a join consists of, by the joins that can be ordered with it; 1 for anything else.</summary>
    private static int RelationsOf(RelationalNode node)
    {
        int count = 1;
        for (; node is JoinNode { Type: JoinType.Inner or JoinType.Semi or JoinType.Anti } join; node = join.Left)
            count += join.Type == JoinType.Inner ? RelationsOf(join.Right) : 1;
        return count;
    }

    private static JoinLeaf RightLeaf(JoinNode join, List<Expression> conditions)
    {
        // When each left row has one match at most a semi join is an inner one, which may also begin with the right side.
        if (join.Type == JoinType.Inner || (join.Type == JoinType.Semi && UniqueInput.IsUnique(join.Right, join.Conjuncts)))
        {
            conditions.AddRange(join.Conjuncts);
            return new JoinLeaf(join.Right, JoinType.Inner, []);
        }

        return new JoinLeaf(join.Right, join.Type, join.Conjuncts);
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
}
