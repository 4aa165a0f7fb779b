using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// Turns a condition that compares with a correlated aggregate, x &lt; (SELECT avg(y) FROM t WHERE t.k = outer.k), into a join with the aggregate grouped by the
/// correlated columns (Kim's unnesting, where it is safe: the condition is not true for a null, and the aggregate of no rows is null). Which side the join
/// begins with, and whether the groups are computed one by one through an index, is the join search's choice.
/// </summary>
internal sealed class ScalarSubqueryToJoin : IRewrite
{
    public RelationalNode Apply(RelationalNode root, RewriteContext context) =>
        TreeWalker.MapNodes(root, node => node is FilterNode filter ? Rewrite(filter, context) : node);

    private static RelationalNode Rewrite(FilterNode filter, RewriteContext context)
    {
        RelationalNode input = filter.Input;
        var conjuncts = new List<Expression>();
        // BETWEEN compares with the same subquery twice: it is joined once.
        var joinedQueries = new HashSet<RelationalNode>(ReferenceEqualityComparer.Instance);
        foreach (Expression raw in filter.Conjuncts)
        {
            Expression conjunct = raw.Transform(part => part is SubqueryExpression { Kind: SubqueryKind.Scalar } known && joinedQueries.Contains(known.Query)
                ? new ColumnExpression(known.Columns[0], known.Type)
                : part);
            if (TryJoin(input, conjunct, context, out Expression? replaced) is { } joined)
            {
                raw.Any(part =>
                {
                    if (part is SubqueryExpression { Kind: SubqueryKind.Scalar } subquery)
                        joinedQueries.Add(subquery.Query);
                    return false;
                });
                input = joined;
                conjuncts.Add(replaced!);
            }
            else
            {
                conjuncts.Add(conjunct);
            }
        }

        if (ReferenceEquals(input, filter.Input))
            return filter;
        ProjectedColumn[] items = filter.Input.Columns.Select(column => new ProjectedColumn(column, new ColumnExpression(column, context.Metadata[column].Type))).ToArray();
        return new ProjectNode(new FilterNode(input, conjuncts), items);
    }

    private static JoinNode? TryJoin(RelationalNode input, Expression conjunct, RewriteContext context, out Expression? replaced)
    {
        replaced = null;
        SubqueryExpression? subquery = null;
        int count = 0;
        conjunct.Any(part =>
        {
            if (part is SubqueryExpression found)
            {
                subquery = found;
                count++;
            }

            return false;
        });
        if (count != 1 || subquery is not { Kind: SubqueryKind.Scalar, Columns: [int value] } || conjunct.IsVolatile
            || TreeWalker.Volatility(subquery.Query) == Volatility.Volatile)
            return null;
        HashSet<int> outer = TreeWalker.OuterColumns(subquery.Query);
        if (outer.Count == 0 || !outer.IsSubsetOf(input.Columns))
            return null;
        ProjectNode? project = subquery.Query as ProjectNode;
        if ((project?.Input ?? subquery.Query) is not AggregateNode { GroupColumns.Count: 0 } aggregate || !IsNullWhenEmpty(value, project, aggregate))
            return null;
        if ((project is not null && project.Items.Any(item => TreeWalker.ColumnsOf(item.Value).Overlaps(outer)))
            || aggregate.Expressions.Any(expression => TreeWalker.ColumnsOf(expression).Overlaps(outer)))
            return null;
        var pulled = new List<Expression>();
        if (SubqueryToJoin.PullConditions(aggregate.Input, outer, pulled, needsColumns: true) is not { } inner
            || GroupColumns(pulled, inner, outer) is not { } groups)
            return null;
        Expression condition = conjunct.Transform(part => ReferenceEquals(part, subquery) ? new ColumnExpression(value, subquery.Type) : part);
        if (!NullRejection.Rejects(condition, new HashSet<int> { value }))
            return null;
        RelationalNode right = new AggregateNode(inner, groups, aggregate.Calls);
        if (project is not null)
        {
            right = new ProjectNode(
                right, [.. project.Items, .. groups.Select(column => new ProjectedColumn(column, new ColumnExpression(column, context.Metadata[column].Type)))]);
        }

        replaced = condition;
        return new JoinNode(JoinType.Inner, input, right, pulled);
    }

    /// <summary>The inner columns that the conditions set equal to something outside; null when a condition is of another kind.</summary>
    private static List<int>? GroupColumns(List<Expression> conditions, RelationalNode inner, HashSet<int> outer)
    {
        var groups = new List<int>();
        var produced = inner.Columns.ToHashSet();
        foreach (Expression condition in conditions)
        {
            if (condition is not FunctionExpression { Operator: { Name: "=", CanHash: true }, Arguments: [var a, var b] })
                return null;
            Expression own = TreeWalker.ColumnsOf(a).Overlaps(outer) ? b : a;
            Expression other = ReferenceEquals(own, a) ? b : a;
            if (own is not ColumnExpression column || !produced.Contains(column.Column) || TreeWalker.ColumnsOf(other).Overlaps(produced))
                return null;
            if (!groups.Contains(column.Column))
                groups.Add(column.Column);
        }

        return groups.Count == 0 ? null : groups;
    }

    private static bool IsNullWhenEmpty(int column, ProjectNode? project, AggregateNode aggregate)
    {
        if (project is null)
            return IsNullAggregate(aggregate, column);
        foreach (ProjectedColumn item in project.Items)
        {
            if (item.Column == column)
                return IsNullWhenEmpty(item.Value, aggregate);
        }

        return false;
    }

    private static bool IsNullWhenEmpty(Expression value, AggregateNode aggregate) => value switch
    {
        ColumnExpression column => IsNullAggregate(aggregate, column.Column),
        FunctionExpression { Function.IsStrict: true } call => call.Arguments.Any(argument => IsNullWhenEmpty(argument, aggregate)),
        RelabelExpression relabel => IsNullWhenEmpty(relabel.Operand, aggregate),
        _ => false,
    };

    private static bool IsNullAggregate(AggregateNode aggregate, int column)
    {
        foreach (AggregateCall call in aggregate.Calls)
        {
            if (call.Column == column)
                return call.Function.Function.Name is "sum" or "avg" or "min" or "max";
        }

        return false;
    }
}
