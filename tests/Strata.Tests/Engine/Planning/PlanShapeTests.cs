using Strata.Tests.Engine.Execution;
using Xunit;

namespace Strata.Tests.Engine.Planning;

/// <summary>What the planner chooses, as EXPLAIN shows it without costs: one test per rewrite or choice.</summary>
public sealed class PlanShapeTests
{
    [Fact]
    public void Whole_unique_key_is_an_index_lookup() => Check(
        "SELECT b FROM t WHERE a = 5",
        """
        Index Scan using t_pkey on t
          Index Cond: (a = 5)

        """);

    [Fact]
    public void Order_of_an_index_saves_the_sort() => Check(
        "SELECT a FROM t ORDER BY a DESC LIMIT 3",
        """
        Limit
          ->  Index Only Scan Backward using t_pkey on t

        """);

    [Fact]
    public void Maximum_reads_one_end_of_an_index() => Check(
        "SELECT max(a) FROM t",
        """
        Result
          InitPlan 1 (returns $0)
            ->  Limit
                  ->  Index Only Scan Backward using t_pkey on t
                        Filter: (a IS NOT NULL)

        """);

    [Fact]
    public void Condition_moves_through_a_subquery_to_the_index() => Check(
        "SELECT x FROM (SELECT a + 0 AS x, a AS k FROM t) q WHERE k = 7",
        """
        Index Scan using t_pkey on t
          Index Cond: (a = 7)

        """);

    [Fact]
    public void Outer_join_with_a_rejecting_condition_becomes_inner()
    {
        string plan = Explain("SELECT t.b FROM t LEFT JOIN u ON t.a = u.a WHERE u.c = 3 AND t.a = 1");
        Assert.DoesNotContain("Left", plan, StringComparison.Ordinal);
        // What follows from t.a = u.a and t.a = 1.
        Assert.Contains("AND (a = 1)", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Exists_becomes_a_semi_join() => Check(
        "SELECT b FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.b)",
        """
        Hash Semi Join
          Hash Cond: (u.a = t.b)
          ->  Seq Scan on t
          ->  Hash
                ->  Seq Scan on u

        """);

    [Fact]
    public void Not_exists_becomes_an_anti_join() => Check(
        "SELECT b FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.a = t.b)",
        """
        Hash Anti Join
          Hash Cond: (u.a = t.b)
          ->  Seq Scan on t
          ->  Hash
                ->  Seq Scan on u

        """);

    [Fact]
    public void Constants_are_folded() => Check(
        "SELECT b FROM t WHERE a = 2 + 3 AND 1 = 1",
        """
        Index Scan using t_pkey on t
          Index Cond: (a = 5)

        """);

    [Fact]
    public void Item_of_with_used_once_is_put_in_place() => Check(
        "WITH w AS (SELECT a, b FROM t) SELECT b FROM w WHERE a = 1",
        """
        Index Scan using t_pkey on t
          Index Cond: (a = 1)

        """);

    [Fact]
    public void List_of_values_uses_the_index() => Check(
        "SELECT b FROM t WHERE a IN (1, 2, 3)",
        """
        Bitmap Heap Scan on t
          Recheck Cond: (a = ANY ('{1,2,3}'::integer[]))
          ->  Bitmap Index Scan on t_pkey
                Index Cond: (a = ANY ('{1,2,3}'::integer[]))

        """);

    [Fact]
    public void Outer_join_by_a_unique_key_that_nobody_reads_is_left_out() => Check(
        "SELECT count(*) FROM u LEFT JOIN t ON t.a = u.a AND t.b > 3",
        """
        Aggregate
          ->  Seq Scan on u

        """);

    [Theory]
    [InlineData("SELECT count(t.b) FROM u LEFT JOIN t ON t.a = u.a")]
    [InlineData("SELECT count(*) FROM t LEFT JOIN u ON t.a = u.a")]
    [InlineData("SELECT count(*) FROM u LEFT JOIN v ON v.d < u.a")]
    [InlineData("SELECT count(*) FROM u LEFT JOIN (SELECT a, b FROM t UNION ALL SELECT 1, 2) q ON q.a = u.a")]
    public void Outer_join_stays_that_is_read_or_may_multiply_rows(string sql) => Assert.Contains("Join", Explain(sql).Replace("Nested Loop", "Join", StringComparison.Ordinal), StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT DISTINCT a, b FROM t", 0)]
    [InlineData("SELECT DISTINCT x.a, y.b FROM t x JOIN t y ON y.a = x.b", 0)]
    [InlineData("SELECT DISTINCT b FROM t WHERE a = 3", 0)]
    [InlineData("SELECT DISTINCT c FROM u GROUP BY c", 1)]
    [InlineData("SELECT DISTINCT b FROM t", 1)]
    [InlineData("SELECT DISTINCT d FROM v", 1)]
    [InlineData("SELECT DISTINCT x.a FROM t x JOIN u y ON y.a = x.b", 1)]
    public void Distinct_is_left_out_only_where_rows_differ_anyway(string sql, int groupings) =>
        Assert.Equal(groupings, Explain(sql).Split('\n').Count(static line => line.Contains("Aggregate", StringComparison.Ordinal) || line.Contains("Unique", StringComparison.Ordinal)));

    private static void Check(string sql, string expected) => Assert.Equal(expected, Explain(sql), ignoreLineEndingDifferences: true);

    private static string Explain(string sql)
    {
        using var runner = new SqlRunner();
        runner.Run("CREATE TABLE t (a int PRIMARY KEY, b int); CREATE TABLE u (a int, c int); CREATE TABLE v (d int UNIQUE)");
        return runner.Run("EXPLAIN (COSTS OFF) " + sql);
    }
}
