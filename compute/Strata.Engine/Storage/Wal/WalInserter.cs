using Strata.Format;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.Wal;

/// <summary>
/// The only way in which the engine changes a page: one record is built, appended to the log and applied to its pages by the same function that the page
/// server calls on replay. Thread-safe; allocates nothing once a thread has its scratch buffer.
/// </summary>
/// <remarks>
/// Order of a change: (1) pin all pages; (2) <see cref="EnsureRoom"/>, the only step that waits; (3) latch the pages exclusively in ascending key order;
/// (4) <see cref="Begin"/>, encode from what the latched pages hold; (5) <see cref="WalRecordBuilder.Insert"/>: reserve, apply, set the page LSNs; (6) unlatch.
/// A failure in step 5 leaves the log and the pages at odds, so it ends the process.
/// </remarks>
public sealed class WalInserter
{
    private readonly Action<Exception> _fatal;
    private long _records;

    /// <param name="sink">The log.</param>
    /// <param name="fatal">Ends the process: called when a record was appended and could not be applied. It should not return.</param>
    public WalInserter(IWalSink sink, Action<Exception> fatal)
    {
        Sink = sink;
        _fatal = fatal;
    }

    /// <summary>Records appended so far.</summary>
    public long Records => Volatile.Read(ref _records);

    internal void CountRecord() => Interlocked.Increment(ref _records);

    /// <summary>The log below.</summary>
    public IWalSink Sink { get; }

    /// <summary>
    /// Waits until a record of this many bytes surely fits; to be called before any latch is taken. Throws <see cref="OperationCanceledException"/> or
    /// <see cref="LostTermException"/>.
    /// </summary>
    public void EnsureRoom(int bytes, CancellationToken cancellation = default) => Sink.EnsureRoom(bytes, cancellation);

    /// <summary>
    /// Begins a record in this thread's scratch buffer. One at a time per thread; a record begun and not inserted is simply dropped.
    /// </summary>
    public WalRecordBuilder Begin(WalRecordKind kind, ulong xid) => new(this, WalScratch.OfThread(), kind, xid);

    internal void Fatal(Exception cause) => _fatal(cause);
}
