using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints expressions. Every operand that is not a primary gets parentheses, so precedence never matters.</summary>
internal static class ExpressionDeparser
{
    /// <summary>Writes an expression after a space.</summary>
    public static void Write(SqlWriter w, Expression expression)
    {
        SqlWriter.CheckDepth();
        switch (expression)
        {
            case ColumnReference reference:
                w.Space().Names(reference.Names);
                if (reference.IsStar)
                {
                    w.Raw(reference.Names.IsEmpty ? "*" : ".*");
                }

                break;
            case ParameterReference parameter:
                w.Word("$").Number(parameter.Number);
                break;
            case IntegerLiteral literal:
                w.Space().Number(literal.Value);
                break;
            case NumericLiteral literal:
                w.Word(literal.Text);
                break;
            case StringLiteral literal:
                w.String(literal.Value);
                break;
            case BitStringLiteral literal:
                w.Word(literal.IsHexadecimal ? "X'" : "B'").Raw(literal.Digits.Replace("'", "''", StringComparison.Ordinal)).Raw("'");
                break;
            case BooleanLiteral literal:
                w.Word(literal.Value ? "true" : "false");
                break;
            case NullLiteral:
                w.Word("NULL");
                break;
            case DefaultLiteral:
                w.Word("DEFAULT");
                break;
            case FunctionCall call:
                CallDeparser.Write(w, call);
                break;
            case NamedArgument argument:
                w.Id(argument.Name).Word("=>");
                Write(w, argument.Value);
                break;
            case CastExpression cast:
                WriteCast(w, cast);
                break;
            case CaseExpression @case:
                WriteCase(w, @case);
                break;
            case CoalesceExpression coalesce:
                WriteCall(w, "COALESCE", coalesce.Arguments);
                break;
            case MinMaxExpression minMax:
                WriteCall(w, minMax.IsGreatest ? "GREATEST" : "LEAST", minMax.Arguments);
                break;
            case NullIfExpression nullIf:
                WriteCall(w, "NULLIF", [nullIf.Left, nullIf.Right]);
                break;
            case GroupingExpression grouping:
                WriteCall(w, "GROUPING", grouping.Arguments);
                break;
            case RowExpression row:
                WriteCall(w, row.IsExplicit ? "ROW" : "", row.Fields);
                break;
            case ArrayExpression array:
                w.Word(array.IsNested ? "[" : "ARRAY[").List(array.Elements, Write).Raw("]");
                break;
            case ScalarSubquery subquery:
                WriteQuery(w, subquery.Query);
                break;
            case ExistsExpression exists:
                w.Word("EXISTS");
                WriteQuery(w, exists.Query);
                break;
            case ArraySubquery array:
                w.Word("ARRAY");
                WriteQuery(w, array.Query);
                break;
            case IndirectionExpression indirection:
                WriteIndirection(w, indirection);
                break;
            case CollateExpression collate:
                WriteOperand(w, collate.Operand);
                w.Word("COLLATE").Name(collate.Collation);
                break;
            case SqlValueFunction function:
                WriteValueFunction(w, function);
                break;
            case CurrentOfExpression current:
                w.Word("CURRENT OF").Id(current.CursorName);
                break;
            case XmlExpression xml:
                XmlDeparser.Write(w, xml);
                break;
            default:
                WriteOperator(w, expression);
                break;
        }
    }

    /// <summary>Writes an expression so that any operator may stand beside it.</summary>
    public static void WriteOperand(SqlWriter w, Expression expression)
    {
        if (IsPrimary(expression))
        {
            Write(w, expression);
        }
        else
        {
            WriteInParentheses(w, expression);
        }
    }

    /// <summary>Writes <c>(expression)</c>.</summary>
    public static void WriteInParentheses(SqlWriter w, Expression expression)
    {
        w.Word("(");
        Write(w, expression);
        w.Raw(")");
    }

    /// <summary>Writes <c>NAME(arguments)</c>.</summary>
    public static void WriteCall(SqlWriter w, string name, SyntaxList<Expression> arguments) =>
        w.Word(name).Raw("(").List(arguments, Write).Raw(")");

    /// <summary>Writes an operator after a space.</summary>
    public static void WriteOperatorName(SqlWriter w, OperatorName name)
    {
        if (name.IsExplicit)
        {
            w.Word("OPERATOR(");
            WriteBareOperator(w, name);
            w.Raw(")");
        }
        else
        {
            w.Word(name.Name);
        }
    }

    /// <summary>Writes an operator with its schemas but without OPERATOR().</summary>
    public static void WriteBareOperator(SqlWriter w, OperatorName name)
    {
        w.Space();
        for (int i = 0; i < name.Parts.Count - 1; i++)
        {
            w.Identifier(name.Parts[i]).Raw(".");
        }

        w.Raw(name.Name);
    }

    private static void WriteQuery(SqlWriter w, SelectStatement query)
    {
        w.Word("(");
        QueryDeparser.Write(w, query);
        w.Raw(")");
    }

    private static bool IsPrimary(Expression expression) => expression switch
    {
        IntegerLiteral literal => literal.Value >= 0,
        NumericLiteral literal => !literal.Text.StartsWith('-'),
        ColumnReference or ParameterReference or StringLiteral or BitStringLiteral or BooleanLiteral or NullLiteral or CoalesceExpression
            or MinMaxExpression or NullIfExpression or GroupingExpression or RowExpression or ScalarSubquery or ExistsExpression
            or ArraySubquery or CaseExpression or SqlValueFunction or XmlExpression or IndirectionExpression => true,
        ArrayExpression array => !array.IsNested,
        CastExpression cast => cast.Syntax == CastSyntax.Cast || (cast.Syntax == CastSyntax.DoubleColon && IsPrimary(cast.Operand)),
        FunctionCall call => !(call.Syntax is CallSyntax.AtTimeZone or CallSyntax.Overlaps or CallSyntax.IsNormalized),
        _ => false,
    };

    private static void WriteOperator(SqlWriter w, Expression expression)
    {
        switch (expression)
        {
            case UnaryExpression unary:
                WriteOperatorName(w, unary.Operator);
                WriteOperand(w, unary.Operand);
                break;
            case BinaryExpression binary:
                WriteOperand(w, binary.Left);
                WriteOperatorName(w, binary.Operator);
                WriteOperand(w, binary.Right);
                break;
            case LogicalExpression logical:
                WriteLogical(w, logical);
                break;
            case NotExpression not:
                w.Word("NOT");
                WriteOperand(w, not.Operand);
                break;
            case IsNullExpression isNull:
                WriteOperand(w, isNull.Operand);
                w.Word(isNull.IsNegated ? "IS NOT NULL" : "IS NULL");
                break;
            case IsTruthExpression isTruth:
                WriteOperand(w, isTruth.Operand);
                w.Word(isTruth.IsNegated ? "IS NOT" : "IS").Word(isTruth.Value.ToString().ToUpperInvariant());
                break;
            case IsDistinctExpression isDistinct:
                WriteOperand(w, isDistinct.Left);
                w.Word(isDistinct.IsNegated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM");
                WriteOperand(w, isDistinct.Right);
                break;
            case IsDocumentExpression isDocument:
                WriteOperand(w, isDocument.Operand);
                w.Word(isDocument.IsNegated ? "IS NOT DOCUMENT" : "IS DOCUMENT");
                break;
            case BetweenExpression between:
                WriteOperand(w, between.Operand);
                w.WordIf(between.IsNegated, "NOT").Word("BETWEEN").WordIf(between.IsSymmetric, "SYMMETRIC");
                WriteOperand(w, between.Low);
                w.Word("AND");
                WriteOperand(w, between.High);
                break;
            case PatternExpression pattern:
                WritePattern(w, pattern);
                break;
            case InListExpression inList:
                WriteOperand(w, inList.Operand);
                w.WordIf(inList.IsNegated, "NOT").Word("IN").Parenthesized(inList.Items, Write);
                break;
            case InSubqueryExpression inSubquery:
                WriteOperand(w, inSubquery.Operand);
                w.WordIf(inSubquery.IsNegated, "NOT").Word("IN");
                WriteQuery(w, inSubquery.Query);
                break;
            case QuantifiedArrayExpression quantified:
                WriteOperand(w, quantified.Left);
                WriteOperatorName(w, quantified.Operator);
                w.Word(quantified.IsAll ? "ALL" : "ANY");
                WriteInParentheses(w, quantified.Array);
                break;
            case QuantifiedSubqueryExpression quantified:
                WriteOperand(w, quantified.Left);
                WriteOperatorName(w, quantified.Operator);
                w.Word(quantified.IsAll ? "ALL" : "ANY");
                WriteQuery(w, quantified.Query);
                break;
            default:
                throw new ArgumentException($"{expression.GetType().Name} has no text");
        }
    }

    private static void WriteLogical(SqlWriter w, LogicalExpression logical)
    {
        string word = logical.Kind == LogicalKind.And ? "AND" : "OR";
        for (int i = 0; i < logical.Operands.Count; i++)
        {
            w.WordIf(i > 0, word);
            WriteOperand(w, logical.Operands[i]);
        }
    }

    private static void WritePattern(SqlWriter w, PatternExpression pattern)
    {
        WriteOperand(w, pattern.Operand);
        w.WordIf(pattern.IsNegated, "NOT").Word(pattern.Kind switch
        {
            PatternKind.Like => "LIKE",
            PatternKind.ILike => "ILIKE",
            _ => "SIMILAR TO",
        });
        WriteOperand(w, pattern.Pattern);
        if (pattern.Escape is not null)
        {
            w.Word("ESCAPE");
            WriteOperand(w, pattern.Escape);
        }
    }

    private static void WriteCast(SqlWriter w, CastExpression cast)
    {
        switch (cast.Syntax)
        {
            case CastSyntax.TypedLiteral:
                TypeDeparser.WriteTypedLiteral(w, cast.Type, ((StringLiteral)cast.Operand).Value);
                break;
            case CastSyntax.DoubleColon:
                WriteOperand(w, cast.Operand);
                w.Raw("::");
                var type = new SqlWriter { MapType = w.MapType };
                TypeDeparser.Write(type, cast.Type);
                w.Raw(type.ToString());
                break;
            default:
                w.Word("CAST(");
                Write(w, cast.Operand);
                w.Word("AS");
                TypeDeparser.Write(w, cast.Type);
                w.Raw(")");
                break;
        }
    }

    private static void WriteCase(SqlWriter w, CaseExpression expression)
    {
        w.Word("CASE");
        if (expression.Operand is not null)
        {
            Write(w, expression.Operand);
        }

        foreach (CaseWhen when in expression.Whens)
        {
            w.Word("WHEN");
            Write(w, when.Condition);
            w.Word("THEN");
            Write(w, when.Result);
        }

        if (expression.Else is not null)
        {
            w.Word("ELSE");
            Write(w, expression.Else);
        }

        w.Word("END");
    }

    private static void WriteIndirection(SqlWriter w, IndirectionExpression indirection)
    {
        bool isBare = indirection.Operand is ParameterReference or ScalarSubquery
            || (indirection.Operand is ColumnReference { IsStar: false } && indirection.Elements[0] is Subscript or SliceSubscript);
        if (isBare)
        {
            Write(w, indirection.Operand);
        }
        else
        {
            WriteInParentheses(w, indirection.Operand);
        }

        WriteElements(w, indirection.Elements);
    }

    /// <summary>Writes fields and subscripts.</summary>
    public static void WriteElements(SqlWriter w, SyntaxList<IndirectionElement> elements)
    {
        foreach (IndirectionElement element in elements)
        {
            switch (element)
            {
                case FieldSelection field:
                    w.Raw(".").Identifier(field.Name);
                    break;
                case StarSelection:
                    w.Raw(".*");
                    break;
                case Subscript subscript:
                    w.Raw("[");
                    Write(w, subscript.Index);
                    w.Raw("]");
                    break;
                case SliceSubscript slice:
                    w.Raw("[");
                    if (slice.Lower is not null)
                    {
                        WriteOperand(w, slice.Lower);
                    }

                    w.Raw(":");
                    if (slice.Upper is not null)
                    {
                        WriteOperand(w, slice.Upper);
                    }

                    w.Raw("]");
                    break;
            }
        }
    }

    private static void WriteValueFunction(SqlWriter w, SqlValueFunction function)
    {
        w.Word(function.Kind switch
        {
            SqlValueFunctionKind.CurrentDate => "CURRENT_DATE",
            SqlValueFunctionKind.CurrentTime => "CURRENT_TIME",
            SqlValueFunctionKind.CurrentTimestamp => "CURRENT_TIMESTAMP",
            SqlValueFunctionKind.LocalTime => "LOCALTIME",
            SqlValueFunctionKind.LocalTimestamp => "LOCALTIMESTAMP",
            SqlValueFunctionKind.CurrentRole => "CURRENT_ROLE",
            SqlValueFunctionKind.CurrentUser => "CURRENT_USER",
            SqlValueFunctionKind.User => "USER",
            SqlValueFunctionKind.SessionUser => "SESSION_USER",
            SqlValueFunctionKind.CurrentCatalog => "CURRENT_CATALOG",
            _ => "CURRENT_SCHEMA",
        });
        if (function.Precision >= 0)
        {
            w.Raw("(").Number(function.Precision).Raw(")");
        }
    }
}
