using Strata.Engine.Sessions;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Engine.Sessions;

public sealed class ResultCacheTests
{
    private const string Sum = "SELECT count(*), sum(x) FROM t";

    [Fact]
    public void Is_off_by_default()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (x int); INSERT INTO t VALUES (1), (2)");
        Repeat(session, Sum, "2|3");
        Assert.Equal(0, harness.Engine.Results.Hits + harness.Engine.Results.Misses);
        Assert.Equal(0, harness.Engine.Results.UsedBytes);
    }

    [Fact]
    public void Gives_the_rows_again_to_every_session_that_wants_them()
    {
        using var harness = new SessionHarness();
        using TestSession session = Start(harness);
        Repeat(session, Sum, "2|3");
        Assert.True(harness.Engine.Results.Hits > 0);
        long before = harness.Engine.Results.Hits;
        using TestSession other = harness.Connect();
        other.Run("SET strata.result_cache = on");
        Assert.Equal("count|sum\n2|3\nSELECT 1", other.Run(Sum));
        Assert.Equal(before + 1, harness.Engine.Results.Hits);
        Assert.True(harness.Engine.Results.UsedBytes > 0);
    }

    [Theory]
    [InlineData("INSERT INTO t VALUES (10)", "3|13")]
    [InlineData("UPDATE t SET x = 5 WHERE x = 1", "2|7")]
    [InlineData("DELETE FROM t WHERE x = 2", "1|1")]
    [InlineData("TRUNCATE t", "0|")]
    [InlineData("ALTER TABLE t ALTER x TYPE bigint USING x * 10", "2|30")]
    [InlineData("COPY t FROM STDIN", "2|3")]
    [InlineData("BEGIN; INSERT INTO t VALUES (10); PREPARE TRANSACTION 'p'; COMMIT PREPARED 'p'", "3|13")]
    [InlineData("BEGIN; SAVEPOINT a; DELETE FROM t; ROLLBACK TO a; INSERT INTO t VALUES (4); COMMIT", "3|7")]
    [InlineData("BEGIN; DELETE FROM t; ROLLBACK", "2|3")]
    [InlineData("MERGE INTO t USING (VALUES (1)) v (y) ON x = y WHEN MATCHED THEN DELETE", "1|2")]
    [InlineData("DROP TABLE t; CREATE TABLE t (x int)", "0|")]
    public void A_commit_to_a_table_that_was_read_shows_at_once(string change, string after)
    {
        using var harness = new SessionHarness();
        using TestSession session = Start(harness);
        using TestSession other = harness.Connect();
        Repeat(session, Sum, "2|3");
        foreach (string statement in change.Split("; "))
            other.Run(statement);
        other.Session.CopyDone();
        Repeat(session, Sum, after);
    }

    [Fact]
    public void Changes_of_other_tables_and_of_nobody_leave_it()
    {
        using var harness = new SessionHarness();
        using TestSession session = Start(harness);
        session.Run("CREATE TABLE u (x int)");
        Repeat(session, Sum, "2|3");
        long misses = harness.Engine.Results.Misses;
        session.Run("INSERT INTO u VALUES (1)");
        session.Run("BEGIN; SAVEPOINT a; UPDATE u SET x = 3; COMMIT");
        Assert.Equal("2|3", session.Rows(Sum));
        Assert.Equal(misses, harness.Engine.Results.Misses);
    }

    [Fact]
    public void Own_changes_are_seen_and_not_shown_to_others()
    {
        using var harness = new SessionHarness();
        using TestSession session = Start(harness);
        using TestSession other = harness.Connect();
        other.Run("SET strata.result_cache = on");
        Repeat(session, Sum, "2|3");
        session.Run("BEGIN");
        session.Run("INSERT INTO t VALUES (7)");
        Repeat(session, Sum, "3|10");
        Repeat(other, Sum, "2|3");
        session.Run("ROLLBACK");
        Repeat(session, Sum, "2|3");
    }

    [Fact]
    public void An_old_snapshot_sees_old_rows_and_a_new_one_new_rows()
    {
        using var harness = new SessionHarness();
        using TestSession session = Start(harness);
        using TestSession old = harness.Connect();
        old.Run("SET strata.result_cache = on");
        old.Run("BEGIN ISOLATION LEVEL REPEATABLE READ");
        Repeat(old, Sum, "2|3");
        Repeat(session, Sum, "2|3");
        session.Run("INSERT INTO t VALUES (10)");
        Repeat(session, Sum, "3|13");
        Repeat(old, Sum, "2|3");
        Repeat(session, Sum, "3|13");
        old.Run("COMMIT");
        Repeat(old, Sum, "3|13");
    }

    [Fact]
    public void Serializable_transactions_read_for_themselves()
    {
        using var harness = new SessionHarness();
        using TestSession one = Start(harness);
        using TestSession two = harness.Connect();
        two.Run("SET strata.result_cache = on");
        Repeat(one, Sum, "2|3");
        one.Run("BEGIN ISOLATION LEVEL SERIALIZABLE");
        two.Run("BEGIN ISOLATION LEVEL SERIALIZABLE");
        Assert.Equal("2|3", one.Rows(Sum));
        Assert.Equal("2|3", two.Rows(Sum));
        one.Run("INSERT INTO t VALUES (1)");
        two.Run("INSERT INTO t VALUES (1)");
        Assert.Equal("COMMIT", one.Run("COMMIT"));
        Assert.StartsWith("40001", two.Error("COMMIT"));
    }

    [Theory]
    [InlineData("SELECT now(), x FROM t")]
    [InlineData("SELECT random(), x FROM t")]
    [InlineData("SELECT x FROM t WHERE current_user = 'postgres'")]
    [InlineData("SELECT current_setting('work_mem'), x FROM t")]
    [InlineData("SELECT mine(), x FROM t")]
    [InlineData("SELECT x, xmax FROM t")]
    [InlineData("SELECT x FROM t FOR UPDATE")]
    [InlineData("SELECT x FROM t TABLESAMPLE BERNOULLI (50)")]
    [InlineData("SELECT count(*) FROM pg_class, t")]
    [InlineData("SELECT last_value FROM s, t")]
    [InlineData("SELECT x FROM temporary")]
    [InlineData("SELECT ('to' || 'day')::text::date, x FROM t")]
    [InlineData("SELECT 1 + 1")]
    [InlineData("SELECT (SELECT clock_timestamp()) FROM t")]
    [InlineData("SELECT x FROM t ORDER BY x LIMIT (SELECT 1 + (random() * 0)::int)")]
    public void What_depends_on_more_than_the_tables_is_not_kept(string sql)
    {
        using var harness = new SessionHarness();
        using TestSession session = Start(harness);
        session.Run("CREATE SEQUENCE s; CREATE TEMP TABLE temporary (x int); CREATE FUNCTION mine() RETURNS bigint IMMUTABLE LANGUAGE sql AS 'SELECT count(*) FROM t'");
        for (int i = 0; i < 4; i++)
            Assert.DoesNotContain("ERROR", session.Run(sql), StringComparison.Ordinal);
        Assert.Equal(0, harness.Engine.Results.Hits);
    }

    [Theory]
    [InlineData("SELECT x::text || '!' FROM t ORDER BY x", "1!\n2!")]
    [InlineData("SELECT to_char(x, '999') FROM t ORDER BY 1", "   1\n   2")]
    [InlineData("SELECT v.x, (SELECT max(x) FROM t) FROM v ORDER BY 1", "1|2\n2|2")]
    [InlineData("WITH w AS (SELECT x FROM t) SELECT a.x + b.x FROM w a, w b ORDER BY 1", "2\n3\n3\n4")]
    [InlineData("SELECT x, sum(x) OVER (ORDER BY x) FROM t", "1|1\n2|3")]
    [InlineData("SELECT json_agg(x ORDER BY x) FROM t", "[1, 2]")]
    public void Queries_of_all_kinds_are_kept(string sql, string expected)
    {
        using var harness = new SessionHarness();
        using TestSession session = Start(harness);
        session.Run("CREATE VIEW v AS SELECT x FROM t");
        Repeat(session, sql, expected);
        Assert.True(harness.Engine.Results.Hits > 0);
    }

    [Fact]
    public void Settings_and_names_that_rows_are_written_with_count()
    {
        using var harness = new SessionHarness();
        using TestSession session = Start(harness);
        session.Run("CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE d (d date, m mood); INSERT INTO d VALUES ('2024-01-02', 'sad')");
        Repeat(session, "SELECT d, m FROM d", "2024-01-02|sad");
        session.Run("SET DateStyle = 'German'");
        Repeat(session, "SELECT d, m FROM d", "02.01.2024|sad");
        session.Run("ALTER TYPE mood RENAME VALUE 'sad' TO 'glad'");
        Repeat(session, "SELECT d, m FROM d", "02.01.2024|glad");
        session.Run("CREATE SCHEMA other; CREATE TABLE other.d (d date, m mood); SET search_path = other");
        Repeat(session, "SELECT d, m FROM d", "");
    }

    [Fact]
    public void Privileges_are_checked_every_time()
    {
        using var harness = new SessionHarness();
        using TestSession session = Start(harness);
        session.Run("CREATE ROLE bob LOGIN; GRANT SELECT ON t TO bob");
        using TestSession bob = harness.Connect("bob");
        bob.Run("SET strata.result_cache = on");
        Repeat(bob, Sum, "2|3");
        session.Run("REVOKE SELECT ON t FROM bob");
        Assert.StartsWith("42501", bob.Error(Sum));
    }

    [Fact]
    public void Policies_give_each_role_its_own_rows()
    {
        using var harness = new SessionHarness();
        using TestSession session = Start(harness);
        session.Run("CREATE ROLE bob LOGIN; GRANT SELECT ON t TO bob; ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (x = 1)");
        using TestSession bob = harness.Connect("bob");
        bob.Run("SET strata.result_cache = on");
        Repeat(session, Sum, "2|3");
        Repeat(bob, Sum, "1|1");
        Repeat(session, Sum, "2|3");
    }

    [Fact]
    public void Parameters_of_prepared_statements_tell_results_apart()
    {
        using var harness = new SessionHarness();
        using TestSession session = Start(harness);
        using var client = new SilentClient(harness.Engine);
        client.Query("SET strata.result_cache = on");
        client.Prepare("q", "SELECT x FROM t WHERE x = $1");
        long Bytes(int value)
        {
            long before = client.RowBytes;
            client.Execute("q"u8, value);
            Assert.Null(client.Failure);
            return client.RowBytes - before;
        }

        Assert.True(Bytes(1) > 0);
        Assert.Equal(0, Bytes(3));
        long hits = harness.Engine.Results.Hits;
        Assert.True(Bytes(1) > 0);
        Assert.Equal(0, Bytes(3));
        Assert.Equal(hits + 2, harness.Engine.Results.Hits);
        session.Run("INSERT INTO t VALUES (3)");
        Assert.True(Bytes(3) > 0);
    }

    [Fact]
    public void Memory_is_bounded_and_the_least_used_goes()
    {
        using var harness = new SessionHarness(settings: new Dictionary<string, string> { ["strata.result_cache_size"] = "64kB" });
        using TestSession session = Start(harness);
        session.Run("CREATE TABLE big AS SELECT i, repeat('x', 1000) AS v FROM generate_series(1, 200) i");
        // Larger than an eighth of all: not kept.
        Repeat(session, "SELECT v FROM big ORDER BY i LIMIT 20", string.Join('\n', Enumerable.Repeat(new string('x', 1000), 20)));
        Assert.Equal(0, harness.Engine.Results.Hits);
        for (int i = 1; i <= 200; i++)
            Repeat(session, $"SELECT v FROM big WHERE i = {i}", new string('x', 1000));
        Assert.InRange(harness.Engine.Results.UsedBytes, 1000, 64 << 10);
    }

    // Two sessions that differ in nothing but the setting begin at the same moments and must always see the same.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_histories_look_the_same_with_and_without_it(ulong seed)
    {
        var random = new SeededRandom(seed);
        using var harness = new SessionHarness();
        using TestSession with = Start(harness);
        using TestSession without = harness.Connect();
        TestSession[] writers = [harness.Connect(), harness.Connect()];
        with.Run("CREATE TABLE u (x int PRIMARY KEY, y int); INSERT INTO u SELECT i, i FROM generate_series(1, 10) i");
        string[] queries = [Sum, "SELECT x, y FROM u ORDER BY x", "SELECT sum(u.y) FROM t JOIN u ON t.x = u.x", "SELECT y FROM u WHERE x = 3"];
        bool isBlock = false;
        for (int step = 0; step < 400; step++)
        {
            TestSession writer = writers[random.Next(2)];
            int value = random.Next(10);
            switch (random.Next(12))
            {
                case 0: writer.Run("BEGIN"); break;
                case 1: writer.Run("COMMIT"); break;
                case 2: writer.Run("ROLLBACK"); break;
                case 3: writer.Run($"INSERT INTO t VALUES ({value})"); break;
                case 4: writer.Run($"SET lock_timeout = 1; UPDATE u SET y = y + 1 WHERE x = {value}"); break;
                case 5: writer.Run("SAVEPOINT a"); break;
                case 6: writer.Run("ROLLBACK TO a"); break;
                case 7:
                    foreach (TestSession reader in new[] { with, without })
                        reader.Run(isBlock ? "COMMIT" : "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
                    isBlock = !isBlock;
                    break;
                default:
                    string query = queries[random.Next(queries.Length)];
                    Assert.Equal(without.Rows(query), with.Rows(query));
                    break;
            }
        }

        Assert.True(harness.Engine.Results.Hits > 10);
        foreach (TestSession writer in writers)
            writer.Dispose();
    }

    private static TestSession Start(SessionHarness harness)
    {
        TestSession session = harness.Connect();
        session.Run("CREATE TABLE t (x int)");
        session.Run("INSERT INTO t VALUES (1), (2)");
        session.Run("SET strata.result_cache = on");
        return session;
    }

    // A text is planned for itself alone until it comes again; then its result is kept, and found after that.
    private static void Repeat(TestSession session, string sql, string expected)
    {
        for (int i = 0; i < 4; i++)
            Assert.Equal(expected, session.Rows(sql));
    }
}
