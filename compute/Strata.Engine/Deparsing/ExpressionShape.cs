using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Deparsing;

/// <summary>Which operands need no parentheses beside their neighbours (PostgreSQL's isSimpleNode).</summary>
internal static class ExpressionShape
{
    private enum Kind
    {
        Other,
        Function,
        Cast,
        Operator,
        And,
        Or,
        Not,
        Separated,
        Field,
    }

    public static bool IsSimple(Expression node, Expression parent, ExpressionWriter writer)
    {
        switch (node)
        {
            case ColumnExpression column when writer.CallBehind(column) is { } call && call is not RowExpression:
                return IsSimple(call, parent, writer);
            case ColumnExpression or SlotExpression or ConstantExpression or ParameterExpression or SubscriptExpression or ArrayExpression or RowExpression or CoalesceExpression or MinMaxExpression or XmlExpression { Operation: not XmlOperation.IsDocument }
                or SqlValueExpression or NullIfExpression or CaseExpression or CaseOperandExpression:
                return true;
            case FunctionExpression { Form: not CallForm.Operator }:
                return true;
            case FieldExpression:
                return parent is not FieldExpression;
            case DomainExpression domain:
                return IsSimple(domain.Operand, node, writer);
            case RelabelExpression relabel when !IsCollate(relabel):
                return IsSimple(relabel.Operand, node, writer);
            case IoCastExpression cast:
                return IsSimple(cast.Operand, node, writer);
            case ArrayCastExpression cast:
                return IsSimple(cast.Operand, node, writer);
            case FunctionExpression { Form: CallForm.Operator } op:
                return parent is FunctionExpression { Form: CallForm.Operator } above ? BindsTighter(op, above) : IsSeparated(parent);
            case SubqueryExpression or NullTestExpression or BooleanTestExpression or DistinctFromExpression:
                return IsSeparated(parent);
            case BooleanExpression boolean when parent is BooleanExpression outer:
                return boolean.Operator switch
                {
                    BooleanOperator.Or => outer.Operator == BooleanOperator.Or,
                    _ => outer.Operator is BooleanOperator.And or BooleanOperator.Or,
                };
            case BooleanExpression:
                return KindOf(parent) is Kind.Function or Kind.Separated;
            default:
                return false;
        }
    }

    private static bool IsCollate(RelabelExpression relabel) => relabel.Operand.Type.Oid == relabel.Type.Oid && relabel.Operand.Type.CollationOid != relabel.Type.CollationOid;

    private static bool IsSeparated(Expression parent) => KindOf(parent) is Kind.Function or Kind.Separated or Kind.And or Kind.Or or Kind.Not;

    private static Kind KindOf(Expression parent) => parent switch
    {
        FunctionExpression { Form: CallForm.ExplicitCast or CallForm.ImplicitCast } => Kind.Cast,
        FunctionExpression { SqlSyntax: not Sql.Syntax.CallSyntax.Plain } => Kind.Cast,
        FunctionExpression { Form: CallForm.Operator } => Kind.Operator,
        FunctionExpression => Kind.Function,
        BooleanExpression { Operator: BooleanOperator.And } => Kind.And,
        BooleanExpression { Operator: BooleanOperator.Or } => Kind.Or,
        BooleanExpression => Kind.Not,
        SubscriptExpression or ArrayExpression or RowExpression or CoalesceExpression or MinMaxExpression or NullIfExpression or CaseExpression or XmlExpression { Operation: not XmlOperation.IsDocument } => Kind.Separated,
        FieldExpression => Kind.Field,
        _ => Kind.Other,
    };

    // Only + - and * / % are known to stand without parentheses: (a * b) + c and (a - b) - c.
    private static bool BindsTighter(FunctionExpression op, FunctionExpression above)
    {
        int own = Priority(op), outer = Priority(above);
        if (own == 0 || outer == 0)
            return false;
        return own > outer || (own == outer && ReferenceEquals(above.Arguments[0], op));
    }

    private static int Priority(FunctionExpression op) => op.Arguments.Count != 2 ? 0 : op.Operator!.Name switch
    {
        "+" or "-" => 1,
        "*" or "/" or "%" => 2,
        _ => 0,
    };
}
