namespace Strata.Engine.Statistics.Cumulative;

/// <summary>The counters of one database in this compute's life, but for what its relations count. Thread-safe.</summary>
internal sealed class DatabaseStatistics
{
    private readonly long[] _counters = new long[Enum.GetValues<DatabaseStatistic>().Length];

    public long this[DatabaseStatistic item]
    {
        get => Volatile.Read(ref _counters[(int)item]);
        set => Volatile.Write(ref _counters[(int)item], value);
    }

    public void Add(DatabaseStatistic item, long value = 1) => Interlocked.Add(ref _counters[(int)item], value);

    public void Reset(long now)
    {
        for (int i = 0; i < _counters.Length; i++)
            Volatile.Write(ref _counters[i], 0);
        this[DatabaseStatistic.ResetAt] = now;
    }
}
