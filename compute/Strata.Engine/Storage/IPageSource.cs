using Strata.Format;

namespace Strata.Engine.Storage;

/// <summary>One page to read, and where to put it.</summary>
/// <param name="Key">The page.</param>
/// <param name="NotBefore">Last-written LSN known for the page: an answer that ignores a record at or below it would be stale.</param>
/// <param name="Destination">Address of <see cref="Format.Pages.PageFormat.PageSizeBytes"/> bytes of native memory.</param>
public readonly record struct PageRead(PageKey Key, Lsn NotBefore, nint Destination);

/// <summary>
/// Pages of one timeline at an LSN: the engine's only way to storage. Implemented by the page server's client, and in memory for tests. Thread-safe.
/// </summary>
public interface IPageSource
{
    /// <summary>
    /// Reads a batch of pages; blocks until all are there. <paramref name="lsn"/> is <see cref="Lsn.Max"/> for the newest. A page that was never
    /// written, or lies past a truncation, comes as all zeroes. The page's checksum has been verified. Waits through a restart of the page server
    /// until cancelled (<see cref="OperationCanceledException"/>).
    /// </summary>
    void Read(ReadOnlySpan<PageRead> pages, Lsn lsn, CancellationToken cancellation);
}
