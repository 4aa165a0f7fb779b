using System.Globalization;
using Npgsql;
using Strata.Platform;
using Xunit.Abstractions;

namespace Strata.SystemTests;

/// <summary>Real processes, killed for real, under load. STRATA_KILL_ROUNDS sets the rounds (each kills every role once); the full run is 40.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_progressTimeout = TimeSpan.FromSeconds(60);

    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("STRATA_KILL_ROUNDS"), CultureInfo.InvariantCulture, out int rounds) ? rounds : 1;

    [Fact]
    public void Acknowledged_commits_survive_the_death_of_each_role()
    {
        using StrataInstance instance = new(["--processes", .. StoreFlags()]);
        instance.Start();
        Ledger ledger = new(instance);
        ledger.CreateTables();
        ledger.Start(clients: 4);
        ledger.WaitForProgress(s_progressTimeout);
        Dictionary<string, List<TimeSpan>> outages = [];
        for (int round = 0; round < Rounds; round++)
        {
            foreach (string role in (string[])["compute", "pageserver", $"safekeeper-{(round % 3) + 1}", "control-plane"])
            {
                StrataInstance.Signal(instance.RoleProcessId(role), "KILL");
                string kind = role.Split('-')[0];
                if (!outages.TryGetValue(kind, out List<TimeSpan>? list))
                    outages[kind] = list = [];
                list.Add(ledger.WaitForProgress(s_progressTimeout));
                WaitForRestart(instance, role);
            }
        }
        ledger.Stop();
        ledger.Verify();
        output.WriteLine($"{ledger.AcknowledgedCount} acknowledged, {ledger.UnknownCount} unknown");
        foreach ((string role, List<TimeSpan> list) in outages)
            output.WriteLine($"{role,-12} outage median {list.Order().ElementAt(list.Count / 2).TotalMilliseconds,6:F0} ms, worst {list.Max().TotalMilliseconds,6:F0} ms over {list.Count} kills");
    }

    [Fact]
    public void Acknowledged_commits_survive_the_death_of_everything_at_once()
    {
        using StrataInstance instance = new(StoreFlags());
        instance.Start();
        Ledger ledger = new(instance);
        ledger.CreateTables();
        ledger.Start(clients: 4);
        SeededRandom random = new(11);
        List<TimeSpan> outages = [];
        for (int round = 0; round < Math.Max(2, Rounds); round++)
        {
            // Between a few commits and some seconds of them: in the first moments of a life, and beside uploads, compaction and autovacuum.
            int commits = ledger.AcknowledgedCount + (1 << random.Next(Rounds > 1 ? 13 : 8));
            ledger.WaitForProgress(s_progressTimeout);
            while (ledger.AcknowledgedCount < commits)
                StrataInstance.Pause();
            instance.Kill();
            instance.Start();
            outages.Add(ledger.WaitForProgress(s_progressTimeout));
        }
        ledger.Stop();
        ledger.Verify();
        output.WriteLine($"{ledger.AcknowledgedCount} acknowledged, {ledger.UnknownCount} unknown, {outages.Count} kills; from the ready line to the next commit {outages.Max().TotalMilliseconds:F0} ms at most");
    }

    [Fact]
    public async Task Commits_wait_while_two_safekeepers_are_stopped_and_reads_go_on()
    {
        using StrataInstance instance = new(["--processes", .. StoreFlags()]);
        instance.Start();
        instance.Execute("CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1)");
        int[] stopped = [instance.RoleProcessId("safekeeper-1"), instance.RoleProcessId("safekeeper-2")];
        foreach (int processId in stopped)
            StrataInstance.Signal(processId, "STOP");
        Task insert = Task.Run(() => instance.Execute("INSERT INTO t VALUES (2)"));
        Assert.Equal(1L, instance.Scalar("SELECT count(*) FROM t"));
        Assert.False(insert.IsCompleted);
        StrataInstance.Signal(stopped[0], "CONT");
        await insert.WaitAsync(s_progressTimeout);
        Assert.Equal(2L, instance.Scalar("SELECT count(*) FROM t"));
        StrataInstance.Signal(stopped[1], "CONT");
    }

    [Fact]
    public async Task A_cancelled_wait_for_the_quorum_answers_08007_and_ends_the_session()
    {
        using StrataInstance instance = new(["--processes", .. StoreFlags()]);
        instance.Start();
        instance.Execute("CREATE TABLE t (a int PRIMARY KEY)");
        int[] stopped = [instance.RoleProcessId("safekeeper-1"), instance.RoleProcessId("safekeeper-2")];
        await using NpgsqlConnection connection = instance.Connect();
        foreach (int processId in stopped)
            StrataInstance.Signal(processId, "STOP");
        await using NpgsqlCommand commit = new("BEGIN; INSERT INTO t VALUES (1)", connection);
        commit.ExecuteNonQuery();
        commit.CommandText = "COMMIT";
        Task waiting = Task.Run(commit.ExecuteNonQuery);
        while ((long)instance.Scalar("SELECT count(*) FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'")! == 0)
            Assert.False(waiting.IsCompleted);
        commit.Cancel();
        PostgresException error = await Assert.ThrowsAsync<PostgresException>(() => waiting.WaitAsync(s_progressTimeout));
        Assert.Equal("08007", error.SqlState);
        Assert.NotEqual(System.Data.ConnectionState.Open, connection.State);
        foreach (int processId in stopped)
            StrataInstance.Signal(processId, "CONT");
        // The outcome was unknown to the client; nothing else is: the row is there or not, and writes go on.
        instance.Execute("INSERT INTO t VALUES (2)");
        Assert.Contains((long)instance.Scalar("SELECT count(*) FROM t")!, (long[])[1, 2]);
    }

    [Fact]
    public void Everything_comes_back_without_the_page_servers_directory_and_without_one_safekeepers()
    {
        using StrataInstance instance = new(StoreFlags());
        instance.Start();
        Ledger ledger = new(instance);
        ledger.CreateTables();
        ledger.Start(clients: 2);
        while (ledger.AcknowledgedCount < 200)
            StrataInstance.Pause();
        ledger.Stop();
        Assert.Equal(0, instance.Stop());
        Directory.Delete(Path.Combine(instance.Directory, "pageserver"), recursive: true);
        instance.Start();
        ledger.Verify();
        Assert.Equal(0, instance.Stop());
        Directory.Delete(Path.Combine(instance.Directory, "safekeeper-2"), recursive: true);
        instance.Start();
        ledger.Verify();
        instance.Execute("INSERT INTO transfer VALUES (-1, 1, 1, 0)");
        Assert.Equal(1L, instance.Scalar("SELECT count(*) FROM transfer WHERE number = -1"));
    }

    /// <summary>STRATA_TEST_OBJECT_STORE runs the same on another store, such as <c>s3://bucket/{unique}?endpoint=URL</c>.</summary>
    private static string[] StoreFlags() =>
        Environment.GetEnvironmentVariable("STRATA_TEST_OBJECT_STORE") is { Length: > 0 } url ? ["--object-store", url.Replace("{unique}", Guid.NewGuid().ToString("N"), StringComparison.Ordinal)] : [];

    private static void WaitForRestart(StrataInstance instance, string role)
    {
        string path = Path.Combine(instance.Directory, "run", role + ".pid");
        long start = TimeProvider.System.GetTimestamp();
        while (!File.Exists(path) || new FileInfo(path).Length == 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < s_progressTimeout, $"{role} was not started again");
            StrataInstance.Pause();
        }
    }
}
