using Npgsql;

namespace Strata.SystemTests;

/// <summary>Statements made to break a server: each ends with the right code within its timeout, and the next statement is answered.</summary>
public sealed class HostileSqlTests
{
    /// <summary>What a statement may end with: no error, or one of the codes.</summary>
    private static readonly (string Name, string Sql, string Codes)[] s_statements =
    [
        ("parentheses", $"SELECT {new string('(', 100_000)}1{new string(')', 100_000)}", "54001"),
        ("arrays", $"SELECT {Repeat("array[", 50_000)}1{new string(']', 50_000)}", "54001"),
        ("subqueries", $"SELECT {Repeat("(SELECT ", 20_000)}1{new string(')', 20_000)}", "54001"),
        ("calls", $"SELECT {Repeat("abs(", 50_000)}1{new string(')', 50_000)}", "54001"),
        ("unions", "SELECT 1" + Repeat(" UNION ALL SELECT 1", 20_000), "54001 ok"),
        ("sums", "SELECT 1" + Repeat("+1", 100_000), "54001 ok"),
        ("json", $"SELECT '{new string('[', 200_000)}'::json", "54001 22P02"),
        ("jsonpath", $"SELECT '{new string('(', 100_000)}'::jsonpath", "54001 42601"),
        ("tsquery", $"SELECT '{new string('(', 200_000)}'::tsquery", "54001 42601"),
        ("groups of a regular expression", $"SELECT 'a' ~ '{new string('(', 100_000)}'", "2201B"),
        ("repetitions of a regular expression", "SELECT 'aaa' ~ '((a{1,255}){1,255}){1,255}'", "2201B"),
        ("nested stars", "SELECT repeat('a', 20000) ~ '((a*)*)*b'", "ok"),
        ("states of an automaton", "SELECT repeat('ab', 20000) ~ '(a|b)*a(a|b){200}c'", "ok 57014"),
        ("back references", @"SELECT repeat('ab', 3000) ~ '^((.*)(.*)(.*)(.*)(.*))\2\3\4\5\6c$'", "ok 57014"),
        ("LIKE", "SELECT repeat('a', 1000000) LIKE repeat('%a_', 1000) || 'b'", "ok 57014"),
        ("columns", "SELECT " + Repeat("1, ", 9_999) + "1", "54011"),
        ("joins", "SELECT count(*) FROM pg_class t0" + string.Concat(Enumerable.Range(1, 99).Select(static i => $" JOIN pg_class t{i} ON t{i}.oid = t{i - 1}.oid")), "54000 57014 ok"),
        ("a long text", "SELECT length(repeat('x', 1073741824))", "54000"),
        ("a power", "SELECT length((9.99999::numeric ^ 100000::numeric)::text)", "ok 57014"),
        ("a large exponent", "SELECT 9.99999::numeric ^ 1000000", "22003"),
        ("a factorial", "SELECT factorial(200000)", "22003"),
        ("a logarithm", "SELECT length(ln(repeat('9', 100000)::numeric)::text)", "ok 57014"),
        ("an endless recursion", "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n FROM r) SELECT count(*) FROM r", "57014 53200 53400"),
        ("an endless series", "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b", "57014"),
        ("integer / 0", "SELECT 1/0", "22012"),
        ("numeric / 0", "SELECT 1.0/0", "22012"),
        ("float / 0", "SELECT 1e0/0", "22012"),
        ("interval / 0", "SELECT interval '1 day'/0", "22012"),
        ("money / 0", "SELECT '1'::money/0", "22012"),
        ("integer % 0", "SELECT 1%0", "22012"),
        ("the least integer / -1", "SELECT (-2147483648)/(-1)", "22003"),
        ("invalid UTF-8", @"SELECT convert_from('\xc328', 'utf8')", "22021"),
        ("a surrogate", """SELECT '"\ud800"'::jsonb""", "22P02"),
        ("a character beyond Unicode", "SELECT chr(1114112)", "54000"),
    ];

    [Fact]
    public void Every_statement_ends_with_the_right_code_and_the_server_lives()
    {
        using StrataInstance instance = new();
        instance.Start();
        var wrong = new List<string>();
        using NpgsqlConnection connection = new(instance.ConnectionString + ";Command Timeout=120");
        connection.Open();
        Run(connection, "SET statement_timeout = '5s'");
        foreach ((string name, string sql, string codes) in s_statements)
        {
            string code = Run(connection, sql);
            if (!codes.Split(' ').Contains(code))
                wrong.Add($"{name}: {code}, not {codes}");
            Assert.Equal("ok", Run(connection, "SELECT 1"));
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static string Run(NpgsqlConnection connection, string sql)
    {
        try
        {
            using NpgsqlCommand command = new(sql, connection);
            command.ExecuteNonQuery();
            return "ok";
        }
        catch (PostgresException error)
        {
            return error.SqlState;
        }
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
