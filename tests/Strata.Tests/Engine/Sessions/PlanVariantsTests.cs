using System.Text;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Types;
using Xunit;

namespace Strata.Tests.Engine.Sessions;

public sealed class PlanVariantsTests
{
    private const string Setup = """
        CREATE TABLE t (a int PRIMARY KEY, kind int NOT NULL, b text NOT NULL);
        INSERT INTO t SELECT i, CASE WHEN i % 1000 = 0 THEN i ELSE 1 END, 'text ' || i FROM generate_series(1, 20000) i;
        CREATE INDEX t_kind ON t (kind);
        CREATE INDEX t_b ON t (b text_pattern_ops);
        ANALYZE t;
        """;

    [Fact]
    public void A_range_of_as_many_rows_is_read_with_the_same_plan_wherever_it_lies()
    {
        using var harness = new SessionHarness();
        using TestSession session = Prepare(harness, "SELECT count(*), min(b) FROM t WHERE a BETWEEN $1 AND $1 + $2::int");
        Assert.Equal("101|text 100", session.Rows("EXECUTE q (100, 100)"));
        PlanVariants variants = Trial(session, "EXECUTE q (300, 100)");
        CachedPlan? near = variants.Find([Datum.Of(500), Datum.Of(100)], session.Session.Context);
        Assert.NotNull(near);
        Assert.Same(near, variants.Find([Datum.Of(15000), Datum.Of(120)], session.Session.Context));
        Assert.Null(variants.Find([Datum.Of(500), Datum.Of(12000)], session.Session.Context));
        Assert.Equal("101|text 15000", session.Rows("EXECUTE q (15000, 100)"));
        Assert.Equal("12001|text 1000", session.Rows("EXECUTE q (500, 12000)"));
        Assert.Equal("0|", session.Rows("EXECUTE q (500, NULL)"));
        Assert.Equal("0|", session.Rows("EXECUTE q (40000, 100)"));
        Assert.StartsWith("22003 integer out of range", session.Error("EXECUTE q (2147483647, 100)"));
    }

    [Fact]
    public void A_rare_value_does_not_lend_its_plan_to_a_common_one()
    {
        using var harness = new SessionHarness();
        using TestSession session = Prepare(harness, "SELECT count(*) FROM t WHERE kind = $1");
        PlanVariants variants = Trial(session, "EXECUTE q (3000)");
        Assert.NotNull(variants.Find([Datum.Of(7000)], session.Session.Context));
        Assert.Null(variants.Find([Datum.Of(1)], session.Session.Context));
        Assert.Equal("19980", session.Rows("EXECUTE q (1)"));
        Assert.Equal("1", session.Rows("EXECUTE q (7000)"));
    }

    [Fact]
    public void What_only_the_value_itself_allows_is_planned_each_time()
    {
        using var harness = new SessionHarness();
        using TestSession session = Prepare(harness, "SELECT count(*) FROM t WHERE b LIKE $1");
        PlanVariants variants = Trial(session, "EXECUTE q ('text 1234%')");
        Assert.False(variants.Any);
        Assert.Equal("11", session.Rows("EXECUTE q ('text 1234%')"));
        Assert.Equal("20000", session.Rows("EXECUTE q ('text%')"));
    }

    [Fact]
    public void A_limit_counts_as_one_of_the_values()
    {
        using var harness = new SessionHarness();
        using TestSession session = Prepare(harness, "SELECT b FROM t WHERE a > $1 ORDER BY kind, a LIMIT $2");
        PlanVariants variants = Trial(session, "EXECUTE q (10000, 2)");
        Assert.NotNull(variants.Find([Datum.Of(9000), Datum.Of(3L)], session.Session.Context));
        Assert.Null(variants.Find([Datum.Of(10000), Datum.Of(9000L)], session.Session.Context));
        Assert.Equal("text 18001\ntext 18002", session.Rows("EXECUTE q (18000, 2)"));
    }

    [Fact]
    public void Texts_with_literals_of_their_own_share_a_plan_too()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run(Setup);
        for (int from = 1; from < 19000; from += 700)
            Assert.Equal($"100|{from}", session.Rows($"SELECT count(*), min(a) FROM t WHERE a BETWEEN {from} AND {from + 99}"));
        Assert.Equal("19001|1000", session.Rows("SELECT count(*), min(a) FROM t WHERE a BETWEEN 1000 AND 20000"));
    }

    [Fact]
    public void New_statistics_end_them()
    {
        using var harness = new SessionHarness();
        using TestSession session = Prepare(harness, "SELECT count(*) FROM t WHERE kind = $1");
        PlanVariants variants = Trial(session, "EXECUTE q (3000)");
        session.Run("UPDATE t SET kind = 3000 WHERE a > 100; ANALYZE t");
        Assert.Equal("19900", session.Rows("EXECUTE q (3000)"));
        Assert.NotSame(variants, VariantsOf(session));
    }

    private static TestSession Prepare(SessionHarness harness, string query)
    {
        TestSession session = harness.Connect();
        session.Run(Setup);
        Assert.Equal("PREPARE", session.Run("PREPARE q AS " + query));
        return session;
    }

    private static PlanVariants Trial(TestSession session, string execute)
    {
        for (int i = 0; i < 6; i++)
            session.Rows(execute);
        return VariantsOf(session);
    }

    private static PlanVariants VariantsOf(TestSession session) => session.Session.Portals.FindStatement(Encoding.UTF8.GetBytes("q")).Plan!.Variants;
}
