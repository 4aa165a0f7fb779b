using Strata.Engine.Binding;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Deparsing;

/// <summary>Calls of functions, aggregates and window functions in definitions. Part of an <see cref="ExpressionWriter"/>.</summary>
internal sealed class CallWriter(ExpressionWriter expressions, DefinitionNames names, PrintBuffer text, BindingRecorder? recorder)
{
    public void Write(FunctionExpression call)
    {
        if (call.SqlSyntax != CallSyntax.Plain && WriteSpecial(call))
            return;
        text.Append(names.Function(call.Function)).Append('(');
        if (call.Written is { } written)
            WriteArguments(call, written);
        else
            WriteArguments(call.Arguments, call.IsVariadicCall);
        text.Append(')');
    }

    // Arguments that were left out stay out: the default may change.
    private void WriteArguments(FunctionExpression call, IReadOnlyList<(int Parameter, string? Name)> written)
    {
        for (int i = 0; i < written.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            if (written[i].Name is { } name)
                text.Append(TypeNames.QuoteIdentifier(name)).Append(" => ");
            else if (call.IsVariadicCall && written[i].Parameter == call.Arguments.Count - 1)
                text.Append("VARIADIC ");
            expressions.Write(call.Arguments[written[i].Parameter], showImplicit: true);
        }
    }

    /// <summary>An aggregate or window function.</summary>
    public void Write(CallRecord call)
    {
        text.Append(names.Function(call.Call.Function)).Append('(');
        if (call.Syntax.IsDistinct)
            text.Append("DISTINCT ");
        if (call.DirectCount >= 0)
        {
            WriteArguments([.. call.Call.Arguments.Take(call.DirectCount)], call.Call.IsVariadicCall);
            text.Append(") WITHIN GROUP (ORDER BY ");
            WriteSort(call.OrderBy);
        }
        else
        {
            if (call.Syntax.IsStar)
                text.Append('*');
            else
                WriteArguments(call.Call.Arguments, call.Call.IsVariadicCall);
            if (call.OrderBy.Count > 0)
            {
                text.Append(" ORDER BY ");
                WriteSort(call.OrderBy);
            }
        }

        if (call.Filter is not null)
        {
            text.Append(") FILTER (WHERE ");
            expressions.Write(call.Filter, showImplicit: false);
        }

        text.Append(')');
        if (call.Window is not { } window)
            return;
        text.Append(" OVER ");
        if (window.Syntax.IsBareReference)
            text.Append(TypeNames.QuoteIdentifier(window.Syntax.ReferenceName!));
        else
            WriteWindow(window);
    }

    private void WriteArguments(IReadOnlyList<Expression> arguments, bool isVariadic)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            if (isVariadic && i == arguments.Count - 1)
                text.Append("VARIADIC ");
            expressions.Write(arguments[i], showImplicit: true);
        }
    }

    private void WriteSort(IReadOnlyList<SortedExpression> items)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            WriteSorted(items[i].Value);
            text.Append(Direction(items[i].Descending, items[i].NullsFirst));
        }
    }

    /// <summary>What follows a sorted expression.</summary>
    public static string Direction(bool descending, bool nullsFirst) => descending
        ? nullsFirst ? " DESC" : " DESC NULLS LAST"
        : nullsFirst ? " NULLS FIRST" : "";

    /// <summary>An expression of GROUP BY, ORDER BY and the like (get_rule_sortgroupclause).</summary>
    public void WriteSorted(Expression value)
    {
        switch (value)
        {
            case ConstantExpression constant:
                expressions.WriteConstant(constant, labels: 1);
                return;
            case ColumnExpression column when expressions.IsPlainColumn(column):
                expressions.WriteColumn(column, isTarget: false);
                return;
        }

        bool grouped = text.HasFewParentheses || value is ColumnExpression or FunctionExpression { Form: not CallForm.Operator };
        if (grouped)
            text.Append('(');
        expressions.Write(value, showImplicit: true);
        if (grouped)
            text.Append(')');
    }

    /// <summary>A window's definition in parentheses.</summary>
    public void WriteWindow(WindowRecord window)
    {
        text.Append('(');
        bool needsSpace = false;
        if (window.Syntax.ReferenceName is { } reference)
        {
            text.Append(TypeNames.QuoteIdentifier(reference));
            needsSpace = true;
        }
        else if (window.PartitionBy.Count > 0)
        {
            text.Append("PARTITION BY ");
            for (int i = 0; i < window.PartitionBy.Count; i++)
            {
                if (i > 0)
                    text.Append(", ");
                WriteSorted(window.PartitionBy[i]);
            }

            needsSpace = true;
        }

        // The order of the window that it builds on is not repeated.
        if (window.Syntax.OrderBy.Count > 0)
        {
            text.Append(needsSpace ? " ORDER BY " : "ORDER BY ");
            WriteSort([.. window.OrderBy.Skip(window.OrderBy.Count - window.Syntax.OrderBy.Count)]);
            needsSpace = true;
        }

        if (window.Syntax.Frame is { } frame)
            WriteFrame(frame, window.Frame, needsSpace);
        text.Append(')');
    }

    private void WriteFrame(WindowFrame syntax, BoundFrame frame, bool needsSpace)
    {
        text.Append(needsSpace ? " " : "").Append(syntax.Unit switch { FrameUnit.Range => "RANGE ", FrameUnit.Rows => "ROWS ", _ => "GROUPS " });
        if (syntax.End is not null)
            text.Append("BETWEEN ");
        WriteBound(frame.Start, frame.StartOffset);
        if (syntax.End is not null)
        {
            text.Append(" AND ");
            WriteBound(frame.End, frame.EndOffset);
        }

        text.Append(syntax.Exclusion switch
        {
            FrameExclusion.CurrentRow => " EXCLUDE CURRENT ROW",
            FrameExclusion.Group => " EXCLUDE GROUP",
            FrameExclusion.Ties => " EXCLUDE TIES",
            _ => "",
        });
    }

    private void WriteBound(FrameBoundKind kind, Expression? offset)
    {
        if (offset is not null)
        {
            expressions.Write(offset, showImplicit: false);
            text.Append(' ');
        }

        text.Append(kind switch
        {
            FrameBoundKind.UnboundedPreceding => "UNBOUNDED PRECEDING",
            FrameBoundKind.Preceding => "PRECEDING",
            FrameBoundKind.CurrentRow => "CURRENT ROW",
            FrameBoundKind.Following => "FOLLOWING",
            _ => "UNBOUNDED FOLLOWING",
        });
    }

    /// <summary>The named windows of a query level.</summary>
    public void WriteWindowClause(SyntaxList<WindowDefinition> windows)
    {
        bool isFirst = true;
        foreach (WindowDefinition window in windows)
        {
            if (recorder is null || !recorder.Windows.TryGetValue(window, out WindowRecord? record))
                continue;
            if (isFirst)
                text.Keyword(" WINDOW ", -PrintBuffer.ClauseIndent, PrintBuffer.ClauseIndent, 1);
            else
                text.Append(", ");
            isFirst = false;
            text.Append(TypeNames.QuoteIdentifier(window.Name!)).Append(" AS ");
            WriteWindow(record);
        }
    }

    // The standard's own syntax for some functions; the order of arguments is that of the call that it stands for.
    private bool WriteSpecial(FunctionExpression call)
    {
        IReadOnlyList<Expression> a = call.Arguments;
        switch (call.SqlSyntax)
        {
            case CallSyntax.AtTimeZone:
                text.Append('(');
                expressions.WriteNested(a[1], showImplicit: false, call);
                text.Append(" AT TIME ZONE ");
                expressions.WriteNested(a[0], showImplicit: false, call);
                text.Append(')');
                return true;
            case CallSyntax.Extract when a[0] is ConstantExpression { IsNull: false } field:
                text.Append("EXTRACT(").Append(names.Value(field.Type, field.Value)).Append(" FROM ");
                expressions.Write(a[1], showImplicit: false);
                text.Append(')');
                return true;
            case CallSyntax.Overlaps:
                Sequence("((", a[0], ", ", a[1], ") OVERLAPS (", a[2], ", ", a[3], "))");
                return true;
            case CallSyntax.Position:
                Sequence("POSITION((", a[1], ") IN (", a[0], "))");
                return true;
            case CallSyntax.Substring when a.Count == 3 && a[1].Type.Oid == TypeOid.Int4:
                Sequence("SUBSTRING(", a[0], " FROM ", a[1], " FOR ", a[2], ")");
                return true;
            case CallSyntax.Substring when a.Count == 2 && a[1].Type.Oid == TypeOid.Int4:
                Sequence("SUBSTRING(", a[0], " FROM ", a[1], ")");
                return true;
            case CallSyntax.SubstringSimilar:
                Sequence("SUBSTRING(", a[0], " SIMILAR ", a[1], " ESCAPE ", a[2], ")");
                return true;
            case CallSyntax.Overlay when a.Count == 4:
                Sequence("OVERLAY(", a[0], " PLACING ", a[1], " FROM ", a[2], " FOR ", a[3], ")");
                return true;
            case CallSyntax.Overlay:
                Sequence("OVERLAY(", a[0], " PLACING ", a[1], " FROM ", a[2], ")");
                return true;
            case CallSyntax.TrimBoth or CallSyntax.TrimLeading or CallSyntax.TrimTrailing:
                string side = call.SqlSyntax switch { CallSyntax.TrimBoth => "TRIM(BOTH ", CallSyntax.TrimLeading => "TRIM(LEADING ", _ => "TRIM(TRAILING " };
                if (a.Count == 2)
                    Sequence(side, a[1], " FROM ", a[0], ")");
                else
                    Sequence(side + "FROM ", a[0], ")");
                return true;
            case CallSyntax.Normalize or CallSyntax.IsNormalized:
                return WriteNormalize(call);
            case CallSyntax.CollationFor:
                Sequence("COLLATION FOR (", a[0], ")");
                return true;
            case CallSyntax.JsonSubscript:
                WriteJsonSubscripts(a);
                return true;
            case CallSyntax.XmlExists:
                Sequence("XMLEXISTS((", a[0], ") PASSING (", a[1], "))");
                return true;
            default:
                return false;
        }
    }

    private bool WriteNormalize(FunctionExpression call)
    {
        string form = call.Arguments.Count == 2 && call.Arguments[1] is ConstantExpression { IsNull: false } constant ? names.Value(constant.Type, constant.Value) : "";
        if (call.SqlSyntax == CallSyntax.Normalize)
        {
            text.Append("NORMALIZE(");
            expressions.Write(call.Arguments[0], showImplicit: false);
            text.Append(form.Length > 0 ? ", " + form : "").Append(')');
            return true;
        }

        text.Append('(');
        expressions.WriteNested(call.Arguments[0], showImplicit: false, call);
        text.Append(form.Length > 0 ? $" IS {form} NORMALIZED)" : " IS NORMALIZED)");
        return true;
    }

    // The steps of the path are texts, but positions were written as numbers.
    private void WriteJsonSubscripts(IReadOnlyList<Expression> arguments)
    {
        bool grouped = !(expressions.IsPlainColumn(arguments[0]) || arguments[0] is FieldExpression or SlotExpression);
        if (grouped)
            text.Append('(');
        expressions.Write(arguments[0], showImplicit: false);
        if (grouped)
            text.Append(')');
        foreach (Expression step in arguments is [_, Expressions.ArrayExpression path] ? path.Elements : arguments.Skip(1))
        {
            text.Append('[');
            expressions.Write(step is IoCastExpression { Operand: { Type.Oid: TypeOid.Int4 or TypeOid.Int2 } number } ? number : step, showImplicit: false);
            text.Append(']');
        }
    }

    private void Sequence(params object[] parts)
    {
        foreach (object part in parts)
        {
            if (part is Expression expression)
                expressions.Write(expression, showImplicit: false);
            else
                text.Append((string)part);
        }
    }
}
