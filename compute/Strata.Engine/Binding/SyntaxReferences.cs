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

    /// <summary>A subquery of an expression that mentions the name; null for none.</summary>
    public static SelectStatement? FindSubquery(Expression expression, string name)
    {
        SelectStatement? found = null;
        Visit(expression, query => found ??= Mentions(query, name) ? query : null);
        return found;
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

    private static bool Mentions(Expression? expression, string name) => expression is not null && FindSubquery(expression, name) is not null;

    /// <summary>Calls back for each subquery directly within an expression.</summary>
    private static void Visit(Expression? expression, Action<SelectStatement> visit)
    {
        DepthGuard.Check();
        switch (expression)
        {
            case ScalarSubquery scalar:
                visit(scalar.Query);
                break;
            case ExistsExpression exists:
                visit(exists.Query);
                break;
            case InSubqueryExpression inside:
                visit(inside.Query);
                Visit(inside.Operand, visit);
                break;
            case QuantifiedSubqueryExpression quantified:
                visit(quantified.Query);
                Visit(quantified.Left, visit);
                break;
            case ArraySubquery array:
                visit(array.Query);
                break;
            case LogicalExpression logical:
                foreach (Expression operand in logical.Operands)
                    Visit(operand, visit);
                break;
            case NotExpression not:
                Visit(not.Operand, visit);
                break;
            case BinaryExpression binary:
                Visit(binary.Left, visit);
                Visit(binary.Right, visit);
                break;
            case UnaryExpression unary:
                Visit(unary.Operand, visit);
                break;
            case CastExpression cast:
                Visit(cast.Operand, visit);
                break;
            case FunctionCall call:
                foreach (Expression argument in call.Arguments)
                    Visit(argument, visit);
                break;
        }
    }
}
