using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;
using ColumnExpression = Strata.Engine.Expressions.ColumnExpression;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// Moves conditions down to where their columns come from, turns outer joins whose extra rows a condition above throws away into inner ones, and pulls
/// simple projections up out of inner joins so that the joins lie side by side. Volatile conditions stay where they are.
/// </summary>
internal sealed class PredicatePushdown : IRewrite
{
    public RelationalNode Apply(RelationalNode root, RewriteContext context) => Push(root, [], context);

    /// <summary>Moves the conditions of a tree down.</summary>
    public static RelationalNode PushDown(RelationalNode root, RewriteContext context) => Push(root, [], context);

    private static RelationalNode Push(RelationalNode node, List<Expression> conditions, RewriteContext context)
    {
        DepthGuard.Check();
        switch (node)
        {
            case FilterNode filter:
                var movable = new List<Expression>(conditions);
                var fixedHere = new List<Expression>();
                foreach (Expression conjunct in filter.Conjuncts.Where(conjunct => !IsTrue(conjunct)))
                    (conjunct.IsVolatile ? fixedHere : movable).Add(PushIntoSubqueries(conjunct, context));
                if (fixedHere.Count > 0)
                {
                    // What stands above a volatile condition must not be evaluated for fewer rows of it: only its own neighbours move.
                    RelationalNode below = Push(filter.Input, movable.Except(conditions).ToList(), context);
                    return Wrap(new FilterNode(below, fixedHere), conditions);
                }

                return Push(filter.Input, movable, context);
            case SecurityBarrierNode barrier:
                RelationalNode guarded = new SecurityBarrierNode(Push(barrier.Input, conditions.FindAll(Leakproof.Is), context));
                return Wrap(guarded, conditions.FindAll(static condition => !Leakproof.Is(condition)));
            case ProjectNode project:
                return PushThroughProject(project, conditions, context);
            case JoinNode join:
                return PushIntoJoin(join, conditions, context);
            case AggregateNode aggregate:
                return PushBelow(aggregate, aggregate.Input, conditions, aggregate.GroupColumns, context, allowed: aggregate.GroupColumns.Count > 0);
            case DistinctNode distinct:
                return PushBelow(distinct, distinct.Input, conditions, distinct.Keys, context, allowed: true);
            case WindowNode window:
                return PushBelow(window, window.Input, conditions, window.PartitionColumns, context, allowed: true);
            case ProjectSetNode sets:
                return PushBelow(sets, sets.Input, conditions, sets.Passed, context, allowed: true);
            case HeldCopyNode copy:
                return PushBelow(copy, copy.Input, conditions, copy.Columns, context, allowed: true);
            case SortNode sort:
                return new SortNode(Push(sort.Input, conditions, context), sort.Keys);
            case WithNode with:
                return new WithNode(
                    with.Items.Select(item => item with { Query = Push(item.Query, [], context) }).ToArray(), Push(with.Body, conditions, context));
            case SetOperationNode set:
                return PushIntoSetOperation(set, conditions, context);
            default:
                RelationalNode mapped = PushIntoSubqueries(node.MapInputs(input => Push(input, [], context)), context);
                return Wrap(mapped, conditions);
        }
    }

    private static bool IsTrue(Expression condition) => condition is ConstantExpression { IsNull: false } constant && constant.Value.AsBoolean;

    private static RelationalNode Wrap(RelationalNode node, List<Expression> conditions) =>
        conditions.Count == 0 ? node : node is FilterNode filter
            ? new FilterNode(filter.Input, [.. filter.Conjuncts, .. conditions])
            : new FilterNode(node, conditions);

    /// <summary>Subqueries that stay inside expressions are queries of their own.</summary>
    private static Expression PushIntoSubqueries(Expression expression, RewriteContext context) => expression.Transform(part =>
    {
        if (part is not SubqueryExpression subquery)
            return part;
        RelationalNode query = Push(subquery.Query, [], context);
        return ReferenceEquals(query, subquery.Query) ? part : subquery.WithQuery(query);
    });

    private static RelationalNode PushIntoSubqueries(RelationalNode node, RewriteContext context)
    {
        bool has = node.Expressions.Any(expression => expression.Any(part => part is SubqueryExpression));
        return has ? node.MapExpressions(expression => PushIntoSubqueries(expression, context)) : node;
    }

    private static RelationalNode PushThroughProject(ProjectNode project, List<Expression> conditions, RewriteContext context)
    {
        project = (ProjectNode)PushIntoSubqueries(project, context);
        var substitution = new Substitution(project.Items);
        var below = new List<Expression>();
        var above = new List<Expression>();
        foreach (Expression condition in conditions)
        {
            bool blocked = false;
            TreeWalker.Visit(condition, part =>
            {
                if (part is ColumnExpression column && substitution.Find(column.Column) is { } value)
                    blocked |= value.IsVolatile || value.Any(inner => inner is SubqueryExpression);
            });
            if (blocked)
                above.Add(condition);
            else
                below.Add(substitution.Apply(condition));
        }

        RelationalNode input = Push(project.Input, below, context);
        return Wrap(new ProjectNode(input, project.Items), above);
    }

    private static RelationalNode PushBelow(
        RelationalNode node, RelationalNode input, List<Expression> conditions, IReadOnlyList<int> keys, RewriteContext context, bool allowed)
    {
        var below = new List<Expression>();
        var above = new List<Expression>();
        var produced = node.Columns.ToHashSet();
        foreach (Expression condition in conditions)
        {
            HashSet<int> used = TreeWalker.ColumnsOf(condition);
            used.IntersectWith(produced);
            bool fits = allowed && used.All(keys.Contains) && used.Count > 0;
            (fits ? below : above).Add(condition);
        }

        RelationalNode pushed = Push(input, below, context);
        return Wrap(PushIntoSubqueries(node.WithInputs([pushed]), context), above);
    }

    private static RelationalNode PushIntoSetOperation(SetOperationNode set, List<Expression> conditions, RewriteContext context)
    {
        // EXCEPT and INTERSECT keep rows of the left side, and equal rows pass or fail a condition together.
        RelationalNode left = Push(set.Left, Renamed(set, set.Left, conditions, context), context);
        RelationalNode right = Push(set.Right, Renamed(set, set.Right, conditions, context), context);
        Format.Invariant.Check(set.Kind is SetOperationKind.Union or SetOperationKind.Intersect or SetOperationKind.Except);
        return new SetOperationNode(set.Kind, set.IsAll, left, right, set.Columns);
    }

    private static List<Expression> Renamed(SetOperationNode set, RelationalNode side, List<Expression> conditions, RewriteContext context)
    {
        var substitution = new Substitution();
        for (int i = 0; i < set.Columns.Count; i++)
            substitution.Add(set.Columns[i], new ColumnExpression(side.Columns[i], context.Metadata[side.Columns[i]].Type));
        return conditions.Select(substitution.Apply).ToList();
    }

    private static RelationalNode PushIntoJoin(JoinNode join, List<Expression> conditions, RewriteContext context)
    {
        JoinType type = Simplify(join, conditions);
        var left = join.Left.Columns.ToHashSet();
        var right = join.Right.Columns.ToHashSet();
        var toLeft = new List<Expression>();
        var toRight = new List<Expression>();
        var on = new List<Expression>();
        var above = new List<Expression>();
        foreach (Expression condition in conditions)
        {
            HashSet<int> used = TreeWalker.ColumnsOf(condition);
            bool usesLeft = used.Overlaps(left);
            bool usesRight = used.Overlaps(right);
            switch (type)
            {
                case JoinType.Inner when !usesRight && usesLeft:
                    toLeft.Add(condition);
                    break;
                case JoinType.Inner when usesRight && !usesLeft:
                    toRight.Add(condition);
                    break;
                case JoinType.Inner:
                    on.Add(condition);
                    break;
                case JoinType.Left or JoinType.Semi or JoinType.Anti when !usesRight && usesLeft:
                    toLeft.Add(condition);
                    break;
                default:
                    above.Add(condition);
                    break;
            }
        }

        foreach (Expression raw in join.Conjuncts)
        {
            Expression condition = PushIntoSubqueries(raw, context);
            HashSet<int> used = TreeWalker.ColumnsOf(condition);
            bool usesLeft = used.Overlaps(left);
            bool usesRight = used.Overlaps(right);
            bool isVolatile = condition.IsVolatile;
            if (!isVolatile && usesRight && !usesLeft && type is not JoinType.Full)
                toRight.Add(condition);
            else if (!isVolatile && usesLeft && !usesRight && type is (JoinType.Inner or JoinType.Semi))
                toLeft.Add(condition);
            else
                on.Add(condition);
        }

        RelationalNode leftInput = Push(join.Left, toLeft, context);
        RelationalNode rightInput = Push(join.Right, toRight, context);
        return Wrap(PullProjects(new JoinNode(type, leftInput, rightInput, on) { Needed = join.Needed }, context), above);
    }

    /// <summary>An outer join becomes an inner one when a condition above cannot hold for rows that it filled up with nulls.</summary>
    private static JoinType Simplify(JoinNode join, List<Expression> conditions)
    {
        JoinType type = join.Type;
        if (type is JoinType.Left or JoinType.Full)
        {
            var right = join.Right.Columns.ToHashSet();
            var left = join.Left.Columns.ToHashSet();
            bool rejectsRight = conditions.Exists(condition => NullRejection.Rejects(condition, right));
            bool rejectsLeft = type == JoinType.Full && conditions.Exists(condition => NullRejection.Rejects(condition, left));
            if (type == JoinType.Left)
                return rejectsRight ? JoinType.Inner : JoinType.Left;
            // With only the right side's nulls rejected it would be a right join, which there is not here.
            return !rejectsLeft ? JoinType.Full : rejectsRight ? JoinType.Inner : JoinType.Left;
        }

        return type;
    }

    /// <summary>Puts simple projections of the inputs above the join.</summary>
    private static RelationalNode PullProjects(JoinNode join, RewriteContext context)
    {
        (JoinType type, RelationalNode left, RelationalNode right) = (join.Type, join.Left, join.Right);
        var items = new List<ProjectedColumn>();
        var substitution = new Substitution();
        ProjectNode? leftProject = left as ProjectNode;
        if (leftProject is not null && (type == JoinType.Full || !IsSimple(leftProject, onlyRenames: false)))
            leftProject = null;
        ProjectNode? rightProject = right as ProjectNode;
        if (rightProject is not null && (type is not (JoinType.Inner or JoinType.Left) || !IsSimple(rightProject, onlyRenames: type == JoinType.Left)))
            rightProject = null;
        if (leftProject is null && rightProject is null)
            return join;
        Add(left, leftProject, items, substitution, context);
        if (type is not (JoinType.Semi or JoinType.Anti))
            Add(right, rightProject, items, substitution, context);
        // The right side may refer laterally to columns that the left projection defined.
        var pulled = new JoinNode(
            type, leftProject?.Input ?? left, substitution.Apply(rightProject?.Input ?? right), join.Conjuncts.Select(substitution.Apply).ToArray());
        // Behind column pruning, what nobody needs may not come out of the inputs.
        if (join.Needed is { } needed)
            items.RemoveAll(item => !needed.Contains(item.Column));
        return new ProjectNode(pulled, items.Select(item => item.IsPassThrough ? item : item with { Value = substitution.Apply(item.Value) }).ToArray());
    }

    private static void Add(
        RelationalNode side, ProjectNode? project, List<ProjectedColumn> items, Substitution substitution, RewriteContext context)
    {
        if (project is null)
        {
            foreach (int column in side.Columns)
                items.Add(new ProjectedColumn(column, new ColumnExpression(column, context.Metadata[column].Type)));
            return;
        }

        foreach (ProjectedColumn item in project.Items)
        {
            items.Add(item);
            // A lateral right side may compute with columns that the left projection defined.
            if (!item.IsPassThrough)
                substitution.Add(item.Column, substitution.Apply(item.Value));
        }
    }

    private static bool IsSimple(ProjectNode project, bool onlyRenames)
    {
        foreach (ProjectedColumn item in project.Items)
        {
            // A lateral reference is no column of the nullable side: above the join it would not become null with it.
            if (item.Value is ColumnExpression column && (!onlyRenames || project.Input.Columns.Contains(column.Column)))
                continue;
            if (onlyRenames || item.Value.IsVolatile || item.Value.Any(part => part is SubqueryExpression))
                return false;
        }

        return true;
    }
}
