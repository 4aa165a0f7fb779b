namespace Strata.Compute.Endpoints;

/// <summary>How the memory of an endpoint is divided: the buffer pool, what statements may hold, and a reserve for the process itself (code, managed heap, connections).</summary>
/// <param name="BufferPoolBytes">The buffer pool.</param>
/// <param name="QueryBytes">What the statements of all sessions may hold together.</param>
public readonly record struct EndpointMemory(long BufferPoolBytes, long QueryBytes)
{
    /// <summary>The least that an endpoint's memory may be limited to.</summary>
    public const long LimitBytesMin = 256L << 20;

    private const long DefaultPoolBytes = 128L << 20;
    private const long ReserveBytesMin = 112L << 20;
    private const long UnlimitedPoolBytesMax = 2048L << 20;
    private const int UnlimitedPoolShare = 8;
    private const long SmallBytesMax = 512L << 20;
    private const int PoolShare = 4;
    private const int LargePoolShare = 2;
    private const int ReserveShare = 4;
    private const int QueryShareMin = 8;

    private static long UnlimitedPoolBytes =>
        Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / UnlimitedPoolShare, DefaultPoolBytes, UnlimitedPoolBytesMax);

    /// <summary>
    /// Divides <paramref name="limitBytes"/> (null for no limit). Without <paramref name="bufferPoolBytes"/> the pool is a quarter of the first 512 MB and half of the rest (there is no other cache
    /// of pages below it); without a limit either it is an eighth of what the process may use, from 128 MB to 2 GB (its pages take memory as they are used). At least an eighth is left for statements.
    /// </summary>
    public static EndpointMemory Divide(long? limitBytes, long? bufferPoolBytes)
    {
        if (limitBytes is not { } limit)
            return new EndpointMemory(bufferPoolBytes ?? UnlimitedPoolBytes, long.MaxValue);
        long pool = bufferPoolBytes ?? (Math.Min(DefaultPoolBytes, limit / PoolShare) + (Math.Max(0, limit - SmallBytesMax) / LargePoolShare));
        long reserve = Math.Max(ReserveBytesMin, limit / ReserveShare);
        return new EndpointMemory(pool, Math.Max(limit / QueryShareMin, limit - pool - reserve));
    }
}
