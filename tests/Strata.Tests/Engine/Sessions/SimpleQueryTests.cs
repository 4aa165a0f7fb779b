using Xunit;
namespace Strata.Tests.Engine.Sessions;

public sealed class SimpleQueryTests
{
    [Fact]
    public void Bootstraps_and_answers_select_1()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        Assert.Equal("1", session.Rows("SELECT 1"));
    }

    [Fact]
    public void Creates_a_table_and_keeps_it_over_a_restart()
    {
        using var harness = new SessionHarness();
        using (TestSession session = harness.Connect())
        {
            Assert.Equal("CREATE TABLE", session.Run("CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT 'x', c numeric(10,2) NOT NULL)"));
            Assert.Equal("INSERT 0 2", session.Run("INSERT INTO t (a, c) VALUES (1, 1.5), (2, 2.25)"));
            Assert.Equal("1|x|1.50\n2|x|2.25", session.Rows("SELECT * FROM t ORDER BY a"));
        }

        using SessionHarness next = harness.Restart();
        using TestSession again = next.Connect();
        Assert.Equal("1|x|1.50\n2|x|2.25", again.Rows("SELECT * FROM t ORDER BY a"));
        Assert.StartsWith("23505 duplicate key value violates unique constraint \"t_pkey\"", again.Error("INSERT INTO t VALUES (1, 'y', 0)"));
    }

    [Fact]
    public void Rolls_back_definitions_with_the_transaction()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("BEGIN; CREATE TABLE t (a int); SAVEPOINT s; CREATE TABLE u (a int); ROLLBACK TO s");
        Assert.StartsWith("42P01", session.Error("SELECT * FROM u"));
        session.Run("ROLLBACK");
        Assert.StartsWith("42P01", session.Error("SELECT * FROM t"));
        Assert.Equal("CREATE TABLE", session.Run("CREATE TABLE t (a int)"));
    }

    [Fact]
    public void Refuses_commands_in_a_failed_block()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("BEGIN");
        session.Error("SELECT 1/0");
        Assert.Equal("25P02 current transaction is aborted, commands ignored until end of transaction block", session.Error("SELECT 1"));
        Assert.Equal("ROLLBACK", session.Run("COMMIT"));
        Assert.Equal("1", session.Rows("SELECT 1"));
    }
}
