using System.Globalization;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Deparsing;

/// <summary>
/// Bound expressions as SQL, to the letter as PostgreSQL's ruleutils write them: operators in parentheses (or only where precedence asks for them), constants with their types, implicit casts hidden
/// where parsing brings them back. Not thread-safe.
/// </summary>
/// <param name="names">Names of objects.</param>
/// <param name="text">Where to write.</param>
/// <param name="recorder">What the binder found; null for expressions without subqueries and calls of aggregates.</param>
internal sealed class ExpressionWriter(DefinitionNames names, PrintBuffer text, BindingRecorder? recorder)
{
    private CallWriter? _calls;

    /// <summary>Writes subqueries; null where there can be none.</summary>
    public QueryWriter? Queries { get; init; }

    /// <summary>Writes sorted expressions and windows.</summary>
    public CallWriter Calls => _calls ??= new CallWriter(this, names, text, recorder);

    /// <summary>Names of the query level that is being written.</summary>
    public QueryNames? Level { get; set; }

    /// <summary>False for expressions over one table, whose columns stand without qualifier.</summary>
    public bool AreColumnsQualified { get; set; } = true;

    /// <summary>Names of the parameters of the function whose body is written; empty ones are written as numbers.</summary>
    public IReadOnlyList<string> ParameterNames { get; set; } = [];

    /// <summary>Name of the function whose body is written.</summary>
    public string? RoutineName { get; set; }

    /// <summary>Gives the name of a column that is in no query level (of the table that an expression is over).</summary>
    public Func<int, string?>? NameOfColumn { get; init; }

    /// <summary>Gives the text of expressions that only plans have; null for others.</summary>
    public Func<Expression, string?>? Special { get; init; }

    /// <summary>Writes an expression (get_rule_expr). <paramref name="showImplicit"/>: casts that nobody wrote are shown.</summary>
    public void Write(Expression expression, bool showImplicit)
    {
        DepthGuard.Check();
        if (Special?.Invoke(expression) is { } special)
        {
            text.Append(special);
            return;
        }

        switch (expression)
        {
            case ConstantExpression constant:
                WriteConstant(constant, labels: 0);
                break;
            case ColumnExpression column:
                WriteColumn(column, isTarget: false);
                break;
            case FunctionExpression { Form: CallForm.Operator } op:
                WriteOperator(op);
                break;
            case FunctionExpression { Form: CallForm.ImplicitCast } cast when !showImplicit:
                WriteNested(cast.Arguments[0], showImplicit: false, cast);
                break;
            case FunctionExpression { Form: CallForm.ImplicitCast or CallForm.ExplicitCast } cast:
                WriteCast(cast.Arguments[0], cast.Type, CastModifier(cast), cast);
                break;
            case FunctionExpression call:
                Calls.Write(call);
                break;
            case RelabelExpression { Operand: var operand } collate when operand.Type.Oid == collate.Type.Oid && operand.Type.CollationOid != collate.Type.CollationOid:
                text.Parenthesis('(');
                WriteNested(operand, showImplicit, collate);
                text.Append(" COLLATE ").Append(names.Collation(collate.Type.CollationOid));
                text.Parenthesis(')');
                break;
            case RelabelExpression relabel:
                WriteConversion(relabel.Operand, relabel.Type, relabel.IsExplicit, showImplicit, relabel);
                break;
            case IoCastExpression cast:
                WriteConversion(cast.Operand, cast.Type, cast.IsExplicit, showImplicit, cast);
                break;
            case ArrayCastExpression cast:
                WriteConversion(cast.Operand, cast.Type, cast.IsExplicit, showImplicit, cast);
                break;
            case DomainExpression domain:
                WriteConversion(domain.Operand, domain.Type, domain.IsExplicit, showImplicit, domain);
                break;
            case BooleanExpression boolean:
                WriteBoolean(boolean);
                break;
            default:
                WriteOther(expression, showImplicit);
                break;
        }
    }

    private void WriteOther(Expression expression, bool showImplicit)
    {
        switch (expression)
        {
            case DistinctFromExpression distinct:
                WriteDistinct(distinct);
                break;
            case ArrayComparisonExpression comparison:
                text.Parenthesis('(');
                WriteNested(comparison.Scalar, showImplicit: true, comparison);
                text.Append(' ').Append(names.Operator(comparison.Operator)).Append(comparison.IsAll ? " ALL (" : " ANY (");
                WriteNested(comparison.Array, showImplicit: true, comparison);
                text.Append(')');
                text.Parenthesis(')');
                break;
            case NullTestExpression test:
                text.Parenthesis('(');
                WriteNested(test.Operand, showImplicit: true, test);
                if (test.IsOfWhole && (test.Operand.Type.Kind == TypeKind.Composite || test.Operand.Type.Oid == TypeOid.Record))
                    text.Append(test.IsNotNull ? " IS DISTINCT FROM NULL" : " IS NOT DISTINCT FROM NULL");
                else
                    text.Append(test.IsNotNull ? " IS NOT NULL" : " IS NULL");
                text.Parenthesis(')');
                break;
            case BooleanTestExpression test:
                text.Parenthesis('(');
                WriteNested(test.Operand, showImplicit: false, test);
                text.Append(" IS ").Append(test.Test switch
                {
                    BooleanTest.IsTrue => "TRUE",
                    BooleanTest.IsNotTrue => "NOT TRUE",
                    BooleanTest.IsFalse => "FALSE",
                    BooleanTest.IsNotFalse => "NOT FALSE",
                    BooleanTest.IsUnknown => "UNKNOWN",
                    _ => "NOT UNKNOWN",
                });
                text.Parenthesis(')');
                break;
            case CaseExpression choice:
                WriteCase(choice);
                break;
            case CoalesceExpression coalesce:
                WriteList("COALESCE(", coalesce.Operands, ")");
                break;
            case MinMaxExpression minMax:
                WriteList(minMax.IsGreatest ? "GREATEST(" : "LEAST(", minMax.Operands, ")");
                break;
            case NotNullExpression notNull:
                Write(notNull.Operand, showImplicit);
                break;
            case XmlExpression xml:
                new XmlWriter(this, text, names).Write(xml);
                break;
            case NullIfExpression nullIf:
                WriteList("NULLIF(", [nullIf.Left, nullIf.Right], ")");
                break;
            case ArrayExpression array:
                WriteList("ARRAY[", array.Elements, "]");
                if (array.Elements.Count == 0)
                    text.Append("::").Append(names.Type(array.Type));
                break;
            case RowExpression row:
                WriteRow(row);
                break;
            case RowComparisonExpression comparison:
                WriteList("(ROW(", comparison.Left, ") ");
                text.Append(names.Operator(comparison.Operators[0]));
                WriteList(" ROW(", comparison.Right, "))");
                break;
            case FieldExpression field:
                WriteField(field);
                break;
            case SubscriptExpression subscript:
                WriteSubscripts(subscript);
                break;
            case SqlValueExpression value:
                WriteSqlValue(value);
                break;
            case SubqueryExpression subquery:
                WriteSubquery(subquery);
                break;
            case SlotExpression slot when NameOfColumn?.Invoke(slot.Slot) is { } name:
                text.Append(name);
                break;
            case ParameterExpression parameter when parameter.Index < ParameterNames.Count && ParameterNames[parameter.Index].Length > 0:
                // Beside columns the function's name tells them apart.
                if (Level is { HasItems: true } && RoutineName is { } routine)
                    text.Append(TypeNames.QuoteIdentifier(routine)).Append('.');
                text.Append(TypeNames.QuoteIdentifier(ParameterNames[parameter.Index]));
                break;
            case ParameterExpression parameter:
                text.Append('$').Append((parameter.Index + 1).ToString(CultureInfo.InvariantCulture));
                break;
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"{expression.GetType().Name} cannot be stored in a definition yet");
        }
    }

    /// <summary>Writes an operand, in parentheses when it needs them beside its neighbours (get_rule_expr_paren).</summary>
    public void WriteNested(Expression expression, bool showImplicit, Expression parent)
    {
        bool grouped = text.HasFewParentheses && !ExpressionShape.IsSimple(expression, parent, this);
        if (grouped)
            text.Append('(');
        Write(expression, showImplicit);
        if (grouped)
            text.Append(')');
    }

    public void WriteList(string open, IReadOnlyList<Expression> items, string close)
    {
        text.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            Write(items[i], showImplicit: true);
        }

        text.Append(close);
    }

    /// <summary>True when the column stands for an aggregate, a window function or a set-returning call.</summary>
    public bool IsCall(ColumnExpression column) => recorder?.CallOf(column.Column) is not null || recorder?.ValueOf(column.Column) is FunctionExpression or RowExpression;

    /// <summary>The set-returning call whose value a column is, or null.</summary>
    public Expression? CallBehind(ColumnExpression column) => recorder?.ValueOf(column.Column);

    /// <summary>True for a column of a FROM item, false for a column that holds a call's value.</summary>
    public bool IsPlainColumn(Expression expression) => expression is ColumnExpression column && !IsCall(column);

    /// <summary>Writes a column; returns its bare name, null when it was a call instead. As a target, a whole row must say its type.</summary>
    public string? WriteColumn(ColumnExpression column, bool isTarget)
    {
        if (recorder?.CallOf(column.Column) is { } call)
        {
            Calls.Write(call);
            return null;
        }

        if (recorder?.ValueOf(column.Column) is { } value)
        {
            if (value is RowExpression grouping)
                WriteList("GROUPING(", grouping.Fields, ")");
            else
                Write(value, showImplicit: isTarget);
            return null;
        }

        if (NameOfColumn?.Invoke(column.Column) is { } own)
        {
            text.Append(own);
            return own;
        }

        for (QueryNames? level = Level; level is not null; level = level.Outer)
            if (level.TryFind(column.Column, out string? qualifier, out string name) || level.TryFindSystem(column.Column, out qualifier, out name))
            {
                if (qualifier is not null && AreColumnsQualified)
                    text.Append(TypeNames.QuoteIdentifier(qualifier)).Append('.');
                text.Append(TypeNames.QuoteIdentifier(name));
                return name;
            }

        throw new SqlException(SqlState.InternalError, "column of a stored definition was not found");
    }

    /// <summary>Writes a constant (get_const_expr). <paramref name="labels"/>: -1 never with its type, 0 where needed, 1 always.</summary>
    public void WriteConstant(ConstantExpression constant, int labels)
    {
        SqlType type = constant.Type;
        if (constant.IsNull)
        {
            text.Append("NULL");
            if (labels >= 0)
                text.Append("::").Append(type.Oid == TypeOid.Unknown ? "unknown" : names.Type(type, type.Typmod));
            return;
        }

        string value = names.Value(type, constant.Value);
        bool isLabelled = true;
        switch (type.Oid)
        {
            case TypeOid.Int4 when value[0] != '-':
            case TypeOid.Numeric when char.IsAsciiDigit(value[0]) && value.AsSpan().IndexOfAny("eE.") >= 0:
                text.Append(value);
                isLabelled = type.Oid == TypeOid.Numeric && type.Typmod >= 0;
                break;
            case TypeOid.Boolean:
                text.Append(value == "t" ? "true" : "false");
                isLabelled = false;
                break;
            default:
                text.Append(Quote(value));
                isLabelled = type.Oid != TypeOid.Unknown;
                break;
        }

        if (labels >= 0 && (isLabelled || labels > 0))
            text.Append("::").Append(names.Type(type, type.Typmod));
    }

    /// <summary>A text as a string constant where standard_conforming_strings is on, as it always is for kept texts.</summary>
    public static string Quote(string value) => "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";

    private void WriteOperator(FunctionExpression op)
    {
        text.Parenthesis('(');
        string name = names.Operator(op.Operator!);
        if (op.Arguments.Count == 2)
        {
            WriteNested(op.Arguments[0], showImplicit: true, op);
            text.Append(' ').Append(name).Append(' ');
            WriteNested(op.Arguments[1], showImplicit: true, op);
        }
        else
        {
            text.Append(name).Append(' ');
            WriteNested(op.Arguments[0], showImplicit: true, op);
        }

        text.Parenthesis(')');
    }

    private void WriteConversion(Expression operand, SqlType type, bool isExplicit, bool showImplicit, Expression whole)
    {
        if (isExplicit || showImplicit)
            WriteCast(operand, type, type.Typmod, whole);
        else
            WriteNested(operand, showImplicit: false, whole);
    }

    // A cast that applies a length says so in its type.
    private static int CastModifier(FunctionExpression cast) =>
        cast.Arguments is [_, ConstantExpression { Type.Oid: TypeOid.Int4, IsNull: false }, ..] && cast.Type.Typmod >= 0 ? cast.Type.Typmod : -1;

    private void WriteCast(Expression operand, SqlType type, int typmod, Expression whole)
    {
        if (operand is ConstantExpression constant && constant.Type.Oid == type.Oid && constant.Type.Typmod == -1)
        {
            WriteConstant(constant, labels: -1);
        }
        else
        {
            text.Parenthesis('(');
            WriteNested(operand, showImplicit: false, whole);
            text.Parenthesis(')');
            // A cast right on ARRAY[…] is taken as one of each element: the array's own type between them keeps them apart when the text is read again.
            if (names.IsStored && operand is ArrayExpression { Elements.Count: > 0 })
                text.Append("::").Append(names.Type(operand.Type));
        }

        text.Append("::").Append(names.Type(type, typmod));
    }

    private void WriteBoolean(BooleanExpression boolean)
    {
        text.Parenthesis('(');
        if (boolean.Operator == BooleanOperator.Not)
        {
            text.Append("NOT ");
            WriteNested(boolean.Operands[0], showImplicit: false, boolean);
        }
        else
        {
            for (int i = 0; i < boolean.Operands.Count; i++)
            {
                if (i > 0)
                    text.Append(boolean.Operator == BooleanOperator.And ? " AND " : " OR ");
                WriteNested(boolean.Operands[i], showImplicit: false, boolean);
            }
        }

        text.Parenthesis(')');
    }

    // IS NOT DISTINCT FROM is NOT over IS DISTINCT FROM.
    private void WriteDistinct(DistinctFromExpression distinct)
    {
        if (distinct.IsNot)
        {
            text.Parenthesis('(');
            text.Append("NOT ");
            if (text.HasFewParentheses)
                text.Append('(');
        }

        text.Parenthesis('(');
        WriteNested(distinct.Left, showImplicit: true, distinct);
        text.Append(" IS DISTINCT FROM ");
        WriteNested(distinct.Right, showImplicit: true, distinct);
        text.Parenthesis(')');
        if (!distinct.IsNot)
            return;
        if (text.HasFewParentheses)
            text.Append(')');
        text.Parenthesis(')');
    }

    private void WriteCase(CaseExpression choice)
    {
        text.Keyword("CASE", 0, PrintBuffer.ItemIndent, 0);
        if (choice.Operand is not null)
        {
            text.Append(' ');
            Write(choice.Operand, showImplicit: true);
        }

        for (int i = 0; i < choice.Conditions.Count; i++)
        {
            Expression condition = choice.Conditions[i];
            // CASE x WHEN y is kept as x = y.
            if (choice.Operand is not null && condition is FunctionExpression { Form: CallForm.Operator, Arguments: [var left, var right] } && WithoutCasts(left) is CaseOperandExpression)
                condition = right;
            if (!text.IsIndented)
                text.Append(' ');
            text.Keyword("WHEN ", 0, 0, 0);
            Write(condition, showImplicit: false);
            text.Append(" THEN ");
            Write(choice.Results[i], showImplicit: true);
        }

        if (!text.IsIndented)
            text.Append(' ');
        text.Keyword("ELSE ", 0, 0, 0);
        Write(choice.Otherwise, showImplicit: true);
        if (!text.IsIndented)
            text.Append(' ');
        text.Keyword("END", -PrintBuffer.ItemIndent, 0, 0);
    }

    /// <summary>The operand below casts that nobody wrote.</summary>
    public static Expression WithoutCasts(Expression expression) => expression switch
    {
        FunctionExpression { Form: CallForm.ImplicitCast } cast => WithoutCasts(cast.Arguments[0]),
        RelabelExpression { IsExplicit: false } relabel => WithoutCasts(relabel.Operand),
        IoCastExpression { IsExplicit: false } cast => WithoutCasts(cast.Operand),
        ArrayCastExpression { IsExplicit: false } cast => WithoutCasts(cast.Operand),
        DomainExpression { IsExplicit: false } domain => WithoutCasts(domain.Operand),
        _ => expression,
    };

    private void WriteRow(RowExpression row)
    {
        if (WholeItem(row) is { } name)
        {
            text.Append(name).Append(".*");
            return;
        }

        WriteList("ROW(", row.Fields, ")");
        if (row.Type.Kind == TypeKind.Composite && !row.IsImplicit)
            text.Append("::").Append(names.Type(row.Type));
    }

    /// <summary>The printed name of the FROM item whose row an expression is; null for other rows.</summary>
    public string? WholeItem(RowExpression row)
    {
        if (row.Fields.Count == 0 || !row.IsWholeItem || Level is null)
            return null;
        var columns = new int[row.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            if (row.Fields[i] is not ColumnExpression column)
                return null;
            columns[i] = column.Column;
        }

        return Level.WholeItem(columns) is { } range && Level.FindName(range) is { } name ? TypeNames.QuoteIdentifier(name) : null;
    }

    private void WriteField(FieldExpression field)
    {
        bool grouped = field.Operand is not (SubscriptExpression or FieldExpression);
        if (grouped)
            text.Append('(');
        Write(field.Operand, showImplicit: true);
        if (grouped)
            text.Append(')');
        IReadOnlyList<(string Name, SqlType Type)> fields = field.Operand is FunctionExpression { Function.ResultColumns.Count: > 1 } call && call.Type.Kind != TypeKind.Composite
            ? [.. call.Function.ResultColumns.Select(c => (c.Name, SqlType.Unknown))]
            : names.Fields(field.Operand.Type.Oid);
        text.Append('.').Append(TypeNames.QuoteIdentifier(field.Field < fields.Count ? fields[field.Field].Name : $"f{field.Field + 1}"));
    }

    private void WriteSubscripts(SubscriptExpression subscript)
    {
        bool grouped = !(IsPlainColumn(subscript.Container) || subscript.Container is FieldExpression or SlotExpression);
        if (grouped)
            text.Append('(');
        Write(subscript.Container, showImplicit: false);
        if (grouped)
            text.Append(')');
        for (int i = 0; i < subscript.Upper.Count; i++)
        {
            text.Append('[');
            if (subscript.IsSlice)
            {
                if (i < subscript.Lower.Count && subscript.Lower[i] is { } lower)
                    Write(lower, showImplicit: false);
                text.Append(':');
            }

            if (subscript.Upper[i] is { } upper)
                Write(upper, showImplicit: false);
            text.Append(']');
        }
    }

    private void WriteSqlValue(SqlValueExpression value)
    {
        text.Append(value.Keyword switch
        {
            Sql.Syntax.SqlValueFunctionKind.CurrentDate => "CURRENT_DATE",
            Sql.Syntax.SqlValueFunctionKind.CurrentTime => "CURRENT_TIME",
            Sql.Syntax.SqlValueFunctionKind.CurrentTimestamp => "CURRENT_TIMESTAMP",
            Sql.Syntax.SqlValueFunctionKind.LocalTime => "LOCALTIME",
            Sql.Syntax.SqlValueFunctionKind.LocalTimestamp => "LOCALTIMESTAMP",
            Sql.Syntax.SqlValueFunctionKind.CurrentRole => "CURRENT_ROLE",
            Sql.Syntax.SqlValueFunctionKind.CurrentUser => "CURRENT_USER",
            Sql.Syntax.SqlValueFunctionKind.User => "USER",
            Sql.Syntax.SqlValueFunctionKind.SessionUser => "SESSION_USER",
            Sql.Syntax.SqlValueFunctionKind.CurrentCatalog => "CURRENT_CATALOG",
            _ => "CURRENT_SCHEMA",
        });
        if (value.Type.Typmod >= 0)
            text.Append(string.Create(CultureInfo.InvariantCulture, $"({value.Type.Typmod})"));
    }

    private void WriteSubquery(SubqueryExpression subquery)
    {
        if (Queries is null || recorder?.Of(subquery.Query) is not { } query)
            throw new SqlException(SqlState.FeatureNotSupported, "this subquery cannot be stored in a definition yet");
        text.Append(subquery.Kind == SubqueryKind.Array ? "ARRAY(" : "(");
        bool grouped = true;
        switch (subquery.Kind)
        {
            case SubqueryKind.Exists:
                text.Append("EXISTS ");
                break;
            case SubqueryKind.Any or SubqueryKind.All:
                OperatorInfo op = WriteTested(subquery.ComparisonWithTests);
                text.Append(subquery.Kind == SubqueryKind.Any && op.Name == "=" ? " IN " : $" {names.Operator(op)} {(subquery.Kind == SubqueryKind.Any ? "ANY" : "ALL")} ");
                break;
            default:
                grouped = false;
                break;
        }

        if (grouped)
            text.Append('(');
        Queries.WriteNested(query, areNamesSeen: false);
        text.Append(grouped ? "))" : ")");
    }

    // The left side of x op ANY (SELECT …); several fields stand in a row.
    private OperatorInfo WriteTested(Expression comparison)
    {
        switch (comparison)
        {
            case FunctionExpression { Operator: { } op } single:
                Write(single.Arguments[0], showImplicit: true);
                return op;
            case BooleanExpression several:
                WriteList("(", [.. several.Operands.Select(static o => ((FunctionExpression)o).Arguments[0])], ")");
                return ((FunctionExpression)several.Operands[0]).Operator!;
            case RowComparisonExpression rows:
                WriteList("(", rows.Left, ")");
                return rows.Operators[0];
            default:
                throw new SqlException(SqlState.FeatureNotSupported, "this comparison cannot be stored in a definition yet");
        }
    }
}
