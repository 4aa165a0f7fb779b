using Strata.Sql;
using Strata.Sql.Syntax;
using Xunit;

namespace Strata.Tests.Sql;

public class RoundTripTests
{
    public static TheoryData<string> Samples => [.. SqlSamples.All];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Printed_statement_parses_to_the_same_tree(string sql)
    {
        Statement tree = SqlParser.ParseStatement(sql);
        string printed = SqlDeparser.Deparse(tree);
        Statement again = SqlParser.ParseStatement(printed);
        Assert.True(tree.Equals(again), printed + "\n" + SqlDeparser.Deparse(again));
        Assert.Equal(printed, SqlDeparser.Deparse(again));
    }

    [Fact]
    public void Equality_ignores_positions_but_not_content()
    {
        Assert.Equal(SqlParser.ParseStatement("SELECT a  +  1"), SqlParser.ParseStatement("select A + 1"));
        Assert.NotEqual(SqlParser.ParseStatement("SELECT a + 1"), SqlParser.ParseStatement("SELECT a + 2"));
        Assert.NotEqual(SqlParser.ParseStatement("SELECT \"A\""), SqlParser.ParseStatement("SELECT a"));
    }

    [Theory]
    [InlineData("select A.B, 'x' from T where not X = 1", "SELECT a.b, 'x' FROM t WHERE NOT (x = 1)")]
    [InlineData("select count(*)::bigint, char 'a', decimal '1'", "SELECT count(*)::bigint, pg_catalog.bpchar 'a', numeric '1'")]
    [InlineData("select a as \"select\", \"Mixed\", e'\\\\'", "SELECT a AS \"select\", \"Mixed\", E'\\\\'")]
    [InlineData("delete from t where a=-1", "DELETE FROM t WHERE a = (-1)")]
    public void Text_is_in_canonical_spelling(string sql, string expected)
    {
        Assert.Equal(expected, SqlDeparser.Deparse(SqlParser.ParseStatement(sql)));
    }

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("Abc", "\"Abc\"")]
    [InlineData("select", "\"select\"")]
    [InlineData("int", "\"int\"")]
    [InlineData("name", "name")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("1a", "\"1a\"")]
    [InlineData("é", "\"é\"")]
    public void Identifiers_are_quoted_only_when_needed(string name, string expected) =>
        Assert.Equal(expected, SqlDeparser.QuoteIdentifier(name));
}
