using System.Net.Http;
using System.Text.Json.Nodes;
using Npgsql;

namespace Strata.SystemTests;

/// <summary>The pooler as clients see it: few working sessions, whose state never passes from one client to the next.</summary>
public sealed class PoolerTests(PoolerTests.SmallPool pool) : IClassFixture<PoolerTests.SmallPool>
{
    /// <summary>A pool of two working sessions, in which nobody waits long.</summary>
    public sealed class SmallPool : IDisposable
    {
        public StrataInstance Instance { get; } = new StrataInstance("--pool-size", "2", "--pool-wait-ms", "700").Start();

        public void Dispose() => Instance.Dispose();
    }

    private StrataInstance Small => pool.Instance;

    private static NpgsqlConnection Open(StrataInstance instance, string mode, string? options = null)
    {
        NpgsqlConnectionStringBuilder builder = new(instance.ConnectionString) { Options = $"-c strata.pool_mode={mode} {options}" };
        NpgsqlConnection connection = new(builder.ConnectionString);
        connection.Open();
        return connection;
    }

    private static object? Scalar(NpgsqlConnection connection, string sql)
    {
        using NpgsqlCommand command = new(sql, connection);
        return command.ExecuteScalar();
    }

    [Fact]
    public void Many_clients_share_few_sessions()
    {
        HashSet<int> pids = [];
        NpgsqlConnection[] clients = [.. Enumerable.Range(0, 40).Select(_ => Open(Small, "transaction"))];
        try
        {
            foreach (NpgsqlConnection client in clients)
                pids.Add((int)Scalar(client, "SELECT pg_backend_pid()")!);
            Assert.InRange(pids.Count, 1, 2);
            Assert.InRange((long)Small.Scalar("SELECT count(*) FROM pg_stat_activity WHERE application_name <> 'nobody'")!, 1, 12);
        }
        finally
        {
            foreach (NpgsqlConnection client in clients)
                client.Dispose();
        }
    }

    [Fact]
    public void Settings_and_prepared_statements_follow_the_client()
    {
        using NpgsqlConnection first = Open(Small, "transaction"), second = Open(Small, "transaction");
        Scalar(first, "SET work_mem = '7MB'; SET search_path = pg_catalog");
        using NpgsqlCommand prepared = new("SELECT $1::int + 1", first) { Parameters = { new NpgsqlParameter<int> { TypedValue = 41 } } };
        prepared.Prepare();
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(42, prepared.ExecuteScalar());
            Assert.Equal("4MB", Scalar(second, "SHOW work_mem"));
            Assert.Equal("7MB", Scalar(first, "SHOW work_mem"));
            Assert.Equal("pg_catalog", ((string)Scalar(first, "SELECT current_schemas(false)::text")!).Trim('{', '}'));
        }
        Scalar(first, "PREPARE by_name AS SELECT 'mine'");
        PostgresException error = Assert.Throws<PostgresException>(() => Scalar(second, "EXECUTE by_name"));
        Assert.Equal("26000", error.SqlState);
        Assert.Equal("mine", Scalar(first, "EXECUTE by_name"));
    }

    [Fact]
    public void What_can_not_be_shared_binds_the_session_to_its_client()
    {
        using NpgsqlConnection first = Open(Small, "transaction"), second = Open(Small, "transaction");
        Scalar(first, "CREATE TEMP TABLE own (a int); INSERT INTO own VALUES (7)");
        for (int i = 0; i < 5; i++)
        {
            PostgresException error = Assert.Throws<PostgresException>(() => Scalar(second, "SELECT a FROM own"));
            Assert.Equal("42P01", error.SqlState);
            Assert.Equal(7, Scalar(first, "SELECT a FROM own"));
        }
        Scalar(first, "DROP TABLE own; SELECT pg_advisory_lock(4711)");
        Assert.Equal(false, Scalar(second, "SELECT pg_try_advisory_lock(4711)"));
        Assert.Equal(true, Scalar(first, "SELECT pg_advisory_unlock(4711)"));
        Assert.Equal(true, Scalar(second, "SELECT pg_try_advisory_lock(4711)"));
        Scalar(second, "SELECT pg_advisory_unlock_all()");
        Scalar(first, "BEGIN; DECLARE held CURSOR WITH HOLD FOR SELECT 3; COMMIT");
        Scalar(second, "SELECT 1");
        Assert.Equal(3, Scalar(first, "FETCH held"));
        string? heard = null;
        first.Notification += (_, notification) => heard = notification.Payload;
        Scalar(first, "LISTEN channel");
        Scalar(second, "NOTIFY channel, 'hello'");
        Scalar(first, "SELECT 1");
        Assert.Equal("hello", heard);
    }

    [Fact]
    public void Who_waits_too_long_for_a_session_hears_it()
    {
        using NpgsqlConnection first = Open(Small, "transaction"), second = Open(Small, "transaction"), third = Open(Small, "transaction");
        Scalar(first, "BEGIN");
        Scalar(second, "BEGIN");
        PostgresException error = Assert.Throws<PostgresException>(() => Scalar(third, "SELECT 1"));
        Assert.Equal("53300", error.SqlState);
        Assert.Contains("query_wait_timeout", error.MessageText, StringComparison.Ordinal);
        Scalar(first, "COMMIT");
        Scalar(second, "ROLLBACK");
        using NpgsqlConnection fourth = Open(Small, "transaction");
        Assert.Equal(1, Scalar(fourth, "SELECT 1"));
    }

    [Fact]
    public async Task Who_waits_gets_the_session_that_becomes_free()
    {
        using NpgsqlConnection first = Open(Small, "transaction"), second = Open(Small, "transaction"), third = Open(Small, "transaction");
        Scalar(first, "BEGIN");
        Scalar(second, "BEGIN");
        await using NpgsqlCommand waiting = new("SELECT 5", third);
        Task<object?> answer = waiting.ExecuteScalarAsync();
        Scalar(second, "COMMIT");
        Assert.Equal(5, await answer);
        Scalar(first, "COMMIT");
    }

    [Theory]
    [InlineData("off")]
    [InlineData("transaction")]
    public async Task More_busy_clients_than_threads_all_get_on(string mode)
    {
        using StrataInstance instance = new("--pool-size", "4");
        instance.Start();
        NpgsqlConnection[] clients = [.. Enumerable.Range(0, 300).Select(_ => Open(instance, mode))];
        try
        {
            for (int round = 0; round < 3; round++)
            {
                object?[] answers = await Task.WhenAll(clients.Select(async client =>
                {
                    await using NpgsqlCommand command = new("SELECT pg_sleep(0.001)::text || 'done'", client);
                    return await command.ExecuteScalarAsync();
                }));
                Assert.All(answers, answer => Assert.Equal("done", answer));
            }
        }
        finally
        {
            foreach (NpgsqlConnection client in clients)
                client.Dispose();
        }
        // Those that left are gone, however many left at once.
        while ((long)instance.Scalar("SELECT count(*) FROM pg_stat_activity WHERE state IS NOT NULL")! > 6)
            StrataInstance.Pause();
    }

    [Fact]
    public async Task A_cancel_request_reaches_the_statement_of_its_own_client()
    {
        using NpgsqlConnection first = Open(Small, "transaction"), second = Open(Small, "transaction");
        Scalar(first, "SELECT 1");
        Scalar(second, "SELECT 1");
        await using NpgsqlCommand sleeping = new("SELECT pg_sleep(30)", first), other = new("SELECT pg_sleep(0.4)", second);
        Task<object?> asleep = sleeping.ExecuteScalarAsync(), untouched = other.ExecuteScalarAsync();
        while ((long)Small.Scalar("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(30)%' AND query NOT LIKE '%count%'")! == 0)
            StrataInstance.Pause();
        sleeping.Cancel();
        OperationCanceledException cancelled = await Assert.ThrowsAsync<OperationCanceledException>(() => asleep);
        Assert.Equal("57014", Assert.IsType<PostgresException>(cancelled.InnerException).SqlState);
        await untouched;
        Assert.Equal(1, Scalar(first, "SELECT 1"));
    }

    [Fact]
    public void Statement_mode_refuses_transaction_blocks()
    {
        using NpgsqlConnection client = Open(Small, "statement");
        Assert.Equal(1, Scalar(client, "SELECT 1"));
        PostgresException error = Assert.Throws<PostgresException>(() => Scalar(client, "BEGIN"));
        Assert.Equal("0A000", error.SqlState);
        Assert.Equal(2, Scalar(client, "SELECT 2"));
    }

    [Fact]
    public void Session_mode_keeps_the_session_until_the_client_leaves()
    {
        using NpgsqlConnection first = Open(Small, "session");
        int pid = (int)Scalar(first, "SELECT pg_backend_pid()")!;
        Scalar(first, "SET work_mem = '9MB'; CREATE TEMP TABLE kept (a int)");
        using (NpgsqlConnection second = Open(Small, "session"))
            Assert.NotEqual(pid, Scalar(second, "SELECT pg_backend_pid()"));
        Assert.Equal(pid, Scalar(first, "SELECT pg_backend_pid()"));
        Assert.Equal("9MB", Scalar(first, "SHOW work_mem"));
    }

    [Fact]
    public void A_failed_transaction_ends_before_the_session_goes_to_another_client()
    {
        using NpgsqlConnection first = Open(Small, "transaction"), second = Open(Small, "transaction");
        Assert.Throws<PostgresException>(() => Scalar(first, "SELECT 1/0"));
        Scalar(first, "BEGIN");
        Assert.Throws<PostgresException>(() => Scalar(first, "SELECT nope"));
        Assert.Equal(3, Scalar(second, "SELECT 3"));
        Assert.Equal("25P02", Assert.Throws<PostgresException>(() => Scalar(first, "SELECT 1")).SqlState);
        Scalar(first, "ROLLBACK");
        Assert.Equal(4, Scalar(first, "SELECT 4"));
    }

    [Fact]
    public void An_endpoint_has_settings_of_its_own()
    {
        using StrataInstance instance = new();
        instance.Start();
        JsonNode endpoint = instance.Api(HttpMethod.Get, "/v1/projects/default/endpoints")![0]!;
        string id = (string)endpoint["id"]!, path = $"/v1/projects/default/endpoints/{id}/settings";
        instance.Api(HttpMethod.Put, path, new JsonObject { ["pool_mode"] = "statement", ["pool_size"] = 1, ["pool_all"] = true });
        Assert.Equal("statement", instance.Scalar("SHOW strata.pool_mode"));
        instance.Api(HttpMethod.Put, path, new JsonObject { ["access_rules"] = new JsonArray("host all postgres 127.0.0.1/32 scram-sha-256", "host all all all reject") });
        Assert.Equal("off", instance.Scalar("SHOW strata.pool_mode"));
        instance.Execute("CREATE ROLE kept_out LOGIN PASSWORD 'secret'");
        NpgsqlConnectionStringBuilder other = new(instance.ConnectionString) { Username = "kept_out", Password = "secret" };
        using NpgsqlConnection refused = new(other.ConnectionString);
        Assert.Equal("28000", Assert.Throws<PostgresException>(refused.Open).SqlState);
        NpgsqlConnectionStringBuilder pooled = new(instance.ConnectionString) { Options = $"endpoint={id}-pooler" };
        using NpgsqlConnection connection = new(pooled.ConnectionString);
        connection.Open();
        Assert.Equal("transaction", Scalar(connection, "SHOW strata.pool_mode"));
        Assert.Throws<HttpRequestException>(() => instance.Api(HttpMethod.Put, path, new JsonObject { ["access_rules"] = new JsonArray("host all all nonsense md5") }));
    }
}
