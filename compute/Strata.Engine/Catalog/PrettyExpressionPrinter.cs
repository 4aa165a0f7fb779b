using System.Globalization;
using System.Text;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>Stored expressions as <c>\d</c> shows them: PostgreSQL's "pretty" form, which leaves out parentheses where precedence is plain. Falls back to the stored text for constructs that it does not know.</summary>
internal sealed class PrettyExpressionPrinter
{
    private readonly StringBuilder _text = new();
    private bool _unknown;

    private enum Parent
    {
        None,
        And,
        Or,
        Not,
        Arithmetic,
        Operator,
        Cast,
    }

    /// <summary>The expression in pretty form.</summary>
    public static string Print(CatalogExpression expression)
    {
        var printer = new PrettyExpressionPrinter();
        printer.Append(expression.Syntax, Parent.None);
        return printer._unknown ? expression.Text : printer._text.ToString();
    }

    private void Append(Expression expression, Parent parent)
    {
        switch (expression)
        {
            case IntegerLiteral integer:
                _text.Append(integer.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case NumericLiteral number:
                _text.Append(number.Text);
                break;
            case StringLiteral text:
                _text.Append(ExpressionPrinter.Quote(text.Value));
                break;
            case BooleanLiteral boolean:
                _text.Append(boolean.Value ? "true" : "false");
                break;
            case NullLiteral:
                _text.Append("NULL");
                break;
            case ColumnReference column:
                AppendNames(column.Names);
                break;
            case BinaryExpression binary:
                AppendBinary(binary, parent);
                break;
            case LogicalExpression logical:
                AppendLogical(logical, parent);
                break;
            case NotExpression not:
                Group(parent is Parent.Operator or Parent.Arithmetic or Parent.Cast, () =>
                {
                    _text.Append("NOT ");
                    Append(not.Operand, Parent.Not);
                });
                break;
            case IsNullExpression isNull:
                Group(parent is Parent.Operator or Parent.Arithmetic or Parent.Cast, () =>
                {
                    Append(isNull.Operand, Parent.Operator);
                    _text.Append(isNull.IsNegated ? " IS NOT NULL" : " IS NULL");
                });
                break;
            case CastExpression cast:
                Append(cast.Operand, Parent.Cast);
                _text.Append("::");
                AppendType(cast.Type);
                break;
            case FunctionCall { Syntax: CallSyntax.Plain } call:
                AppendNames(call.Name.Parts);
                AppendList("(", call.Arguments, ")");
                break;
            case ArrayExpression array:
                AppendList("ARRAY[", array.Elements, "]");
                break;
            case QuantifiedArrayExpression quantified:
                Group(parent is Parent.Operator or Parent.Arithmetic or Parent.Cast, () =>
                {
                    Append(quantified.Left, Parent.Operator);
                    _text.Append(' ').Append(quantified.Operator.Name).Append(quantified.IsAll ? " ALL (" : " ANY (");
                    Append(quantified.Array, Parent.None);
                    _text.Append(')');
                });
                break;
            default:
                _unknown = true;
                break;
        }
    }

    private void AppendBinary(BinaryExpression binary, Parent parent)
    {
        bool arithmetic = binary.Operator.Name is "+" or "-" or "*" or "/" or "%";
        Group(parent is Parent.Operator or Parent.Arithmetic or Parent.Cast, () =>
        {
            Parent inner = arithmetic ? Parent.Arithmetic : Parent.Operator;
            Append(binary.Left, inner);
            _text.Append(' ').Append(binary.Operator.Name).Append(' ');
            Append(binary.Right, inner);
        });
    }

    private void AppendLogical(LogicalExpression logical, Parent parent)
    {
        bool isAnd = logical.Kind == LogicalKind.And;
        bool grouped = parent is Parent.Not or Parent.Operator or Parent.Arithmetic or Parent.Cast || (!isAnd && parent == Parent.And);
        Group(grouped, () =>
        {
            for (int i = 0; i < logical.Operands.Count; i++)
            {
                if (i > 0)
                    _text.Append(isAnd ? " AND " : " OR ");
                Append(logical.Operands[i], isAnd ? Parent.And : Parent.Or);
            }
        });
    }

    private void Group(bool parentheses, Action content)
    {
        if (parentheses)
            _text.Append('(');
        content();
        if (parentheses)
            _text.Append(')');
    }

    private void AppendList(string open, SyntaxList<Expression> items, string close)
    {
        _text.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                _text.Append(", ");
            Append(items[i], Parent.None);
        }

        _text.Append(close);
    }

    private void AppendNames(SyntaxList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
            _text.Append(i > 0 ? "." : "").Append(TypeNames.QuoteIdentifier(names[i]));
    }

    private void AppendType(TypeName name)
    {
        if (name.Schema is not (null or "pg_catalog") || BuiltinTypes.Find(name.Name) is not { } type || name.Modifiers.Count > 1)
        {
            _unknown = true;
            return;
        }

        int typmod = name.Modifiers.Count == 1 && name.Modifiers[0] is IntegerLiteral length ? length.Value + 4 : -1;
        if (typmod != -1 && type.Oid is not (TypeOid.VarChar or TypeOid.BpChar))
            _unknown = true;
        _text.Append(TypeNames.Format(type, typmod));
        for (int i = 0; i < name.ArrayBounds.Count; i++)
            _text.Append("[]");
    }
}
