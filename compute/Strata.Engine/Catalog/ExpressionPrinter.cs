using System.Globalization;
using System.Text;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>
/// Prints expressions of defaults, checks and index keys in the style of <c>pg_get_expr</c>: every operator in parentheses, constants with their types. The text is what the catalogs keep.
/// </summary>
/// <param name="columnType">Type of a column by name, for the types of constants beside it; null when unknown.</param>
/// <param name="relationOid">OID of a relation by name, for regclass constants; null to leave them.</param>
/// <param name="names">Gives names their schemas; null to leave them as written.</param>
internal sealed class ExpressionPrinter(Func<string, SqlType?> columnType, Func<string, uint?>? relationOid, StoredNames? names)
{
    private readonly StringBuilder _text = new();

    /// <summary>Prints an expression. Throws 0A000 for constructs that the catalogs can't hold yet.</summary>
    public static string Print(Expression expression, Func<string, SqlType?>? columnType = null, SqlType? target = null, Func<string, uint?>? relationOid = null, StoredNames? names = null)
    {
        var printer = new ExpressionPrinter(columnType ?? (static _ => null), relationOid, names);
        printer.Append(expression, target);
        string text = printer._text.ToString();
        return names?.Qualify(text) ?? text;
    }

    private void Append(Expression expression, SqlType? hint = null)
    {
        switch (expression)
        {
            case IntegerLiteral integer:
                AppendNumber(integer.Value.ToString(CultureInfo.InvariantCulture), hint);
                break;
            case NumericLiteral number:
                AppendNumber(number.Text, hint);
                break;
            case StringLiteral text:
                _text.Append(Quote(text.Value)).Append("::").Append(hint is null ? "text" : ConstantTypeName(hint));
                break;
            case BooleanLiteral boolean:
                _text.Append(boolean.Value ? "true" : "false");
                break;
            case NullLiteral:
                _text.Append("NULL");
                if (hint is not null)
                    _text.Append("::").Append(names?.PrefixOf(hint)).Append(TypeNames.Format(hint, hint.Typmod));
                break;
            case BitStringLiteral bits:
                AppendBits(bits);
                break;
            case ColumnReference column:
                AppendNames(column.Names);
                break;
            case UnaryExpression unary:
                _text.Append('(').Append(unary.Operator.Name).Append(' ');
                Append(unary.Operand, TypeOf(unary.Operand));
                _text.Append(')');
                break;
            case BinaryExpression binary:
                AppendBinary(binary.Left, binary.Operator.Name, binary.Right);
                break;
            case LogicalExpression logical:
                AppendList("(", logical.Operands, logical.Kind == LogicalKind.And ? " AND " : " OR ", ")");
                break;
            case NotExpression not:
                _text.Append("(NOT ");
                Append(not.Operand);
                _text.Append(')');
                break;
            case IsNullExpression isNull:
                AppendSuffixed(isNull.Operand, isNull.IsNegated ? " IS NOT NULL" : " IS NULL");
                break;
            case IsTruthExpression truth:
                AppendSuffixed(truth.Operand, (truth.IsNegated ? " IS NOT " : " IS ") + truth.Value.ToString().ToUpperInvariant());
                break;
            case IsDistinctExpression distinct:
                AppendBinary(distinct.Left, distinct.IsNegated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM", distinct.Right);
                break;
            case BetweenExpression { IsSymmetric: false } between:
                AppendBetween(between);
                break;
            case PatternExpression { Escape: null, Kind: not PatternKind.SimilarTo } pattern:
                AppendBinary(pattern.Operand, (pattern.IsNegated ? "!" : "") + (pattern.Kind == PatternKind.Like ? "~~" : "~~*"), pattern.Pattern);
                break;
            case InListExpression list:
                AppendInList(list);
                break;
            default:
                AppendOther(expression, hint);
                break;
        }
    }

    private void AppendBits(BitStringLiteral bits)
    {
        var digits = new ByteBuffer();
        byte[] value = BitString.ParseDigits(System.Text.Encoding.UTF8.GetBytes(bits.Digits), bits.IsHexadecimal);
        BitString.Instance.Write(BuiltinTypes.Get(TypeOid.Bit), value, digits, TypeSettings.Default, null);
        _text.Append('\'').Append(digits).Append("'::\"bit\"");
    }

    /// <summary>bit and character mean a length of 1 unless their names are written in another way.</summary>
    private string ConstantTypeName(SqlType type) => type.Oid switch
    {
        TypeOid.Bit => "\"bit\"",
        TypeOid.BpChar => "bpchar",
        _ => names?.PrefixOf(type) + TypeNames.Format(type),
    };

    private void AppendOther(Expression expression, SqlType? hint)
    {
        switch (expression)
        {
            case CaseExpression choice:
                AppendCase(choice, hint);
                break;
            case CoalesceExpression coalesce:
                AppendList("COALESCE(", coalesce.Arguments, ", ", ")", TypeOfAny(coalesce.Arguments));
                break;
            case MinMaxExpression minMax:
                AppendList(minMax.IsGreatest ? "GREATEST(" : "LEAST(", minMax.Arguments, ", ", ")", TypeOfAny(minMax.Arguments));
                break;
            case NullIfExpression nullIf:
                _text.Append("NULLIF(");
                Append(nullIf.Left);
                _text.Append(", ");
                Append(nullIf.Right, TypeOf(nullIf.Left));
                _text.Append(')');
                break;
            case ArrayExpression array:
                AppendList("ARRAY[", array.Elements, ", ", "]", hint?.ElementType);
                break;
            case CastExpression cast:
                AppendCast(cast);
                break;
            case CollateExpression collate:
                _text.Append('(');
                Append(collate.Operand, TypeOf(collate.Operand));
                _text.Append(" COLLATE ").Append(TypeNames.QuoteIdentifier(collate.Collation.Name)).Append(')');
                break;
            case FunctionCall call:
                AppendCall(call);
                break;
            case SqlValueFunction value:
                AppendValueFunction(value);
                break;
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"{expression.GetType().Name} is not supported in a stored expression yet");
        }
    }

    private void AppendNumber(string digits, SqlType? hint)
    {
        if (hint is { Oid: TypeOid.Numeric } && !digits.Contains('.', StringComparison.Ordinal))
            _text.Append(digits.StartsWith('-') ? $"'{digits}'::integer" : digits).Append("::numeric");
        else if (digits.StartsWith('-'))
            _text.Append('\'').Append(digits).Append("'::").Append(
                digits.Contains('.', StringComparison.Ordinal) ? "numeric" : long.TryParse(digits, CultureInfo.InvariantCulture, out long n) && n < int.MinValue ? "bigint" : "integer");
        else
            _text.Append(digits);
        if (hint is { Oid: TypeOid.Float4 or TypeOid.Float8 } && !digits.StartsWith('-'))
            _text.Append("::").Append(TypeNames.Format(hint));
        if (!digits.StartsWith('-') && !digits.Contains('.', StringComparison.Ordinal) && hint is null && digits.Length > 9 && long.TryParse(digits, CultureInfo.InvariantCulture, out long big) && big > int.MaxValue)
            _text.Insert(_text.Length - digits.Length, '\'').Append("'::bigint");
    }

    private void AppendBinary(Expression left, string sign, Expression right)
    {
        SqlType? leftType = TypeOf(left), rightType = TypeOf(right);
        _text.Append('(');
        AppendOperand(left, rightType, leftType);
        _text.Append(' ').Append(sign).Append(' ');
        AppendOperand(right, leftType, rightType);
        _text.Append(')');
    }

    // A varchar column is compared as text: PostgreSQL shows the relabelling.
    private void AppendOperand(Expression operand, SqlType? other, SqlType? own)
    {
        SqlType? literal = other switch
        {
            { Oid: TypeOid.VarChar } => SqlType.Text,
            null => null,
            _ => other.WithTypmod(-1),
        };
        if (own is { Oid: TypeOid.VarChar } && operand is ColumnReference)
        {
            _text.Append('(');
            Append(operand);
            _text.Append(")::text");
            return;
        }

        Append(operand, operand is StringLiteral or IntegerLiteral or NumericLiteral or NullLiteral ? literal : null);
    }

    private void AppendBetween(BetweenExpression between)
    {
        _text.Append('(');
        AppendBinary(between.Operand, between.IsNegated ? "<" : ">=", between.Low);
        _text.Append(between.IsNegated ? " OR " : " AND ");
        AppendBinary(between.Operand, between.IsNegated ? ">" : "<=", between.High);
        _text.Append(')');
    }

    private void AppendInList(InListExpression list)
    {
        SqlType? type = TypeOf(list.Operand);
        bool relabelled = type is { Oid: TypeOid.VarChar };
        _text.Append('(');
        AppendOperand(list.Operand, null, type);
        if (list.Items.Count == 1)
        {
            _text.Append(list.IsNegated ? " <> " : " = ");
            Append(list.Items[0], relabelled ? SqlType.Text : type?.WithTypmod(-1));
            _text.Append(')');
            return;
        }

        _text.Append(list.IsNegated ? " <> ALL (" : " = ANY (");
        if (relabelled)
            _text.Append('(');
        AppendList("ARRAY[", list.Items, ", ", "]", type?.WithTypmod(-1));
        if (relabelled)
            _text.Append(")::text[]");
        _text.Append("))");
    }

    private void AppendCase(CaseExpression choice, SqlType? hint)
    {
        // PostgreSQL breaks lines in a CASE.
        _text.Append("\nCASE");
        if (choice.Operand is not null)
        {
            _text.Append(' ');
            Append(choice.Operand);
        }

        foreach (CaseWhen when in choice.Whens)
        {
            _text.Append("\n    WHEN ");
            Append(when.Condition, choice.Operand is null ? null : TypeOf(choice.Operand));
            _text.Append(" THEN ");
            Append(when.Result, hint);
        }

        _text.Append("\n    ELSE ");
        Append(choice.Else ?? new NullLiteral(-1), hint);
        _text.Append("\nEND");
    }

    private void AppendCast(CastExpression cast)
    {
        SqlType? type = NamedType(cast.Type);
        string name = type is null ? PrintTypeName(cast.Type) : TypeNames.Format(type, type.Typmod);
        if (cast.Operand is StringLiteral text)
        {
            string value = type is { Oid: TypeOid.RegClass } && relationOid?.Invoke(text.Value) is { } oid ? oid.ToString(CultureInfo.InvariantCulture) : text.Value;
            _text.Append(Quote(value)).Append("::").Append(name);
            return;
        }

        bool simple = cast.Operand is IntegerLiteral or FunctionCall { Syntax: CallSyntax.Plain } or BinaryExpression or CastExpression { Operand: StringLiteral };
        _text.Append(simple ? "" : "(");
        Append(cast.Operand);
        _text.Append(simple ? "::" : ")::").Append(name);
    }

    private static string PrintTypeName(TypeName name)
    {
        var text = new StringBuilder();
        foreach (string part in name.Names)
            text.Append(text.Length == 0 ? "" : ".").Append(TypeNames.QuoteIdentifier(part));
        for (int i = 0; i < name.ArrayBounds.Count; i++)
            text.Append("[]");
        return text.ToString();
    }

    private void AppendCall(FunctionCall call)
    {
        if (call.Over is not null || call.Filter is not null || call.IsWithinGroup || !call.OrderBy.IsEmpty)
            throw new SqlException(SqlState.FeatureNotSupported, "aggregate and window functions are not allowed in stored expressions");
        if (call.Syntax == CallSyntax.AtTimeZone)
        {
            _text.Append('(');
            Append(call.Arguments[1], TypeOf(call.Arguments[1]));
            _text.Append(" AT TIME ZONE ");
            Append(call.Arguments[0]);
            _text.Append(')');
            return;
        }

        if (call.Syntax == CallSyntax.Extract)
        {
            _text.Append("EXTRACT(").Append(((StringLiteral)call.Arguments[0]).Value).Append(" FROM ");
            Append(call.Arguments[1]);
            _text.Append(')');
            return;
        }

        AppendNames(call.Name.Schema == "pg_catalog" ? [call.Name.Name] : call.Name.Parts);
        _text.Append('(');
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            if (i > 0)
                _text.Append(", ");
            // Functions take text; a varchar column is relabelled, and PostgreSQL shows that.
            AppendOperand(call.Arguments[i], null, call.Arguments[i] is ColumnReference ? TypeOf(call.Arguments[i]) : null);
        }

        _text.Append(')');
    }

    private void AppendValueFunction(SqlValueFunction value) => _text.Append(value.Kind switch
    {
        SqlValueFunctionKind.CurrentDate => "CURRENT_DATE",
        SqlValueFunctionKind.CurrentTime => "CURRENT_TIME" + Precision(value.Precision),
        SqlValueFunctionKind.CurrentTimestamp => "CURRENT_TIMESTAMP" + Precision(value.Precision),
        SqlValueFunctionKind.LocalTime => "LOCALTIME" + Precision(value.Precision),
        SqlValueFunctionKind.LocalTimestamp => "LOCALTIMESTAMP" + Precision(value.Precision),
        SqlValueFunctionKind.CurrentRole => "CURRENT_ROLE",
        SqlValueFunctionKind.CurrentUser => "CURRENT_USER",
        SqlValueFunctionKind.User => "USER",
        SqlValueFunctionKind.SessionUser => "SESSION_USER",
        SqlValueFunctionKind.CurrentCatalog => "CURRENT_CATALOG",
        _ => "CURRENT_SCHEMA",
    });

    private static string Precision(int precision) => precision < 0 ? "" : $"({precision})";

    private void AppendSuffixed(Expression operand, string suffix)
    {
        _text.Append('(');
        Append(operand, TypeOf(operand));
        _text.Append(suffix).Append(')');
    }

    private void AppendList(string open, SyntaxList<Expression> items, string separator, string close, SqlType? hint = null)
    {
        _text.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                _text.Append(separator);
            Append(items[i], hint);
        }

        _text.Append(close);
    }

    private void AppendNames(SyntaxList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
            _text.Append(i > 0 ? "." : "").Append(TypeNames.QuoteIdentifier(names[i]));
    }

    private SqlType? TypeOfAny(SyntaxList<Expression> expressions)
    {
        foreach (Expression expression in expressions)
            if (TypeOf(expression) is { } type)
                return type;
        return null;
    }

    // Only as far as constants beside it need: columns, casts, and what keeps its operand's type.
    private SqlType? TypeOf(Expression expression) => expression switch
    {
        ColumnReference { IsStar: false } column => columnType(column.Names[column.Names.Count - 1]),
        CastExpression cast => NamedType(cast.Type),
        UnaryExpression unary => TypeOf(unary.Operand),
        BinaryExpression { Operator.Name: "+" or "-" or "*" or "/" or "%" or "||" } binary => TypeOf(binary.Left) ?? TypeOf(binary.Right),
        FunctionCall { Name.Name: "lower" or "upper" or "btrim" or "ltrim" or "rtrim" or "substring" or "substr" or "replace" or "left" or "right" } => SqlType.Text,
        FunctionCall { Name.Name: "length" or "char_length" or "octet_length" } => SqlType.Int4,
        CoalesceExpression coalesce => TypeOfAny(coalesce.Arguments),
        _ => null,
    };

    private static SqlType? NamedType(TypeName name)
    {
        if (name.Schema is not (null or "pg_catalog") || BuiltinTypes.Find(name.Name) is not { } type)
            return null;
        if (!name.ArrayBounds.IsEmpty)
            return BuiltinTypes.Find(type.ArrayOid);
        return name.Modifiers.Count == 1 && name.Modifiers[0] is IntegerLiteral length && type.Oid is TypeOid.VarChar or TypeOid.BpChar
            ? type.WithTypmod(((IntegerLiteral)name.Modifiers[0]).Value + 4)
            : type;
    }

    /// <summary>A text as an SQL string constant.</summary>
    public static string Quote(string value)
    {
        string quoted = "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";
        return value.Contains('\\', StringComparison.Ordinal) ? "E" + quoted.Replace("\\", "\\\\", StringComparison.Ordinal) : quoted;
    }
}
