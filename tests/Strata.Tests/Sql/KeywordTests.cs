using Strata.Sql;
using Strata.Sql.Syntax;
using Xunit;

namespace Strata.Tests.Sql;

public class KeywordTests
{
    [Fact]
    public void There_are_as_many_as_in_PostgreSQL_15()
    {
        Assert.Equal(460, Keywords.Count);
        Assert.Equal(77, Keywords.All.Count(keyword => keyword.Category == KeywordCategory.Reserved));
        Assert.Equal(Keywords.Count, Keywords.All.Select(keyword => keyword.Word).Distinct().Count());
    }

    [Theory]
    [InlineData("SELECT", KeywordCategory.Reserved)]
    [InlineData("Begin", KeywordCategory.Unreserved)]
    [InlineData("coalesce", KeywordCategory.ColumnName)]
    [InlineData("left", KeywordCategory.TypeOrFunctionName)]
    [InlineData("selects", null)]
    [InlineData("", null)]
    public void Category_is_found_in_any_case(string word, KeywordCategory? category) => Assert.Equal(category, Keywords.CategoryOf(word));

    [Fact]
    public void Enum_and_table_agree()
    {
        foreach (Keyword keyword in Enum.GetValues<Keyword>())
        {
            if (keyword != Keyword.None)
            {
                string name = keyword == Keyword.NoneWord ? "none" : keyword.ToString();
                Assert.Equal(Keywords.Text(keyword).Replace("_", "", StringComparison.Ordinal), name.ToLowerInvariant());
            }
        }
    }

    [Fact]
    public void Category_decides_where_a_word_is_a_name()
    {
        foreach ((string word, KeywordCategory category, bool isBareLabel) in Keywords.All)
        {
            bool isColumn = category is KeywordCategory.Unreserved or KeywordCategory.ColumnName;
            bool isFunction = category is KeywordCategory.Unreserved or KeywordCategory.TypeOrFunctionName;
            Assert.Equal(isColumn, Parses($"CREATE TABLE {word} ({word} int)"));
            Assert.Equal(isColumn, Parses($"DELETE FROM a WHERE {word}.x = 1"));
            Assert.Equal(isFunction, Parses($"CREATE TYPE t AS (a {word})") && category != KeywordCategory.ColumnName);
            Assert.Equal(isFunction, Parses($"CREATE FUNCTION {word}() RETURNS x AS ''"));
            Assert.True(Parses($"SELECT a AS {word}"));
            Assert.True(Parses($"SELECT a.{word}"));
            if (isBareLabel && !IsOperator(word))
            {
                Assert.True(Parses($"SELECT a {word}"), word);
            }

            if (!isBareLabel && !(word is "isnull" or "notnull" || Keywords.CategoryOf(word) == KeywordCategory.Reserved))
            {
                Assert.False(Parses($"SELECT a {word}"), word);
            }
        }
    }

    [Fact]
    public void Quoted_words_are_plain_names()
    {
        foreach ((string word, _, _) in Keywords.All)
        {
            Assert.True(Parses($"SELECT \"{word}\" \"{word}\" FROM \"{word}\".\"{word}\""));
        }
    }

    /// <summary>Words that go on with an expression.</summary>
    private static bool IsOperator(string word) =>
        word is "and" or "or" or "is" or "in" or "like" or "ilike" or "between" or "not" or "collate" or "at" or "operator" or "similar";

    private static bool Parses(string sql)
    {
        try
        {
            Statement statement = SqlParser.ParseStatement(sql);
            return statement is not null;
        }
        catch (SqlSyntaxException)
        {
            return false;
        }
    }
}
