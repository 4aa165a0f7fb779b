namespace Strata.Format.Messages;

/// <summary>How far a page server is with a timeline; what writers are throttled by.</summary>
/// <param name="Ingested">End of the last record applied to the in-memory layer.</param>
/// <param name="RemoteConsistent">Everything at or below survives the loss of the page server and its disk: safekeepers may trim below.</param>
/// <param name="DebtBytes">Bytes that wait for upload or for level-0 compaction.</param>
public readonly record struct PageFeedback(Lsn Ingested, Lsn RemoteConsistent, long DebtBytes)
{
    internal const int SizeBytes = 24;

    internal void Write(ref PageMessageWriter writer)
    {
        writer.UInt64(Ingested.Value);
        writer.UInt64(RemoteConsistent.Value);
        writer.UInt64((ulong)DebtBytes);
    }

    internal static PageFeedback Read(ref PageMessageReader reader) =>
        new(new Lsn(reader.UInt64()), new Lsn(reader.UInt64()), (long)reader.UInt64());
}
