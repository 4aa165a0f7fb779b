namespace Strata.Format;

/// <summary>
/// Where a heap's large values stand: in a heap of their own, whose storage id is that of the table with bit 62 set. So it needs no catalog entry, comes into being with the first large value
/// and goes with the table. Ids are counted from <see cref="SystemStorage.FirstUser"/> up and never get there themselves.
/// </summary>
public static class ToastStorage
{
    private const ulong Bit = 1UL << 62;

    /// <summary>The storage of the large values of a heap.</summary>
    public static ulong Of(ulong heap)
    {
        Invariant.Check(!IsToast(heap));
        return heap | Bit;
    }

    /// <summary>Whether a storage holds large values of another.</summary>
    public static bool IsToast(ulong storage) => (storage & Bit) != 0;
}
