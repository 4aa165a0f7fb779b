using Strata.Engine.Sessions.Plans;
using Strata.Tests.Engine.Execution;
using Xunit;

namespace Strata.Tests.Engine.Sessions;

public sealed class LiteralScannerTests
{
    [Theory]
    [InlineData("SELECT a FROM t WHERE id = 17", "SELECT a FROM t WHERE id = $1", "i")]
    [InlineData("update t set b = 'it''s', c=-5 where t1.x2 = 3000000000;", "update t set b = $1, c=-$2 where t1.x2 = $3", "sil")]
    [InlineData("SELECT 1.5, .5, 1e5, 1e-5, 12 FROM \"t 1\"\"2\" ORDER BY 1 LIMIT 3", "SELECT 1.5, .5, 1e5, 1e-5, $1 FROM \"t 1\"\"2\" ORDER BY 1 LIMIT 3", "i")]
    [InlineData("SELECT 99999999999999999999, 'x' LIMIT 'y'", "SELECT 99999999999999999999, $1 LIMIT 'y'", "s")]
    [InlineData("INSERT INTO h VALUES (1,'é')", "INSERT INTO h VALUES ($1,$2)", "is")]
    public void Literals_become_parameters(string sql, string normalized, string kinds)
    {
        var scanner = new LiteralScanner();
        Assert.True(scanner.TryScan(sql));
        Assert.Equal(normalized, scanner.Normalized);
        Assert.Equal(kinds, scanner.Kinds);
    }

    [Theory]
    [InlineData("SELECT now()")]
    [InlineData("SELECT 1 -- comment")]
    [InlineData("SELECT /* comment */ 1")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT $1, 2")]
    [InlineData("SELECT $$2$$, 1")]
    [InlineData("SELECT E'a\\n', 1")]
    [InlineData("SELECT 'a\\n', 1")]
    [InlineData("SELECT U&'a', 1")]
    [InlineData("SELECT x'1f', 1")]
    [InlineData("SELECT 'a'\n'b', 1")]
    [InlineData("SELECT 'open, 1")]
    [InlineData("SELECT \"open, 1")]
    [InlineData("CREATE TABLE t (a varchar(10))")]
    public void Other_texts_are_left_alone(string sql) => Assert.False(new LiteralScanner().TryScan(sql));

    [Fact]
    public void The_third_text_of_a_kind_prints_what_the_first_did()
    {
        using var runner = new SqlRunner();
        runner.Run("CREATE TABLE t (id int PRIMARY KEY, s smallint, b bigint, n numeric(10,2), v varchar(5), d date, f float8);INSERT INTO t SELECT i, i, i, i, 'v' || i, date '2024-01-01' + i, i FROM generate_series(1, 9) i;");
        string[] shapes =
        [
            "SELECT id, v FROM t WHERE id = {0};",
            "SELECT * FROM t WHERE s = {0} AND b = {0} AND n = {0} AND f = {0} AND v = 'v{0}' AND d = '2024-01-0' || {0} + 1;",
            "SELECT * FROM t WHERE d = '2024-01-0{0}';",
            "SELECT id, {0} FROM t ORDER BY 1 DESC LIMIT {0};",
            "SELECT v, count(*) FROM t WHERE id > {0} GROUP BY 1 ORDER BY 1;",
            "SELECT '{0}' AS a, {0} AS b, {0} || 'x', {0}0000000000 AS c, -{0};",
            "SELECT interval '{0} day', date '2024-01-0{0}', '{0}'::int + 1, {0}::text, cast('{0}' AS numeric(5,{0}));",
            "SELECT {0} IN ({0}, 2, 3), {0} BETWEEN 1 AND 2, substr('abcdef', {0}), round(1.23456, {0}), ARRAY[{0}, 2];",
            "UPDATE t SET n = n + {0}, v = 'w{0}', s = {0} WHERE id = {0} RETURNING id, s, n, v;",
            "INSERT INTO t VALUES (10{0}, {0}, {0}, {0}, '{0}', '2020-02-0{0}', {0}) RETURNING *;",
            "INSERT INTO t (id, v) VALUES ({0}, 'x') ON CONFLICT (id) DO UPDATE SET v = 'y{0}' RETURNING id, v;",
            "INSERT INTO t (id, v) VALUES (20{0}, 'too long {0}');",
            "SELECT {0} / 0;",
            "SELECT 'x{0}'::int;",
            "SELECT id FROM t WHERE id = 'x{0}';",
            "SELECT {0} FROM nowhere;",
            "SELECT DISTINCT {0} + s FROM t WHERE s < {0} ORDER BY 1;",
            "SELECT (SELECT max(id) FROM t WHERE id < {0}), EXISTS (SELECT 1 FROM t WHERE id = {0});",
            "SELECT {0} UNION SELECT 2 ORDER BY 1;",
            "SELECT '{0}' UNION ALL SELECT v FROM t WHERE id = {0};",
            "DELETE FROM t WHERE id = 10{0} RETURNING s;",
        ];
        foreach (string shape in shapes)
        {
            string[] first = new string[3], later = new string[3];
            for (int i = 0; i < 3; i++)
            {
                // A comment keeps a text from being scanned.
                first[i] = runner.Run("BEGIN;") + runner.Run("/**/" + Text(shape, i)) + runner.Run("ROLLBACK;");
                later[i] = runner.Run("BEGIN;") + runner.Run(Text(shape, i)) + runner.Run("ROLLBACK;");
            }
            for (int i = 0; i < 3; i++)
                Assert.Equal(WithoutPosition(first[i]), WithoutPosition(later[i]));
        }
    }

    private static string Text(string shape, int round) => shape.Replace("{0}", (round + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    // The comment moves everything by four characters.
    private static string WithoutPosition(string printed) => System.Text.RegularExpressions.Regex.Replace(printed, " at character \\d+", "");
}
