using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints function calls, in SQL's special syntax where they were written so, and windows.</summary>
internal static class CallDeparser
{
    /// <summary>Writes a call after a space.</summary>
    public static void Write(SqlWriter w, FunctionCall call)
    {
        SyntaxList<Expression> a = call.Arguments;
        switch (call.Syntax)
        {
            case CallSyntax.AtTimeZone:
                ExpressionDeparser.WriteOperand(w, a[1]);
                w.Word("AT TIME ZONE");
                ExpressionDeparser.WriteOperand(w, a[0]);
                break;
            case CallSyntax.Extract:
                w.Word("EXTRACT(");
                WriteField(w, ((StringLiteral)a[0]).Value);
                Clause(w, "FROM", a[1]);
                w.Raw(")");
                break;
            case CallSyntax.Overlaps:
                w.Parenthesized([a[0], a[1]], ExpressionDeparser.Write).Word("OVERLAPS").Parenthesized([a[2], a[3]], ExpressionDeparser.Write);
                break;
            case CallSyntax.Position:
                w.Word("POSITION(");
                ExpressionDeparser.WriteOperand(w, a[1]);
                w.Word("IN");
                ExpressionDeparser.WriteOperand(w, a[0]);
                w.Raw(")");
                break;
            case CallSyntax.Substring:
                WriteSubstring(w, a);
                break;
            case CallSyntax.SubstringSimilar:
                w.Word("SUBSTRING(");
                ExpressionDeparser.WriteOperand(w, a[0]);
                Clause(w, "SIMILAR", a[1]);
                Clause(w, "ESCAPE", a[2]);
                w.Raw(")");
                break;
            case CallSyntax.Overlay:
                w.Word("OVERLAY(");
                ExpressionDeparser.WriteOperand(w, a[0]);
                Clause(w, "PLACING", a[1]);
                Clause(w, "FROM", a[2]);
                if (a.Count > 3)
                {
                    Clause(w, "FOR", a[3]);
                }

                w.Raw(")");
                break;
            case CallSyntax.TrimBoth or CallSyntax.TrimLeading or CallSyntax.TrimTrailing:
                WriteTrim(w, call);
                break;
            case CallSyntax.Normalize:
                w.Word("NORMALIZE(");
                ExpressionDeparser.Write(w, a[0]);
                if (a.Count > 1)
                {
                    w.Raw(", ").Raw(((StringLiteral)a[1]).Value);
                }

                w.Raw(")");
                break;
            case CallSyntax.IsNormalized:
                ExpressionDeparser.WriteOperand(w, a[0]);
                w.Word("IS");
                if (a.Count > 1)
                {
                    w.Word(((StringLiteral)a[1]).Value);
                }

                w.Word("NORMALIZED");
                break;
            case CallSyntax.CollationFor:
                w.Word("COLLATION FOR (");
                ExpressionDeparser.Write(w, a[0]);
                w.Raw(")");
                break;
            case CallSyntax.XmlExists:
                w.Word("XMLEXISTS(");
                ExpressionDeparser.WriteInParentheses(w, a[0]);
                w.Word("PASSING");
                ExpressionDeparser.WriteInParentheses(w, a[1]);
                w.Raw(")");
                break;
            case CallSyntax.Treat:
                w.Word("TREAT(");
                ExpressionDeparser.Write(w, a[0]);
                w.Word("AS").Name(call.Name).Raw(")");
                break;
            default:
                WritePlain(w, call);
                break;
        }
    }

    /// <summary>Writes a window in parentheses, or its name alone.</summary>
    public static void WriteWindow(SqlWriter w, WindowDefinition window)
    {
        if (window.IsBareReference)
        {
            w.Id(window.ReferenceName!);
            return;
        }

        w.Word("(");
        if (window.ReferenceName is not null)
        {
            // Where a clause may follow, a word that starts one is quoted.
            bool isAmbiguous = window.ReferenceName is "partition" or "range" or "rows" or "groups";
            if (isAmbiguous)
            {
                w.Word("\"" + window.ReferenceName + "\"");
            }
            else
            {
                w.Id(window.ReferenceName);
            }
        }

        if (!window.PartitionBy.IsEmpty)
        {
            w.Word("PARTITION BY").List(window.PartitionBy, ExpressionDeparser.Write);
        }

        QueryDeparser.WriteOrderBy(w, window.OrderBy);
        if (window.Frame is not null)
        {
            WriteFrame(w, window.Frame);
        }

        w.Raw(")");
    }

    private static void Clause(SqlWriter w, string word, Expression value)
    {
        w.Word(word);
        ExpressionDeparser.WriteOperand(w, value);
    }

    private static void WriteField(SqlWriter w, string field)
    {
        bool isWord = SqlWriter.IsPlain(field)
            && (Keywords.CategoryOf(field) is null || field is "year" or "month" or "day" or "hour" or "minute" or "second");
        if (isWord)
        {
            w.Word(field);
        }
        else
        {
            w.String(field);
        }
    }

    private static void WriteSubstring(SqlWriter w, SyntaxList<Expression> arguments)
    {
        w.Word("SUBSTRING(");
        ExpressionDeparser.WriteOperand(w, arguments[0]);
        if (arguments.Count > 2 && arguments[2] is CastExpression { Syntax: CastSyntax.Implied } implied)
        {
            Clause(w, "FOR", implied.Operand);
        }
        else
        {
            Clause(w, "FROM", arguments[1]);
            if (arguments.Count > 2)
            {
                Clause(w, "FOR", arguments[2]);
            }
        }

        w.Raw(")");
    }

    private static void WriteTrim(SqlWriter w, FunctionCall call)
    {
        w.Word("TRIM(");
        w.Word(call.Syntax switch
        {
            CallSyntax.TrimLeading => "LEADING",
            CallSyntax.TrimTrailing => "TRAILING",
            _ => "BOTH",
        });

        // The characters come last among the arguments and first in the text.
        if (call.Arguments.Count == 2)
        {
            ExpressionDeparser.Write(w, call.Arguments[1]);
            w.Word("FROM");
            ExpressionDeparser.Write(w, call.Arguments[0]);
        }
        else
        {
            w.Word("FROM").List(call.Arguments, ExpressionDeparser.Write);
        }

        w.Raw(")");
    }

    private static void WritePlain(SqlWriter w, FunctionCall call)
    {
        w.FunctionName(call.Name).Raw("(");
        if (call.IsStar)
        {
            w.Raw("*");
        }

        w.WordIf(call.IsDistinct, "DISTINCT");
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            if (i > 0)
            {
                w.Raw(",");
            }

            w.WordIf(call.IsVariadic && i == call.Arguments.Count - 1, "VARIADIC");
            ExpressionDeparser.Write(w, call.Arguments[i]);
        }

        if (call.IsWithinGroup)
        {
            w.Raw(")").Word("WITHIN GROUP (");
        }

        QueryDeparser.WriteOrderBy(w, call.OrderBy);
        w.Raw(")");
        if (call.Filter is not null)
        {
            w.Word("FILTER (WHERE");
            ExpressionDeparser.Write(w, call.Filter);
            w.Raw(")");
        }

        if (call.Over is not null)
        {
            w.Word("OVER");
            WriteWindow(w, call.Over);
        }
    }

    private static void WriteFrame(SqlWriter w, WindowFrame frame)
    {
        w.Word(frame.Unit.ToString().ToUpperInvariant()).WordIf(frame.End is not null, "BETWEEN");
        WriteBound(w, frame.Start);
        if (frame.End is not null)
        {
            w.Word("AND");
            WriteBound(w, frame.End);
        }

        switch (frame.Exclusion)
        {
            case FrameExclusion.CurrentRow:
                w.Word("EXCLUDE CURRENT ROW");
                break;
            case FrameExclusion.Group:
                w.Word("EXCLUDE GROUP");
                break;
            case FrameExclusion.Ties:
                w.Word("EXCLUDE TIES");
                break;
        }
    }

    private static void WriteBound(SqlWriter w, FrameBound bound)
    {
        if (bound.Offset is not null)
        {
            ExpressionDeparser.WriteOperand(w, bound.Offset);
        }

        w.Word(bound.Kind switch
        {
            FrameBoundKind.UnboundedPreceding => "UNBOUNDED PRECEDING",
            FrameBoundKind.Preceding => "PRECEDING",
            FrameBoundKind.CurrentRow => "CURRENT ROW",
            FrameBoundKind.Following => "FOLLOWING",
            _ => "UNBOUNDED FOLLOWING",
        });
    }
}
