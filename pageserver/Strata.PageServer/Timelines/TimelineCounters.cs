namespace Strata.PageServer.Timelines;

/// <summary>Sums since the server attached. Thread-safe.</summary>
internal sealed class TimelineCounters
{
    private long _walBytes;
    private long _writtenBytes;

    /// <summary>WAL ingested.</summary>
    public long WalBytes => Interlocked.Read(ref _walBytes);

    /// <summary>Layer bytes written by flush and compaction: divided by <see cref="WalBytes"/>, the write amplification.</summary>
    public long WrittenBytes => Interlocked.Read(ref _writtenBytes);

    public void AddWal(long bytes) => Interlocked.Add(ref _walBytes, bytes);

    public void AddWritten(long bytes) => Interlocked.Add(ref _writtenBytes, bytes);
}
