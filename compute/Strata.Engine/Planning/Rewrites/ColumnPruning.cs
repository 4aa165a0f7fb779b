using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>Drops columns that nobody reads, from the top down: scans then decode only what is needed.</summary>
internal sealed class ColumnPruning : IRewrite
{
    public RelationalNode Apply(RelationalNode root, RewriteContext context) => Prune(root, root.Columns.ToHashSet(), context);

    private static RelationalNode Prune(RelationalNode node, HashSet<int> needed, RewriteContext context)
    {
        DepthGuard.Check();
        switch (node)
        {
            case ScanNode scan:
                return scan.Keep(needed.Contains);
            case ProjectNode project:
                ProjectedColumn[] items = project.Items.Where(item => needed.Contains(item.Column) || item.Value.IsVolatile).ToArray();
                return Finish(new ProjectNode(Prune(project.Input, Needs(items.Select(item => item.Value)), context), items), context);
            case FilterNode or LimitNode:
                return PruneInputs(node, With(needed, Needs(node.Expressions), node is LimitNode { TieKeys: { } ties } ? ties.Select(key => key.Column) : []), context);
            case SortNode sort:
                return PruneInputs(node, With(needed, sort.Keys.Select(key => key.Column)), context);
            case DistinctNode distinct:
                return PruneInputs(node, With(distinct.IsOn ? needed : [], distinct.Keys), context);
            case JoinNode:
                HashSet<int> both = With(needed, Needs(node.Expressions));
                // What the right side reads of the left one (LATERAL).
                both.UnionWith(TreeWalker.OuterColumns(((JoinNode)node).Right));
                return PruneInputs(node, both, context);
            case AggregateNode aggregate:
                AggregateCall[] calls = aggregate.Calls.Where(call => needed.Contains(call.Column)).ToArray();
                var used = Needs(calls.SelectMany(call => call.Filter is null ? call.Arguments : call.Arguments.Append(call.Filter)));
                used.UnionWith(aggregate.GroupColumns);
                return Finish(new AggregateNode(Prune(aggregate.Input, used, context), aggregate.GroupColumns, calls), context);
            case WindowNode window:
                WindowCall[] kept = window.Calls.Where(call => needed.Contains(call.Column)).ToArray();
                if (kept.Length == 0)
                    return Prune(window.Input, needed, context);
                var above = new WindowNode(window.Input, window.PartitionColumns, window.OrderKeys, kept);
                return PruneInputs(above, With(needed, Needs(above.Expressions), window.PartitionColumns, window.OrderKeys.Select(key => key.Column)), context);
            case ProjectSetNode sets:
                int[] passed = sets.Passed.Where(needed.Contains).ToArray();
                var below = With([], passed);
                below.UnionWith(Needs(sets.Expressions));
                return Finish(new ProjectSetNode(Prune(sets.Input, below, context), passed, sets.Sets), context);
            case LockRowsNode locks:
                return PruneInputs(node, With(needed, locks.Locks.Select(rowLock => rowLock.CtidColumn), locks.Locks.Where(rowLock => rowLock.MemberColumn >= 0).Select(rowLock => rowLock.MemberColumn)), context);
            case ModifyNode modify:
                return PruneInputs(node, [.. modify.NeededColumns], context);
            case WithNode with:
                return new WithNode(
                    with.Items.Select(item => item with { Query = Prune(item.Query, item.Query.Columns.ToHashSet(), context) }).ToArray(),
                    Prune(with.Body, needed, context));
            default:
                // The inputs of set operations and recursive queries correspond by place: all their columns stay.
                return Finish(node.MapInputs(input => Prune(input, input.Columns.ToHashSet(), context)), context);
        }
    }

    private static RelationalNode PruneInputs(RelationalNode node, HashSet<int> needed, RewriteContext context) =>
        Finish(node.MapInputs(input => Prune(input, needed, context)), context);

    /// <summary>Prunes the subqueries in the node's expressions, each as a query of its own.</summary>
    private static RelationalNode Finish(RelationalNode node, RewriteContext context)
    {
        bool has = node.Expressions.Any(expression => expression.Any(part => part is SubqueryExpression));
        return !has ? node : node.MapExpressions(expression => expression.Transform(part => part is SubqueryExpression subquery
            ? subquery.WithQuery(Prune(subquery.Query, subquery.Columns.ToHashSet(), context))
            : part));
    }

    private static HashSet<int> Needs(IEnumerable<Expression> expressions)
    {
        var columns = new HashSet<int>();
        foreach (Expression expression in expressions)
            TreeWalker.AddColumns(expression, columns);
        return columns;
    }

    private static HashSet<int> With(IEnumerable<int> first, params IEnumerable<int>[] others)
    {
        var all = new HashSet<int>(first);
        foreach (IEnumerable<int> other in others)
            all.UnionWith(other);
        return all;
    }
}
