using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Planning.Rewrites;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>
/// LATERAL: a join whose right side reads the left one becomes a join with the right side unnested by <see cref="DependentJoin"/>. Whether that is cheaper than running it for each left row is the
/// caller's to compare. For one planning; not thread-safe.
/// </summary>
internal sealed class LateralUnnesting(PlannerState state)
{
    private const int DepthMax = 3;

    private int _depth;

    /// <summary>The unnested right side as a relation among others, with its conditions; null when it needs more than a join: then see <see cref="Join"/>.</summary>
    public UnnestedTree? AsRelation(RelationalNode right, HashSet<int> outer)
    {
        if (!IsCandidate(right) || !SafeTree.HardlyFails(right))
            return null;
        return new DependentJoin(state.Metadata, state.Context.Functions, outer, null).Push(right) is { Links.Count: > 0, EmptyRow: null } tree
            ? tree with { Node = Rooted(tree, right.Columns) }
            : null;
    }

    /// <summary>An inner or left join of a planned left side with the right side unnested; null when it can't be.</summary>
    public PhysicalNode? Join(JoinType type, PhysicalNode left, RelationalNode right, IReadOnlyList<Expression> conjuncts)
    {
        HashSet<int> outer = TreeWalker.OuterColumns(right);
        // What runs for each of the domain's values was left as it is when the domain was made: it would be found again and again.
        if (!outer.IsSubsetOf(left.Columns) || !IsCandidate(right) || type is not (JoinType.Inner or JoinType.Left) || CorrelationDomain.IsScan(left) || _depth >= DepthMax)
            return null;
        _depth++;
        try
        {
            return Unnested(type, left, right, conjuncts, outer);
        }
        finally
        {
            _depth--;
        }
    }

    private PhysicalNode? Unnested(JoinType type, PhysicalNode left, RelationalNode right, IReadOnlyList<Expression> conjuncts, HashSet<int> outer)
    {
        if (SafeTree.HardlyFails(right) && Unnested(type, left, right, conjuncts, outer, null) is { } linked)
            return linked;
        return state.Unnesting.MayKeepRows() && CorrelationDomain.Of(state, left, outer) is { } domain && Unnested(type, domain.Rows(), right, conjuncts, outer, domain) is { } joined
            ? domain.Wrap(joined)
            : null;
    }

    private PhysicalNode? Unnested(JoinType type, PhysicalNode left, RelationalNode right, IReadOnlyList<Expression> conjuncts, HashSet<int> outer, CorrelationDomain? domain)
    {
        var push = new DependentJoin(state.Metadata, state.Context.Functions, outer, domain);
        if (push.Push(right) is not { Links.Count: > 0 } tree || IsOnlyApplied(tree.Node))
            return null;
        Format.Invariant.Check(right.Columns.All(tree.Node.Columns.Contains));
        if (tree.EmptyRow is not { } empty)
        {
            double rows = type == JoinType.Left ? left.Rows : 1;
            RelationalNode root = Rooted(tree, right.Columns);
            PhysicalNode planned = state.Builder.Plan(root);
            rows = Math.Max(rows, left.Rows * planned.Rows * state.Selectivity.Of([.. tree.Conditions, .. conjuncts]));
            return state.Joins.Beside(type, left, root, [.. tree.Conditions, .. conjuncts], null, isLateral: false, rows);
        }

        // Each left row has its row on the right, whatever that is.
        if (type == JoinType.Left && conjuncts.Count > 0)
            return null;
        int marker = state.Metadata.AddColumn("present", Types.SqlType.Boolean);
        RelationalNode marked = state.Unnesting.Pruned(new ProjectNode(
            tree.Node, [new ProjectedColumn(marker, ConstantExpression.Boolean(true)), .. right.Columns.Concat(CorrelationLink.ColumnsOf(tree.Links)).Distinct().Select(push.PassOn)]));
        PhysicalNode plan = state.Joins.Beside(JoinType.Left, left, marked, tree.Conditions, null, isLateral: false, left.Rows)!;
        var items = new List<ProjectedColumn>(left.Columns.Select(push.PassOn));
        foreach (int column in right.Columns)
        {
            Expression missing = TreeWalker.Map(empty[column], part => ConstantFolding.Fold(part, state.Context.Functions));
            items.Add(new ProjectedColumn(column, DependentJoin.Otherwise(marker, missing, push.PassOn(column).Value)));
        }

        return state.Builder.Filter(state.Builder.ProjectAsIs(plan, items), conjuncts);
    }

    private RelationalNode Rooted(UnnestedTree tree, IReadOnlyList<int> columns) => state.Unnesting.Pruned(new ProjectNode(
        tree.Node, [.. columns.Concat(CorrelationLink.ColumnsOf(tree.Links)).Distinct().Select(column => new ProjectedColumn(column, new ColumnExpression(column, state.Metadata[column].Type)))]));

    private bool IsCandidate(RelationalNode right) => state.Settings.Allows(PlannerMethods.Unnesting) && TreeWalker.Volatility(right) != Functions.Volatility.Volatile;

    /// <summary>Nothing was gained: the tree is a lateral join of the domain with what it was.</summary>
    private static bool IsOnlyApplied(RelationalNode node) => node is JoinNode { Left: CteScanNode } join && TreeWalker.OuterColumns(join.Right).Overlaps(join.Left.Columns);
}
