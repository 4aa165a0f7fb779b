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
            case FilterNode { Input: ScanNode scan } filter:
                HashSet<int> read = Needs(filter.Conjuncts);
                ScanNode kept = scan.Keep(column => needed.Contains(column) || read.Contains(column));
                return Finish(filter.WithInputs([kept.WithFilterOnly([.. kept.Columns.Where(column => !needed.Contains(column))])]), context);
            case FilterNode or LimitNode or SecurityBarrierNode:
                return PruneInputs(node, With(needed, Needs(node.Expressions), node is LimitNode { TieKeys: { } ties } ? ties.Select(key => key.Column) : []), context);
            case SortNode sort:
                return PruneInputs(node, With(needed, sort.Keys.Select(key => key.Column)), context);
            case DistinctNode distinct:
                return PruneInputs(node, With(distinct.IsOn ? needed : [], distinct.Keys), context);
            case JoinNode useless when JoinElimination.IsUseless(useless, needed):
                return Prune(useless.Left, needed, context);
            case JoinNode join:
                HashSet<int> both = With(needed, Needs(node.Expressions));
                // What the right side reads of the left one (LATERAL).
                both.UnionWith(TreeWalker.OuterColumns(join.Right));
                return PruneInputs(new JoinNode(join.Type, join.Left, join.Right, join.Conjuncts) { Needed = needed }, both, context);
            case AggregateNode aggregate:
                AggregateCall[] calls = aggregate.Calls.Where(call => needed.Contains(call.Column)).ToArray();
                var used = Needs(calls.SelectMany(call => call.Filter is null ? call.Arguments : call.Arguments.Append(call.Filter)));
                used.UnionWith(aggregate.GroupColumns);
                return Finish(new AggregateNode(Prune(aggregate.Input, used, context), aggregate.GroupColumns, calls), context);
            case SampleNode sample:
                return PruneInputs(node, With(needed, [sample.Ctid]), context);
            case GroupingSetsNode sets:
                AggregateCall[] setCalls = sets.Calls.Where(call => needed.Contains(call.Column)).ToArray();
                HashSet<int> setColumns = Needs(setCalls.SelectMany(call => call.Filter is null ? call.Arguments : call.Arguments.Append(call.Filter)));
                setColumns.UnionWith(sets.GroupColumns);
                return Finish(new GroupingSetsNode(Prune(sets.Input, setColumns, context), sets.GroupColumns, sets.OutputColumns, sets.Sets, setCalls, sets.Groupings), context);
            case WindowNode window:
                WindowCall[] keptCalls = window.Calls.Where(call => needed.Contains(call.Column)).ToArray();
                if (keptCalls.Length == 0)
                    return Prune(window.Input, needed, context);
                HashSet<int> windowed = With(needed, Needs(keptCalls.SelectMany(call => call.Expressions)), window.PartitionColumns, window.OrderKeys.Select(key => key.Column));
                return PruneInputs(new WindowNode(window.Input, window.PartitionColumns, window.OrderKeys, keptCalls) { Needed = windowed }, windowed, context);
            case ProjectSetNode set:
                int[] passed = set.Passed.Where(needed.Contains).ToArray();
                var below = With([], passed);
                below.UnionWith(Needs(set.Expressions));
                return Finish(new ProjectSetNode(Prune(set.Input, below, context), passed, set.Sets), context);
            case LockRowsNode locks:
                return PruneInputs(node, With(needed, locks.Locks.Select(rowLock => rowLock.CtidColumn), locks.Locks.Where(rowLock => rowLock.MemberColumn >= 0).Select(rowLock => rowLock.MemberColumn), locks.Held.Columns), context);
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
