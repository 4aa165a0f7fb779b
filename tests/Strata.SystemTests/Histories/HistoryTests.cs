using System.Data;
using System.Globalization;

namespace Strata.SystemTests.Histories;

/// <summary>
/// Histories of concurrent transactions must show no anomaly that their level forbids. A short run here; STRATA_HISTORY_SECONDS and STRATA_HISTORY_ROUNDS make a soak of it, with compute killed.
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
            Round(instance, level, round, () => StrataInstance.Pause());
    }

    [Theory]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public void No_anomaly_when_compute_dies(IsolationLevel level)
    {
        using StrataInstance instance = new StrataInstance("--processes").Start();
        for (int round = 0; round < Setting("STRATA_HISTORY_ROUNDS", 1); round++)
        {
            bool killed = false;
            Round(instance, level, round, () =>
            {
                if (!killed)
                    StrataInstance.Signal(instance.RoleProcessId("compute"), "KILL");
                killed = true;
                StrataInstance.Pause();
            });
        }
    }

    private static void Round(StrataInstance instance, IsolationLevel level, int round, Action later)
    {
        ListWorkload workload = new(instance, level, round);
        workload.CreateTables();
        long start = TimeProvider.System.GetTimestamp();
        workload.Start(Sessions);
        TimeSpan length = TimeSpan.FromSeconds(Setting("STRATA_HISTORY_SECONDS", 3));
        while (TimeProvider.System.GetElapsedTime(start) < length / 2 || workload.Committed < 50)
            StrataInstance.Pause();
        int before = workload.Committed;
        while (TimeProvider.System.GetElapsedTime(start) < length || workload.Committed < before + 50)
            later();
        workload.Stop();
        IReadOnlyList<string> anomalies = workload.Check();
        Assert.True(anomalies.Count == 0, $"{anomalies.Count} anomalies in {workload.Committed} transactions:\n{string.Join("\n", anomalies.Take(5))}");
    }

    [Fact]
    public void The_checker_knows_each_anomaly()
    {
        static HistoryTransaction T(int number, params HistoryOperation[] operations) => new(number, number, operations, HistoryOutcome.Committed);
        static HistoryOperation Append(int key, long value) => new(key, value, null);
        static HistoryOperation Read(int key, params long[] values) => new(key, 0, values);
        static int Count(IsolationLevel level, IReadOnlyDictionary<int, long[]> final, params HistoryTransaction[] history) => HistoryChecker.Check(history, final, level).Count;

        Dictionary<int, long[]> two = new() { [0] = [1], [1] = [2] };
        HistoryTransaction[] writeSkew = [T(0, Read(1), Append(0, 1)), T(1, Read(0), Append(1, 2))];
        Assert.Equal(0, Count(IsolationLevel.RepeatableRead, two, writeSkew));
        Assert.NotEqual(0, Count(IsolationLevel.Serializable, two, writeSkew));

        Dictionary<int, long[]> one = new() { [0] = [1, 2] };
        HistoryTransaction[] lostUpdate = [T(0, Read(0), Append(0, 1)), T(1, Read(0), Append(0, 2))];
        Assert.Equal(0, Count(IsolationLevel.ReadCommitted, one, lostUpdate));
        Assert.NotEqual(0, Count(IsolationLevel.RepeatableRead, one, lostUpdate));

        HistoryTransaction[] circular = [T(0, Append(0, 1), Read(1, 2)), T(1, Append(1, 2), Read(0, 1))];
        Assert.NotEqual(0, Count(IsolationLevel.ReadCommitted, two, circular));
        Assert.NotEqual(0, Count(IsolationLevel.ReadCommitted, new Dictionary<int, long[]> { [0] = [] }, T(0, Append(0, 1))));
        Assert.NotEqual(0, Count(IsolationLevel.ReadCommitted, new Dictionary<int, long[]> { [0] = [1, 3] }, T(0, Append(0, 1), Append(0, 3)), T(1, Read(0, 1))));
    }
}
