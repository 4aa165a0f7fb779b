using Strata.Sql;
using Xunit;

namespace Strata.Tests.Sql;

public class SyntaxErrorTests
{
    /// <summary>SQLSTATE, message and position as PostgreSQL 15 reports them.</summary>
    public static TheoryData<string, string, string, int> Errors => new()
    {
        { "SELEC 1", "42601", "syntax error at or near \"SELEC\"", 1 },
        { "SELECT 1 FROM", "42601", "syntax error at end of input", 14 },
        { "SELECT * FROM t WHERE", "42601", "syntax error at end of input", 22 },
        { "SELECT 1 +", "42601", "syntax error at end of input", 11 },
        { "SELECT (1", "42601", "syntax error at end of input", 10 },
        { "SELECT 1)", "42601", "syntax error at or near \")\"", 9 },
        { "SELECT 'abc", "42601", "unterminated quoted string at or near \"'abc\"", 8 },
        { "SELECT \"abc", "42601", "unterminated quoted identifier at or near \"\"abc\"", 8 },
        { "SELECT \"\"", "42601", "zero-length delimited identifier at or near \"\"\"\"", 8 },
        { "SELECT U&\"\"", "42601", "zero-length delimited identifier at or near \"U&\"\"\"", 8 },
        { "SELECT $$abc", "42601", "unterminated dollar-quoted string at or near \"$$abc\"", 8 },
        { "SELECT $x$abc$y$", "42601", "unterminated dollar-quoted string at or near \"$x$abc$y$\"", 8 },
        { "SELECT E'abc", "42601", "unterminated quoted string at or near \"E'abc\"", 8 },
        { "SELECT B'01", "42601", "unterminated bit string literal at or near \"B'01\"", 8 },
        { "SELECT X'1F", "42601", "unterminated hexadecimal string literal at or near \"X'1F\"", 8 },
        { "/* open /* nested */", "42601", "unterminated /* comment at or near \"/* open /* nested */\"", 1 },
        { "SELECT 1 /* open", "42601", "unterminated /* comment at or near \"/* open\"", 10 },
        { "SELECT 123abc", "42601", "trailing junk after numeric literal at or near \"123abc\"", 8 },
        { "SELECT 1.5e+", "42601", "trailing junk after numeric literal at or near \"1.5e+\"", 8 },
        { "SELECT 1e", "42601", "trailing junk after numeric literal at or near \"1e\"", 8 },
        { "SELECT 0x10", "42601", "trailing junk after numeric literal at or near \"0x10\"", 8 },
        { "SELECT 1_000", "42601", "trailing junk after numeric literal at or near \"1_000\"", 8 },
        { "SELECT $1a", "42601", "trailing junk after parameter at or near \"$1a\"", 8 },
        { "SELECT E'\\u00g0'", "22025", "invalid Unicode escape", 10 },
        { "SELECT E'\\U00110000'", "42601", "invalid Unicode escape value at or near \"\\U00110000\"", 10 },
        { "SELECT E'\\ud800x'", "42601", "invalid Unicode surrogate pair at or near \"x\"", 16 },
        { "SELECT E'\\ud800\\u0041'", "42601", "invalid Unicode surrogate pair at or near \"\\u0041\"", 16 },
        { "SELECT E'\\udc00'", "42601", "invalid Unicode surrogate pair at or near \"\\udc00\"", 10 },
        { "SELECT E'\\u0000'", "42601", "invalid Unicode escape value at or near \"\\u0000\"", 10 },
        { "SELECT E'\\xe9'", "22021", "invalid byte sequence for encoding \"UTF8\": 0xe9", 0 },
        { "SELECT E'\\000'", "22021", "invalid byte sequence for encoding \"UTF8\": 0x00", 0 },
        { "SELECT E'\\xf0\\x28\\x8c\\xbc'", "22021", "invalid byte sequence for encoding \"UTF8\": 0xf0 0x28 0x8c 0xbc", 0 },
        { "SELECT U&'\\00'", "42601", "invalid Unicode escape", 11 },
        { "SELECT U&'\\D800'", "42601", "invalid Unicode surrogate pair", 16 },
        { "SELECT U&'\\+110000'", "42601", "invalid Unicode escape value", 11 },
        { "SELECT U&'\\0000'", "42601", "invalid Unicode escape value", 11 },
        { "SELECT U&'a' UESCAPE 'ab'", "42601", "invalid Unicode escape character at or near \"'ab'\"", 22 },
        { "SELECT U&'a' UESCAPE '+'", "42601", "invalid Unicode escape character at or near \"'+'\"", 22 },
        { "SELECT U&'a' UESCAPE 5", "42601", "UESCAPE must be followed by a simple string literal at or near \"5\"", 22 },
        { "SELECT a b c", "42601", "syntax error at or near \"c\"", 12 },
        { "SELECT 1 = 2 = 3", "42601", "syntax error at or near \"=\"", 14 },
        { "SELECT 1 < 2 > 3", "42601", "syntax error at or near \">\"", 14 },
        { "SELECT a IN b", "42601", "syntax error at or near \"b\"", 13 },
        { "SELECT a NOT b", "42601", "syntax error at or near \"b\"", 14 },
        { "SELECT a IS b", "42601", "syntax error at or near \"b\"", 13 },
        { "SELECT a BETWEEN 1", "42601", "syntax error at end of input", 19 },
        { "SELECT a.*.b", "42601", "improper use of \"*\" at end of input", 13 },
        { "SELECT a.", "42601", "syntax error at end of input", 10 },
        { "SELECT f(1,", "42601", "syntax error at end of input", 12 },
        { "SELECT f(DISTINCT)", "42601", "syntax error at or near \")\"", 18 },
        { "SELECT CASE END", "42601", "syntax error at or near \"END\"", 13 },
        { "SELECT CASE WHEN 1 THEN 2", "42601", "syntax error at end of input", 26 },
        { "SELECT \\", "42601", "syntax error at or near \"\\\"", 8 },
        { "SELECT {", "42601", "syntax error at or near \"{\"", 8 },
        { "SELECT é FROM ü WHERE", "42601", "syntax error at end of input", 22 },
        { "SELECT '😀' FROM t x y", "42601", "syntax error at or near \"y\"", 21 },
        { "SELECT * FROM (SELECT 1)", "42601", "subquery in FROM must have an alias", 15 },
        { "SELECT * FROM (VALUES (1))", "42601", "VALUES in FROM must have an alias", 15 },
        { "SELECT * FROM (t)", "42601", "syntax error at or near \")\"", 17 },
        { "SELECT * FROM a JOIN b", "42601", "syntax error at end of input", 23 },
        { "SELECT * FROM a NATURAL b", "42601", "syntax error at or near \"b\"", 25 },
        { "SELECT 1 LIMIT 1, 2", "42601", "LIMIT #,# syntax is not supported", 10 },
        { "SELECT 1 LIMIT 1 LIMIT 2", "42601", "syntax error at or near \"LIMIT\"", 18 },
        { "(SELECT 1 LIMIT 1) LIMIT 2", "42601", "multiple LIMIT clauses not allowed", 26 },
        { "(SELECT 1 ORDER BY 1) ORDER BY 1", "42601", "multiple ORDER BY clauses not allowed", 32 },
        { "(SELECT 1 OFFSET 1) OFFSET 2", "42601", "multiple OFFSET clauses not allowed", 28 },
        { "WITH a AS (SELECT 1) (WITH b AS (SELECT 1) SELECT 1)", "42601", "multiple WITH clauses not allowed", 1 },
        { "SELECT 1 FETCH FIRST 1 ROW WITH TIES", "42601", "WITH TIES cannot be specified without ORDER BY clause", 0 },
        { "SELECT sum(x) OVER (ROWS UNBOUNDED FOLLOWING)", "42P20", "frame start cannot be UNBOUNDED FOLLOWING", 26 },
        { "SELECT sum(x) OVER (ROWS BETWEEN CURRENT ROW AND 1 PRECEDING)", "42P20", "frame starting from current row cannot have preceding rows", 50 },
        { "SELECT sum(x) OVER (ROWS 1 FOLLOWING)", "42P20", "frame starting from following row cannot end with current row", 26 },
        { "SELECT f(a ORDER BY b) WITHIN GROUP (ORDER BY c)", "42601", "cannot use multiple ORDER BY clauses with WITHIN GROUP", 24 },
        { "SELECT f(DISTINCT a) WITHIN GROUP (ORDER BY c)", "42601", "cannot use DISTINCT with WITHIN GROUP", 22 },
        { "SELECT (1, 2, 3) OVERLAPS (1, 2)", "42601", "wrong number of parameters on left side of OVERLAPS expression", 8 },
        { "SELECT float(54) '1'", "22023", "precision for type float must be less than 54 bits", 14 },
        { "SELECT float(0) '1'", "22023", "precision for type float must be at least 1 bit", 14 },
        { "SELECT a = ANY (1, 2)", "42601", "syntax error at or near \",\"", 18 },
        { "SELECT UNIQUE (SELECT 1)", "0A000", "UNIQUE predicate is not yet implemented", 8 },
        { "SELECT a.b.c.d.e FROM a.b.c.d", "42601", "improper qualified name (too many dotted names): a.b.c.d", 23 },
        { "INSERT INTO", "42601", "syntax error at end of input", 12 },
        { "INSERT INTO t VALUES", "42601", "syntax error at end of input", 21 },
        { "INSERT INTO t (a) b", "42601", "syntax error at or near \"b\"", 19 },
        { "UPDATE t SET", "42601", "syntax error at end of input", 13 },
        { "UPDATE t SET a", "42601", "syntax error at end of input", 15 },
        { "UPDATE t set SET a = 1", "42601", "syntax error at or near \"a\"", 18 },
        { "DELETE t", "42601", "syntax error at or near \"t\"", 8 },
        { "MERGE INTO t USING s ON true", "42601", "syntax error at end of input", 29 },
        { "CREATE", "42601", "syntax error at end of input", 7 },
        { "CREATE TABLE", "42601", "syntax error at end of input", 13 },
        { "CREATE TABLE t", "42601", "syntax error at end of input", 15 },
        { "CREATE TABLE t (", "42601", "syntax error at end of input", 17 },
        { "CREATE TABLE t (a)", "42601", "syntax error at end of input", 19 },
        { "CREATE TABLE t (a int,)", "42601", "syntax error at or near \")\"", 23 },
        { "CREATE TABLE t (a int COLLATE \"C\" COLLATE \"C\")", "42601", "multiple COLLATE clauses not allowed", 35 },
        { "CREATE TABLE t (a int, CHECK (a > 0) DEFERRABLE)", "0A000", "CHECK constraints cannot be marked DEFERRABLE", 0 },
        { "CREATE TABLE t (a int, UNIQUE (a) NOT VALID)", "0A000", "UNIQUE constraints cannot be marked NOT VALID", 0 },
        { "CREATE TABLE t (a int REFERENCES u MATCH PARTIAL)", "0A000", "MATCH PARTIAL not yet implemented", 36 },
        { "CREATE TABLE t (a int REFERENCES u ON UPDATE SET NULL (a))", "0A000", "a column list with SET NULL is only supported for ON DELETE actions", 36 },
        { "CREATE TABLE t (a int GENERATED BY DEFAULT AS (1) STORED)", "42601", "for a generated column, GENERATED ALWAYS must be specified", 33 },
        { "CREATE TABLE t () WITH OIDS", "42601", "syntax error at or near \"OIDS\"", 24 },
        { "CREATE TABLE t PARTITION OF p FOR VALUES WITH (MODULUS 4)", "42601", "remainder for hash partition must be specified", 0 },
        { "CREATE TABLE t PARTITION OF p FOR VALUES WITH (MODULUS 4, MODULUS 5, REMAINDER 1)", "42710", "modulus for hash partition provided more than once", 59 },
        { "CREATE TABLE t PARTITION OF p FOR VALUES WITH (x 4)", "42601", "unrecognized hash partition bound specification \"x\"", 48 },
        { "CREATE VIEW v", "42601", "syntax error at end of input", 14 },
        { "CREATE INDEX IF NOT EXISTS ON t (a)", "42601", "syntax error at or near \"ON\"", 28 },
        { "CREATE RECURSIVE VIEW v AS SELECT 1", "42601", "syntax error at or near \"AS\"", 25 },
        { "CREATE SCHEMA IF NOT EXISTS s CREATE TABLE t ()", "0A000", "CREATE SCHEMA IF NOT EXISTS cannot include schema elements", 31 },
        { "CREATE ROLE public", "42939", "role name \"public\" is reserved", 13 },
        { "CREATE ROLE none", "42939", "role name \"none\" is reserved", 13 },
        { "CREATE ROLE current_user", "42939", "CURRENT_USER cannot be used as a role name here", 13 },
        { "CREATE ROLE x FOO", "42601", "unrecognized role option \"foo\"", 15 },
        { "CREATE USER x UNENCRYPTED PASSWORD 'y'", "0A000", "UNENCRYPTED PASSWORD is no longer supported", 15 },
        { "CREATE TRIGGER t BEFORE INSERT OR INSERT ON x EXECUTE FUNCTION f()", "42601", "duplicate trigger events specified at or near \"INSERT\"", 35 },
        { "CREATE POLICY p ON t AS foo", "42601", "unrecognized row security option \"foo\"", 25 },
        { "CREATE EXTENSION e FROM unpackaged", "0A000", "CREATE EXTENSION ... FROM is no longer supported", 20 },
        { "ALTER TABLE t ALTER 0 SET STATISTICS 1", "22023", "column number must be in range from 1 to 32767", 21 },
        { "ALTER TABLE t FOO", "42601", "syntax error at or near \"FOO\"", 15 },
        { "DROP", "42601", "syntax error at end of input", 5 },
        { "DROP TABLE", "42601", "syntax error at end of input", 11 },
        { "DROP OPERATOR + (int)", "42601", "missing argument", 21 },
        { "COPY t TO PROGRAM STDOUT", "42601", "STDIN/STDOUT not allowed with PROGRAM", 0 },
        { "COPY t TO STDOUT WHERE a", "42601", "WHERE clause not allowed with COPY TO", 18 },
        { "BEGIN ISOLATION LEVEL FOO", "42601", "syntax error at or near \"FOO\"", 23 },
        { "SET", "42601", "syntax error at end of input", 4 },
        { "SET a", "42601", "syntax error at end of input", 6 },
        { "SET TIME ZONE INTERVAL '1' DAY", "42601", "time zone interval must be HOUR or HOUR TO MINUTE", 28 },
        { "SET CATALOG 'x'", "0A000", "current database cannot be changed", 13 },
        { "EXPLAIN", "42601", "syntax error at end of input", 8 },
        { "EXPLAIN CREATE TABLE t ()", "42601", "syntax error at or near \")\"", 25 },
        { "PREPARE p AS BEGIN", "42601", "syntax error at or near \"BEGIN\"", 14 },
        { "FETCH", "42601", "syntax error at end of input", 6 },
        { "VACUUM (", "42601", "syntax error at end of input", 9 },
        { "; ; SELECT 1 2", "42601", "syntax error at or near \"2\"", 14 },
        { "SELECT 1; SELEC 2; SELECT 3", "42601", "syntax error at or near \"SELEC\"", 11 },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Error_is_the_same_as_in_PostgreSQL(string sql, string sqlState, string message, int position)
    {
        SqlSyntaxException error = Assert.Throws<SqlSyntaxException>(() => SqlParser.ParseScript(sql));
        Assert.Equal((sqlState, message, position), (error.SqlState, error.Message, error.Position));
    }

    [Theory]
    [InlineData("SELECT E'\\u00g0'", "Unicode escapes must be \\uXXXX or \\UXXXXXXXX.")]
    [InlineData("SELECT U&'\\00'", "Unicode escapes must be \\XXXX or \\+XXXXXX.")]
    [InlineData("SELECT * FROM (SELECT 1)", "For example, FROM (SELECT ...) [AS] foo.")]
    [InlineData("SELECT * FROM (VALUES (1))", "For example, FROM (VALUES ...) [AS] foo.")]
    [InlineData("SELECT 1 LIMIT 1, 2", "Use separate LIMIT and OFFSET clauses.")]
    [InlineData("CREATE USER x UNENCRYPTED PASSWORD 'y'", "Remove UNENCRYPTED to store the password in encrypted form instead.")]
    [InlineData("DROP OPERATOR + (int)", "Use NONE to denote the missing argument of a unary operator.")]
    public void Hint_is_the_same_as_in_PostgreSQL(string sql, string hint) =>
        Assert.Equal(hint, Assert.Throws<SqlSyntaxException>(() => SqlParser.ParseScript(sql)).Hint);

    [Fact]
    public void Position_counts_characters_not_code_units()
    {
        SqlSyntaxException error = Assert.Throws<SqlSyntaxException>(() => SqlParser.ParseScript("SELECT '\U0001F600\U0001F600' x y"));
        Assert.Equal(15, error.Position);
        Assert.Equal(0, SourcePosition.ToCharacter("abc", -1));
        Assert.Equal(2, SourcePosition.ToCharacter("\U0001F600x", 2));
    }

    [Fact]
    public void Syntax_error_before_a_lexical_error_wins()
    {
        Assert.Equal("syntax error at or near \"FROM\"", Assert.Throws<SqlSyntaxException>(() => SqlParser.ParseScript("SELECT FROM FROM 'abc")).Message);
    }

    [Theory]
    [InlineData("(", ")", "SELECT ", "1")]
    [InlineData("CASE WHEN true THEN ", " END", "SELECT ", "1")]
    [InlineData("NOT ", "", "SELECT ", "true")]
    [InlineData("- ", "", "SELECT ", "a")]
    [InlineData("@ ", "", "SELECT ", "a")]
    [InlineData("f(", ")", "SELECT ", "1")]
    [InlineData("ARRAY[", "]", "SELECT ", "1")]
    [InlineData("[", "]", "SELECT ARRAY", "")]
    [InlineData("a[", "]", "SELECT ", "1")]
    [InlineData("ROW(", ")", "SELECT ", "1")]
    [InlineData("CAST(", " AS int)", "SELECT ", "1")]
    [InlineData("COALESCE(", ")", "SELECT ", "1")]
    [InlineData("XMLEXISTS(", " PASSING a)", "SELECT ", "a")]
    [InlineData("(SELECT ", ")", "", "")]
    [InlineData("SELECT * FROM (", ") a", "", "SELECT 1")]
    [InlineData("(", " JOIN b ON true)", "SELECT * FROM ", "a")]
    [InlineData("a JOIN ", "", "SELECT * FROM ", "a")]
    [InlineData("GROUPING SETS (", ")", "SELECT 1 GROUP BY ", "a")]
    [InlineData("WITH a AS (", ") SELECT 1", "", "SELECT 1")]
    [InlineData("x IN (", ")", "SELECT ", "1")]
    [InlineData("1 BETWEEN ", "", "SELECT ", "a")]
    [InlineData("CREATE SCHEMA a ", "", "", "")]
    [InlineData("EXPLAIN ", "", "", "SELECT 1")]
    [InlineData("a + ", "", "SELECT ", "1")]
    [InlineData("SELECT 1 UNION ", "", "", "SELECT 1")]
    [InlineData("CREATE FUNCTION f() BEGIN ATOMIC ", "", "", "")]
    [InlineData("a::mytype(", ")", "SELECT ", "1")]
    public void Deep_nesting_ends_in_an_error(string open, string close, string before, string inside)
    {
        const int depth = 20_000;
        string sql = before + string.Concat(Enumerable.Repeat(open, depth)) + inside + string.Concat(Enumerable.Repeat(close, depth));
        SqlSyntaxException error = Assert.Throws<SqlSyntaxException>(() => SqlParser.ParseScript(sql));
        Assert.Contains(error.SqlState, new[] { "54001", "42601" });
    }

    [Fact]
    public void Nesting_that_PostgreSQL_accepts_is_accepted()
    {
        SqlParser.ParseScript("SELECT " + new string('(', 1000) + "1" + new string(')', 1000));
        SqlParser.ParseScript("SELECT " + string.Join("+", Enumerable.Repeat("1", 4000)));
        SqlParser.ParseScript(string.Join(" UNION ALL ", Enumerable.Repeat("SELECT 1", 4000)));
        SqlParser.ParseScript("SELECT " + string.Join(" AND ", Enumerable.Repeat("a", 100_000)));
    }
}
