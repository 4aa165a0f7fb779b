using Strata.Tests.Engine.Execution;
using Xunit;

namespace Strata.Tests.Engine.Planning;

/// <summary>Correlated subqueries and lateral joins are joins where that is cheaper, and stay what they were where it is not. That results are the same, tests/sql/unnest_*.sql and the equivalence test say.</summary>
public sealed class UnnestingTests
{
    private const string Setup = """
        CREATE TABLE o (id int PRIMARY KEY, k int, v int); CREATE TABLE i (id int PRIMARY KEY, k int, v int);
        INSERT INTO o SELECT n, n % 500, n % 100 FROM generate_series(1, 3000) n; INSERT INTO i SELECT n, n % 400, n % 90 FROM generate_series(1, 4000) n;
        ANALYZE o; ANALYZE i
        """;

    [Theory]
    [InlineData("SELECT (SELECT count(*) FROM i WHERE i.k = o.k) FROM o")]
    [InlineData("SELECT (SELECT o.v + sum(v) FROM i WHERE i.k = o.k) FROM o")]
    [InlineData("SELECT (SELECT v FROM i WHERE i.k = o.k ORDER BY v DESC LIMIT 1) FROM o")]
    [InlineData("SELECT ARRAY(SELECT v FROM i WHERE i.k = o.k ORDER BY v) FROM o")]
    [InlineData("SELECT * FROM o WHERE EXISTS (SELECT 1 FROM i WHERE i.k = o.k) OR v = 3")]
    [InlineData("SELECT * FROM o WHERE v NOT IN (SELECT i.v FROM i WHERE i.k = o.k)")]
    [InlineData("SELECT * FROM o WHERE EXISTS (SELECT v FROM i WHERE i.k = o.k GROUP BY v HAVING count(*) > 1)")]
    [InlineData("SELECT (SELECT sum(v) FROM (SELECT v FROM i WHERE i.k = o.k UNION ALL SELECT v FROM o p WHERE p.k = o.k) t) FROM o")]
    [InlineData("SELECT (SELECT count(*) FROM i WHERE i.k < o.v AND i.v = o.k) FROM o")]
    [InlineData("SELECT (SELECT count(*) FROM i WHERE i.k = o.k AND EXISTS (SELECT 1 FROM i j WHERE j.k = i.v AND j.v <> o.v)) FROM o")]
    [InlineData("SELECT (SELECT v FROM i WHERE i.k = o.k) FROM o")]
    [InlineData("SELECT (SELECT o.id + v FROM i WHERE i.k = o.k AND i.v > 80) FROM o")]
    [InlineData("SELECT v < ALL (SELECT v FROM i WHERE i.k = o.k) FROM o")]
    [InlineData("SELECT * FROM o WHERE v >= ANY (SELECT v FROM i WHERE i.k = o.k) OR v = 3")]
    [InlineData("SELECT * FROM o WHERE v <> ALL (SELECT v FROM i WHERE i.k = o.k)")]
    public void No_subquery_runs_for_each_row(string sql)
    {
        string plan = Explain(sql);
        Assert.DoesNotContain("SubPlan", plan, StringComparison.Ordinal);
        Assert.Contains("Join", plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT (SELECT count(*) FROM i WHERE i.id = o.k) FROM o WHERE id = 5")]
    [InlineData("SELECT (SELECT count(*) + random() FROM i WHERE i.k = o.k) FROM o")]
    [InlineData("SELECT CASE WHEN k > 3 THEN (SELECT sum(1 / v) FROM i WHERE i.k = o.k) END FROM o")]
    public void Few_rows_and_what_may_not_be_computed_for_all_stay_subplans(string sql) => Assert.Contains("SubPlan", Explain(sql), StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT * FROM o, LATERAL (SELECT count(*) c, max(v) m FROM i WHERE i.k = o.k) s", "Nested Loop")]
    [InlineData("SELECT * FROM o LEFT JOIN LATERAL (SELECT v FROM i WHERE i.k = o.k ORDER BY v LIMIT 3) s ON true", "Nested Loop")]
    [InlineData("SELECT * FROM o, LATERAL (SELECT v, count(*) FROM i WHERE i.k = o.k GROUP BY v) s", "Nested Loop")]
    public void Lateral_sides_are_joined_by_hash(string sql, string absent)
    {
        string plan = Explain(sql);
        Assert.DoesNotContain(absent, plan, StringComparison.Ordinal);
        Assert.Contains("Hash", plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT * FROM o WHERE v > ANY (SELECT v FROM i)")]
    [InlineData("SELECT v <= ALL (SELECT v FROM i) FROM o")]
    public void What_reads_nothing_outside_is_compared_with_its_extreme_once(string sql)
    {
        string plan = Explain(sql);
        Assert.Contains("InitPlan", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("SubPlan", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_computes_the_subqueries_of_its_rows_only()
    {
        string plan = Explain("SELECT id, (SELECT count(*) FROM i WHERE i.k = o.k) FROM o ORDER BY v LIMIT 3");
        Assert.Contains("SubPlan", plan, StringComparison.Ordinal);
        Assert.StartsWith("Limit", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void It_can_be_turned_off()
    {
        using var runner = new SqlRunner();
        runner.Run(Setup);
        string plan = runner.Run("SET strata.enable_unnesting = off; EXPLAIN (COSTS OFF) SELECT (SELECT count(*) FROM i WHERE i.k = o.k) FROM o");
        Assert.Contains("SubPlan", plan, StringComparison.Ordinal);
    }

    private static string Explain(string sql)
    {
        using var runner = new SqlRunner();
        runner.Run(Setup);
        return runner.Run("EXPLAIN (COSTS OFF) " + sql);
    }
}
