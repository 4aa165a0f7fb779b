using Xunit;

namespace Strata.Tests.Engine.Execution.Entries;

/// <summary>Exclusion constraints when two sessions store rows that exclude each other.</summary>
public sealed class ExclusionConcurrencyTests
{
    private const string Table = "CREATE TABLE t (id int, r int4range, EXCLUDE USING gist (r WITH &&))";

    [Fact]
    public async Task Insert_waits_for_the_other_transaction_and_fails_when_it_commits()
    {
        using var first = new SqlRunner();
        first.Run(Table);
        using SqlRunner second = first.NewSession();
        first.Run("BEGIN; INSERT INTO t VALUES (1, '[1,10)')");
        string? result = null;
        Task waiting = OnThread.Run(() => { result = second.Run("INSERT INTO t VALUES (2, '[5,15)')"); });
        first.Run("COMMIT");
        await waiting;
        Assert.Equal("ERROR:  conflicting key value violates exclusion constraint \"t_r_excl\"\n", result);
        Assert.Equal("23P01", second.LastError!.SqlState);
        Assert.Equal("1\n", first.Run("SELECT id FROM t"));
    }

    [Fact]
    public async Task Insert_goes_on_when_the_other_transaction_rolls_back()
    {
        using var first = new SqlRunner();
        first.Run(Table);
        using SqlRunner second = first.NewSession();
        first.Run("BEGIN; INSERT INTO t VALUES (1, '[1,10)')");
        Task waiting = OnThread.Run(() => { second.Run("INSERT INTO t VALUES (2, '[5,15)') ON CONFLICT DO NOTHING"); });
        first.Run("ROLLBACK");
        await waiting;
        Assert.Null(second.LastError);
        Assert.Equal("2\n", first.Run("SELECT id FROM t"));
    }

    [Fact]
    public async Task Insert_waits_for_a_row_that_is_being_deleted()
    {
        using var first = new SqlRunner();
        first.Run(Table + "; INSERT INTO t VALUES (1, '[1,10)')");
        using SqlRunner second = first.NewSession();
        first.Run("BEGIN; DELETE FROM t WHERE id = 1");
        Task waiting = OnThread.Run(() => { second.Run("INSERT INTO t VALUES (2, '[5,15)')"); });
        first.Run("COMMIT");
        await waiting;
        Assert.Null(second.LastError);
        Assert.Equal("2\n", first.Run("SELECT id FROM t"));
    }

    [Fact]
    public async Task Of_many_sessions_that_want_the_same_places_each_place_goes_to_one()
    {
        using var first = new SqlRunner();
        first.Run(Table);
        Task[] sessions = [.. Enumerable.Range(0, 4).Select(session => OnThread.Run(() =>
        {
            using SqlRunner runner = first.NewSession();
            for (int i = 0; i < 40; i++)
                runner.Run($"INSERT INTO t VALUES ({session}, '[{i * 3},{(i * 3) + 4})') ON CONFLICT DO NOTHING");
        }))];
        await Task.WhenAll(sessions);
        Assert.Equal("0\n", first.Run("SELECT count(*) FROM t a, t b WHERE a.ctid < b.ctid AND a.r && b.r"));
        Assert.Equal("t\n", first.Run("SELECT count(*) >= 20 FROM t"));
        Assert.Equal("t\n", first.Run("SET enable_seqscan = off; SELECT (SELECT count(*) FROM t WHERE r && '[0,1000)') = (SELECT count(*) FROM t)"));
    }

    [Fact]
    public async Task A_deferred_check_waits_too()
    {
        using var first = new SqlRunner();
        first.Run("CREATE TABLE t (id int, r int4range, EXCLUDE USING gist (r WITH &&) DEFERRABLE INITIALLY DEFERRED)");
        using SqlRunner second = first.NewSession();
        first.Run("BEGIN; INSERT INTO t VALUES (1, '[1,10)')");
        second.Run("BEGIN; INSERT INTO t VALUES (2, '[5,15)')");
        Assert.Null(second.LastError);
        string? result = null;
        Task waiting = OnThread.Run(() => { result = second.Run("COMMIT"); });
        first.Run("ROLLBACK");
        await waiting;
        Assert.Null(second.LastError);
        Assert.Equal("2\n", first.Run("SELECT id FROM t"));
    }

    [Fact]
    public void Summaries_do_not_hide_phantoms_from_serializable_transactions()
    {
        using var first = new SqlRunner();
        first.Run("CREATE TABLE s (a int); INSERT INTO s SELECT generate_series(1, 2000); CREATE INDEX ON s USING brin (a) WITH (pages_per_range = 1); SET enable_seqscan = off");
        using SqlRunner second = first.NewSession();
        second.Run("SET enable_seqscan = off");
        first.Run("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM s WHERE a = 7");
        second.Run("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM s WHERE a = 8");
        first.Run("INSERT INTO s VALUES (8)");
        second.Run("INSERT INTO s VALUES (7)");
        first.Run("COMMIT");
        second.Run("COMMIT");
        Assert.Equal("40001", (first.LastError ?? second.LastError)?.SqlState);
    }
}
