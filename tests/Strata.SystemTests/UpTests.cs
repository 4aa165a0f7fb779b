using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Npgsql;
using Strata.Platform;

namespace Strata.SystemTests;

/// <summary>One <c>strata up</c> in one process, as a newcomer uses it.</summary>
public sealed class UpTests(UpTests.Server shared) : IClassFixture<UpTests.Server>
{
    /// <summary>One instance for the tests that change nothing that others see.</summary>
    public sealed class Server : IDisposable
    {
        public StrataInstance Instance { get; } = new StrataInstance().Start();

        public void Dispose() => Instance.Dispose();
    }

    [Fact]
    public void Data_survive_a_restart()
    {
        using StrataInstance instance = new();
        instance.Start();
        instance.Execute("CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t SELECT i, 'row ' || i FROM generate_series(1, 1000) AS i");
        Assert.Equal(0, instance.Stop());
        instance.Start();
        Assert.Equal(1000L, instance.Scalar("SELECT count(*) FROM t"));
        Assert.Equal("row 777", instance.Scalar("SELECT b FROM t WHERE a = 777"));
    }

    [Fact]
    public void A_branch_and_its_parent_do_not_see_each_others_writes()
    {
        using StrataInstance instance = new();
        instance.Start();
        instance.Execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
        instance.Api(HttpMethod.Post, "/v1/projects/default/branches", new JsonObject { ["name"] = "child" });
        instance.Execute("INSERT INTO t VALUES (2), (3)");
        instance.Execute("INSERT INTO t VALUES (4)", "child");
        Assert.Equal(6L, instance.Scalar("SELECT sum(a) FROM t"));
        Assert.Equal(5L, instance.Scalar("SELECT sum(a) FROM t", "child"));
        instance.Api(HttpMethod.Delete, "/v1/projects/default/branches/child");
        Assert.Throws<PostgresException>(() => instance.Scalar("SELECT 1", "child"));
    }

    [Fact]
    public void A_dropped_table_is_there_on_a_branch_from_before()
    {
        using StrataInstance instance = new();
        instance.Start();
        instance.Execute("CREATE TABLE t (a int); INSERT INTO t SELECT i FROM generate_series(1, 500) AS i");
        object? before = instance.Scalar("SELECT pg_current_wal_lsn()::text");
        instance.Execute("DROP TABLE t");
        instance.Api(HttpMethod.Post, "/v1/projects/default/branches", new JsonObject { ["name"] = "before", ["lsn"] = (string)before! });
        Assert.Equal(500L, instance.Scalar("SELECT count(*) FROM t", "before"));
        PostgresException error = Assert.Throws<PostgresException>(() => instance.Scalar("SELECT count(*) FROM t"));
        Assert.Equal("42P01", error.SqlState);
    }

    [Theory]
    [InlineData("SELECT a b c", 12, "42601")]
    [InlineData("selec 1", 1, "42601")]
    [InlineData("SELECT 'é', nope", 13, "42703")]
    [InlineData("SELECT * FROM nope", 15, "42P01")]
    public void An_error_points_at_the_character_that_PostgreSQL_points_at(string sql, int position, string sqlState)
    {
        PostgresException error = Assert.Throws<PostgresException>(() => shared.Instance.Execute(sql));
        Assert.Equal((sqlState, position), (error.SqlState, error.Position));
    }

    [Fact]
    public void A_branch_at_a_time_holds_what_was_committed_before()
    {
        StrataInstance instance = shared.Instance;
        instance.Execute("CREATE TABLE timed (a int); INSERT INTO timed SELECT i FROM generate_series(1, 50) AS i");
        // The server's clock decides: a commit before this moment and one after it.
        string moment = (string)instance.Scalar("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")!;
        instance.Execute("DROP TABLE timed");
        instance.Api(HttpMethod.Post, "/v1/projects/default/branches", new JsonObject { ["name"] = "timed", ["time"] = moment });
        Assert.Equal(50L, instance.Scalar("SELECT count(*) FROM timed", "timed"));
    }

    [Fact]
    public void A_wrong_password_and_an_unknown_endpoint_are_refused()
    {
        using StrataInstance instance = new();
        instance.Start();
        NpgsqlConnectionStringBuilder wrong = new(instance.ConnectionString) { Password = "wrong" };
        using NpgsqlConnection connection = new(wrong.ConnectionString);
        Assert.Equal("28P01", Assert.Throws<PostgresException>(connection.Open).SqlState);
        NpgsqlConnectionStringBuilder unknown = new(instance.ConnectionString) { Options = "endpoint=ep-000000000000" };
        using NpgsqlConnection nowhere = new(unknown.ConnectionString);
        Assert.Equal("08004", Assert.Throws<PostgresException>(nowhere.Open).SqlState);
    }

    [Fact]
    public void Garbage_on_the_port_leaves_the_server_serving()
    {
        using StrataInstance instance = new();
        instance.Start();
        SeededRandom random = new(42);
        for (int i = 0; i < 100; i++)
        {
            byte[] garbage = new byte[random.Next(200) + 1];
            random.Fill(garbage);
            using TcpClient client = new("127.0.0.1", instance.PgPort);
            client.Client.Send(garbage);
        }
        Assert.Equal(1, instance.Scalar("SELECT 1"));
        Assert.DoesNotContain("ERROR", instance.Errors, StringComparison.Ordinal);
    }
}
