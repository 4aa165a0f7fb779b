using Npgsql;

namespace Strata.SystemTests;

/// <summary>Clients that are silent, or gone, or wait too long: what PostgreSQL's timeouts are for.</summary>
public sealed class TimeoutTests(TimeoutTests.Server server) : IClassFixture<TimeoutTests.Server>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>One instance for all tests.</summary>
    public sealed class Server : IDisposable
    {
        public StrataInstance Instance { get; } = new StrataInstance().Start();

        public void Dispose() => Instance.Dispose();
    }

    private StrataInstance Instance => server.Instance;

    private static void Run(NpgsqlConnection connection, string sql)
    {
        using NpgsqlCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }

    private static string? StateOf(NpgsqlConnection connection, string sql)
    {
        try
        {
            Run(connection, sql);
            return null;
        }
        catch (PostgresException error)
        {
            return error.SqlState;
        }
    }

    /// <summary>Waits for what becomes true by itself.</summary>
    private void Await(string condition)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!(bool)Instance.Scalar(condition)!)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < s_patience, condition);
            StrataInstance.Pause();
        }
    }

    [Fact]
    public void Who_is_silent_in_a_transaction_is_ended_and_lets_go_of_its_locks()
    {
        Instance.Execute("CREATE TABLE held (a int PRIMARY KEY); INSERT INTO held VALUES (1)");
        using NpgsqlConnection silent = Instance.Connect(), failed = Instance.Connect(), patient = Instance.Connect();
        Run(silent, "SET idle_in_transaction_session_timeout = '100ms'; BEGIN; DELETE FROM held");
        Run(failed, "SET idle_in_transaction_session_timeout = '100ms'; BEGIN");
        Assert.Equal("22012", StateOf(failed, "SELECT 1/0"));
        Run(patient, "SET idle_in_transaction_session_timeout = '100ms'; BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0");
        Instance.Execute("SET lock_timeout = '30s'; UPDATE held SET a = 2"); // waits for the end of the silent one
        Assert.Equal("25P03", StateOf(silent, "SELECT 1"));
        Await("SELECT count(*) = 0 FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND pid <> " + patient.ProcessID);
        Assert.Equal("25P03", StateOf(failed, "ROLLBACK"));
        Assert.Null(StateOf(patient, "COMMIT"));
        Assert.Equal(2, Instance.Scalar("SELECT a FROM held"));
    }

    [Fact]
    public void Who_is_silent_between_transactions_is_ended_when_it_wants_that()
    {
        using NpgsqlConnection silent = Instance.Connect(), other = Instance.Connect();
        Run(silent, "SET idle_session_timeout = '100ms'");
        Run(other, "SET idle_in_transaction_session_timeout = '100ms'");
        Await("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = " + silent.ProcessID);
        Assert.Equal("57P05", StateOf(silent, "SELECT 1"));
        Assert.Null(StateOf(other, "SELECT 1"));
    }

    [Theory]
    [InlineData("SELECT pg_sleep(600)")]
    [InlineData("SELECT count(*) FROM generate_series(1, 1000000000)")]
    [InlineData("SELECT pg_advisory_lock(4712)")]
    public void What_runs_for_a_client_that_is_gone_is_ended_when_it_is_looked_for(string sql)
    {
        using NpgsqlConnection holder = Instance.Connect();
        Run(holder, "SELECT pg_advisory_lock(4712)");
        using Relay relay = new(Instance.PgPort);
        NpgsqlConnectionStringBuilder builder = new(Instance.ConnectionString) { Port = relay.Port, Options = "-c client_connection_check_interval=20ms" };
        using NpgsqlConnection gone = new(builder.ConnectionString);
        gone.Open();
        int process = gone.ProcessID;
        Task running = Task.Run(() => Assert.ThrowsAny<Exception>(() => Run(gone, sql)));
        Await($"SELECT count(*) = 1 FROM pg_stat_activity WHERE pid = {process} AND state = 'active' AND query LIKE 'SELECT%'");
        relay.Cut();
        Await($"SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = {process}");
        Assert.True(running.Wait(s_patience));
    }

    [Fact]
    public void A_client_that_does_not_read_can_be_terminated()
    {
        using NpgsqlConnection deaf = Instance.Connect();
        using NpgsqlCommand command = new("SELECT repeat('x', 1000) FROM generate_series(1, 10000000)", deaf);
        using NpgsqlDataReader reader = command.ExecuteReader(); // and reads no more
        string of = $"FROM pg_stat_activity WHERE pid = {deaf.ProcessID}";
        Await($"SELECT count(*) = 1 {of} AND state = 'active'");
        Assert.Equal(true, Instance.Scalar($"SELECT pg_terminate_backend({deaf.ProcessID})"));
        Await($"SELECT count(*) = 0 {of}");
        Assert.ThrowsAny<NpgsqlException>(() =>
        {
            while (reader.Read())
            {
            }
        });
    }

    [Theory]
    [InlineData("off")]
    [InlineData("transaction")]
    public void Sessions_whose_clients_vanish_leave_nothing(string mode)
    {
        const int Clients = 150;
        using StrataInstance instance = new StrataInstance("--pool-size", "200").Start();
        instance.Execute("CREATE TABLE victim (k int PRIMARY KEY, v int); INSERT INTO victim SELECT i, 0 FROM generate_series(0, 999) AS i");
        using Relay relay = new(instance.PgPort);
        NpgsqlConnectionStringBuilder builder = new(instance.ConnectionString) { Port = relay.Port, Options = "-c strata.pool_mode=" + mode };
        List<NpgsqlConnection> clients = [];
        for (int i = 0; i < Clients; i++)
        {
            NpgsqlConnection client = new(builder.ConnectionString);
            client.Open();
            clients.Add(client);
            Run(client, $"BEGIN; UPDATE victim SET v = 1 WHERE k = {i}; SELECT pg_advisory_xact_lock({i}), pg_advisory_lock({i + 100_000})");
            Run(client, (i % 4) switch
            {
                0 => "DECLARE c CURSOR FOR SELECT * FROM victim; FETCH 10 FROM c",
                1 => $"SAVEPOINT s; INSERT INTO victim VALUES ({i + 10_000}, 0)",
                2 => "CREATE TEMP TABLE own AS SELECT * FROM victim; LISTEN channel",
                _ => "LOCK TABLE victim IN ROW EXCLUSIVE MODE",
            });
        }
        relay.Cut();
        long start = TimeProvider.System.GetTimestamp();
        while ((long)instance.Scalar("SELECT (SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid()) + (SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%')")! > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < s_patience, "locks are left");
            StrataInstance.Pause();
        }
        instance.Execute("BEGIN; SET LOCAL lock_timeout = '5s'; LOCK TABLE victim; UPDATE victim SET v = 2; COMMIT");
        Assert.Equal(1000L, instance.Scalar("SELECT count(*) FROM victim WHERE v = 2"));
        Assert.Equal(0L, instance.Scalar("SELECT count(*) FROM pg_class WHERE relname = 'own'"));
        clients.ForEach(static client => client.Dispose());
    }
}
