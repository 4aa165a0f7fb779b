namespace Strata.Host.Processes;

/// <summary>Limits the garbage-collected heap of this process.</summary>
internal static class ManagedHeap
{
    /// <summary>
    /// From now on the heap takes at most so many bytes. The collector works harder when it comes near; allocations beyond fail. Statements are kept from that by their accounts: this is for what no account
    /// knows of.
    /// </summary>
    public static void Limit(long bytes)
    {
        AppContext.SetData("GCHeapHardLimit", (ulong)bytes);
        GC.RefreshMemoryLimit();
    }
}
