using System.Globalization;
using Strata.Tests.Engine.Execution;
using Xunit;

namespace Strata.Tests.Engine.Statistics;

/// <summary>A unique key of several columns bounds the numbers of their distinct values from below.</summary>
public sealed class UniqueFloorTests
{
    [Fact]
    public void The_column_with_most_values_has_as_many_as_the_key_needs()
    {
        using var runner = new SqlRunner();
        // Four rows a key, all on one page: of a sample of few blocks each key that is met is met four times, which looks like few keys.
        runner.Run("CREATE TABLE l (o int, n int, PRIMARY KEY (o, n)) WITH (autovacuum_enabled = off); INSERT INTO l SELECT g / 4, g % 4 FROM generate_series(0, 199999) g; SET default_statistics_target = 1; ANALYZE l");
        Assert.Null(runner.LastError);
        double distinct = double.Parse(runner.Run("SELECT n_distinct FROM pg_stats WHERE tablename = 'l' AND attname = 'o'").Trim(), CultureInfo.InvariantCulture);
        Assert.InRange(distinct, -1, -0.2499);
        Assert.Equal("4", runner.Run("SELECT n_distinct FROM pg_stats WHERE tablename = 'l' AND attname = 'n'").Trim());
    }
}
