using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Functions with a syntax of their own (gram.y: func_expr_common_subexpr), except those of XML.</summary>
internal static class SpecialFunctionGrammar
{
    /// <summary>Consumes such a function if the current key word starts one, else returns null.</summary>
    public static Expression? TryParse(Parser p)
    {
        int position = p.Position;
        Keyword keyword = p.Keyword;
        switch (keyword)
        {
            case Keyword.CurrentDate:
                return Value(p, SqlValueFunctionKind.CurrentDate);
            case Keyword.CurrentTime:
                return ValueWithPrecision(p, SqlValueFunctionKind.CurrentTime);
            case Keyword.CurrentTimestamp:
                return ValueWithPrecision(p, SqlValueFunctionKind.CurrentTimestamp);
            case Keyword.Localtime:
                return ValueWithPrecision(p, SqlValueFunctionKind.LocalTime);
            case Keyword.Localtimestamp:
                return ValueWithPrecision(p, SqlValueFunctionKind.LocalTimestamp);
            case Keyword.CurrentRole:
                return Value(p, SqlValueFunctionKind.CurrentRole);
            case Keyword.CurrentUser:
                return Value(p, SqlValueFunctionKind.CurrentUser);
            case Keyword.SessionUser:
                return Value(p, SqlValueFunctionKind.SessionUser);
            case Keyword.User:
                return Value(p, SqlValueFunctionKind.User);
            case Keyword.CurrentCatalog:
                return Value(p, SqlValueFunctionKind.CurrentCatalog);
            case Keyword.CurrentSchema when !(p.PeekKind() is TokenKind.LeftParen or TokenKind.String):
                return Value(p, SqlValueFunctionKind.CurrentSchema);
            case Keyword.Collation when p.PeekKeyword() == Keyword.For:
                {
                    p.Advance();
                    p.Advance();
                    p.Expect(TokenKind.LeftParen);
                    Expression operand = ExpressionGrammar.Parse(p);
                    p.Expect(TokenKind.RightParen);
                    return PrimaryGrammar.SystemCall("pg_collation_for", [operand], CallSyntax.CollationFor, position);
                }

            case Keyword.Cast:
                {
                    p.Advance();
                    p.Expect(TokenKind.LeftParen);
                    Expression operand = ExpressionGrammar.Parse(p);
                    p.Expect(Keyword.As);
                    TypeName type = TypeGrammar.ParseType(p);
                    p.Expect(TokenKind.RightParen);
                    return new CastExpression(operand, type, CastSyntax.Cast, position);
                }
        }

        // The others are column name key words: without a parenthesis they are plain names.
        if (p.PeekKind() != TokenKind.LeftParen)
        {
            return null;
        }

        switch (keyword)
        {
            case Keyword.Coalesce:
                return new CoalesceExpression(ParseList(p), position);
            case Keyword.Greatest:
                return new MinMaxExpression(true, ParseList(p), position);
            case Keyword.Least:
                return new MinMaxExpression(false, ParseList(p), position);
            case Keyword.Nullif:
                return ParseNullIf(p);
            case Keyword.Extract:
                return ParseExtract(p);
            case Keyword.Position:
                return ParsePosition(p);
            case Keyword.Substring:
                return ParseSubstring(p);
            case Keyword.Overlay:
                return ParseOverlay(p);
            case Keyword.Trim:
                return ParseTrim(p);
            case Keyword.Normalize:
                return ParseNormalize(p);
            case Keyword.Treat:
                return ParseTreat(p);
            default:
                return XmlGrammar.TryParse(p);
        }
    }

    private static SqlValueFunction Value(Parser p, SqlValueFunctionKind kind)
    {
        int position = p.Position;
        p.Advance();
        return new SqlValueFunction(kind, -1, position);
    }

    private static SqlValueFunction ValueWithPrecision(Parser p, SqlValueFunctionKind kind)
    {
        int position = p.Position;
        p.Advance();
        if (!p.Accept(TokenKind.LeftParen))
        {
            return new SqlValueFunction(kind, -1, position);
        }

        int precision = p.IntegerConstant();
        p.Expect(TokenKind.RightParen);
        return new SqlValueFunction(kind, precision, position);
    }

    private static void Open(Parser p)
    {
        p.Advance();
        p.Expect(TokenKind.LeftParen);
    }

    private static SyntaxList<Expression> ParseList(Parser p)
    {
        Open(p);
        SyntaxList<Expression> items = ExpressionGrammar.ParseExpressionList(p);
        p.Expect(TokenKind.RightParen);
        return items;
    }

    private static NullIfExpression ParseNullIf(Parser p)
    {
        int position = p.Position;
        Open(p);
        Expression left = ExpressionGrammar.Parse(p);
        p.Expect(TokenKind.Comma);
        Expression right = ExpressionGrammar.Parse(p);
        p.Expect(TokenKind.RightParen);
        return new NullIfExpression(left, right, position);
    }

    private static FunctionCall ParseExtract(Parser p)
    {
        int position = p.Position;
        Open(p);
        int fieldPosition = p.Position;
        string field;
        if (p.Is(TokenKind.String))
        {
            field = p.StringConstant();
        }
        else if (p.IsIdentifier() || p.Keyword is Keyword.Year or Keyword.Month or Keyword.Day or Keyword.Hour or Keyword.Minute or Keyword.Second)
        {
            field = p.TakeName();
        }
        else
        {
            throw p.SyntaxError();
        }

        p.Expect(Keyword.From);
        Expression source = ExpressionGrammar.Parse(p);
        p.Expect(TokenKind.RightParen);
        return PrimaryGrammar.SystemCall("extract", [new StringLiteral(field, fieldPosition), source], CallSyntax.Extract, position);
    }

    private static FunctionCall ParsePosition(Parser p)
    {
        int position = p.Position;
        Open(p);
        Expression part = ExpressionGrammar.ParseRestricted(p);
        p.Expect(Keyword.In);
        Expression whole = ExpressionGrammar.ParseRestricted(p);
        p.Expect(TokenKind.RightParen);

        // The function takes the arguments the other way round.
        return PrimaryGrammar.SystemCall("position", [whole, part], CallSyntax.Position, position);
    }

    private static FunctionCall ParseSubstring(Parser p)
    {
        int position = p.Position;
        Open(p);
        if (p.Is(TokenKind.RightParen))
        {
            p.Advance();
            return Plain("substring", default, position);
        }

        Expression first = CallGrammar.ParseArgument(p);
        switch (p.Keyword)
        {
            case Keyword.From:
                {
                    p.Advance();
                    Expression from = ExpressionGrammar.Parse(p);
                    Expression? length = p.Accept(Keyword.For) ? ExpressionGrammar.Parse(p) : null;
                    p.Expect(TokenKind.RightParen);
                    return PrimaryGrammar.SystemCall(
                        "substring", length is null ? [first, from] : [first, from, length], CallSyntax.Substring, position);
                }

            case Keyword.For:
                {
                    p.Advance();
                    Expression length = ExpressionGrammar.Parse(p);
                    Expression from;
                    if (p.Accept(Keyword.From))
                    {
                        from = ExpressionGrammar.Parse(p);
                    }
                    else
                    {
                        // The cast keeps the pattern version of substring from being chosen.
                        from = new IntegerLiteral(1, -1);
                        length = new CastExpression(length, TypeGrammar.SystemType("int4", -1), CastSyntax.Implied, -1);
                    }

                    p.Expect(TokenKind.RightParen);
                    return PrimaryGrammar.SystemCall("substring", [first, from, length], CallSyntax.Substring, position);
                }

            case Keyword.Similar:
                {
                    p.Advance();
                    Expression pattern = ExpressionGrammar.Parse(p);
                    p.Expect(Keyword.Escape);
                    Expression escape = ExpressionGrammar.Parse(p);
                    p.Expect(TokenKind.RightParen);
                    return PrimaryGrammar.SystemCall("substring", [first, pattern, escape], CallSyntax.SubstringSimilar, position);
                }

            default:
                return Plain("substring", RestOfArguments(p, first), position);
        }
    }

    private static FunctionCall ParseOverlay(Parser p)
    {
        int position = p.Position;
        Open(p);
        if (p.Accept(TokenKind.RightParen))
        {
            return Plain("overlay", default, position);
        }

        Expression target = CallGrammar.ParseArgument(p);
        if (!p.Accept(Keyword.Placing))
        {
            return Plain("overlay", RestOfArguments(p, target), position);
        }

        Expression replacement = ExpressionGrammar.Parse(p);
        p.Expect(Keyword.From);
        Expression from = ExpressionGrammar.Parse(p);
        Expression? length = p.Accept(Keyword.For) ? ExpressionGrammar.Parse(p) : null;
        p.Expect(TokenKind.RightParen);
        return PrimaryGrammar.SystemCall(
            "overlay", length is null ? [target, replacement, from] : [target, replacement, from, length], CallSyntax.Overlay, position);
    }

    private static FunctionCall Plain(string name, SyntaxList<Expression> arguments, int position) =>
        new(new QualifiedName([name], position), arguments, position);

    private static SyntaxList<Expression> RestOfArguments(Parser p, Expression first)
    {
        var arguments = new ListBuilder<Expression>();
        arguments.Add(first);
        while (p.Accept(TokenKind.Comma))
        {
            arguments.Add(CallGrammar.ParseArgument(p));
        }

        p.Expect(TokenKind.RightParen);
        return arguments.ToList();
    }

    private static FunctionCall ParseTrim(Parser p)
    {
        int position = p.Position;
        Open(p);
        (string name, CallSyntax syntax) = p.Keyword switch
        {
            Keyword.Leading => ("ltrim", CallSyntax.TrimLeading),
            Keyword.Trailing => ("rtrim", CallSyntax.TrimTrailing),
            _ => ("btrim", CallSyntax.TrimBoth),
        };
        if (p.Keyword is Keyword.Both or Keyword.Leading or Keyword.Trailing)
        {
            p.Advance();
        }

        SyntaxList<Expression> arguments;
        if (p.Accept(Keyword.From))
        {
            arguments = ExpressionGrammar.ParseExpressionList(p);
        }
        else
        {
            arguments = ExpressionGrammar.ParseExpressionList(p);
            if (arguments.Count == 1 && p.Accept(Keyword.From))
            {
                Expression characters = arguments[0];
                var list = new ListBuilder<Expression>();
                list.AddRange(ExpressionGrammar.ParseExpressionList(p));
                list.Add(characters);
                arguments = list.ToList();
            }
        }

        p.Expect(TokenKind.RightParen);
        return PrimaryGrammar.SystemCall(name, arguments, syntax, position);
    }

    private static FunctionCall ParseNormalize(Parser p)
    {
        int position = p.Position;
        Open(p);
        Expression operand = ExpressionGrammar.Parse(p);
        if (p.Accept(TokenKind.RightParen))
        {
            return PrimaryGrammar.SystemCall("normalize", [operand], CallSyntax.Normalize, position);
        }

        p.Expect(TokenKind.Comma);
        if (!(p.Keyword is Keyword.Nfc or Keyword.Nfd or Keyword.Nfkc or Keyword.Nfkd))
        {
            throw p.SyntaxError();
        }

        var form = new StringLiteral(p.NameText().ToUpperInvariant(), p.Position);
        p.Advance();
        p.Expect(TokenKind.RightParen);
        return PrimaryGrammar.SystemCall("normalize", [operand, form], CallSyntax.Normalize, position);
    }

    private static FunctionCall ParseTreat(Parser p)
    {
        int position = p.Position;
        Open(p);
        Expression operand = ExpressionGrammar.Parse(p);
        p.Expect(Keyword.As);
        TypeName type = TypeGrammar.ParseType(p);
        p.Expect(TokenKind.RightParen);
        return PrimaryGrammar.SystemCall(type.Name, [operand], CallSyntax.Treat, position);
    }
}
