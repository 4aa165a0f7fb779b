using Xunit;

namespace Strata.Tests.Engine.Sessions;

public sealed class SerializableTests
{
    [Fact]
    public void Set_transaction_makes_a_block_serializable()
    {
        using var harness = new SessionHarness();
        using TestSession session = harness.Connect();
        session.Run("BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
        Assert.Equal("serializable", session.Rows("SHOW transaction_isolation"));
        session.Run("COMMIT; BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT 1");
        Assert.Equal("COMMIT", session.Run("COMMIT"));
    }

    [Fact]
    public void Write_skew_fails_the_second_commit()
    {
        using var harness = new SessionHarness();
        using TestSession one = harness.Connect();
        using TestSession two = harness.Connect();
        one.Run("CREATE TABLE doctors (name text, on_call bool); INSERT INTO doctors VALUES ('a', true), ('b', true)");
        one.Run("BEGIN ISOLATION LEVEL SERIALIZABLE");
        two.Run("BEGIN ISOLATION LEVEL SERIALIZABLE");
        Assert.Equal("2", one.Rows("SELECT count(*) FROM doctors WHERE on_call"));
        Assert.Equal("2", two.Rows("SELECT count(*) FROM doctors WHERE on_call"));
        one.Run("UPDATE doctors SET on_call = false WHERE name = 'a'");
        two.Run("UPDATE doctors SET on_call = false WHERE name = 'b'");
        Assert.Equal("COMMIT", one.Run("COMMIT"));
        Assert.StartsWith("40001 could not serialize access due to read/write dependencies among transactions", two.Error("COMMIT"));
        Assert.Equal("1", two.Rows("SELECT count(*) FROM doctors WHERE on_call"));
    }

    [Fact]
    public void Readers_and_writers_of_other_tables_commit()
    {
        using var harness = new SessionHarness();
        using TestSession one = harness.Connect();
        using TestSession two = harness.Connect();
        one.Run("CREATE TABLE a (x int); CREATE TABLE b (x int)");
        one.Run("BEGIN ISOLATION LEVEL SERIALIZABLE");
        two.Run("BEGIN ISOLATION LEVEL SERIALIZABLE");
        one.Run("INSERT INTO a SELECT count(*) FROM a");
        two.Run("INSERT INTO b SELECT count(*) FROM b");
        Assert.Equal("0", two.Rows("SELECT count(*) FROM b WHERE x > 0"));
        Assert.Equal("COMMIT", one.Run("COMMIT"));
        Assert.Equal("COMMIT", two.Run("COMMIT"));
    }

    [Fact]
    public void A_serialization_failure_leaves_the_session_usable()
    {
        using var harness = new SessionHarness();
        using TestSession one = harness.Connect();
        using TestSession two = harness.Connect();
        one.Run("CREATE TABLE t (x int)");
        for (int round = 0; round < 2; round++)
        {
            one.Run("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT * FROM t");
            two.Run("BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO t SELECT count(*) FROM t; COMMIT");
            Assert.StartsWith("40001", one.Error("SAVEPOINT s; INSERT INTO t VALUES (1); COMMIT"));
            one.Run("ROLLBACK");
            Assert.Equal("INSERT 0 1", one.Run("INSERT INTO t VALUES (7)"));
        }

        Assert.Equal("4", two.Rows("SELECT count(*) FROM t"));
    }
}
