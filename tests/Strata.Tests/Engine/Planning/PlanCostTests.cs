using Strata.Engine.Planning;
using Strata.Tests.Engine.Execution;
using Xunit;

namespace Strata.Tests.Engine.Planning;

/// <summary>What costs depend on beside the tables: how much of them the buffer pool holds, and samples of them.</summary>
public sealed class PlanCostTests
{
    private const string Tables = """
        create table f (id int primary key, k int, t text);
        create table d (id int primary key, g int, t text);
        insert into f select i, (i * 7919) % 20000, repeat('x', 100) from generate_series(0, 19999) i;
        insert into d select i, i % 100, repeat('x', 100) from generate_series(0, 19999) i;
        analyze;
        """;

    private const string Join = "EXPLAIN (COSTS OFF) SELECT sum(length(d.t)) FROM f, d WHERE f.k = d.id AND f.id < 100";

    [Theory]
    [InlineData(64 << 20, "Nested Loop")]
    [InlineData(1 << 20, "Hash Join")]
    public void Loops_over_an_index_count_pages_that_the_pool_does_not_have(long poolBytes, string expected)
    {
        using var runner = SqlRunner.With(options => options with { BufferPoolBytes = poolBytes });
        runner.Run(Tables);
        Assert.Contains(expected, runner.Run(Join), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 1000, 2000, 95.2)]
    [InlineData(1_000_000, 1000, 2000, 1000)]
    [InlineData(1_000_000, 1000, 100, 900_000)]
    public void Pages_fetched_are_those_of_Mackert_and_Lohman(double rows, double pages, double cached, double expected) =>
        Assert.Equal(expected, CostModel.PagesFetched(rows, pages, cached), expected * 0.01);

    [Fact]
    public void Random_orders_of_a_join_give_the_same_result()
    {
        using var runner = new SqlRunner();
        runner.Run(Tables);
        const string Query = "SELECT count(*), sum(a.g) FROM d a, f b, d c, f e WHERE a.id = b.k AND b.id = c.id AND c.id = e.k AND a.g < 10";
        string expected = runner.Run(Query);
        for (int seed = 1; seed <= 12; seed++)
        {
            runner.Run($"SET strata.join_order_seed = {seed}");
            Assert.Equal(expected, runner.Run(Query));
        }
    }

    [Fact]
    public void Samples_show_that_a_key_is_frequent_which_a_small_table_chooses()
    {
        using var runner = new SqlRunner();
        // Nine tenths of the facts are of kind 1; a kind of its own has one row in each of 100. The kind is chosen by its name.
        runner.Run("""
            create table kind (id int primary key, name text not null);
            create table place (id int primary key, name text not null);
            create table fact (id int primary key, kind_id int not null, place_id int not null);
            insert into kind select i, 'kind ' || i from generate_series(1, 100) i;
            insert into place select i, 'place ' || i from generate_series(1, 50) i;
            insert into fact select i, case when i % 10 > 0 then 1 else 1 + i % 100 end, 1 + i % 50 from generate_series(1, 20000) i;
            analyze;
            """);
        string plan = runner.Run("EXPLAIN SELECT count(*) FROM fact f, kind k, place p WHERE k.id = f.kind_id AND p.id = f.place_id AND k.name = 'kind 1'");
        string join = plan.Split('\n').First(static line => line.Contains("Join", StringComparison.Ordinal));
        double rows = double.Parse(join.Split("rows=")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(rows, 16000, 20000);
    }

    [Fact]
    public void A_table_that_thins_both_sides_of_a_key_of_several_columns_counts_once()
    {
        using var runner = new SqlRunner();
        // As of TPC-H: parts, who supplies each, and sales of a part by one of those.
        runner.Run("""
            create table part (id int primary key, name text not null);
            create table supply (part int not null, supplier int not null, price int, primary key (part, supplier));
            create table sale (id int primary key, part int not null, supplier int not null);
            insert into part select i, case when i % 10 = 0 then 'green' else 'red' end from generate_series(1, 1000) i;
            insert into supply select 1 + i / 4, 1 + (i * 7) % 100, i from generate_series(0, 3999) i;
            insert into sale select i, s.part, s.supplier from generate_series(1, 20000) i join supply s on s.price = i % 4000;
            analyze;
            """);
        string plan = runner.Run("EXPLAIN SELECT sum(price) FROM part p, supply s, sale l WHERE p.id = l.part AND s.part = l.part AND s.supplier = l.supplier AND p.name = 'green'");
        string join = plan.Split('\n').First(static line => line.Contains("Join", StringComparison.Ordinal) || line.Contains("Nested Loop", StringComparison.Ordinal));
        double rows = double.Parse(join.Split("rows=")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(rows, 1000, 4000);
    }
}
