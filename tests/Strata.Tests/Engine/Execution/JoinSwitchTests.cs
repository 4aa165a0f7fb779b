using Strata.Platform;
using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>Hash joins whose right side is far larger than its estimate.</summary>
public sealed class JoinSwitchTests
{
    // Without ANALYZE the table is thought to have more rows than the 1,000 that a function is thought to give.
    [Theory]
    [InlineData(10, "off")]
    [InlineData(10, "on")]
    [InlineData(30_000, "off")]
    public void Sides_that_change_give_the_same_rows(int rows, string spill)
    {
        using SqlRunner runner = SqlRunner.With(options => options with { TemporaryFiles = new MemoryFileSystem() });
        runner.Run($"""
            create table few (a int, b text) with (autovacuum_enabled = off);
            insert into few select i * 3, 'b' || i from generate_series(1, {rows}) i;
            set strata.force_spill = {spill};
            """);
        string plan = runner.Run("explain (costs off) select * from generate_series(1, 100000) g, few where few.a = g");
        Assert.Contains("Hash Join", plan, StringComparison.Ordinal);
        string found = runner.Run("select count(*), sum(g), sum(a), min(b), max(b) from generate_series(1, 100000) g, few where few.a = g");
        runner.Run("set enable_hashjoin = off; set enable_nestloop = off");
        Assert.Equal(runner.Run("select count(*), sum(g), sum(a), min(b), max(b) from generate_series(1, 100000) g, few where few.a = g"), found);
        Assert.Null(runner.LastError);
    }
}
