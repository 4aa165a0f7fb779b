using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>Rows that another transaction changed while a statement waited for it: READ COMMITTED looks again at the newest version.</summary>
public sealed class ConcurrentUpdateTests
{
    [Fact]
    public async Task Update_after_a_wait_works_on_the_newest_version()
    {
        using var first = new SqlRunner();
        first.Run("CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t VALUES (1, 10), (2, 20)");
        using SqlRunner second = first.NewSession();
        first.Run("BEGIN; UPDATE t SET b = b + 1 WHERE a = 1");
        Task waiting = OnThread.Run(() => { second.Run("UPDATE t SET b = b + 100 WHERE a = 1"); });
        first.Run("COMMIT");
        await waiting;
        Assert.Null(second.LastError);
        Assert.Equal("111\n", first.Run("SELECT b FROM t WHERE a = 1"));
    }

    [Fact]
    public async Task Row_that_no_longer_qualifies_is_left_alone()
    {
        using var first = new SqlRunner();
        first.Run("CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t VALUES (1, 10), (2, 20)");
        using SqlRunner second = first.NewSession();
        first.Run("BEGIN; UPDATE t SET b = 99 WHERE a = 1");
        Task waiting = OnThread.Run(() => { second.Run("DELETE FROM t WHERE b = 10"); });
        first.Run("COMMIT");
        await waiting;
        Assert.Equal("1|99\n2|20\n", first.Run("SELECT * FROM t ORDER BY a"));
    }

    [Fact]
    public async Task For_update_returns_the_newest_version()
    {
        using var first = new SqlRunner();
        first.Run("CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t VALUES (1, 10)");
        using SqlRunner second = first.NewSession();
        first.Run("BEGIN; UPDATE t SET b = 11 WHERE a = 1");
        string? result = null;
        Task waiting = OnThread.Run(() => { result = second.Run("SELECT b FROM t WHERE a = 1 FOR UPDATE"); });
        first.Run("COMMIT");
        await waiting;
        Assert.Equal("11\n", result);
    }

    [Fact]
    public void Skip_locked_and_nowait_do_not_wait()
    {
        using var first = new SqlRunner();
        first.Run("CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
        using SqlRunner second = first.NewSession();
        first.Run("BEGIN; SELECT a FROM t WHERE a = 1 FOR UPDATE");
        Assert.Equal("2\n", second.Run("SELECT a FROM t ORDER BY a FOR UPDATE SKIP LOCKED"));
        Assert.Equal(
            "ERROR:  could not obtain lock on row in relation \"t\"\n", second.Run("SELECT a FROM t ORDER BY a FOR UPDATE NOWAIT"));
        first.Run("ROLLBACK");
    }

    [Fact]
    public void Repeatable_read_fails_on_a_concurrent_update()
    {
        using var first = new SqlRunner();
        first.Run("CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t VALUES (1, 10)");
        using SqlRunner second = first.NewSession();
        second.Run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT b FROM t");
        first.Run("UPDATE t SET b = 11");
        Assert.Equal("ERROR:  could not serialize access due to concurrent update\n", second.Run("UPDATE t SET b = 12"));
        Assert.Equal("40001", second.LastError!.SqlState);
        second.Run("ROLLBACK");
    }

    [Fact]
    public async Task Insert_waits_for_the_transaction_that_has_the_key()
    {
        using var first = new SqlRunner();
        first.Run("CREATE TABLE t (a int PRIMARY KEY)");
        using SqlRunner second = first.NewSession();
        first.Run("BEGIN; INSERT INTO t VALUES (1)");
        Task waiting = OnThread.Run(() => { second.Run("INSERT INTO t VALUES (1)"); });
        first.Run("ROLLBACK");
        await waiting;
        Assert.Null(second.LastError);
        Assert.Equal("1\n", first.Run("SELECT a FROM t"));
    }
}
