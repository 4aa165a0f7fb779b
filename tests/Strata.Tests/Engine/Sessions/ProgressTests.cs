using Xunit;

namespace Strata.Tests.Engine.Sessions;

/// <summary>A second session sees how far the commands of the first are: they are held up by a function that waits for a lock of the second one.</summary>
public sealed class ProgressTests
{
    private const string Setup = """
        CREATE TABLE p (a int);
        INSERT INTO p SELECT generate_series(1, 3000);
        CREATE FUNCTION gate(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT pg_advisory_xact_lock_shared(7); SELECT $1'
        """;

    [Theory]
    [InlineData(
        "", "CREATE INDEX p_gate ON p (gate(a))",
        "SELECT command, phase, relid = 'p'::regclass, blocks_total > 0, blocks_done < blocks_total, tuples_total, datname = current_database() FROM pg_stat_progress_create_index",
        "CREATE INDEX|building index: scanning table|t|t|t|0|t")]
    [InlineData(
        "CREATE STATISTICS ps ON (gate(a)) FROM p", "ANALYZE p",
        "SELECT phase, relid = 'p'::regclass, sample_blks_total > 0, sample_blks_scanned = sample_blks_total, ext_stats_total, ext_stats_computed FROM pg_stat_progress_analyze",
        "computing extended statistics|t|t|t|1|0")]
    [InlineData(
        "CREATE INDEX p_gate ON p (gate(a)); CREATE INDEX p_a ON p (a)", "CLUSTER p USING p_a",
        "SELECT command, phase, relid = 'p'::regclass, heap_tuples_scanned, heap_tuples_written, cluster_index_relid = 'p_a'::regclass FROM pg_stat_progress_cluster",
        "CLUSTER|rebuilding index|t|3000|3000|t")]
    [InlineData(
        "CREATE INDEX p_gate ON p (gate(a))", "REINDEX INDEX p_gate", "SELECT command, phase, index_relid = 'p_gate'::regclass FROM pg_stat_progress_create_index",
        "REINDEX|building index: scanning table|t")]
    public void A_command_is_seen_while_it_runs(string before, string command, string query, string expected)
    {
        using var harness = new SessionHarness();
        using TestSession watcher = harness.Connect();
        using TestSession worker = harness.Connect();
        worker.Rows(Setup);
        if (before.Length > 0)
            worker.Rows(before);
        watcher.Rows("SELECT pg_advisory_lock(7)");
        Task running = OnThread.Run(() => worker.Rows(command));
        WaitFor(watcher, running);
        string seen = watcher.Rows(query).Trim();
        watcher.Rows("SELECT pg_advisory_unlock(7)");
        running.GetAwaiter().GetResult();
        Assert.Equal(expected, seen);
        Assert.Equal("", watcher.Rows(query).Trim());
    }

    [Fact]
    public void A_copy_is_seen_while_it_waits_for_data()
    {
        using var harness = new SessionHarness();
        using TestSession watcher = harness.Connect();
        using TestSession worker = harness.Connect();
        worker.Rows("CREATE TABLE c (a int)");
        worker.Session.SimpleQuery("COPY c FROM STDIN"u8);
        worker.Session.CopyData("1\n2\n3\n"u8);
        Assert.Equal("COPY FROM|PIPE|t|6|0", watcher.Rows("SELECT command, type, relid = 'c'::regclass, bytes_processed, bytes_total FROM pg_stat_progress_copy").Trim());
        worker.Session.CopyDone();
        worker.Take();
        Assert.Equal("0", watcher.Rows("SELECT count(*) FROM pg_stat_progress_copy").Trim());
    }

    /// <summary>Until somebody waits for the watcher's lock.</summary>
    private static void WaitFor(TestSession watcher, Task running)
    {
        while (watcher.Rows("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").Trim() == "0")
        {
            Assert.False(running.IsCompleted, running.Exception?.ToString() ?? "the command did not wait");
            Thread.Yield();
        }
    }
}
