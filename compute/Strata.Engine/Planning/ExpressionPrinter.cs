using System.Globalization;
using System.Text;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;
using SortKey = Strata.Engine.Planning.Algebra.SortKey;

namespace Strata.Engine.Planning;

/// <summary>Writes bound expressions as EXPLAIN shows them, in PostgreSQL's style.</summary>
internal sealed class ExpressionPrinter(QueryMetadata metadata, int statementParameters, bool withQualifiers)
{
    /// <summary>The expression's text.</summary>
    public string Print(Expression expression)
    {
        var text = new StringBuilder();
        Write(expression, text);
        return text.ToString();
    }

    /// <summary>A conjunction: <c>((a = 1) AND (b = 2))</c>.</summary>
    public string Print(IReadOnlyList<Expression> conditions) => Print(BooleanExpression.And(conditions));

    /// <summary>A column, qualified when several relations are in sight.</summary>
    public string Column(int column)
    {
        QueryColumn found = metadata[column];
        string name = TypeNames.QuoteIdentifier(found.Name);
        return withQualifiers && !string.IsNullOrEmpty(found.Qualifier) ? $"{TypeNames.QuoteIdentifier(found.Qualifier)}.{name}" : name;
    }

    /// <summary>A sort key with its direction.</summary>
    public string Key(SortKey key)
    {
        string text = Column(key.Column) + (key.Descending ? " DESC" : "");
        if (key.NullsFirst != key.Descending)
            text += key.NullsFirst ? " NULLS FIRST" : " NULLS LAST";
        return text;
    }

    private void Write(Expression expression, StringBuilder text)
    {
        Vectors.DepthGuard.Check();
        switch (expression)
        {
            case ColumnExpression column:
                text.Append(Column(column.Column));
                break;
            case ConstantExpression constant:
                text.Append(Constant(constant));
                break;
            case ParameterExpression parameter when parameter.Index < statementParameters:
                text.Append('$').Append(parameter.Index + 1);
                break;
            case ParameterExpression parameter:
                text.Append('$').Append(parameter.Index - statementParameters);
                break;
            case FunctionExpression { Operator: { } op, Arguments: [var right] }:
                text.Append('(').Append(op.Name).Append(' ');
                Write(right, text);
                text.Append(')');
                break;
            case FunctionExpression { Operator: { } op, Arguments: [var left, var right] }:
                text.Append('(');
                Write(left, text);
                text.Append(' ').Append(op.Name).Append(' ');
                Write(right, text);
                text.Append(')');
                break;
            case FunctionExpression { Form: CallForm.ExplicitCast or CallForm.ImplicitCast } cast:
                WriteCast(cast.Arguments[0], cast.Type, text);
                break;
            case FunctionExpression call:
                text.Append(TypeNames.QuoteIdentifier(call.Function.Name)).Append('(');
                WriteList(call.Arguments, text);
                text.Append(')');
                break;
            case RelabelExpression relabel:
                WriteCast(relabel.Operand, relabel.Type, text);
                break;
            case IoCastExpression cast:
                WriteCast(cast.Operand, cast.Type, text);
                break;
            case BooleanExpression { Operator: BooleanOperator.Not } not:
                text.Append("(NOT ");
                Write(not.Operands[0], text);
                text.Append(')');
                break;
            case BooleanExpression boolean:
                text.Append('(');
                for (int i = 0; i < boolean.Operands.Count; i++)
                {
                    if (i > 0)
                        text.Append(boolean.Operator == BooleanOperator.And ? " AND " : " OR ");
                    Write(boolean.Operands[i], text);
                }

                text.Append(')');
                break;
            case NullTestExpression test:
                text.Append('(');
                Write(test.Operand, text);
                text.Append(test.IsNotNull ? " IS NOT NULL)" : " IS NULL)");
                break;
            case ArrayComparisonExpression comparison:
                text.Append('(');
                Write(comparison.Scalar, text);
                text.Append(' ').Append(comparison.Operator.Name).Append(comparison.IsAll ? " ALL (" : " ANY (");
                Write(comparison.Array, text);
                text.Append("))");
                break;
            case ArrayExpression array:
                text.Append("ARRAY[");
                WriteList(array.Elements, text);
                text.Append(']');
                break;
            case CoalesceExpression coalesce:
                text.Append("COALESCE(");
                WriteList(coalesce.Operands, text);
                text.Append(')');
                break;
            case SubqueryExpression or SubplanExpression:
                text.Append("(SubPlan)");
                break;
            case CaseExpression choice:
                WriteCase(choice, text);
                break;
            default:
                text.Append(expression.GetType().Name.Replace("Expression", "", StringComparison.Ordinal).ToUpperInvariant()).Append('(');
                WriteList(expression.Children, text);
                text.Append(')');
                break;
        }
    }

    private void WriteCast(Expression operand, SqlType type, StringBuilder text)
    {
        text.Append('(');
        Write(operand, text);
        text.Append(")::").Append(type);
    }

    private void WriteCase(CaseExpression choice, StringBuilder text)
    {
        text.Append("CASE");
        for (int i = 0; i < choice.Conditions.Count; i++)
        {
            text.Append(" WHEN ");
            Write(choice.Conditions[i], text);
            text.Append(" THEN ");
            Write(choice.Results[i], text);
        }

        text.Append(" ELSE ");
        Write(choice.Otherwise, text);
        text.Append(" END");
    }

    private void WriteList(IReadOnlyList<Expression> items, StringBuilder text)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            Write(items[i], text);
        }
    }

    private static string Constant(ConstantExpression constant)
    {
        if (constant.IsNull)
            return $"NULL::{constant.Type}";
        switch (constant.Type.Oid)
        {
            case TypeOid.Boolean:
                return constant.Value.AsBoolean ? "true" : "false";
            case TypeOid.Int4:
                return constant.Value.Get<int>().ToString(CultureInfo.InvariantCulture);
        }

        string value = TypeOutput.ToText(constant.Type, constant.Value, TypeSettings.Default, null) ?? "";
        return $"'{value.Replace("'", "''", StringComparison.Ordinal)}'::{constant.Type}";
    }
}
