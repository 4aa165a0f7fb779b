using System.Globalization;
using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Expressions without operators (gram.y: c_expr): constants, references, calls, subqueries, CASE, rows, arrays.</summary>
internal static class PrimaryGrammar
{
    /// <summary>Consumes a c_expr.</summary>
    public static Expression Parse(Parser p)
    {
        int position = p.Position;
        switch (p.Kind)
        {
            case TokenKind.Identifier or TokenKind.QuotedIdentifier:
                return ParseName(p);
            case TokenKind.Keyword:
                return ParseKeyword(p);
            case TokenKind.Integer:
                return ParseInteger(p);
            case TokenKind.Number:
                {
                    var literal = new NumericLiteral(p.TokenText().ToString(), position);
                    p.Advance();
                    return literal;
                }

            case TokenKind.String:
                return new StringLiteral(p.StringConstant(), position);
            case TokenKind.NationalString:
                {
                    // N'…' is a shorthand for a constant of type NCHAR.
                    var literal = new StringLiteral(p.StringText(), position);
                    p.Advance();
                    return new CastExpression(literal, TypeGrammar.SystemType("bpchar", position), CastSyntax.TypedLiteral, position);
                }

            case TokenKind.BitString or TokenKind.HexString:
                {
                    var literal = new BitStringLiteral(p.StringText(), p.Is(TokenKind.HexString), position);
                    p.Advance();
                    return literal;
                }

            case TokenKind.Parameter:
                {
                    if (!int.TryParse(p.TokenText()[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                    {
                        // PostgreSQL reads the number with atol and keeps the low bits; no such parameter can exist.
                        number = int.MaxValue;
                    }

                    p.Advance();
                    return ParseIndirection(p, new ParameterReference(number, position));
                }

            case TokenKind.LeftParen:
                ParseParenthesized(p, out SelectStatement? query, out SyntaxList<Expression> items);
                if (query is not null)
                {
                    return ParseIndirection(p, new ScalarSubquery(query, position));
                }

                return items.Count == 1 ? ParseIndirection(p, items[0]) : new RowExpression(items, false, position);
            default:
                throw p.SyntaxError();
        }
    }

    /// <summary>
    /// Consumes <c>( … )</c> where a subquery or expressions may stand. Extra parentheses around a subquery are dropped.
    /// Returns a mark at the first comma between expressions (0 if there is none).
    /// </summary>
    public static int ParseParenthesized(Parser p, out SelectStatement? query, out SyntaxList<Expression> items)
    {
        p.Enter();
        int comma = 0;
        items = default;
        p.Expect(TokenKind.LeftParen);
        if (SelectGrammar.IsSelectStart(p))
        {
            query = SelectGrammar.ParseStatement(p);
        }
        else
        {
            Expression? first = null;
            query = null;
            if (p.Is(TokenKind.LeftParen))
            {
                int position = p.Position;
                ParseParenthesized(p, out SelectStatement? inner, out SyntaxList<Expression> innerItems);
                if (inner is not null && (p.Is(TokenKind.RightParen) || SelectGrammar.IsSelectContinuation(p)))
                {
                    query = SelectGrammar.ContinueStatement(p, inner);
                }
                else
                {
                    Expression primary = inner is not null ? ParseIndirection(p, new ScalarSubquery(inner, position))
                        : innerItems.Count == 1 ? ParseIndirection(p, innerItems[0])
                        : new RowExpression(innerItems, false, position);
                    first = ExpressionGrammar.ContinueRow(p, primary, position);
                }
            }

            if (query is null)
            {
                var list = new ListBuilder<Expression>();
                list.Add(first ?? ExpressionGrammar.Parse(p));
                comma = p.Mark;
                while (p.Accept(TokenKind.Comma))
                {
                    list.Add(ExpressionGrammar.Parse(p));
                }

                items = list.ToList();
            }
        }

        p.Expect(TokenKind.RightParen);
        p.Leave();
        return comma;
    }

    /// <summary>Consumes a select_with_parens.</summary>
    public static SelectStatement ParseSubquery(Parser p)
    {
        p.Expect(TokenKind.LeftParen);
        SelectStatement query = SelectGrammar.ParseStatement(p);
        p.Expect(TokenKind.RightParen);
        return query;
    }

    /// <summary>Consumes what may follow a value directly: fields, subscripts and slices.</summary>
    public static Expression ParseIndirection(Parser p, Expression operand)
    {
        if (!(p.Kind is TokenKind.Dot or TokenKind.LeftBracket))
        {
            return operand;
        }

        return new IndirectionExpression(operand, ParseIndirectionElements(p), operand.Position);
    }

    /// <summary>Consumes indirection elements; a star may only be the last.</summary>
    public static SyntaxList<IndirectionElement> ParseIndirectionElements(Parser p)
    {
        var elements = new ListBuilder<IndirectionElement>();
        bool hasStar = false;
        bool isMisplaced = false;
        while (p.Kind is TokenKind.Dot or TokenKind.LeftBracket)
        {
            isMisplaced |= hasStar;
            IndirectionElement element = ParseIndirectionElement(p);
            hasStar |= element is StarSelection;
            elements.Add(element);
        }

        return isMisplaced ? throw p.NearError("improper use of \"*\"") : elements.ToList();
    }

    /// <summary>A call of a function of pg_catalog that SQL syntax stands for.</summary>
    public static FunctionCall SystemCall(string name, SyntaxList<Expression> arguments, CallSyntax syntax, int position) =>
        new(new QualifiedName(["pg_catalog", name], position), arguments, position) { Syntax = syntax };

    private static IndirectionElement ParseIndirectionElement(Parser p)
    {
        int position = p.Position;
        if (p.Accept(TokenKind.Dot))
        {
            if (p.Accept(TokenKind.Star))
            {
                return new StarSelection(position);
            }

            return new FieldSelection(p.ColumnLabel(), position);
        }

        p.Expect(TokenKind.LeftBracket);
        Expression? lower = p.Is(TokenKind.Colon) ? null : ExpressionGrammar.Parse(p);
        if (p.Accept(TokenKind.Colon))
        {
            Expression? upper = p.Is(TokenKind.RightBracket) ? null : ExpressionGrammar.Parse(p);
            p.Expect(TokenKind.RightBracket);
            return new SliceSubscript(lower, upper, position);
        }

        p.Expect(TokenKind.RightBracket);
        return new Subscript(lower!, position);
    }

    private static Expression ParseInteger(Parser p)
    {
        int position = p.Position;
        Expression literal = p.IsInteger(out int value)
            ? new IntegerLiteral(value, position)
            : new NumericLiteral(p.TokenText().ToString(), position);
        p.Advance();
        return literal;
    }

    private static Expression ParseKeyword(Parser p)
    {
        int position = p.Position;
        switch (p.Keyword)
        {
            case Keyword.Null:
                p.Advance();
                return new NullLiteral(position);
            case Keyword.True:
                p.Advance();
                return new BooleanLiteral(true, position);
            case Keyword.False:
                p.Advance();
                return new BooleanLiteral(false, position);
            case Keyword.Case:
                return ParseCase(p);
            case Keyword.Array:
                return ParseArray(p);
            case Keyword.Exists when p.PeekKind() == TokenKind.LeftParen:
                p.Advance();
                return new ExistsExpression(ParseSubquery(p), position);
            case Keyword.Row when p.PeekKind() == TokenKind.LeftParen:
                return ParseRow(p);
            case Keyword.Grouping when p.PeekKind() == TokenKind.LeftParen:
                {
                    p.Advance();
                    p.Advance();
                    SyntaxList<Expression> arguments = ExpressionGrammar.ParseExpressionList(p);
                    p.Expect(TokenKind.RightParen);
                    return new GroupingExpression(arguments, position);
                }

            case Keyword.Interval when p.PeekKind() is TokenKind.String or TokenKind.LeftParen:
                return ParseIntervalConstant(p);
        }

        Expression? special = SpecialFunctionGrammar.TryParse(p);
        if (special is not null)
        {
            return special;
        }

        if (TypeGrammar.IsConstantTypeKeyword(p.Keyword) && IsTypedConstant(p))
        {
            TypeName type = TypeGrammar.ParseKeywordType(p, isConstant: true);
            return TypedConstant(p, type);
        }

        return ParseName(p);
    }

    /// <summary>After a type's key word: does a string constant follow the type?</summary>
    private static bool IsTypedConstant(Parser p)
    {
        switch (p.PeekKind())
        {
            case TokenKind.String or TokenKind.LeftParen:
                return !p.Is(Keyword.Double);
            case TokenKind.Keyword:
                return p.Keyword switch
                {
                    Keyword.Double => p.PeekKeyword() == Keyword.Precision,
                    Keyword.Bit or Keyword.Character or Keyword.Char or Keyword.Nchar => p.PeekKeyword() == Keyword.Varying,
                    Keyword.National => p.PeekKeyword() is Keyword.Character or Keyword.Char,
                    Keyword.Time or Keyword.Timestamp => p.PeekKeyword() == Keyword.Without
                        || (p.PeekKeyword() == Keyword.With && p.PeekKeyword(2) == Keyword.Time),
                    _ => false,
                };
            default:
                return false;
        }
    }

    private static CastExpression TypedConstant(Parser p, TypeName type)
    {
        int position = p.Position;
        return new CastExpression(new StringLiteral(p.StringConstant(), position), type, CastSyntax.TypedLiteral, type.Position);
    }

    private static CastExpression ParseIntervalConstant(Parser p)
    {
        int position = p.Position;
        p.Advance();
        TypeName type = TypeGrammar.SystemType("interval", position);
        if (p.Accept(TokenKind.LeftParen))
        {
            int precisionPosition = p.Position;
            int precision = p.IntegerConstant();
            p.Expect(TokenKind.RightParen);
            return TypedConstant(p, type with
            {
                Modifiers = [new IntegerLiteral(IntervalFields.FullRange, -1), new IntegerLiteral(precision, precisionPosition)],
            });
        }

        CastExpression constant = TypedConstant(p, type);
        SyntaxList<Expression> fields = TypeGrammar.ParseIntervalFields(p);
        return fields.IsEmpty ? constant : constant with { Type = type with { Modifiers = fields } };
    }

    /// <summary>Consumes a column reference, a function call or a constant of a named type.</summary>
    private static Expression ParseName(Parser p)
    {
        int position = p.Position;
        bool isColumn = p.IsColumnId();
        bool isFunction = p.IsTypeOrFunctionName();
        if (!isColumn && !isFunction)
        {
            throw p.SyntaxError();
        }

        string first = p.TakeName();
        switch (p.Kind)
        {
            case TokenKind.LeftParen when isFunction:
                return CallGrammar.Parse(p, new QualifiedName([first], position));
            case TokenKind.String when isFunction:
                return TypedConstant(p, new TypeName([first], position));
            case TokenKind.Dot or TokenKind.LeftBracket when isColumn:
                return ParseDottedName(p, first, position);
        }

        if (!isColumn)
        {
            throw p.SyntaxError();
        }

        return new ColumnReference([first], false, position);
    }

    private static Expression ParseDottedName(Parser p, string first, int position)
    {
        var names = new ListBuilder<string>();
        names.Add(first);
        while (p.Is(TokenKind.Dot))
        {
            if (p.PeekKind() == TokenKind.Star)
            {
                p.Advance();
                p.Advance();
                if (p.Kind is TokenKind.Dot or TokenKind.LeftBracket)
                {
                    ParseIndirectionElements(p);
                    throw p.NearError("improper use of \"*\"");
                }

                return new ColumnReference(names.ToList(), true, position);
            }

            p.Advance();
            names.Add(p.ColumnLabel());
        }

        SyntaxList<string> parts = names.ToList();
        switch (p.Kind)
        {
            case TokenKind.LeftParen:
                return CallGrammar.Parse(p, new QualifiedName(parts, position));
            case TokenKind.String when parts.Count > 1:
                return TypedConstant(p, new TypeName(parts, position));
            case TokenKind.LeftBracket:
                return ParseIndirection(p, new ColumnReference(parts, false, position));
            default:
                return new ColumnReference(parts, false, position);
        }
    }

    private static CaseExpression ParseCase(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Case);
        Expression? operand = p.Is(Keyword.When) ? null : ExpressionGrammar.Parse(p);
        var whens = new ListBuilder<CaseWhen>();
        do
        {
            int whenPosition = p.Position;
            p.Expect(Keyword.When);
            Expression condition = ExpressionGrammar.Parse(p);
            p.Expect(Keyword.Then);
            whens.Add(new CaseWhen(condition, ExpressionGrammar.Parse(p), whenPosition));
        }
        while (p.Is(Keyword.When));
        Expression? otherwise = p.Accept(Keyword.Else) ? ExpressionGrammar.Parse(p) : null;
        p.Expect(Keyword.End);
        return new CaseExpression(operand, whens.ToList(), otherwise, position);
    }

    private static Expression ParseArray(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Array);
        if (p.Is(TokenKind.LeftParen))
        {
            return new ArraySubquery(ParseSubquery(p), position);
        }

        if (!p.Is(TokenKind.LeftBracket))
        {
            throw p.SyntaxError();
        }

        return ParseArrayElements(p, position, isNested: false);
    }

    /// <summary>Consumes an array_expr: elements that are all expressions or all nested lists.</summary>
    private static ArrayExpression ParseArrayElements(Parser p, int position, bool isNested)
    {
        p.Enter();
        p.Expect(TokenKind.LeftBracket);
        var elements = new ListBuilder<Expression>();
        if (!p.Is(TokenKind.RightBracket))
        {
            bool areLists = p.Is(TokenKind.LeftBracket);
            do
            {
                elements.Add(areLists ? ParseArrayElements(p, p.Position, isNested: true) : ExpressionGrammar.Parse(p));
            }
            while (p.Accept(TokenKind.Comma));
        }

        p.Expect(TokenKind.RightBracket);
        p.Leave();
        return new ArrayExpression(elements.ToList(), isNested, position);
    }

    private static RowExpression ParseRow(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Row);
        p.Expect(TokenKind.LeftParen);
        SyntaxList<Expression> fields = p.Is(TokenKind.RightParen) ? default : ExpressionGrammar.ParseExpressionList(p);
        p.Expect(TokenKind.RightParen);
        return new RowExpression(fields, true, position);
    }
}
