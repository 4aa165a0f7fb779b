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

    private readonly JoinBuilder _builder = new(state);

    /// <summary>Plans an inner, semi or anti join with all such joins directly below it.</summary>
    public PhysicalNode PlanInner(JoinNode join)
    {
        var leaves = new List<JoinLeaf>();
        var conditions = new List<Expression>();
        Flatten(join, leaves, conditions);
        AddImplied(conditions, leaves.Where(leaf => leaf.Type == JoinType.Inner).Select(leaf => leaf.Node).ToList());
        return new JoinSearch(state, _builder, leaves, conditions, join.Needed).Plan();
    }

    /// <summary>Plans an outer join of two inputs.</summary>
    public PhysicalNode PlanOuter(JoinNode join)
    {
        PhysicalNode left = state.Builder.Plan(join.Left);
        bool isLateral = TreeWalker.OuterColumns(join.Right).Overlaps(left.Columns);
        PhysicalNode? best = null;
        if (!isLateral)
        {
            PhysicalNode right = state.Builder.Plan(join.Right);
            double rows = OuterRows(join.Type, left.Rows, right.Rows, state.Selectivity.Of(join.Conjuncts));
            best = _builder.Hash(join.Type, left, right, join.Conjuncts, join.Needed, rows);
            if (join.Type == JoinType.Left)
            {
                best = Cheaper(best, _builder.Loop(join.Type, left, right, join.Conjuncts, rows));
                if (state.Settings.Allows(PlannerMethods.MergeJoin) && _builder.Merge(join.Type, left, right, join.Conjuncts, rows) is { } merge)
                    best = Cheaper(best, merge);
            }
            else if (best is null && join.Conjuncts.All(condition => TreeWalker.ColumnsOf(condition).Count == 0))
                best = _builder.HashWithoutKeys(join.Type, left, right, join.Conjuncts, rows);
        }

        if (join.Type == JoinType.Left && _builder.Parameterize(left.Columns, join.Right, join.Conjuncts, isLateral) is { } side)
        {
            double rows = Math.Max(left.Rows, left.Rows * side.Plan.Rows);
            best = Cheaper(best, _builder.LoopWithParameters(join.Type, left, side, _builder.IsWorthRemembering(join.Type, left.Rows, side, rows), rows));
        }

        return best ?? throw new SqlException(
            SqlState.FeatureNotSupported, $"{join.Type.ToString().ToUpperInvariant()} JOIN is only supported with merge-joinable or hash-joinable join conditions");
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
    private static void Flatten(JoinNode root, List<JoinLeaf> leaves, List<Expression> conditions)
    {
        int most = RelationsOf(root) <= JoinSearch.RelationsMax ? JoinSearch.RelationsMax : RelationsOfLargeJoin;
        leaves.Add(new JoinLeaf(root, JoinType.Inner, []));
        while (leaves.Count < most)
        {
            int largest = -1, relations = 1;
            for (int i = 0; i < leaves.Count; i++)
            {
                int count = leaves[i].Type == JoinType.Inner ? RelationsOf(leaves[i].Node) : 1;
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
