using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>The first steps of a session, end to end inside the process.</summary>
public sealed class SmokeTests
{
    [Fact]
    public void Selects_a_constant()
    {
        using var runner = new SqlRunner();
        Assert.Equal("1\n", runner.Run("SELECT 1"));
    }

    [Fact]
    public void Inserts_updates_deletes_and_selects()
    {
        using var runner = new SqlRunner();
        Assert.Equal("", runner.Run("CREATE TABLE t (a int PRIMARY KEY, b text)"));
        Assert.Equal("", runner.Run("INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, NULL)"));
        Assert.Equal("1|one\n2|two\n3|\n", runner.Run("SELECT * FROM t ORDER BY a"));
        Assert.Equal("", runner.Run("UPDATE t SET b = 'drei' WHERE a = 3"));
        Assert.Equal("", runner.Run("DELETE FROM t WHERE b = 'one'"));
        Assert.Equal("2|two\n3|drei\n", runner.Run("SELECT * FROM t ORDER BY a"));
        Assert.Equal(
            "ERROR:  duplicate key value violates unique constraint \"t_pkey\"\n", runner.Run("INSERT INTO t VALUES (2, 'again')"));
        Assert.Equal("Key (a)=(2) already exists.", runner.LastError!.Detail);
    }
}
