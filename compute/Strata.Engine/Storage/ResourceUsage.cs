using System.Runtime.CompilerServices;

namespace Strata.Engine.Storage;

/// <summary>
/// Pages and log that one thread uses while it is counted, for EXPLAIN. Counting is off but for the threads that ask for it: then the rest pay one look at a static field. A mutable value; each thread
/// reads its own.
/// </summary>
public struct ResourceUsage
{
    private static int s_counting;

    // Statements inside of statements may count too.
    [ThreadStatic]
    private static int t_depth;

    [ThreadStatic]
    private static ResourceUsage t_used;

    /// <summary>Pages found in the buffer pool.</summary>
    public long SharedHits;

    /// <summary>Pages that came from the page server.</summary>
    public long SharedReads;

    /// <summary>Pages changed for the first time since they were read.</summary>
    public long SharedDirtied;

    /// <summary>Bytes read from temporary files.</summary>
    public long TemporaryReadBytes;

    /// <summary>Bytes written to temporary files.</summary>
    public long TemporaryWrittenBytes;

    /// <summary>Records put into the log.</summary>
    public long WalRecords;

    /// <summary>Bytes put into the log.</summary>
    public long WalBytes;

    /// <summary>What this thread has used while it was counted: look at it before and after.</summary>
    public static ResourceUsage OfThread => t_used;

    /// <summary>Begins counting on this thread. Pair with <see cref="End"/>.</summary>
    public static void Begin()
    {
        t_depth++;
        Interlocked.Increment(ref s_counting);
    }

    /// <summary>Ends counting on this thread.</summary>
    public static void End()
    {
        t_depth--;
        Interlocked.Decrement(ref s_counting);
    }

    /// <summary>What was used between two moments.</summary>
    public readonly ResourceUsage Since(in ResourceUsage before) => new()
    {
        SharedHits = SharedHits - before.SharedHits,
        SharedReads = SharedReads - before.SharedReads,
        SharedDirtied = SharedDirtied - before.SharedDirtied,
        TemporaryReadBytes = TemporaryReadBytes - before.TemporaryReadBytes,
        TemporaryWrittenBytes = TemporaryWrittenBytes - before.TemporaryWrittenBytes,
        WalRecords = WalRecords - before.WalRecords,
        WalBytes = WalBytes - before.WalBytes,
    };

    /// <summary>Adds what was used at another time.</summary>
    public void Add(in ResourceUsage other)
    {
        SharedHits += other.SharedHits;
        SharedReads += other.SharedReads;
        SharedDirtied += other.SharedDirtied;
        TemporaryReadBytes += other.TemporaryReadBytes;
        TemporaryWrittenBytes += other.TemporaryWrittenBytes;
        WalRecords += other.WalRecords;
        WalBytes += other.WalBytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void CountHit()
    {
        if (s_counting != 0)
            Count(new ResourceUsage { SharedHits = 1 });
    }

    internal static void CountReads(int pages)
    {
        if (s_counting != 0)
            Count(new ResourceUsage { SharedReads = pages });
    }

    internal static void CountDirtied()
    {
        if (s_counting != 0)
            Count(new ResourceUsage { SharedDirtied = 1 });
    }

    internal static void CountTemporary(long readBytes, long writtenBytes)
    {
        if (s_counting != 0)
            Count(new ResourceUsage { TemporaryReadBytes = readBytes, TemporaryWrittenBytes = writtenBytes });
    }

    internal static void CountWal(int bytes)
    {
        if (s_counting != 0)
            Count(new ResourceUsage { WalRecords = 1, WalBytes = bytes });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Count(in ResourceUsage used)
    {
        if (t_depth > 0)
            t_used.Add(used);
    }
}
