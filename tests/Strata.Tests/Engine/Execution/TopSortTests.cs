using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>The first rows of an order are the same whether all rows are sorted or only the first ones are kept.</summary>
public sealed class TopSortTests
{
    [Theory]
    [InlineData("(i * 7919 % 30000 - 15000)::int2")]
    [InlineData("i * 7919 % 100003 - 50000")]
    [InlineData("i::bigint * 79190000000 % 100003 - 50000")]
    [InlineData("date '2000-01-01' + i * 7919 % 10007")]
    [InlineData("timestamp '2000-01-01' + i * 7919 % 10007 * interval '1 hour'")]
    [InlineData("round((i * 7919 % 10007) / 100.0, 2)")]
    [InlineData("(i * 7919 % 10007) / (1 + i % 3)::numeric")]
    [InlineData("'t' || i * 7919 % 10007")]
    [InlineData("(i * 7919 % 10007)::float8")]
    public void First_rows_are_those_of_the_whole_order(string value)
    {
        using var runner = new SqlRunner();
        runner.Run($"create table t as select i, case when i % 100 > 0 then {value} end as v from generate_series(1, 20000) i");
        Assert.Null(runner.LastError);
        foreach (string order in (string[])["v, i", "v desc, i", "v nulls first, i desc", "v desc nulls last, i"])
        {
            string expected = runner.Run($"select * from (select v, i, row_number() over (order by {order}) as n from t) q where n <= 50 order by n");
            string found = runner.Run($"select v, i, row_number() over () as n from (select v, i from t order by {order} limit 50) q");
            Assert.Equal(expected, found);
        }
    }
}
