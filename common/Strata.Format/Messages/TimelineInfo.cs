namespace Strata.Format.Messages;

/// <summary>What a page server knows about one timeline.</summary>
/// <param name="Timeline">Its id.</param>
/// <param name="Ancestor">Parent of a branch; zero for a root.</param>
/// <param name="AncestorLsn">Branch point, on a record boundary of the parent; where this timeline's own log begins.</param>
/// <param name="Feedback">Ingested and durable positions, compaction debt.</param>
/// <param name="HistoryStart">Lowest LSN that can be read or branched from.</param>
/// <param name="StoredBytes">Bytes of its own layers in the object store.</param>
/// <param name="WalBytes">WAL ingested by this server since it attached.</param>
/// <param name="WrittenBytes">Layer bytes written since it attached; divided by WalBytes this is the write amplification.</param>
public readonly record struct TimelineInfo(
    TimelineId Timeline,
    TimelineId Ancestor,
    Lsn AncestorLsn,
    PageFeedback Feedback,
    Lsn HistoryStart,
    long StoredBytes,
    long WalBytes,
    long WrittenBytes)
{
    internal const int SizeBytes = 16 + 16 + 8 + PageFeedback.SizeBytes + 32;

    internal void Write(ref PageMessageWriter writer)
    {
        writer.Id(Timeline.Value);
        writer.Id(Ancestor.Value);
        writer.UInt64(AncestorLsn.Value);
        Feedback.Write(ref writer);
        writer.UInt64(HistoryStart.Value);
        writer.UInt64((ulong)StoredBytes);
        writer.UInt64((ulong)WalBytes);
        writer.UInt64((ulong)WrittenBytes);
    }

    internal static TimelineInfo Read(ref PageMessageReader reader) => new(
        new TimelineId(reader.Id()),
        new TimelineId(reader.Id()),
        new Lsn(reader.UInt64()),
        PageFeedback.Read(ref reader),
        new Lsn(reader.UInt64()),
        (long)reader.UInt64(),
        (long)reader.UInt64(),
        (long)reader.UInt64());
}
