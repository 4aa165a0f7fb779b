namespace Strata.Engine.Vectors;

/// <summary>
/// Keeps the garbage of statements from growing beyond an endpoint's memory. An account knows what is held, not what was let go of and waits for the collector, which takes its time while the machine has
/// memory left, whatever the endpoint may use of it. So after each few megabytes charged this looks at the managed heap, and has it collected when it has grown by more than a share of the limit since
/// the last time. Thread-safe.
/// </summary>
public sealed class GarbageWatch(long limitBytes)
{
    private const long StepBytes = 8 << 20;
    private const long GarbageBytesMin = 24 << 20;
    private const int LimitShare = 12;

    private readonly long _garbageBytes = Math.Max(GarbageBytesMin, limitBytes / LimitShare);
    private long _charged;
    private long _liveBytes = GC.GetTotalMemory(forceFullCollection: false);
    private int _isCollecting;

    /// <summary>Memory was charged: may collect garbage.</summary>
    internal void Charged(long bytes)
    {
        if (Interlocked.Add(ref _charged, bytes) < StepBytes)
            return;
        Interlocked.Exchange(ref _charged, 0);
        long heap = GC.GetTotalMemory(forceFullCollection: false), live = Volatile.Read(ref _liveBytes);
        if (heap < live)
            Volatile.Write(ref _liveBytes, heap);
        else if (heap - live > _garbageBytes)
            Collect();
    }

    private void Collect()
    {
        if (Interlocked.Exchange(ref _isCollecting, 1) != 0)
            return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Volatile.Write(ref _liveBytes, GC.GetTotalMemory(forceFullCollection: false));
        Volatile.Write(ref _isCollecting, 0);
    }
}
