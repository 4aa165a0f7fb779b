using Strata.Sql.Grammar;
using Strata.Sql.Syntax;

namespace Strata.Sql;

/// <summary>
/// Parses SQL text by PostgreSQL 15's grammar. Thread-safe: each thread reuses a parser of its own, so that
/// a parse allocates little more than the tree.
/// </summary>
public static class SqlParser
{
    [ThreadStatic]
    private static Parser? t_parser;

    /// <summary>
    /// Parses a whole script, as the simple protocol does: either every statement parses or the first error is raised.
    /// Empty statements are left out.
    /// </summary>
    /// <exception cref="SqlSyntaxException">The text is not valid SQL.</exception>
    public static IReadOnlyList<ParsedStatement> ParseScript(string sql, ParserOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sql);
        Parser p = Take();
        try
        {
            p.Start(sql, options ?? ParserOptions.Default);
            return ParseStatements(p);
        }
        finally
        {
            Return(p);
        }
    }

    /// <summary>Parses one statement; an empty text or a second statement is a syntax error.</summary>
    /// <exception cref="SqlSyntaxException">The text is not one valid statement.</exception>
    public static Statement ParseStatement(string sql, ParserOptions? options = null)
    {
        Parser p = Take();
        try
        {
            p.Start(sql, options ?? ParserOptions.Default);
            Statement statement = StatementGrammar.Parse(p);
            p.Accept(TokenKind.Semicolon);
            return p.Is(TokenKind.EndOfInput) ? statement : throw p.SyntaxError();
        }
        finally
        {
            Return(p);
        }
    }

    /// <summary>Parses an expression (a_expr) that is the whole text.</summary>
    /// <exception cref="SqlSyntaxException">The text is not one valid expression.</exception>
    public static Expression ParseExpression(string sql, ParserOptions? options = null)
    {
        Parser p = Take();
        try
        {
            p.Start(sql, options ?? ParserOptions.Default);
            Expression expression = ExpressionGrammar.Parse(p);
            return p.Is(TokenKind.EndOfInput) ? expression : throw p.SyntaxError();
        }
        finally
        {
            Return(p);
        }
    }

    /// <summary>Parses a type name that is the whole text, as in a <c>regtype</c> constant.</summary>
    /// <exception cref="SqlSyntaxException">The text is not one valid type name.</exception>
    public static TypeName ParseTypeName(string sql, ParserOptions? options = null)
    {
        Parser p = Take();
        try
        {
            p.Start(sql, options ?? ParserOptions.Default);
            TypeName type = TypeGrammar.ParseType(p);
            return p.Is(TokenKind.EndOfInput) ? type : throw p.SyntaxError();
        }
        finally
        {
            Return(p);
        }
    }

    private static IReadOnlyList<ParsedStatement> ParseStatements(Parser p)
    {
        var statements = new ListBuilder<ParsedStatement>();
        while (true)
        {
            while (p.Accept(TokenKind.Semicolon))
            {
            }

            if (p.Is(TokenKind.EndOfInput))
            {
                return statements.ToArray();
            }

            int start = p.Position;
            Statement statement = StatementGrammar.Parse(p);
            statements.Add(new ParsedStatement(statement, start, p.PreviousEnd - start));
            if (!p.Is(TokenKind.Semicolon) && !p.Is(TokenKind.EndOfInput))
            {
                throw p.SyntaxError();
            }
        }
    }

    private static Parser Take()
    {
        Parser parser = t_parser ?? new Parser();
        t_parser = null;
        return parser;
    }

    private static void Return(Parser parser)
    {
        parser.Finish();
        t_parser = parser;
    }
}
