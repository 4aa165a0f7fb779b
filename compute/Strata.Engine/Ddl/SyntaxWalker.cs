using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Finds column references in the expressions that catalogs can hold.</summary>
internal static class SyntaxWalker
{
    public static void VisitColumns(SyntaxNode? node, Action<ColumnReference> visit)
    {
        switch (node)
        {
            case null:
                break;
            case ColumnReference column:
                visit(column);
                break;
            case UnaryExpression unary:
                VisitColumns(unary.Operand, visit);
                break;
            case BinaryExpression binary:
                VisitColumns(binary.Left, visit);
                VisitColumns(binary.Right, visit);
                break;
            case LogicalExpression logical:
                VisitAll(logical.Operands, visit);
                break;
            case NotExpression not:
                VisitColumns(not.Operand, visit);
                break;
            case IsNullExpression isNull:
                VisitColumns(isNull.Operand, visit);
                break;
            case IsTruthExpression truth:
                VisitColumns(truth.Operand, visit);
                break;
            case IsDistinctExpression distinct:
                VisitColumns(distinct.Left, visit);
                VisitColumns(distinct.Right, visit);
                break;
            case BetweenExpression between:
                VisitColumns(between.Operand, visit);
                VisitColumns(between.Low, visit);
                VisitColumns(between.High, visit);
                break;
            case PatternExpression pattern:
                VisitColumns(pattern.Operand, visit);
                VisitColumns(pattern.Pattern, visit);
                break;
            case InListExpression list:
                VisitColumns(list.Operand, visit);
                VisitAll(list.Items, visit);
                break;
            case CaseExpression choice:
                VisitColumns(choice.Operand, visit);
                foreach (CaseWhen when in choice.Whens)
                {
                    VisitColumns(when.Condition, visit);
                    VisitColumns(when.Result, visit);
                }

                VisitColumns(choice.Else, visit);
                break;
            case CoalesceExpression coalesce:
                VisitAll(coalesce.Arguments, visit);
                break;
            case XmlExpression xml:
                VisitAll(xml.Arguments, visit);
                foreach (TargetItem item in xml.NamedArguments)
                    VisitColumns(item.Value, visit);
                break;
            case IsDocumentExpression document:
                VisitColumns(document.Operand, visit);
                break;
            case MinMaxExpression minMax:
                VisitAll(minMax.Arguments, visit);
                break;
            case NullIfExpression nullIf:
                VisitColumns(nullIf.Left, visit);
                VisitColumns(nullIf.Right, visit);
                break;
            case ArrayExpression array:
                VisitAll(array.Elements, visit);
                break;
            case CastExpression cast:
                VisitColumns(cast.Operand, visit);
                break;
            case CollateExpression collate:
                VisitColumns(collate.Operand, visit);
                break;
            case FunctionCall call:
                VisitAll(call.Arguments, visit);
                break;
        }
    }

    private static void VisitAll(SyntaxList<Expression> expressions, Action<ColumnReference> visit)
    {
        foreach (Expression expression in expressions)
            VisitColumns(expression, visit);
    }
}
