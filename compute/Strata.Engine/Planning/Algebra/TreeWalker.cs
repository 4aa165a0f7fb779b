using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Algebra;

/// <summary>Walks trees of relational nodes together with the subqueries inside their expressions.</summary>
public static class TreeWalker
{
    /// <summary>Visits an expression and all below it, into subqueries.</summary>
    public static void Visit(Expression expression, Action<Expression> visit)
    {
        DepthGuard.Check();
        visit(expression);
        foreach (Expression child in expression.Children)
            Visit(child, visit);
        if (expression is SubqueryExpression subquery)
            Visit(subquery.Query, visit);
    }

    /// <summary>Visits every expression of a tree, into subqueries.</summary>
    public static void Visit(RelationalNode node, Action<Expression> visit)
    {
        DepthGuard.Check();
        foreach (Expression expression in node.Expressions)
            Visit(expression, visit);
        foreach (RelationalNode input in node.Inputs)
            Visit(input, visit);
    }

    /// <summary>Visits every node of a tree, into subqueries.</summary>
    public static void VisitNodes(RelationalNode node, Action<RelationalNode> visit)
    {
        DepthGuard.Check();
        visit(node);
        foreach (Expression expression in node.Expressions)
        {
            Visit(expression, part =>
            {
                // Visit goes into nested subqueries by itself, so only nodes directly below are taken here.
                if (part is SubqueryExpression subquery)
                    VisitOwnNodes(subquery.Query, visit);
            });
        }

        foreach (RelationalNode input in node.Inputs)
            VisitNodes(input, visit);
    }

    private static void VisitOwnNodes(RelationalNode node, Action<RelationalNode> visit)
    {
        DepthGuard.Check();
        visit(node);
        foreach (RelationalNode input in node.Inputs)
            VisitOwnNodes(input, visit);
    }

    /// <summary>Replaces expressions bottom-up in an expression, and in the trees of its subqueries.</summary>
    public static Expression Map(Expression expression, Func<Expression, Expression> map)
    {
        Expression mapped = expression.MapChildren(child => Map(child, map));
        if (mapped is SubqueryExpression subquery)
        {
            RelationalNode query = Map(subquery.Query, map);
            if (!ReferenceEquals(query, subquery.Query))
                mapped = subquery.WithQuery(query);
        }

        return map(mapped);
    }

    /// <summary>Replaces the expressions of a tree bottom-up, into subqueries.</summary>
    public static RelationalNode Map(RelationalNode node, Func<Expression, Expression> map)
    {
        DepthGuard.Check();
        RelationalNode mapped = node.MapInputs(input => Map(input, map));
        bool changed = false;
        Expression Replace(Expression expression)
        {
            Expression result = Map(expression, map);
            changed |= !ReferenceEquals(result, expression);
            return result;
        }

        RelationalNode replaced = mapped.MapExpressions(Replace);
        return changed ? replaced : mapped;
    }

    /// <summary>Replaces nodes bottom-up, those of subqueries inside expressions too.</summary>
    public static RelationalNode MapNodes(RelationalNode node, Func<RelationalNode, RelationalNode> map)
    {
        DepthGuard.Check();
        RelationalNode mapped = node.MapInputs(input => MapNodes(input, map));
        if (mapped.Expressions.Any(expression => expression.Any(part => part is SubqueryExpression)))
        {
            bool changed = false;
            RelationalNode replaced = mapped.MapExpressions(expression => expression.Transform(part =>
            {
                if (part is not SubqueryExpression subquery)
                    return part;
                RelationalNode query = MapNodes(subquery.Query, map);
                if (ReferenceEquals(query, subquery.Query))
                    return part;
                changed = true;
                return subquery.WithQuery(query);
            }));
            if (changed)
                mapped = replaced;
        }

        return map(mapped);
    }

    /// <summary>Columns that an expression reads, with what its subqueries read from outside.</summary>
    public static HashSet<int> ColumnsOf(Expression expression)
    {
        var columns = new HashSet<int>();
        AddColumns(expression, columns);
        return columns;
    }

    /// <summary>Adds the columns that an expression reads from outside.</summary>
    public static void AddColumns(Expression expression, HashSet<int> columns)
    {
        DepthGuard.Check();
        if (expression is ColumnExpression column)
            columns.Add(column.Column);
        foreach (Expression child in expression.Children)
            AddColumns(child, columns);
        if (expression is SubqueryExpression subquery)
        {
            foreach (int outer in OuterColumns(subquery.Query))
                columns.Add(outer);
        }
    }

    /// <summary>Columns that a tree reads but does not produce itself: references to the outside.</summary>
    public static HashSet<int> OuterColumns(RelationalNode node)
    {
        var used = new HashSet<int>();
        var produced = new HashSet<int>();
        Collect(node, used, produced);
        used.ExceptWith(produced);
        return used;
    }

    /// <summary>The worst volatility of the expressions of a tree.</summary>
    public static Volatility Volatility(RelationalNode node)
    {
        Volatility worst = Functions.Volatility.Immutable;
        VisitNodes(node, part =>
        {
            // A scan's result depends on the snapshot.
            if (part is ScanNode && worst == Functions.Volatility.Immutable)
                worst = Functions.Volatility.Stable;
            if (part is ModifyNode)
                worst = Functions.Volatility.Volatile;
        });
        Visit(node, expression =>
        {
            if (expression is SubqueryExpression)
                return;
            Volatility own = expression.OwnVolatility;
            if (own == Functions.Volatility.Volatile || (own == Functions.Volatility.Stable && worst == Functions.Volatility.Immutable))
                worst = own;
        });
        return worst;
    }

    private static void Collect(RelationalNode node, HashSet<int> used, HashSet<int> produced)
    {
        DepthGuard.Check();
        foreach (int column in node.Columns)
            produced.Add(column);
        if (node is InsertNode { Conflict: { } conflict })
        {
            produced.UnionWith(conflict.ExistingColumns);
            produced.UnionWith(conflict.ExcludedColumns);
        }

        foreach (Expression expression in node.Expressions)
            AddColumns(expression, used);
        foreach (RelationalNode input in node.Inputs)
            Collect(input, used, produced);
    }
}
