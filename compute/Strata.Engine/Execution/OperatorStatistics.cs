namespace Strata.Engine.Execution;

/// <summary>What EXPLAIN ANALYZE shows of one operator. Not thread-safe.</summary>
public sealed class OperatorStatistics(TimeProvider time)
{
    private bool _firstRowSeen;
    private bool _started;
    private Storage.ResourceUsage _usage;
    private Storage.ResourceUsage _usedBefore;

    /// <summary>Rows delivered, over all loops.</summary>
    public long Rows { get; private set; }

    /// <summary>Times it was started over, counting the first.</summary>
    public long Loops { get; private set; }

    /// <summary>Ticks of the clock until the first row, over all loops.</summary>
    public long StartupTicks { get; private set; }

    /// <summary>Ticks of the clock spent inside, over all loops; inputs included.</summary>
    public long TotalTicks { get; private set; }

    /// <summary>Rows that a filter threw away.</summary>
    public long RowsRemoved { get; set; }

    /// <summary>Rows that an index-only scan had to look up in the table.</summary>
    public long HeapFetches { get; set; }

    /// <summary>Runs that a memoizing operator answered from memory.</summary>
    public long CacheHits { get; set; }

    /// <summary>Runs that a memoizing operator had to read.</summary>
    public long CacheMisses { get; set; }

    /// <summary>Remembered parameter values that were forgotten to make room.</summary>
    public long CacheEvictions { get; set; }

    /// <summary>Most bytes that a memoizing operator held.</summary>
    public long CacheBytes { get; set; }

    /// <summary>Pages and log used inside, over all loops; inputs included. Counted while <see cref="Storage.ResourceUsage"/> counts the thread.</summary>
    public ref readonly Storage.ResourceUsage Usage => ref _usage;

    /// <summary>What a join went on as when the size of an input contradicted its estimate; null when it stayed what it was.</summary>
    public string? Adapted { get; set; }

    /// <summary>Memory and disk that the operator took in its last loop; null when it holds no rows.</summary>
    internal SpaceReport? Space { get; set; }

    /// <summary>Ticks in milliseconds.</summary>
    public double Milliseconds(long ticks) => time.GetElapsedTime(0, ticks).TotalMilliseconds;

    internal long Begin()
    {
        if (!_started)
        {
            _started = true;
            Loops++;
        }

        _usedBefore = Storage.ResourceUsage.OfThread;
        return time.GetTimestamp();
    }

    internal void End(long started, int rows)
    {
        long ticks = time.GetTimestamp() - started;
        TotalTicks += ticks;
        _usage.Add(Storage.ResourceUsage.OfThread.Since(_usedBefore));
        if (!_firstRowSeen)
        {
            _firstRowSeen = true;
            StartupTicks += TotalTicks - StartupTicks;
        }

        Rows += rows;
    }

    /// <summary>A new loop begins at the next pull.</summary>
    internal void Restart()
    {
        _started = false;
    }
}
