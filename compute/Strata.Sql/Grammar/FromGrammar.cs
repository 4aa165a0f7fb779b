using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Items of FROM: tables, functions, subqueries, joins (gram.y: table_ref).</summary>
internal static class FromGrammar
{
    /// <summary>Consumes table_ref, ….</summary>
    public static SyntaxList<FromItem> ParseList(Parser p)
    {
        var items = new ListBuilder<FromItem>();
        do
        {
            items.Add(ParseItem(p));
        }
        while (p.Accept(TokenKind.Comma));
        return items.ToList();
    }

    /// <summary>Consumes a table_ref with its joins.</summary>
    public static FromItem ParseItem(Parser p) => ParseJoins(p, ParsePrimary(p));

    /// <summary>Consumes <c>(name type [COLLATE c], …)</c> after its opening parenthesis.</summary>
    public static SyntaxList<ColumnDefinition> ParseColumnDefinitions(Parser p)
    {
        var columns = new ListBuilder<ColumnDefinition>();
        do
        {
            int position = p.Position;
            string name = p.ColumnId();
            TypeName type = TypeGrammar.ParseType(p);
            QualifiedName? collation = p.Accept(Keyword.Collate) ? p.AnyName() : null;
            columns.Add(new ColumnDefinition(name, type, position) { Collation = collation });
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return columns.ToList();
    }

    private static bool IsJoinStart(Parser p) => p.Keyword switch
    {
        Keyword.Join or Keyword.Cross or Keyword.Natural or Keyword.Inner or Keyword.Left or Keyword.Right or Keyword.Full => true,
        _ => false,
    };

    private static FromItem ParseJoins(Parser p, FromItem left)
    {
        int links = 0;
        while (IsJoinStart(p))
        {
            Parser.AddLink(ref links);
            left = ParseJoin(p, left);
        }

        return left;
    }

    private static JoinItem ParseJoin(Parser p, FromItem left)
    {
        int position = p.Position;
        if (p.Accept(Keyword.Cross))
        {
            p.Expect(Keyword.Join);
            return new JoinItem(JoinKind.Cross, left, ParsePrimary(p), position);
        }

        bool isNatural = p.Accept(Keyword.Natural);
        JoinKind kind = ParseJoinKind(p);
        p.Expect(Keyword.Join);
        FromItem right = ParsePrimary(p);
        if (isNatural)
        {
            return new JoinItem(kind, left, right, position) { IsNatural = true };
        }

        // a JOIN b JOIN c ON … ON …: what stands before our ON belongs to the right side.
        p.Enter();
        right = ParseJoins(p, right);
        p.Leave();
        if (p.Accept(Keyword.Using))
        {
            p.Expect(TokenKind.LeftParen);
            SyntaxList<string> columns = p.NameList();
            p.Expect(TokenKind.RightParen);
            Alias? alias = null;
            if (p.Accept(Keyword.As))
            {
                int aliasPosition = p.Position;
                alias = new Alias(p.ColumnId(), default, aliasPosition);
            }

            return new JoinItem(kind, left, right, position) { Using = columns, UsingAlias = alias };
        }

        p.Expect(Keyword.On);
        return new JoinItem(kind, left, right, position) { On = ExpressionGrammar.Parse(p) };
    }

    private static JoinKind ParseJoinKind(Parser p)
    {
        JoinKind kind;
        switch (p.Keyword)
        {
            case Keyword.Inner:
                p.Advance();
                return JoinKind.Inner;
            case Keyword.Left:
                kind = JoinKind.Left;
                break;
            case Keyword.Right:
                kind = JoinKind.Right;
                break;
            case Keyword.Full:
                kind = JoinKind.Full;
                break;
            default:
                return JoinKind.Inner;
        }

        p.Advance();
        p.Accept(Keyword.Outer);
        return kind;
    }

    private static FromItem ParsePrimary(Parser p)
    {
        int position = p.Position;
        bool isLateral = p.Accept(Keyword.Lateral);
        if (p.Is(TokenKind.LeftParen))
        {
            if (isLateral)
            {
                int queryPosition = p.Position;
                return SubqueryWithAlias(p, PrimaryGrammar.ParseSubquery(p), true, queryPosition);
            }

            FromItem? join = ParseParenthesized(p, out SelectStatement? query);
            return query is not null ? SubqueryWithAlias(p, query, false, position) : WithAlias(p, join!);
        }

        if (p.Is(Keyword.Xmltable) && p.PeekKind() == TokenKind.LeftParen)
        {
            return WithAlias(p, XmlGrammar.ParseTable(p, isLateral, position));
        }

        if (p.Is(Keyword.Rows, Keyword.From))
        {
            return ParseRowsFrom(p, isLateral, position);
        }

        Expression? function = TryParseFunction(p, out RelationName? relation);
        if (function is not null)
        {
            var item = new RowsFromItem(function, default, function.Position);
            return ParseFunctionAlias(p, new FunctionItem([item], position) { IsLateral = isLateral });
        }

        if (isLateral)
        {
            throw p.SyntaxError();
        }

        // The grammar takes subscripts here, and finds only at the token behind them that no relation has any.
        if (p.Is(TokenKind.LeftBracket))
        {
            PrimaryGrammar.ParseIndirectionElements(p);
            throw p.SyntaxError();
        }

        return ParseTableSuffix(p, relation!);
    }

    /// <summary>Consumes a function call, or else a relation name.</summary>
    private static Expression? TryParseFunction(Parser p, out RelationName? relation)
    {
        relation = null;
        if (p.Is(Keyword.Only))
        {
            relation = p.RelationExpression();
            return null;
        }

        if (p.Kind == TokenKind.Keyword)
        {
            Expression? special = SpecialFunctionGrammar.TryParse(p);
            if (special is not null)
            {
                return special;
            }
        }

        bool isFunction = p.IsTypeOrFunctionName() && (p.PeekKind() == TokenKind.LeftParen || !p.IsColumnId());
        if (isFunction)
        {
            int position = p.Position;
            return CallGrammar.ParseApplication(p, new QualifiedName([p.TakeName()], position));
        }

        int start = p.Mark;
        QualifiedName name = p.AnyName();
        if (p.Is(TokenKind.LeftParen) && name.Parts.Count > 1)
        {
            return CallGrammar.ParseApplication(p, name);
        }

        p.Rewind(start);
        relation = p.RelationExpression();
        return null;
    }

    private static FunctionItem ParseRowsFrom(Parser p, bool isLateral, int position)
    {
        p.Advance();
        p.Advance();
        p.Expect(TokenKind.LeftParen);
        var functions = new ListBuilder<RowsFromItem>();
        do
        {
            int itemPosition = p.Position;
            Expression function = TryParseFunction(p, out _) ?? throw p.SyntaxError();
            SyntaxList<ColumnDefinition> columns = default;
            if (p.Accept(Keyword.As))
            {
                p.Expect(TokenKind.LeftParen);
                columns = ParseColumnDefinitions(p);
            }

            functions.Add(new RowsFromItem(function, columns, itemPosition));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return ParseFunctionAlias(p, new FunctionItem(functions.ToList(), position) { IsLateral = isLateral, IsRowsFrom = true });
    }

    private static FunctionItem ParseFunctionAlias(Parser p, FunctionItem item)
    {
        if (p.Is(Keyword.With, Keyword.Ordinality))
        {
            p.Advance();
            p.Advance();
            item = item with { WithOrdinality = true };
        }

        bool hasAs = p.Accept(Keyword.As);
        if (hasAs && p.Accept(TokenKind.LeftParen))
        {
            return item with { Columns = ParseColumnDefinitions(p) };
        }

        if (!hasAs && !p.IsColumnId())
        {
            return item;
        }

        int position = p.Position;
        string name = p.ColumnId();
        if (!p.Is(TokenKind.LeftParen))
        {
            return item with { Alias = new Alias(name, default, position) };
        }

        // (a, b) names columns, (a int, b text) defines them.
        if (p.PeekKind(2) is TokenKind.Comma or TokenKind.RightParen)
        {
            return item with { Alias = new Alias(name, p.OptionalColumnList(), position) };
        }

        p.Advance();
        return item with { Alias = new Alias(name, default, position), Columns = ParseColumnDefinitions(p) };
    }

    private static TableItem ParseTableSuffix(Parser p, RelationName relation)
    {
        var item = new TableItem(relation, relation.Position);
        if (IsAsOf(p))
        {
            item = item with { AsOf = ParseAsOf(p) };
        }

        Alias? alias = ParseOptionalAlias(p);
        if (alias is not null)
        {
            item = item with { Alias = alias };
        }

        return p.Is(Keyword.Tablesample) ? item with { Sample = ParseSample(p) } : item;
    }

    /// <summary>
    /// Tells <c>AS OF moment</c> from an alias that is called <c>of</c>: after such an alias no expression can follow, except
    /// that <c>AS of (a, b)</c> stays an alias with column names.
    /// </summary>
    private static bool IsAsOf(Parser p)
    {
        if (!p.Is(Keyword.As, Keyword.Of))
        {
            return false;
        }

        return p.PeekKind(2) switch
        {
            TokenKind.String or TokenKind.Parameter or TokenKind.Identifier or TokenKind.QuotedIdentifier => true,
            TokenKind.Keyword => p.PeekKeyword(2) is Keyword.Cast or Keyword.CurrentTimestamp or Keyword.Localtimestamp or Keyword.CurrentDate
                || p.IsColumnId(2),
            _ => false,
        };
    }

    private static AsOfClause ParseAsOf(Parser p)
    {
        int position = p.Position;
        p.Advance();
        p.Advance();
        if (p.IsWord("lsn") && p.PeekKind() is TokenKind.String or TokenKind.Parameter)
        {
            p.Advance();
            return new AsOfClause(AsOfKind.Lsn, PrimaryGrammar.Parse(p), position);
        }

        // The word says only what the string is; read as a timestamp constant it would lose its zone.
        if (p.Is(Keyword.Timestamp) && p.PeekKind() == TokenKind.String)
        {
            p.Advance();
            return new AsOfClause(AsOfKind.Timestamp, PrimaryGrammar.Parse(p), position);
        }

        return new AsOfClause(AsOfKind.Timestamp, ExpressionGrammar.ParseRestricted(p), position);
    }

    private static TableSampleClause ParseSample(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Tablesample);
        QualifiedName method = p.FunctionName();
        p.Expect(TokenKind.LeftParen);
        SyntaxList<Expression> arguments = ExpressionGrammar.ParseExpressionList(p);
        p.Expect(TokenKind.RightParen);
        Expression? seed = null;
        if (p.Accept(Keyword.Repeatable))
        {
            p.Expect(TokenKind.LeftParen);
            seed = ExpressionGrammar.Parse(p);
            p.Expect(TokenKind.RightParen);
        }

        return new TableSampleClause(method, arguments, seed, position);
    }

    private static Alias? ParseOptionalAlias(Parser p)
    {
        if (!p.Accept(Keyword.As) && !p.IsColumnId())
        {
            return null;
        }

        int position = p.Position;
        string name = p.ColumnId();
        return new Alias(name, p.OptionalColumnList(), position);
    }

    private static FromItem WithAlias(Parser p, FromItem item)
    {
        Alias? alias = ParseOptionalAlias(p);
        return alias is null ? item : item with { Alias = alias };
    }

    private static SubqueryItem SubqueryWithAlias(Parser p, SelectStatement query, bool isLateral, int position)
    {
        Alias? alias = ParseOptionalAlias(p);
        if (alias is null)
        {
            bool isValues = query.Body is ValuesBody;
            throw p.Error(
                isValues ? "VALUES in FROM must have an alias" : "subquery in FROM must have an alias",
                position,
                SqlStates.SyntaxError,
                null,
                isValues ? "For example, FROM (VALUES ...) [AS] foo." : "For example, FROM (SELECT ...) [AS] foo.");
        }

        return new SubqueryItem(query, isLateral, position) { Alias = alias };
    }

    /// <summary>Consumes <c>( … )</c>: a query, or a join whose item is returned.</summary>
    private static FromItem? ParseParenthesized(Parser p, out SelectStatement? query)
    {
        p.Enter();
        query = null;
        FromItem? item = null;
        p.Expect(TokenKind.LeftParen);
        if (SelectGrammar.IsSelectStart(p))
        {
            query = SelectGrammar.ParseStatement(p);
        }
        else if (p.Is(TokenKind.LeftParen))
        {
            int position = p.Position;
            FromItem? inner = ParseParenthesized(p, out SelectStatement? innerQuery);
            if (innerQuery is not null && (p.Is(TokenKind.RightParen) || SelectGrammar.IsSelectContinuation(p)))
            {
                query = SelectGrammar.ContinueStatement(p, innerQuery);
            }
            else if (innerQuery is not null && !p.Is(Keyword.As) && !p.IsColumnId() && !IsJoinStart(p))
            {
                throw p.SyntaxError();
            }
            else
            {
                FromItem first = innerQuery is not null ? SubqueryWithAlias(p, innerQuery, false, position) : WithAlias(p, inner!);
                item = ParseJoins(p, first);
            }
        }
        else
        {
            item = ParseItem(p);
        }

        // Only a join may stand in parentheses.
        if (query is null && item is not JoinItem)
        {
            throw p.SyntaxError();
        }

        p.Expect(TokenKind.RightParen);
        p.Leave();
        return item;
    }
}
