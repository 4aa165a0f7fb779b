namespace Strata.Sql;

/// <summary>
/// Splits a text at the semicolons between statements without parsing it, as psql does: quotes, comments, parentheses and the
/// bodies of <c>BEGIN ATOMIC … END</c> are skipped. A text with a lexical error (an open quote) gives what stands before it
/// and the rest as the last piece.
/// </summary>
public static class StatementSplitter
{
    /// <summary>Ranges of the statements, without the semicolons and without surrounding space; empty ones are left out.</summary>
    public static IReadOnlyList<Range> Split(string sql, ParserOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sql);
        var lexer = new Lexer();
        lexer.Run(sql, options ?? ParserOptions.Default);
        var ranges = new List<Range>();
        int start = -1;
        int end = 0;
        int parens = 0;
        int blocks = 0;
        bool isCreate = false;
        for (int i = 0; i < lexer.Count; i++)
        {
            ref Token token = ref lexer.Tokens[i];
            switch (token.Kind)
            {
                case TokenKind.Semicolon when parens <= 0 && blocks == 0:
                    Close();
                    continue;
                case TokenKind.EndOfInput:
                    Close();
                    continue;
                case TokenKind.Error:
                    end = sql.Length;
                    start = start < 0 ? token.Start : start;
                    Close();
                    continue;
                case TokenKind.LeftParen:
                    parens++;
                    break;
                case TokenKind.RightParen:
                    parens--;
                    break;
                case TokenKind.Keyword when isCreate && parens == 0:
                    blocks += BlockChange(lexer, i, blocks);
                    break;
            }

            if (start < 0)
            {
                start = token.Start;
                isCreate = token.Keyword == Keyword.Create;
            }

            end = token.End;
        }

        return ranges;

        void Close()
        {
            if (start >= 0)
            {
                ranges.Add(start..end);
            }

            start = -1;
            parens = 0;
            blocks = 0;
            isCreate = false;
        }
    }

    /// <summary>+1 where a block or CASE opens inside a routine's body, -1 where it ends.</summary>
    private static int BlockChange(Lexer lexer, int index, int blocks)
    {
        Keyword keyword = lexer.Tokens[index].Keyword;
        if (keyword == Keyword.Begin && index + 1 < lexer.Count && lexer.Tokens[index + 1].Keyword == Keyword.Atomic)
        {
            return 1;
        }

        if (blocks == 0)
        {
            return 0;
        }

        return keyword switch
        {
            Keyword.Case => 1,
            Keyword.End => -1,
            _ => 0,
        };
    }
}
