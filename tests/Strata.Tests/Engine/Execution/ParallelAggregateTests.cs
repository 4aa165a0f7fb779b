using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>Aggregations give the same results whatever the number of threads.</summary>
public sealed class ParallelAggregateTests
{
    private const string Setup = """
        CREATE TABLE f (k int, g int, h text, v numeric(12,2), w numeric, d date, b bigint);
        INSERT INTO f SELECT i, NULLIF(i % 13, 5), 'h' || i % 7, (i * 37 % 1000) / 7.0, CASE WHEN i % 3 = 0 THEN i / 3.0 ELSE i END, date '2000-01-01' + i % 400, i::bigint * 1000000007 FROM generate_series(1, 6000) i;
        CREATE TABLE p (id int PRIMARY KEY, n text);
        INSERT INTO p SELECT i, 'n' || i % 5 FROM generate_series(1, 3000) i;
        ANALYZE f;
        ANALYZE p;
        """;

    public static TheoryData<string> Queries() =>
    [
        "SELECT count(*), sum(k), sum(b), avg(v), sum(w), min(d), max(h), min(v) FROM f",
        "SELECT g, count(*), count(g), sum(v), avg(w), max(k), bool_or(k > 5990) FROM f GROUP BY g ORDER BY g",
        "SELECT h, g, sum(v * (1 - v)), min(h) FROM f WHERE d < date '2000-09-01' AND h <> 'h3' GROUP BY h, g ORDER BY h, g",
        "SELECT p.n, count(*), sum(f.w) FROM f JOIN p ON p.id = f.k WHERE f.k > 20 GROUP BY p.n ORDER BY p.n",
        "SELECT g, count(*) FROM f LEFT JOIN p ON p.id = f.k AND p.n = 'n1' WHERE p.id IS NULL GROUP BY g ORDER BY g",
        "SELECT count(*), sum(k) FROM f WHERE EXISTS (SELECT 1 FROM p WHERE p.id = f.k AND p.n = 'n2') AND h LIKE '%4'",
        "SELECT g, sum(k) FROM f GROUP BY g HAVING sum(k) > 1384000 ORDER BY g",
        "SELECT count(*), sum(v) FROM f WHERE k < 0",
    ];

    [Theory]
    [MemberData(nameof(Queries))]
    public void Threads_do_not_show_in_results(string query)
    {
        Assert.Equal(Run(threads: 1, query), Run(threads: 4, query));
    }

    [Fact]
    public void An_error_in_a_helper_is_the_statements()
    {
        using SqlRunner runner = NewRunner(4);
        runner.Run(Setup);
        runner.Run("SELECT sum(1 / (k - 5800)) FROM f");
        Assert.Equal("division by zero", runner.LastError?.Message);
        Assert.Equal("6000\n", runner.Run("SELECT count(*) FROM f"));
    }

    private static string Run(int threads, string query)
    {
        using SqlRunner runner = NewRunner(threads);
        runner.Run(Setup);
        Assert.Null(runner.LastError);
        string first = runner.Run(query);
        // The second execution takes the pooled instance with its helpers.
        Assert.Equal(first, runner.Run(query));
        Assert.NotEmpty(first);
        return first;
    }

    private static SqlRunner NewRunner(int threads) => SqlRunner.With(options => options with { QueryThreads = threads, ParallelScanPagesMin = 1 });
}
