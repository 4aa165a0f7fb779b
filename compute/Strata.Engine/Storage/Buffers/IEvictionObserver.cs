using Strata.Format;

namespace Strata.Engine.Storage.Buffers;

/// <summary>Sees every live page that leaves the buffer pool: the seam of the checked build, which compares it with the page server's page.</summary>
public interface IEvictionObserver
{
    /// <summary>
    /// A page is about to leave. Nobody can reach or change it during the call, which may block. <paramref name="lastModified"/> is the LSN of the
    /// newest change made in the pool, durable on the quorum, or zero when the page is as it was read.
    /// </summary>
    void Evicting(PageKey key, ReadOnlySpan<byte> page, Lsn lastModified);
}
