using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Rewrites;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>
/// Joins: the dependent join goes to the side that reads the outer row; when both do, both get it and their outer values are compared. What an outer, semi or anti join does to its left side it must do
/// for each outer value, so the left side has them whenever the right one does.
/// </summary>
internal static class JoinUnnesting
{
    public static UnnestedTree? Push(DependentJoin push, JoinNode join)
    {
        if (join.Type is JoinType.Full or JoinType.Right)
            return null;
        bool isLateral = TreeWalker.OuterColumns(join.Right).Overlaps(join.Left.Columns);
        if (join.Type == JoinType.Inner)
            return isLateral ? Lateral(push, join) : Inner(push, join);
        return isLateral ? Lateral(push, join) : Outer(push, join);
    }

    private static UnnestedTree? Inner(DependentJoin push, JoinNode join)
    {
        List<Expression> correlated = [.. join.Conjuncts.Where(push.IsCorrelated)];
        if (correlated.Count > 0)
        {
            var plain = new JoinNode(JoinType.Inner, join.Left, join.Right, [.. join.Conjuncts.Where(condition => !push.IsCorrelated(condition))]) { Needed = null };
            return push.Push(new FilterNode(plain, correlated));
        }

        if (Side(push, join.Left) is not { } left || Side(push, join.Right) is not { } right)
            return null;
        var conditions = new List<Expression>(join.Conjuncts);
        var links = new List<CorrelationLink>(left.Links);
        foreach (CorrelationLink link in right.Links)
        {
            if (link.PartnerIn(left.Links) is not { } partner)
                links.Add(link);
            else if (CorrelationLink.Match(partner, link, push.Metadata) is { } condition)
                conditions.Add(condition);
            else
                return null;
        }

        return new UnnestedTree(new JoinNode(JoinType.Inner, left.Node, right.Node, conditions), links);
    }

    private static UnnestedTree? Outer(DependentJoin push, JoinNode join)
    {
        join = WithPulledConditions(push, join);
        bool isRightCorrelated = push.IsCorrelated(join.Right) || join.Conjuncts.Any(push.IsCorrelated);
        UnnestedTree? pushed = isRightCorrelated ? push.PushInput(join.Left) : push.Push(join.Left);
        if (pushed is null || push.Complete(pushed) is not { } left || Side(push, join.Right) is not { } right
            || push.Substitute(join.Conjuncts, left.Links) is not { } conditions)
            return null;
        foreach (CorrelationLink link in right.Links)
        {
            if (link.PartnerIn(left.Links) is not { } partner || CorrelationLink.Match(partner, link, push.Metadata) is not { } condition)
                return null;
            conditions.Add(condition);
        }

        return new UnnestedTree(new JoinNode(join.Type, left.Node, right.Node, conditions), left.Links);
    }

    /// <summary>What the right side's filters compare with the outer row may as well be a condition of the join, whose left side has the outer values: then the right side is one for all of them.</summary>
    private static JoinNode WithPulledConditions(DependentJoin push, JoinNode join)
    {
        if (!push.IsCorrelated(join.Right))
            return join;
        RelationalNode right = TreeWalker.MapNodes(join.Right, static node => node is ScanNode { FilterOnly.Count: > 0 } scan ? scan.WithFilterOnly([]) : node);
        var pulled = new List<Expression>();
        return SubqueryToJoin.PullConditions(right, push.Outer, pulled, needsColumns: true) is { } free && !push.IsCorrelated(free)
            ? new JoinNode(join.Type, join.Left, free, [.. join.Conjuncts, .. pulled])
            : join;
    }

    /// <summary>The right side reads the left one too: it finds the outer values there.</summary>
    private static UnnestedTree? Lateral(DependentJoin push, JoinNode join)
    {
        if (push.PushInput(join.Left) is not { } pushed || push.Complete(pushed) is not { } left || push.Substitute(join.Conjuncts, left.Links) is not { } conditions)
            return null;
        bool isWhole = true;
        RelationalNode right = TreeWalker.Map(join.Right, part =>
        {
            if (part is not ColumnExpression)
                return part;
            Expression? replaced = push.Substitute(part, left.Links);
            isWhole &= replaced is not null;
            return replaced ?? part;
        });
        return isWhole ? new UnnestedTree(new JoinNode(join.Type, left.Node, right, conditions), left.Links) : null;
    }

    private static UnnestedTree? Side(DependentJoin push, RelationalNode node) => push.Push(node) is { } side ? push.Complete(side) : null;
}
