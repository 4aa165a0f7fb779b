using Strata.Platform;
using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>An endpoint with little memory: what can spill finishes whatever work_mem says, the rest fails with 53200, and the sessions live on.</summary>
public sealed class MemoryLimitTests
{
    private const long LimitBytes = 6 << 20;

    [Theory]
    [InlineData("SELECT array_agg(repeat('x', 100) || i) FROM generate_series(1, 500000) i")]
    [InlineData("SELECT string_agg(repeat('x', 1000), ',') FROM generate_series(1, 50000) i")]
    [InlineData("SELECT i, array_agg(j) FROM generate_series(1, 5) i, generate_series(1, 700000) j GROUP BY i")]
    [InlineData("SELECT max(repeat('x', 1000000) || i) FROM generate_series(1, 2000) i")]
    public void What_cannot_spill_fails(string query)
    {
        using SqlRunner runner = NewRunner();
        runner.Run("SET work_mem = '1GB'");
        runner.Run(query);
        Assert.Equal("53200", runner.LastError?.SqlState);
        Assert.Equal("out of memory", runner.LastError?.Message);
        Assert.StartsWith("Failed on request of size ", runner.LastError?.Detail, StringComparison.Ordinal);
        Assert.Equal("250000\n", runner.Run("SELECT count(*) FROM (SELECT i FROM generate_series(1, 250000) i ORDER BY i DESC) x"));
        Assert.True(runner.Engine.Memory.UsedBytes < LimitBytes / 2);
    }

    [Theory]
    [InlineData("SELECT count(*), sum(i) FROM (SELECT i FROM generate_series(1, 300000) i ORDER BY i::text) x", "300000|45000150000\n")]
    [InlineData("SELECT count(*) FROM (SELECT DISTINCT i FROM generate_series(1, 250000) i) x", "250000\n")]
    [InlineData("SELECT count(*), sum(c) FROM (SELECT i, count(*) c FROM generate_series(1, 250000) i GROUP BY i) x", "250000|250000\n")]
    [InlineData("SELECT count(*) FROM generate_series(1, 170000) i JOIN generate_series(1, 200000) j ON i = j", "170000\n")]
    [InlineData("SELECT sum(r) FROM (SELECT row_number() OVER () r FROM generate_series(1, 200000)) x", "20000100000\n")]
    [InlineData("SELECT count(DISTINCT i) FROM generate_series(1, 250000) i", "250000\n")]
    public void What_can_spill_finishes_although_work_mem_is_larger(string query, string expected)
    {
        using SqlRunner runner = NewRunner();
        runner.Run("SET work_mem = '1GB'");
        string found = runner.Run(query);
        Assert.Null(runner.LastError);
        Assert.Equal(expected, found);
    }

    private static SqlRunner NewRunner() => SqlRunner.With(options => options with { TemporaryFiles = new MemoryFileSystem(), QueryMemoryBytes = LimitBytes });
}
