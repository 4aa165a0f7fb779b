using Strata.Sql;
using Strata.Sql.Syntax;
using Xunit;

namespace Strata.Tests.Sql;

public class LexerTests
{
    [Theory]
    [InlineData("'a''b'", "a'b")]
    [InlineData("''", "")]
    [InlineData("'a\\nb'", "a\\nb")]
    [InlineData("E'a\\nb\\tc\\\\\\'d''e'", "a\nb\tc\\'d'e")]
    [InlineData("E'\\101\\x41\\u0041\\U00000041'", "AAAA")]
    [InlineData("E'\\xc3\\xa9'", "é")]
    [InlineData("E'\\ud83d\\ude00'", "\U0001F600")]
    [InlineData("e'\\q'", "q")]
    [InlineData("U&'\\0041\\+000042\\\\'", "AB\\")]
    [InlineData("U&'!0041!!' UESCAPE '!'", "A!")]
    [InlineData("u&'\\D83D\\DE00'", "\U0001F600")]
    [InlineData("$$a'b$c$$", "a'b$c")]
    [InlineData("$t$a$$b$t$", "a$$b")]
    [InlineData("'a'\n'b'", "ab")]
    [InlineData("'a' -- comment\n  'b'", "ab")]
    [InlineData("E'a'\n'\\x41'", "aA")]
    public void String_constants_are_decoded(string sql, string value) =>
        Assert.Equal(value, Assert.IsType<StringLiteral>(SqlParser.ParseExpression(sql)).Value);

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("ABC", "abc")]
    [InlineData("\"ABC\"", "ABC")]
    [InlineData("\"a\"\"b\"", "a\"b")]
    [InlineData("U&\"d\\0061t\"", "dat")]
    [InlineData("U&\"d!0061t\" UESCAPE '!'", "dat")]
    [InlineData("ÄB", "Äb")]
    [InlineData("_a$1", "_a$1")]
    public void Identifiers_fold_ascii_only(string sql, string name) =>
        Assert.Equal(name, Assert.IsType<ColumnReference>(SqlParser.ParseExpression(sql)).Names[0]);

    [Theory]
    [InlineData("1--1\n", "1")]
    [InlineData("1/* a /* b */ c */", "1")]
    [InlineData("1 +-2", "1 + (-2)")]
    [InlineData("1 @- 2", "1 @- 2")]
    [InlineData("1 *-2", "1 * (-2)")]
    [InlineData("1 <-- x\n 2", "1 < 2")]
    [InlineData("a<>-1", "a <> (-1)")]
    [InlineData("1.5", "1.5")]
    [InlineData("a[1:2]", "a[1:2]")]
    public void Operators_and_comments_are_cut_as_in_PostgreSQL(string sql, string printed) =>
        Assert.Equal(printed, SqlDeparser.Deparse(SqlParser.ParseExpression(sql)));

    [Fact]
    public void Long_identifiers_are_cut_at_63_bytes_with_a_notice()
    {
        var notices = new List<SqlNotice>();
        var options = new ParserOptions { Notice = notices.Add };
        var column = (ColumnReference)SqlParser.ParseExpression(new string('A', 70), options);
        Assert.Equal(new string('a', 63), column.Names[0]);
        Assert.Equal($"identifier \"{new string('a', 70)}\" will be truncated to \"{new string('a', 63)}\"", notices[0].Message);
        Assert.Equal(("42622", false), (notices[0].SqlState, notices[0].IsWarning));

        var wide = (ColumnReference)SqlParser.ParseExpression("\"" + new string('é', 40) + "\"");
        Assert.Equal(new string('é', 31), wide.Names[0]);
    }

    [Fact]
    public void Nonstandard_strings_take_backslashes_and_warn()
    {
        var notices = new List<SqlNotice>();
        var options = new ParserOptions { StandardConformingStrings = false, Notice = notices.Add };
        Assert.Equal("a\nb", ((StringLiteral)SqlParser.ParseExpression("'a\\nb'", options)).Value);
        Assert.Equal("nonstandard use of escape in a string literal", Assert.Single(notices).Message);
        SqlSyntaxException error = Assert.Throws<SqlSyntaxException>(() => SqlParser.ParseExpression("U&'a'", options));
        Assert.Equal(("0A000", "unsafe use of string constant with Unicode escapes"), (error.SqlState, error.Message));
    }
}
