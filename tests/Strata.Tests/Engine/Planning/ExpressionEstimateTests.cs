using System.Globalization;
using System.Text.RegularExpressions;
using Strata.Tests.Engine.Execution;
using Xunit;

namespace Strata.Tests.Engine.Planning;

/// <summary>What ANALYZE learns of expressions, of statistics objects and of indexes, shows in the estimates; the rows are PostgreSQL 15's.</summary>
public sealed partial class ExpressionEstimateTests
{
    private const string Table = """
        CREATE TABLE se (a int, b int, c text, d timestamp);
        INSERT INTO se SELECT i % 10, i % 7, 'c' || i % 20, timestamp '2024-01-01' + i * interval '1 hour' FROM generate_series(1, 2000) i;
        ANALYZE se;
        """;

    private const string Statistics = """
        CREATE STATISTICS se_two ON (a + b), (upper(c)), a FROM se;
        CREATE STATISTICS se_one ON (a * 2) FROM se;
        CREATE STATISTICS se_month ON (extract(month FROM d)) FROM se;
        ANALYZE se;
        """;

    [Theory]
    [InlineData("SELECT * FROM se WHERE a + b = 7", 200)]
    [InlineData("SELECT * FROM se WHERE upper(c) = 'C3'", 100)]
    [InlineData("SELECT * FROM se WHERE upper(c) IN ('C3', 'C4')", 200)]
    [InlineData("SELECT * FROM se WHERE a * 2 = 6", 200)]
    [InlineData("SELECT * FROM se WHERE a * 2 < 5", 600)]
    [InlineData("SELECT * FROM se WHERE extract(month FROM d) = 2", 696)]
    [InlineData("SELECT 1 FROM se GROUP BY a + b", 16)]
    [InlineData("SELECT 1 FROM se GROUP BY upper(c), a", 20)]
    [InlineData("SELECT 1 FROM se GROUP BY upper(c), a + b, a", 140)]
    public void Statistics_objects_tell_of_expressions(string sql, int rows)
    {
        using var runner = new SqlRunner();
        runner.Run(Table + Statistics);
        Assert.Equal(rows, Estimate(runner, sql));
    }

    [Fact]
    public void Indexes_tell_of_expressions_too()
    {
        using var runner = new SqlRunner();
        runner.Run(Table + "CREATE INDEX ON se ((lower(c)), (a - b)); ANALYZE se;");
        Assert.Equal(100, Estimate(runner, "SELECT * FROM se WHERE lower(c) = 'c3'"));
        Assert.Equal(16, Estimate(runner, "SELECT 1 FROM se GROUP BY a - b"));
    }

    private static int Estimate(SqlRunner runner, string sql) => int.Parse(Rows().Match(runner.Run("EXPLAIN " + sql)).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"rows=(\d+)")]
    private static partial Regex Rows();
}
