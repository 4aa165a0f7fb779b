using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Function calls in plain syntax (gram.y: func_application and the clauses after it) and window definitions.</summary>
internal static class CallGrammar
{
    /// <summary>
    /// Consumes the parentheses after a function's name and the clauses after them; or, when a string constant follows, gives
    /// the constant of a type with modifiers (<c>mytype(3) 'x'</c>).
    /// </summary>
    public static Expression Parse(Parser p, QualifiedName name)
    {
        FunctionCall call = ParseApplication(p, name);
        if (p.Is(TokenKind.String) && !call.IsStar && !call.IsDistinct)
        {
            return ToTypedConstant(p, call);
        }

        return ParseClauses(p, call);
    }

    /// <summary>Consumes <c>( arguments )</c> (func_application without its name).</summary>
    public static FunctionCall ParseApplication(Parser p, QualifiedName name)
    {
        p.Expect(TokenKind.LeftParen);
        if (p.Accept(TokenKind.RightParen))
        {
            return new FunctionCall(name, default, name.Position);
        }

        if (p.Is(TokenKind.Star))
        {
            p.Advance();
            p.Expect(TokenKind.RightParen);
            return new FunctionCall(name, default, name.Position) { IsStar = true };
        }

        bool isDistinct = p.Accept(Keyword.Distinct);
        bool isAll = !isDistinct && p.Accept(Keyword.All);
        bool isVariadic = false;
        var arguments = new ListBuilder<Expression>();
        do
        {
            isVariadic = !isDistinct && !isAll && p.Accept(Keyword.Variadic);
            arguments.Add(ParseArgument(p));
        }
        while (!isVariadic && p.Accept(TokenKind.Comma));
        SyntaxList<SortItem> orderBy = SelectGrammar.ParseOptionalOrderBy(p);
        p.Expect(TokenKind.RightParen);
        return isDistinct || isVariadic || !orderBy.IsEmpty
            ? new FunctionCall(name, arguments.ToList(), name.Position) { IsDistinct = isDistinct, IsVariadic = isVariadic, OrderBy = orderBy }
            : new FunctionCall(name, arguments.ToList(), name.Position);
    }

    /// <summary>Consumes <c>[func_arg_list] )</c> with the opening parenthesis already read.</summary>
    public static SyntaxList<Expression> ParseArgumentsAfterParen(Parser p)
    {
        var arguments = new ListBuilder<Expression>();
        if (!p.Is(TokenKind.RightParen))
        {
            do
            {
                arguments.Add(ParseArgument(p));
            }
            while (p.Accept(TokenKind.Comma));
        }

        p.Expect(TokenKind.RightParen);
        return arguments.ToList();
    }

    /// <summary>Consumes a func_arg_expr.</summary>
    public static Expression ParseArgument(Parser p)
    {
        if (p.PeekKind() is TokenKind.EqualsGreater or TokenKind.ColonEquals && p.IsTypeOrFunctionName())
        {
            int position = p.Position;
            string name = p.TakeName();
            p.Advance();
            return new NamedArgument(name, ExpressionGrammar.Parse(p), position);
        }

        return ExpressionGrammar.Parse(p);
    }

    /// <summary>Consumes a window_specification in parentheses.</summary>
    public static WindowDefinition ParseWindow(Parser p)
    {
        int position = p.Position;
        p.Expect(TokenKind.LeftParen);
        string? reference = null;

        // PARTITION, RANGE, ROWS and GROUPS could be names too; here they start a clause.
        if (p.IsColumnId() && !(p.Keyword is Keyword.Partition or Keyword.Range or Keyword.Rows or Keyword.Groups))
        {
            reference = p.TakeName();
        }

        SyntaxList<Expression> partitionBy = default;
        if (p.Accept(Keyword.Partition))
        {
            p.Expect(Keyword.By);
            partitionBy = ExpressionGrammar.ParseExpressionList(p);
        }

        SyntaxList<SortItem> orderBy = SelectGrammar.ParseOptionalOrderBy(p);
        WindowFrame? frame = ParseFrame(p);
        p.Expect(TokenKind.RightParen);
        return new WindowDefinition(position) { ReferenceName = reference, PartitionBy = partitionBy, OrderBy = orderBy, Frame = frame };
    }

    private static FunctionCall ParseClauses(Parser p, FunctionCall call)
    {
        // After a call WITHIN is no label.
        if (p.Is(Keyword.Within))
        {
            int position = p.Position;
            p.Advance();
            p.Expect(Keyword.Group);
            p.Expect(TokenKind.LeftParen);
            if (!p.Is(Keyword.Order))
            {
                throw p.SyntaxError();
            }

            SyntaxList<SortItem> orderBy = SelectGrammar.ParseOptionalOrderBy(p);
            p.Expect(TokenKind.RightParen);
            if (!call.OrderBy.IsEmpty)
            {
                throw p.Error("cannot use multiple ORDER BY clauses with WITHIN GROUP", position);
            }

            if (call.IsDistinct)
            {
                throw p.Error("cannot use DISTINCT with WITHIN GROUP", position);
            }

            if (call.IsVariadic)
            {
                throw p.Error("cannot use VARIADIC with WITHIN GROUP", position);
            }

            call = call with { OrderBy = orderBy, IsWithinGroup = true };
        }

        // FILTER and OVER cannot be column labels without AS: after a call they begin the clause.
        if (p.Is(Keyword.Filter))
        {
            p.Advance();
            p.Expect(TokenKind.LeftParen);
            p.Expect(Keyword.Where);
            call = call with { Filter = ExpressionGrammar.Parse(p) };
            p.Expect(TokenKind.RightParen);
        }

        if (p.Is(Keyword.Over))
        {
            p.Advance();
            int position = p.Position;
            call = call with
            {
                Over = p.Is(TokenKind.LeftParen)
                    ? ParseWindow(p)
                    : new WindowDefinition(position) { ReferenceName = p.ColumnId(), IsBareReference = true },
            };
        }

        return call;
    }

    private static CastExpression ToTypedConstant(Parser p, FunctionCall call)
    {
        foreach (Expression argument in call.Arguments)
        {
            if (argument is NamedArgument)
            {
                throw p.Error("type modifier cannot have parameter name", argument.Position);
            }
        }

        if (!call.OrderBy.IsEmpty)
        {
            throw p.Error("type modifier cannot have ORDER BY", call.OrderBy[0].Position);
        }

        if (call.IsVariadic || call.Arguments.IsEmpty)
        {
            throw p.SyntaxError();
        }

        int position = p.Position;
        var type = new TypeName(call.Name.Parts, call.Position) { Modifiers = call.Arguments };
        return new CastExpression(new StringLiteral(p.StringConstant(), position), type, CastSyntax.TypedLiteral, call.Position);
    }

    private static WindowFrame? ParseFrame(Parser p)
    {
        int position = p.Position;
        FrameUnit unit;
        switch (p.Keyword)
        {
            case Keyword.Range:
                unit = FrameUnit.Range;
                break;
            case Keyword.Rows:
                unit = FrameUnit.Rows;
                break;
            case Keyword.Groups:
                unit = FrameUnit.Groups;
                break;
            default:
                return null;
        }

        p.Advance();
        FrameBound start;
        FrameBound? end = null;
        if (!IsBetweenColumn(p) && p.Accept(Keyword.Between))
        {
            if (p.Is(Keyword.Between))
            {
                throw p.SyntaxError();
            }

            start = ParseBound(p);
            p.Expect(Keyword.And);
            end = ParseBound(p);
        }
        else
        {
            start = ParseBound(p);
        }

        CheckBounds(p, start, end);
        return new WindowFrame(unit, start, end, ParseExclusion(p), position);
    }

    /// <summary>A column may be called between: no operand begins with such a token, so the word before it is one (ROWS between * 2 PRECEDING).</summary>
    private static bool IsBetweenColumn(Parser p) => p.Is(Keyword.Between) && p.PeekKind() is TokenKind.Star or TokenKind.Slash or TokenKind.Percent or TokenKind.Caret
        or TokenKind.Less or TokenKind.Greater or TokenKind.Equal or TokenKind.LessEqual or TokenKind.GreaterEqual or TokenKind.NotEqual or TokenKind.Dot or TokenKind.DoubleColon or TokenKind.Operator;

    private static void CheckBounds(Parser p, FrameBound start, FrameBound? end)
    {
        if (start.Kind == FrameBoundKind.UnboundedFollowing)
        {
            throw p.Error("frame start cannot be UNBOUNDED FOLLOWING", start.Position, SqlStates.WindowingError);
        }

        if (end is null)
        {
            if (start.Kind == FrameBoundKind.Following)
            {
                throw p.Error("frame starting from following row cannot end with current row", start.Position, SqlStates.WindowingError);
            }

            return;
        }

        if (end.Kind == FrameBoundKind.UnboundedPreceding)
        {
            throw p.Error("frame end cannot be UNBOUNDED PRECEDING", end.Position, SqlStates.WindowingError);
        }

        if (start.Kind == FrameBoundKind.CurrentRow && end.Kind == FrameBoundKind.Preceding)
        {
            throw p.Error("frame starting from current row cannot have preceding rows", end.Position, SqlStates.WindowingError);
        }

        if (start.Kind == FrameBoundKind.Following && end.Kind is FrameBoundKind.Preceding or FrameBoundKind.CurrentRow)
        {
            throw p.Error("frame starting from following row cannot have preceding rows", end.Position, SqlStates.WindowingError);
        }
    }

    private static FrameBound ParseBound(Parser p)
    {
        int position = p.Position;
        if (p.Is(Keyword.Unbounded) && p.PeekKeyword() is Keyword.Preceding or Keyword.Following)
        {
            p.Advance();
            bool isPreceding = p.Is(Keyword.Preceding);
            p.Advance();
            return new FrameBound(isPreceding ? FrameBoundKind.UnboundedPreceding : FrameBoundKind.UnboundedFollowing, null, position);
        }

        if (p.Accept(Keyword.Current, Keyword.Row))
        {
            return new FrameBound(FrameBoundKind.CurrentRow, null, position);
        }

        Expression offset = ExpressionGrammar.Parse(p);
        if (p.Accept(Keyword.Preceding))
        {
            return new FrameBound(FrameBoundKind.Preceding, offset, position);
        }

        p.Expect(Keyword.Following);
        return new FrameBound(FrameBoundKind.Following, offset, position);
    }

    private static FrameExclusion ParseExclusion(Parser p)
    {
        if (!p.Accept(Keyword.Exclude))
        {
            return FrameExclusion.None;
        }

        if (p.Accept(Keyword.Current))
        {
            p.Expect(Keyword.Row);
            return FrameExclusion.CurrentRow;
        }

        if (p.Accept(Keyword.Group))
        {
            return FrameExclusion.Group;
        }

        if (p.Accept(Keyword.Ties))
        {
            return FrameExclusion.Ties;
        }

        p.Expect(Keyword.No, Keyword.Others);
        return FrameExclusion.None;
    }
}
