using System.Data;
using System.Globalization;

namespace Strata.SystemTests.Histories;

/// <summary>
/// Histories of concurrent transactions must show no anomaly that their level forbids. A short run here; docs/transactions.md tells how STRATA_HISTORY_ROUNDS, _SECONDS, _FAULTS and _REPORT make a hundred long ones of it.
/// </summary>
public class HistoryTests
{
    private const int Sessions = 16;

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    [Theory]
    [InlineData(IsolationLevel.ReadCommitted)]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public void No_anomaly_that_the_level_forbids(IsolationLevel level)
    {
        using StrataInstance instance = new StrataInstance().Start();
        for (int round = 0; round < Setting("STRATA_HISTORY_ROUNDS", 1); round++)
            Round(instance, level, round, faults: 0);
    }

    [Theory]
    [InlineData(IsolationLevel.ReadCommitted)]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public void No_anomaly_when_compute_dies(IsolationLevel level)
    {
        using StrataInstance instance = new StrataInstance("--processes").Start();
        for (int round = 0; round < Setting("STRATA_HISTORY_ROUNDS", 1); round++)
            Round(instance, level, round, Setting("STRATA_HISTORY_FAULTS", 2));
    }

    private static void Round(StrataInstance instance, IsolationLevel level, int round, int faults)
    {
        ListWorkload workload = new(instance, level, round);
        workload.CreateTables();
        long start = TimeProvider.System.GetTimestamp();
        TimeSpan length = TimeSpan.FromSeconds(Setting("STRATA_HISTORY_SECONDS", 4));
        using ComputeFaults deaths = new(instance, round, length, faults, workload);
        workload.Connection = deaths.Connect;
        workload.Start(Sessions);
        int after = -1;
        while (TimeProvider.System.GetElapsedTime(start) < length || !deaths.IsOver || workload.Committed < after + ComputeFaults.CommitsMin)
        {
            deaths.Tick();
            if (deaths.IsOver && after < 0)
                after = workload.Committed;
            StrataInstance.Pause();
        }

        workload.Stop();
        IReadOnlyList<string> anomalies = workload.Check();
        string outcomes = string.Join(", ", workload.Outcomes.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Value} {pair.Key}"));
        Note($"{level} run {round}: {outcomes}, {deaths.Kills} killed, {deaths.Takeovers} taken over, {anomalies.Count} anomalies in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:F1} s");
        Assert.True(anomalies.Count == 0, $"{anomalies.Count} anomalies in {workload.Committed} transactions:\n{string.Join("\n", anomalies.Take(5))}");
    }

    private static void Note(FormattableString line)
    {
        if (Environment.GetEnvironmentVariable("STRATA_HISTORY_REPORT") is { Length: > 0 } report)
            File.AppendAllText(report, FormattableString.Invariant(line) + "\n");
    }

    private static HistoryTransaction T(int number, params HistoryOperation[] operations) => new(number, number, operations, HistoryOutcome.Committed);

    private static HistoryOperation Append(int key, long value) => new(key, value, null);

    private static HistoryOperation Read(int key, params long[] values) => new(key, 0, values);

    /// <summary>The weakest level that forbids each kind of anomaly, or one below all; names are Adya's.</summary>
    public static TheoryData<string, IsolationLevel> Anomalies() => new()
    {
        { "G0", IsolationLevel.ReadCommitted },
        { "G1a", IsolationLevel.ReadCommitted },
        { "G1b", IsolationLevel.ReadCommitted },
        { "G1c", IsolationLevel.ReadCommitted },
        { "G1c of three", IsolationLevel.ReadCommitted },
        { "lost update", IsolationLevel.RepeatableRead },
        { "G-single", IsolationLevel.RepeatableRead },
        { "long fork", IsolationLevel.RepeatableRead },
        { "G2", IsolationLevel.Serializable },
        { "G2 of a reader", IsolationLevel.Serializable },
        { "lost append", IsolationLevel.ReadCommitted },
        { "append of an aborted one", IsolationLevel.ReadCommitted },
        { "twice", IsolationLevel.ReadCommitted },
    };

    private static (HistoryTransaction[] History, Dictionary<int, long[]> Final) Planted(string anomaly) => anomaly switch
    {
        "G0" => ([T(0, Append(0, 1), Append(1, 2)), T(1, Append(0, 3), Append(1, 4))], new() { [0] = [1, 3], [1] = [4, 2] }),
        "G1a" => ([new HistoryTransaction(0, 0, [Append(0, 1)], HistoryOutcome.Aborted), T(1, Read(0, 1))], new() { [0] = [] }),
        "G1b" => ([T(0, Append(0, 1), Append(0, 3)), T(1, Read(0, 1))], new() { [0] = [1, 3] }),
        "G1c" => ([T(0, Append(0, 1), Read(1, 2)), T(1, Append(1, 2), Read(0, 1))], new() { [0] = [1], [1] = [2] }),
        "G1c of three" => ([T(0, Append(0, 1), Read(2, 3)), T(1, Append(1, 2), Read(0, 1)), T(2, Append(2, 3), Read(1, 2))], new() { [0] = [1], [1] = [2], [2] = [3] }),
        "lost update" => ([T(0, Read(0), Append(0, 1)), T(1, Read(0), Append(0, 2))], new() { [0] = [1, 2] }),
        "G-single" => ([T(0, Read(0), Read(1, 2)), T(1, Append(0, 1), Append(1, 2))], new() { [0] = [1], [1] = [2] }),
        "long fork" => ([T(0, Append(0, 1)), T(1, Append(1, 2)), T(2, Read(0, 1), Read(1)), T(3, Read(0), Read(1, 2))], new() { [0] = [1], [1] = [2] }),
        "G2" => ([T(0, Read(1), Append(0, 1)), T(1, Read(0), Append(1, 2))], new() { [0] = [1], [1] = [2] }),
        // The report sees the second one, which was made before the first, which the report does not see.
        "G2 of a reader" => ([T(0, Read(0), Read(1), Append(0, 1)), T(1, Append(1, 2)), T(2, Read(1, 2), Read(0))], new() { [0] = [1], [1] = [2] }),
        "lost append" => ([T(0, Append(0, 1))], new() { [0] = [] }),
        "append of an aborted one" => ([new HistoryTransaction(0, 0, [Append(0, 1)], HistoryOutcome.Aborted)], new() { [0] = [1] }),
        _ => ([T(0, Append(0, 1))], new() { [0] = [1, 1] }),
    };

    [Theory]
    [MemberData(nameof(Anomalies))]
    public void The_checker_finds_a_planted_anomaly_from_the_level_on_that_forbids_it(string anomaly, IsolationLevel weakest)
    {
        (HistoryTransaction[] history, Dictionary<int, long[]> final) = Planted(anomaly);
        foreach (IsolationLevel level in (IsolationLevel[])[IsolationLevel.ReadCommitted, IsolationLevel.RepeatableRead, IsolationLevel.Serializable])
            Assert.True(HistoryChecker.Check(history, final, level).Count > 0 == level >= weakest, $"{anomaly} at {level}");
    }

    [Fact]
    public void The_checker_is_content_with_a_serial_history()
    {
        HistoryTransaction[] history = [T(0, Append(0, 1), Read(0, 1)), T(1, Read(0, 1), Append(0, 2), Append(1, 3)), T(2, Read(1, 3), Read(0, 1, 2))];
        Assert.Empty(HistoryChecker.Check(history, new Dictionary<int, long[]> { [0] = [1, 2], [1] = [3] }, IsolationLevel.Serializable));
    }
}
