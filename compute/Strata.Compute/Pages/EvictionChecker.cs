using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Strata.Engine.Storage;
using Strata.Engine.Storage.Buffers;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Platform;

namespace Strata.Compute.Pages;

/// <summary>
/// Compares every page that leaves the buffer pool with the page server's: the two come from the same log by the same redo functions, so any difference
/// means that one of them lost or invented a change. The first difference ends the compute. It costs a page read per eviction: for tests. Thread-safe.
/// </summary>
internal sealed class EvictionChecker(PageClient pages, IWalSink wal, Log log, Action<Exception> fatal) : IEvictionObserver
{
    private const long ReportEvery = 10_000;

    private static readonly Meter s_meter = new("Strata.Compute");
    private static readonly Counter<long> s_compared =
        s_meter.CreateCounter<long>("strata_evictions_compared_total", description: "Evicted pages that were compared with the page server's.");

    private long _compared;

    /// <inheritdoc/>
    /// <remarks>
    /// The page is compared as of the durable end of the log, not as of its last change: nobody changes it during the call, so they are the same, and a page
    /// that was read too old, or whose change passed the pool by, shows too.
    /// </remarks>
    [SkipLocalsInit]
    public void Evicting(PageKey key, ReadOnlySpan<byte> page, Lsn lastModified)
    {
        Span<byte> stored = stackalloc byte[PageFormat.PageSizeBytes];
        Lsn lsn = wal.DurableLsn;
        Invariant.Check(lsn >= lastModified);
        pages.ReadForComparison(key, lsn, stored, CancellationToken.None);
        int offset = PageCompare.FirstDifference(page, stored);
        if (offset >= 0)
        {
            InvalidDataException error = new(
                $"page {key}, last changed at {lastModified}, differs from the page server's at {lsn} from byte {offset} on: {Bytes(page, offset)} here, {Bytes(stored, offset)} there");
            log.Error(error.Message);
            fatal(error);
        }
        s_compared.Add(1);
        long compared = Interlocked.Increment(ref _compared);
        if (compared % ReportEvery == 0)
            log.Info($"{compared} evicted pages compared with the page server's: no difference");
    }

    private static string Bytes(ReadOnlySpan<byte> page, int offset) => Convert.ToHexStringLower(page[offset..Math.Min(offset + 16, page.Length)]);
}
