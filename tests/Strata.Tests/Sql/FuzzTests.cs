using System.Text;
using Strata.Sql;
using Xunit;

namespace Strata.Tests.Sql;

/// <summary>Whatever the text, the parser answers with trees or with SqlSyntaxException, and what it accepts it can print.</summary>
public class FuzzTests
{
    private static readonly string[] s_words =
    [
        .. Keywords.All.Select(keyword => keyword.Word),
        "a", "b", "\"Q\"", "'s'", "E'\\n'", "U&'\\0061'", "$1", "$$x$$", "1", "2.5", "B'01'", "X'F'", "N'n'",
        "(", ")", "[", "]", ",", ";", ".", "..", ":", "::", ":=", "=>", "+", "-", "*", "/", "%", "^", "<", ">", "=", "<=", ">=", "<>", "!=", "||", "@@", "~",
        "--c\n", "/*c*/", "\\", "{", "'", "\"", "$", "é", "\U0001F600",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Token_soup_never_breaks_the_parser(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 4_000; i++)
        {
            var text = new StringBuilder();
            int length = random.Next(1, 25);
            for (int j = 0; j < length; j++)
            {
                text.Append(s_words[random.Next(s_words.Length)]).Append(random.Next(10) == 0 ? "" : " ");
            }

            Check(text.ToString());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Mutated_statements_never_break_the_parser(int seed)
    {
        var random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < 4_000; i++)
        {
            List<string> words = [.. SqlSamples.All[random.Next(SqlSamples.All.Length)].Split(' ')];
            int edits = random.Next(1, 4);
            for (int edit = 0; edit < edits && words.Count > 0; edit++)
            {
                int at = random.Next(words.Count);
                switch (random.Next(4))
                {
                    case 0:
                        words.RemoveAt(at);
                        break;
                    case 1:
                        words.Insert(at, s_words[random.Next(s_words.Length)]);
                        break;
                    case 2:
                        words[at] = s_words[random.Next(s_words.Length)];
                        break;
                    default:
                        words.Insert(at, words[random.Next(words.Count)]);
                        break;
                }
            }

            accepted += Check(string.Join(' ', words)) ? 1 : 0;
        }

        // Enough survive that printing and parsing again is really tried.
        Assert.True(accepted > 100, $"{accepted} accepted");
    }

    [Fact]
    public void Random_characters_never_break_the_lexer()
    {
        var random = new Random(7);
        var text = new char[40];
        for (int i = 0; i < 4_000; i++)
        {
            for (int j = 0; j < text.Length; j++)
            {
                text[j] = random.Next(4) == 0 ? (char)random.Next(0x10000) : (char)random.Next(128);
            }

            Check(new string(text));
            StatementSplitter.Split(new string(text));
        }
    }

    private static bool Check(string sql)
    {
        IReadOnlyList<ParsedStatement> statements;
        try
        {
            statements = SqlParser.ParseScript(sql);
        }
        catch (SqlSyntaxException error)
        {
            Assert.InRange(error.Position, 0, sql.Length + 1);
            return false;
        }

        foreach (ParsedStatement statement in statements)
        {
            Assert.InRange(statement.Start, 0, sql.Length);
            Assert.InRange(statement.Start + statement.Length, statement.Start, sql.Length);
            string printed = SqlDeparser.Deparse(statement.Statement);
            try
            {
                Assert.True(SqlParser.ParseStatement(printed).Equals(statement.Statement), sql + "\n" + printed);
            }
            catch (SqlSyntaxException error)
            {
                Assert.Fail($"{error.Message}\n{sql}\n{printed}");
            }
        }

        return statements.Count > 0;
    }
}
