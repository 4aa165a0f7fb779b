using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>CREATE INDEX and index elements.</summary>
internal static class IndexGrammar
{
    /// <summary>Consumes index_elem, ….</summary>
    public static SyntaxList<IndexElement> ParseElements(Parser p)
    {
        var elements = new ListBuilder<IndexElement>();
        do
        {
            elements.Add(ParseElement(p));
        }
        while (p.Accept(TokenKind.Comma));
        return elements.ToList();
    }

    /// <summary>Consumes an index_elem.</summary>
    public static IndexElement ParseElement(Parser p)
    {
        int position = p.Position;
        IndexElement element = ParseKey(p, position);
        if (p.Accept(Keyword.Collate))
        {
            element = element with { Collation = p.AnyName() };
        }

        // NULLS is not reserved; before FIRST or LAST it is no operator class.
        if (p.IsColumnId() && !(p.Is(Keyword.Nulls) && p.PeekKeyword() is Keyword.First or Keyword.Last))
        {
            element = element with { OperatorClass = p.AnyName() };
            if (p.Is(TokenKind.LeftParen))
            {
                element = element with { OperatorClassOptions = OptionGrammar.ParseRelationOptions(p) };
            }
        }

        SortDirection direction = SortDirection.Default;
        if (p.Accept(Keyword.Asc))
        {
            direction = SortDirection.Ascending;
        }
        else if (p.Accept(Keyword.Desc))
        {
            direction = SortDirection.Descending;
        }

        NullsOrder nulls = SelectGrammar.ParseNullsOrder(p);
        return direction == SortDirection.Default && nulls == NullsOrder.Default ? element : element with { Direction = direction, Nulls = nulls };
    }

    /// <summary>Consumes a stats_param: a column, a call or an expression in parentheses.</summary>
    public static IndexElement ParseKeyOnly(Parser p) => ParseKey(p, p.Position);

    /// <summary>Consumes CREATE INDEX after CREATE [UNIQUE].</summary>
    public static CreateIndexStatement ParseCreate(Parser p, bool isUnique, int position)
    {
        p.Expect(Keyword.Index);
        bool isConcurrent = p.Accept(Keyword.Concurrently);
        bool ifNotExists = p.AcceptIfNotExists();
        string? name = null;
        if (ifNotExists || !p.Is(Keyword.On))
        {
            name = p.ColumnId();
        }

        p.Expect(Keyword.On);
        RelationName relation = p.RelationExpression();
        string method = p.Accept(Keyword.Using) ? p.ColumnId() : "btree";
        p.Expect(TokenKind.LeftParen);
        SyntaxList<IndexElement> elements = ParseElements(p);
        p.Expect(TokenKind.RightParen);
        SyntaxList<IndexElement> including = default;
        if (p.Accept(Keyword.Include))
        {
            p.Expect(TokenKind.LeftParen);
            including = ParseElements(p);
            p.Expect(TokenKind.RightParen);
        }

        bool isNullsNotDistinct = ParseNullTreatment(p);
        SyntaxList<DefinitionElement> options = p.Accept(Keyword.With) ? OptionGrammar.ParseRelationOptions(p) : default;
        string? tablespace = p.Accept(Keyword.Tablespace) ? p.ColumnId() : null;
        return new CreateIndexStatement(relation, elements, position)
        {
            Name = name,
            IsUnique = isUnique,
            IsConcurrent = isConcurrent,
            IfNotExists = ifNotExists,
            AccessMethod = method,
            Including = including,
            IsNullsNotDistinct = isNullsNotDistinct,
            Options = options,
            Tablespace = tablespace,
            Where = ExpressionGrammar.ParseOptionalWhere(p),
        };
    }

    /// <summary>Consumes NULLS [NOT] DISTINCT; true for NOT DISTINCT.</summary>
    public static bool ParseNullTreatment(Parser p)
    {
        if (!p.Is(Keyword.Nulls) || !(p.PeekKeyword() is Keyword.Not or Keyword.Distinct))
        {
            return false;
        }

        p.Advance();
        bool isNot = p.Accept(Keyword.Not);
        p.Expect(Keyword.Distinct);
        return isNot;
    }

    private static IndexElement ParseKey(Parser p, int position)
    {
        if (p.Accept(TokenKind.LeftParen))
        {
            Expression expression = ExpressionGrammar.Parse(p);
            p.Expect(TokenKind.RightParen);
            return new IndexElement(null, expression, position);
        }

        if (p.IsColumnId() && p.PeekKind() != TokenKind.LeftParen && p.PeekKind() != TokenKind.Dot)
        {
            // A special function without parentheses is no ColId; a ColId here is a column.
            return new IndexElement(p.TakeName(), null, position);
        }

        Expression? special = p.Kind == TokenKind.Keyword ? SpecialFunctionGrammar.TryParse(p) : null;
        if (special is not null)
        {
            return new IndexElement(null, special, position);
        }

        QualifiedName name = p.FunctionName();
        if (!p.Is(TokenKind.LeftParen))
        {
            throw p.SyntaxError();
        }

        return new IndexElement(null, CallGrammar.ParseApplication(p, name), position);
    }
}
