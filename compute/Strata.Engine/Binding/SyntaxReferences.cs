using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Finds out whether a query mentions an unqualified table name in a FROM clause, at any depth (to tell recursive WITH items).</summary>
internal static class SyntaxReferences
{
    /// <summary>True when an expression names a column, in itself or (for all that is known) in a subquery.</summary>
    public static bool HasColumns(Expression expression)
    {
        bool found = expression is ScalarSubquery;
        Ddl.SyntaxWalker.VisitColumns(expression, _ => found = true);
        return found;
    }

    /// <summary>True when a FROM item of the query or of a subquery has the name.</summary>
    public static bool Mentions(SelectStatement query, string name)
    {
        DepthGuard.Check();
        if (query.With is not null)
        {
            foreach (CommonTableExpression item in query.With.Items)
            {
                if (item.Name == name)
                    return false;
                if (item.Statement is SelectStatement select && Mentions(select, name))
                    return true;
            }
        }

        switch (query.Body)
        {
            case SetOperationBody set:
                return Mentions(set.Left, name) || Mentions(set.Right, name);
            case SelectBody body:
                foreach (FromItem item in body.From)
                {
                    if (Mentions(item, name))
                        return true;
                }

                foreach (TargetItem target in body.Targets)
                {
                    if (Mentions(target.Value, name))
                        return true;
                }

                return Mentions(body.Where, name) || Mentions(body.Having, name);
            default:
                return false;
        }
    }

    private static bool Mentions(FromItem item, string name)
    {
        DepthGuard.Check();
        return item switch
        {
            TableItem table => table.Relation.Schema is null && table.Relation.Name == name,
            SubqueryItem subquery => Mentions(subquery.Query, name),
            JoinItem join => Mentions(join.Left, name) || Mentions(join.Right, name) || Mentions(join.On, name),
            _ => false,
        };
    }

    private static bool Mentions(Expression? expression, string name)
    {
        DepthGuard.Check();
        switch (expression)
        {
            case null:
                return false;
            case ScalarSubquery scalar:
                return Mentions(scalar.Query, name);
            case ExistsExpression exists:
                return Mentions(exists.Query, name);
            case InSubqueryExpression inside:
                return Mentions(inside.Query, name) || Mentions(inside.Operand, name);
            case QuantifiedSubqueryExpression quantified:
                return Mentions(quantified.Query, name) || Mentions(quantified.Left, name);
            case ArraySubquery array:
                return Mentions(array.Query, name);
            case LogicalExpression logical:
                foreach (Expression operand in logical.Operands)
                {
                    if (Mentions(operand, name))
                        return true;
                }

                return false;
            case NotExpression not:
                return Mentions(not.Operand, name);
            case BinaryExpression binary:
                return Mentions(binary.Left, name) || Mentions(binary.Right, name);
            case UnaryExpression unary:
                return Mentions(unary.Operand, name);
            default:
                return false;
        }
    }
}
