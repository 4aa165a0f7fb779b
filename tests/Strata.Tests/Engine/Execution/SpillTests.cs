using Strata.Platform;
using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>Operators that spill give the rows that they give in memory, say so, and leave no files.</summary>
public sealed class SpillTests
{
    private const string Setup = """
        CREATE TABLE f (k int, g int, s text, n numeric);
        INSERT INTO f SELECT i, i * 17 % 2000, CASE WHEN i % 100 = 0 THEN NULL ELSE md5(i::text) || repeat('p', i % 60) END, i % 300 FROM generate_series(1, 9000) i;
        CREATE TABLE p (k int, s text);
        INSERT INTO p SELECT CASE WHEN i % 16 = 0 THEN 77 ELSE i END, md5((i * 3)::text) FROM generate_series(1, 4000) i;
        INSERT INTO p SELECT NULL, 'null key' FROM generate_series(1, 50);
        """;

    public static TheoryData<string> Queries() =>
    [
        "SELECT k, s FROM f ORDER BY s DESC, k",
        "SELECT k FROM f ORDER BY g, k LIMIT 20",
        "SELECT s, k FROM f ORDER BY s NULLS FIRST, k LIMIT 8000",
        "SELECT count(*), sum(f.k), max(p.s) FROM f JOIN p ON p.k = f.k",
        "SELECT count(*), sum(f.k), count(p.s) FROM f LEFT JOIN p ON p.s = f.s",
        "SELECT count(*), count(f.k), count(p.s) FROM f FULL JOIN p ON p.k = f.k AND p.k > 77",
        "SELECT count(*), count(f.k), count(p.s) FROM f RIGHT JOIN p ON p.k = f.k AND f.g > p.k",
        "SELECT count(*), sum(a.k) FROM p a JOIN p b ON a.k = b.k",
        "SELECT count(*), sum(k) FROM f WHERE EXISTS (SELECT 1 FROM p WHERE p.k = f.g)",
        "SELECT count(*), sum(k) FROM f WHERE NOT EXISTS (SELECT 1 FROM p WHERE p.s = f.s)",
        "SELECT count(*), sum(k) FROM f WHERE NOT EXISTS (SELECT 1 FROM p WHERE p.k = f.g AND p.s < f.s)",
        "SELECT s, count(*), sum(k), max(g) FROM f GROUP BY s ORDER BY s",
        "SELECT k, count(*), sum(n), array_agg(g) FROM f GROUP BY k ORDER BY k",
        "SELECT count(DISTINCT s), sum(DISTINCT n), count(DISTINCT k) FROM f",
        "SELECT g, count(DISTINCT s), string_agg(s, ',' ORDER BY s DESC) FROM f WHERE k < 3000 GROUP BY g ORDER BY g",
        "SELECT md5(string_agg(s, ',' ORDER BY k)) FROM f",
        "SELECT count(*), max(s) FROM (SELECT DISTINCT s FROM f) x",
        "SELECT count(*), sum(k) FROM (SELECT k FROM f EXCEPT SELECT k FROM p) x",
        "SELECT count(*), sum(k) FROM (SELECT k FROM p INTERSECT ALL SELECT g FROM f) x",
        "SELECT sum(n), sum(t), max(l) FROM (SELECT row_number() OVER (ORDER BY s, k) n, sum(k) OVER (ORDER BY k ROWS 40 PRECEDING) t, lag(s, 2900) OVER (ORDER BY k) l FROM f) x",
        "SELECT sum(r), sum(c) FROM (SELECT rank() OVER (PARTITION BY g ORDER BY s) r, count(*) OVER (PARTITION BY g) c FROM f) x",
        "WITH w AS MATERIALIZED (SELECT * FROM f) SELECT count(*), sum(a.k) FROM w a JOIN w b ON a.k = b.k + 1",
        "WITH RECURSIVE r(i, s) AS (SELECT 1, 'x' UNION ALL SELECT i + 1, md5(i::text) FROM r WHERE i < 9000) SELECT count(*), max(s), sum(i) FROM r",
    ];

    [Theory]
    [MemberData(nameof(Queries))]
    public void A_query_that_spills_gives_the_same(string query)
    {
        var files = new MemoryFileSystem();
        using SqlRunner runner = SqlRunner.With(options => options with { QueryThreads = 2, ParallelScanPagesMin = 1, TemporaryFiles = files });
        runner.Run(Setup);
        Assert.Null(runner.LastError);
        runner.Run("SET work_mem = '1GB'");
        string expected = runner.Run(query);
        Assert.Null(runner.LastError);
        Assert.Equal("0\n", runner.Run("SELECT temp_files FROM pg_stat_database WHERE datname = current_database()"));
        runner.Run("SET work_mem = '64kB'; SET hash_mem_multiplier = 1");
        Assert.Equal(expected, runner.Run(query));
        Assert.Null(runner.LastError);
        runner.Run("SET max_parallel_workers_per_gather = 0");
        Assert.Equal(expected, runner.Run(query));
        Assert.Empty(files.List(""));
        Assert.Equal("t\n", runner.Run("SELECT temp_files > 0 AND temp_bytes > 0 FROM pg_stat_database WHERE datname = current_database()"));
    }

    [Theory]
    [InlineData("SELECT k FROM f ORDER BY s", "Sort Method: external merge  Disk: ")]
    [InlineData("SELECT f.k FROM f JOIN p ON p.s = f.s", " (originally 1)  Memory Usage: ")]
    [InlineData("SELECT s, count(*) FROM f GROUP BY s", "  Disk Usage: ")]
    public void Explain_says_that_an_operator_spilled(string query, string expected)
    {
        using SqlRunner runner = SqlRunner.With(options => options with { TemporaryFiles = new MemoryFileSystem() });
        runner.Run(Setup);
        Assert.DoesNotContain(expected, runner.Run("SET work_mem = '1GB'; EXPLAIN (ANALYZE, TIMING OFF) " + query), StringComparison.Ordinal);
        Assert.Contains(expected, runner.Run("SET work_mem = '64kB'; EXPLAIN (ANALYZE, TIMING OFF) " + query), StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_or_a_cursor_that_is_dropped_leaves_no_files()
    {
        var files = new MemoryFileSystem();
        using SqlRunner runner = SqlRunner.With(options => options with { TemporaryFiles = files });
        runner.Run(Setup);
        runner.Run("SET work_mem = '64kB'; SELECT 1 / (k - 5000) FROM (SELECT k FROM f ORDER BY s) x");
        Assert.Equal("division by zero", runner.LastError?.Message);
        Assert.Empty(files.List(""));
        runner.Run("BEGIN; DECLARE c CURSOR FOR SELECT k FROM f ORDER BY s; FETCH 5 FROM c");
        Assert.NotEmpty(files.List(""));
        runner.Run("ROLLBACK");
        Assert.Empty(files.List(""));
        string held = runner.Run("DECLARE c CURSOR WITH HOLD FOR SELECT k, s FROM f ORDER BY k; FETCH ABSOLUTE 8900 FROM c; FETCH BACKWARD 1 FROM c; FETCH FIRST FROM c");
        Assert.Contains("8900|", held, StringComparison.Ordinal);
        Assert.Contains("8899|", held, StringComparison.Ordinal);
        Assert.NotEmpty(files.List(""));
        runner.Run("CLOSE c");
        Assert.Empty(files.List(""));
    }

    [Fact]
    public void An_index_whose_keys_spill_is_the_same()
    {
        var files = new MemoryFileSystem();
        using SqlRunner runner = SqlRunner.With(options => options with { TemporaryFiles = files });
        runner.Run("CREATE TABLE f (k int, s text); INSERT INTO f SELECT i, md5(i::text) || repeat('k', 60) FROM generate_series(1, 30000) i; SET maintenance_work_mem = '1MB'; CREATE UNIQUE INDEX fs ON f (s); CREATE INDEX fk ON f ((k % 100), s)");
        Assert.Null(runner.LastError);
        Assert.Equal("t\n", runner.Run("SELECT temp_files >= 2 FROM pg_stat_database WHERE datname = current_database()"));
        Assert.Empty(files.List(""));
        Assert.Equal("20000\n", runner.Run("SELECT k FROM f WHERE s = md5('20000') || repeat('k', 60)"));
        Assert.Equal("300\n", runner.Run("SELECT count(*) FROM f WHERE k % 100 = 17"));
        runner.Run("CREATE TABLE g AS SELECT * FROM f UNION ALL SELECT * FROM f WHERE k = 5; CREATE UNIQUE INDEX again ON g (s)");
        Assert.Equal("23505", runner.LastError?.SqlState);
        runner.Run("INSERT INTO f SELECT 0, md5('7') || repeat('k', 60)");
        Assert.Equal("23505", runner.LastError?.SqlState);
    }

    [Fact]
    public void Temporary_files_are_limited()
    {
        using SqlRunner runner = SqlRunner.With(options => options with { TemporaryFiles = new MemoryFileSystem() });
        runner.Run(Setup);
        runner.Run("SET work_mem = '64kB'; SET temp_file_limit = '100kB'; SELECT k FROM f ORDER BY s");
        Assert.Equal("temporary file size exceeds temp_file_limit (100kB)", runner.LastError?.Message);
        Assert.Equal("53400", runner.LastError?.SqlState);
        Assert.Equal("9000\n", runner.Run("SELECT count(*) FROM f"));
    }

    [Fact]
    public void A_full_disk_is_the_statements_error()
    {
        using SqlRunner runner = SqlRunner.With(options => options with { TemporaryFiles = new MemoryFileSystem(capacityBytes: 100_000) });
        runner.Run(Setup);
        runner.Run("SET work_mem = '64kB'; SELECT k FROM f ORDER BY s");
        Assert.Equal("53100", runner.LastError?.SqlState);
        Assert.Equal("9000\n", runner.Run("SELECT count(*) FROM f"));
    }
}
