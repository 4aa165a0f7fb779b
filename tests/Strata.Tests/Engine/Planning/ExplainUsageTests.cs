using System.Text.Json;
using Strata.Platform;
using Strata.Tests.Engine.Execution;
using Xunit;

namespace Strata.Tests.Engine.Planning;

/// <summary>What EXPLAIN ANALYZE counts: pages, temporary blocks and log by node, and what Memoize and index-only scans did.</summary>
public sealed class ExplainUsageTests
{
    [Fact]
    public void Buffers_are_counted_by_node_with_those_of_its_inputs()
    {
        using var runner = new SqlRunner();
        runner.Run("create table t (a int primary key, b text); insert into t select i, repeat('x', 50) from generate_series(1, 5000) i; analyze t");
        using JsonDocument plan = JsonDocument.Parse(runner.Run("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) SELECT count(*) FROM t WHERE b <> ''"));
        JsonElement root = plan.RootElement[0].GetProperty("Plan"), scan = root.GetProperty("Plans")[0];
        long pages = long.Parse(runner.Run("select pg_relation_size('t') / 8192").Trim(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal("Seq Scan", scan.GetProperty("Node Type").GetString());
        Assert.InRange(scan.GetProperty("Shared Hit Blocks").GetInt64(), pages, pages * 2);
        Assert.True(root.GetProperty("Shared Hit Blocks").GetInt64() >= scan.GetProperty("Shared Hit Blocks").GetInt64());
        Assert.True(plan.RootElement[0].TryGetProperty("Planning", out _));
    }

    [Fact]
    public void Log_and_changed_pages_of_a_modification_are_counted()
    {
        using var runner = new SqlRunner();
        runner.Run("create table t (a int)");
        using JsonDocument plan = JsonDocument.Parse(runner.Run("EXPLAIN (ANALYZE, BUFFERS, WAL, TIMING OFF, FORMAT JSON) INSERT INTO t SELECT generate_series(1, 100)"));
        JsonElement insert = plan.RootElement[0].GetProperty("Plan");
        Assert.True(insert.GetProperty("WAL Records").GetInt64() > 0);
        Assert.True(insert.GetProperty("WAL Bytes").GetInt64() > 400);
        string text = runner.Run("EXPLAIN (ANALYZE, WAL, COSTS OFF, TIMING OFF, SUMMARY OFF) INSERT INTO t VALUES (1)");
        Assert.Contains("WAL: records=1 bytes=", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_of_temporary_files_are_counted()
    {
        using SqlRunner runner = SqlRunner.With(options => options with { TemporaryFiles = new MemoryFileSystem() });
        runner.Run("set work_mem = '64kB'");
        string text = runner.Run("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT i FROM generate_series(1, 20000) i ORDER BY -i");
        Assert.Matches("temp read=[1-9][0-9]* written=[1-9]", text);
    }

    [Fact]
    public void Memoize_shows_its_hits_and_misses()
    {
        using var runner = new SqlRunner();
        runner.Run("""
            create table o (k int); create table i (k int primary key, v text);
            insert into o select n % 5 from generate_series(1, 1000) n;
            insert into i select n, 'v' from generate_series(0, 9999) n;
            analyze; set enable_hashjoin = off; set enable_mergejoin = off;
            """);
        string text = runner.Run("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT count(v) FROM o JOIN i USING (k)");
        Assert.Contains("Hits: 995  Misses: 5  Evictions: 0  Overflows: 0  Memory Usage: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Heap_fetches_of_an_index_only_scan_are_counted()
    {
        using var runner = new SqlRunner();
        runner.Run("create table t (a int primary key, b int); insert into t select i, i from generate_series(1, 1000) i; analyze t; set enable_seqscan = off; set enable_bitmapscan = off");
        runner.Run("vacuum t");
        const string Query = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT a FROM t WHERE a <= 50";
        Assert.Contains("Heap Fetches: 0", runner.Run(Query), StringComparison.Ordinal);
        runner.Run("update t set b = 0 where a <= 10");
        Assert.Matches("Heap Fetches: [1-9]", runner.Run(Query));
    }
}
