using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>Ways to read and join tables: whatever <c>enable_*</c> settings leave to the planner, the rows are the same, and the plan has the wanted node.</summary>
public sealed class AccessMethodTests
{
    private const string Setup = """
        CREATE TABLE t (a int PRIMARY KEY, b int, c text, d date, e bigint);
        INSERT INTO t SELECT i, CASE WHEN i % 11 = 0 THEN NULL ELSE i % 50 END, 'c' || i % 70, date '2001-01-01' + i % 300, i % 7 FROM generate_series(1, 3000) i;
        CREATE INDEX t_b ON t (b);
        CREATE INDEX t_c ON t (c DESC, b);
        CREATE INDEX t_d ON t (d);
        CREATE TABLE u (x int, y text);
        INSERT INTO u SELECT i % 60, 'y' || i FROM generate_series(1, 400) i;
        CREATE INDEX u_x ON u (x);
        DELETE FROM t WHERE a % 97 = 0;
        UPDATE t SET e = e + 1 WHERE a % 13 = 0;
        VACUUM ANALYZE t;
        ANALYZE u;
        """;

    private const string NoScans = "SET enable_seqscan = off; SET enable_indexscan = off;";

    public static TheoryData<string, string, string> Cases() => new()
    {
        { "SET enable_seqscan = off; SET enable_bitmapscan = off;", "Index Only Scan using t_b", "SELECT b FROM t WHERE b BETWEEN 10 AND 12 ORDER BY b" },
        { "SET enable_seqscan = off; SET enable_bitmapscan = off;", "Index Only Scan using t_c", "SELECT c, b FROM t WHERE c >= 'c3' AND c < 'c4' ORDER BY c DESC, b" },
        { "SET enable_seqscan = off; SET enable_bitmapscan = off;", "Index Only Scan", "SELECT count(*) FROM t" },
        { "SET enable_seqscan = off; SET enable_bitmapscan = off;", "Index Only Scan using t_b", "SELECT count(*), count(b) FROM t WHERE b IS NULL" },
        { NoScans, "Bitmap Heap Scan on t", "SELECT a, c FROM t WHERE b = 7 ORDER BY a" },
        { NoScans, "BitmapOr", "SELECT a FROM t WHERE b = 7 OR d = date '2001-02-03' ORDER BY a" },
        { NoScans, "BitmapOr", "SELECT a FROM t WHERE (b = 7 AND e > 2) OR (b = 8 AND e < 4) ORDER BY a" },
        { NoScans, "Bitmap Index Scan", "SELECT a, e FROM t WHERE b IN (3, 5) AND d < date '2001-03-01' ORDER BY a" },
        { "SET enable_hashjoin = off; SET enable_nestloop = off;", "Merge Join", "SELECT t.a, u.y FROM t JOIN u ON t.b = u.x WHERE t.a < 200 ORDER BY t.a, u.y" },
        { "SET enable_hashjoin = off; SET enable_nestloop = off;", "Merge Join", "SELECT t.a, u.y FROM t JOIN u ON t.b = u.x AND t.e > length(u.y) WHERE t.a < 900 ORDER BY t.a, u.y" },
        { "SET enable_hashjoin = off; SET enable_nestloop = off;", "Merge Left Join", "SELECT t.a, u.y FROM t LEFT JOIN u ON t.b = u.x WHERE t.a < 100 ORDER BY t.a, u.y" },
        { "SET enable_hashjoin = off; SET enable_nestloop = off;", "Merge Semi Join", "SELECT a FROM t WHERE EXISTS (SELECT FROM u WHERE u.x = t.b) AND a < 300 ORDER BY a" },
        { "SET enable_hashjoin = off; SET enable_nestloop = off;", "Merge Anti Join", "SELECT a FROM t WHERE NOT EXISTS (SELECT FROM u WHERE u.x = t.b) AND a < 300 ORDER BY a" },
        { "SET enable_hashjoin = off; SET enable_mergejoin = off;", "Memoize", "SELECT count(*), sum(t.a) FROM t JOIN u ON u.x = t.b" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Methods_give_the_same_rows(string settings, string node, string query)
    {
        using var runner = new SqlRunner();
        runner.Run(Setup);
        Assert.Null(runner.LastError);
        string expected = runner.Run(query);
        runner.Run(settings);
        string plan = runner.Run("EXPLAIN (COSTS OFF) " + query);
        Assert.Null(runner.LastError);
        Assert.Contains(node, plan, StringComparison.Ordinal);
        Assert.Equal(expected, runner.Run(query));
        // Again with the pooled instance.
        Assert.Equal(expected, runner.Run(query));
        Assert.NotEmpty(expected);
    }

    [Fact]
    public void Two_indexes_are_intersected()
    {
        using var runner = new SqlRunner();
        runner.Run("CREATE TABLE w (a int, b int, c text); INSERT INTO w SELECT i % 100, i / 100, repeat('x', 200) FROM generate_series(0, 9999) i;"
            + "CREATE INDEX w_a ON w (a); CREATE INDEX w_b ON w (b); ANALYZE w; SET enable_seqscan = off; SET enable_indexscan = off");
        Assert.Contains("BitmapAnd", runner.Run("EXPLAIN (COSTS OFF) SELECT c FROM w WHERE a = 17 AND b BETWEEN 20 AND 21"), StringComparison.Ordinal);
        Assert.Equal("2\n", runner.Run("SELECT count(c) FROM w WHERE a = 17 AND b BETWEEN 20 AND 21"));
    }

    [Fact]
    public void Index_only_scan_sees_what_its_snapshot_sees()
    {
        using var runner = new SqlRunner();
        runner.Run("CREATE TABLE s (a int PRIMARY KEY); INSERT INTO s SELECT generate_series(1, 500); VACUUM ANALYZE s; SET enable_seqscan = off; SET enable_bitmapscan = off");
        Assert.Contains("Index Only Scan", runner.Run("EXPLAIN SELECT count(*) FROM s WHERE a > 10"), StringComparison.Ordinal);
        Assert.Equal("490\n", runner.Run("SELECT count(*) FROM s WHERE a > 10"));
        using SqlRunner other = runner.NewSession();
        runner.Run("BEGIN ISOLATION LEVEL REPEATABLE READ");
        Assert.Equal("490\n", runner.Run("SELECT count(*) FROM s WHERE a > 10"));
        other.Run("DELETE FROM s WHERE a BETWEEN 100 AND 199; INSERT INTO s VALUES (1000)");
        Assert.Equal("490\n", runner.Run("SELECT count(*) FROM s WHERE a > 10"));
        runner.Run("COMMIT");
        Assert.Equal("391\n", runner.Run("SELECT count(*) FROM s WHERE a > 10"));
        Assert.Equal("1\n1000\n", runner.Run("SELECT min(a) FROM s; SELECT max(a) FROM s"));
    }

    [Fact]
    public void Incremental_sort_orders_groups_of_the_first_key()
    {
        using var runner = new SqlRunner();
        runner.Run("CREATE TABLE g (a int, b int); INSERT INTO g SELECT i / 10, (i * 7919) % 1000 FROM generate_series(0, 4999) i; CREATE INDEX g_a ON g (a); VACUUM ANALYZE g");
        const string Query = "SELECT a, b FROM g ORDER BY a, b LIMIT 25";
        Assert.Contains("Incremental Sort", runner.Run("EXPLAIN " + Query), StringComparison.Ordinal);
        string incremental = runner.Run(Query);
        runner.Run("SET enable_incremental_sort = off");
        Assert.DoesNotContain("Incremental Sort", runner.Run("EXPLAIN " + Query), StringComparison.Ordinal);
        Assert.Equal(runner.Run(Query), incremental);
    }

    [Fact]
    public void Cheap_condition_keeps_rows_from_one_that_may_fail()
    {
        using var runner = new SqlRunner();
        runner.Run("CREATE TABLE z (a int, b int); INSERT INTO z SELECT i, i % 4 FROM generate_series(1, 100) i; ANALYZE z");
        Assert.Equal("25\n", runner.Run("SELECT count(*) FROM z WHERE b <> 0 AND b <> 1 AND b <> 2 AND 12 / b = 4"));
        Assert.Equal("25\n", runner.Run("SELECT count(*) FROM z WHERE 12 / b = 4 AND b <> 0 AND b <> 1 AND b <> 2"));
    }
}
