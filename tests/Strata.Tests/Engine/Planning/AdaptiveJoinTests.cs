using Strata.Platform;
using Strata.Tests.Engine.Execution;
using Xunit;

namespace Strata.Tests.Engine.Planning;

/// <summary>Joins change their algorithm when the size of an input contradicts its estimate, and EXPLAIN ANALYZE tells it. The rows are compared by tests/sql/adaptive_joins.sql.</summary>
public sealed class AdaptiveJoinTests
{
    private const string Setup = """
        CREATE TABLE ab (id int PRIMARY KEY, k int, v int); CREATE INDEX ON ab (k); CREATE TABLE ac (id int PRIMARY KEY, a int, b int, k int);
        INSERT INTO ab SELECT i, i % 30000, i % 100 FROM generate_series(1, 60000) i; INSERT INTO ac SELECT i, i % 10, i % 10, i % 30000 FROM generate_series(1, 40000) i;
        ANALYZE ab; ANALYZE ac
        """;

    private const string FewBuilt = "SELECT count(*) FROM ab JOIN ac ON ac.k = ab.k WHERE ac.a * 3 - ac.id < -39990";
    private const string ManyOuter = "SELECT count(*) FROM ac JOIN ab ON ac.k = ab.k WHERE ac.a = 3 AND ac.b = 3 AND ac.id % 10 = 3 AND ac.k % 10 = 3";

    [Theory]
    [InlineData(FewBuilt, "Adapted: Nested Loop over an index, 1 rows hashed")]
    [InlineData(ManyOuter, "Adapted: Hash Join after ")]
    public void A_join_goes_on_with_the_other_algorithm(string sql, string expected)
    {
        using var runner = new SqlRunner();
        runner.Run(Setup);
        Assert.Contains(expected, runner.Run("EXPLAIN (ANALYZE, TIMING OFF) " + sql), StringComparison.Ordinal);
        string adapted = runner.Run(sql);
        Assert.Equal(runner.Run("SET strata.enable_adaptive_joins = off; " + sql), adapted);
        Assert.DoesNotContain("Adapted", runner.Run("EXPLAIN (ANALYZE, TIMING OFF) " + sql), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_that_does_not_fit_is_given_up_and_the_loop_goes_on()
    {
        using SqlRunner runner = SqlRunner.With(options => options with { TemporaryFiles = new MemoryFileSystem() });
        runner.Run(Setup);
        string expected = runner.Run(ManyOuter);
        runner.Run("SET work_mem = '64kB'; SET hash_mem_multiplier = 1");
        Assert.Equal(expected, runner.Run(ManyOuter));
        Assert.DoesNotContain("Adapted", runner.Run("EXPLAIN (ANALYZE, TIMING OFF) " + ManyOuter), StringComparison.Ordinal);
    }
}
