using Strata.Engine.Binding;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// Turns EXISTS, NOT EXISTS and IN over subqueries, where they are conjuncts of a filter, into semi and anti joins. Filters of the subquery that refer to
/// the outer query become conditions of the join; a subquery whose outer references stand elsewhere stays a subplan.
/// </summary>
internal sealed class SubqueryToJoin : IRewrite
{
    public RelationalNode Apply(RelationalNode root, RewriteContext context) => Rewrite(root);

    private static RelationalNode Rewrite(RelationalNode node)
    {
        DepthGuard.Check();
        RelationalNode mapped = node.MapInputs(Rewrite);
        bool changed = false;
        RelationalNode replaced = mapped.MapExpressions(expression => expression.Transform(part =>
        {
            if (part is not SubqueryExpression subquery)
                return part;
            RelationalNode query = Rewrite(subquery.Query);
            if (ReferenceEquals(query, subquery.Query))
                return part;
            changed = true;
            return subquery.WithQuery(query);
        }));
        if (changed)
            mapped = replaced;
        return mapped is FilterNode filter ? RewriteFilter(filter) : mapped;
    }

    private static RelationalNode RewriteFilter(FilterNode filter)
    {
        RelationalNode input = filter.Input;
        var left = new List<Expression>();
        foreach (Expression conjunct in filter.Conjuncts)
        {
            if (TryJoin(input, conjunct) is { } joined)
                input = joined;
            else
                left.Add(conjunct);
        }

        return ReferenceEquals(input, filter.Input) ? filter : left.Count == 0 ? input : new FilterNode(input, left);
    }

    private static RelationalNode? TryJoin(RelationalNode input, Expression conjunct)
    {
        bool negated = false;
        if (conjunct is BooleanExpression { Operator: BooleanOperator.Not } not)
        {
            negated = true;
            conjunct = not.Operands[0];
        }

        if (conjunct is not SubqueryExpression subquery)
            return null;
        switch (subquery.Kind)
        {
            case SubqueryKind.Exists:
                return Join(input, subquery.Query, [], negated ? JoinType.Anti : JoinType.Semi);
            case SubqueryKind.Any when !negated:
                // NOT IN is true only when no comparison is unknown: that is not an anti join.
                if (subquery.Tests.Any(test => test.IsVolatile))
                    return null;
                return Join(input, subquery.Query, Conjunction.Split(subquery.ComparisonWithTests), JoinType.Semi);
            default:
                return null;
        }
    }

    private static RelationalNode? Join(RelationalNode input, RelationalNode query, List<Expression> conditions, JoinType type)
    {
        if (TreeWalker.Volatility(query) == Functions.Volatility.Volatile)
            return null;
        var outer = TreeWalker.OuterColumns(query);
        outer.IntersectWith(input.Columns);
        var pulled = new List<Expression>(conditions);
        RelationalNode? inner = query;
        if (outer.Count > 0)
        {
            inner = PullConditions(query, outer, pulled, needsColumns: conditions.Count > 0);
            if (inner is null)
                return null;
        }

        return new JoinNode(type, input, inner, pulled);
    }

    /// <summary>
    /// The subquery without the filters that read outer columns, which are added to <paramref name="pulled"/>; null when outer columns are read in
    /// another place, or through something that a filter may not be pulled through.
    /// </summary>
    internal static RelationalNode? PullConditions(RelationalNode node, HashSet<int> outer, List<Expression> pulled, bool needsColumns)
    {
        switch (node)
        {
            case FilterNode filter:
                var kept = new List<Expression>();
                foreach (Expression conjunct in filter.Conjuncts)
                {
                    if (!TreeWalker.ColumnsOf(conjunct).Overlaps(outer))
                        kept.Add(conjunct);
                    else if (conjunct.Any(part => part is SubqueryExpression))
                        return null;
                    else
                        pulled.Add(conjunct);
                }

                RelationalNode? below = PullConditions(filter.Input, outer, pulled, needsColumns);
                if (below is null)
                    return null;
                return kept.Count == 0 ? below : new FilterNode(below, kept);
            case ProjectNode project:
                if (project.Items.Any(item => TreeWalker.ColumnsOf(item.Value).Overlaps(outer)))
                {
                    // EXISTS does not look at the targets.
                    if (needsColumns)
                        return null;
                    return PullConditions(project.Input, outer, pulled, needsColumns);
                }

                int before = pulled.Count;
                RelationalNode? input = PullConditions(project.Input, outer, pulled, needsColumns);
                if (input is null)
                    return null;
                if (pulled.Count == before)
                    return ReferenceEquals(input, project.Input) ? project : new ProjectNode(input, project.Items);
                // The pulled conditions need the input's columns above the projection.
                var items = new List<ProjectedColumn>(project.Items);
                foreach (int column in input.Columns)
                {
                    if (!items.Exists(item => item.Column == column) && TypeOf(pulled, column) is { } type)
                        items.Add(new ProjectedColumn(column, new ColumnExpression(column, type)));
                }

                return new ProjectNode(input, items);
            case JoinNode { Type: JoinType.Inner } join:
                var own = new List<Expression>();
                foreach (Expression conjunct in join.Conjuncts)
                {
                    if (TreeWalker.ColumnsOf(conjunct).Overlaps(outer))
                        pulled.Add(conjunct);
                    else
                        own.Add(conjunct);
                }

                RelationalNode? left = PullConditions(join.Left, outer, pulled, needsColumns);
                RelationalNode? right = left is null ? null : PullConditions(join.Right, outer, pulled, needsColumns);
                return right is null ? null : new JoinNode(JoinType.Inner, left!, right, own);
            case SortNode sort:
                // Order does not matter to a semi join.
                return PullConditions(sort.Input, outer, pulled, needsColumns);
            default:
                return TreeWalker.OuterColumns(node).Overlaps(outer) ? null : node;
        }
    }

    /// <summary>The type of a column as the pulled conditions write it; a column that none of them reads is not needed.</summary>
    private static Types.SqlType? TypeOf(List<Expression> conditions, int column)
    {
        Types.SqlType? found = null;
        foreach (Expression condition in conditions)
        {
            condition.Any(part =>
            {
                if (part is ColumnExpression plain && plain.Column == column)
                    found = plain.Type;
                return found is not null;
            });
        }

        return found;
    }
}
