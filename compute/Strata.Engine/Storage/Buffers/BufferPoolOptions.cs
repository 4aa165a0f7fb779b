namespace Strata.Engine.Storage.Buffers;

/// <summary>Size of a buffer pool.</summary>
public sealed record BufferPoolOptions
{
    /// <summary>Fewest frames that a pool can work with: an operation pins up to eight pages at once.</summary>
    public const int MinFrames = 16;

    /// <summary>Pages that the pool can hold. The memory is reserved at once and committed as it is first used.</summary>
    public int Frames { get; init; } = 16 * 1024;

    /// <summary>Entries of the last-written LSN cache, rounded up to a power of two.</summary>
    public int LastWrittenEntries { get; init; } = 64 * 1024;

    /// <summary>Called with every page that leaves the pool, for checked builds that compare it with the page server's. Null for none.</summary>
    public IEvictionObserver? EvictionObserver { get; init; }
}
