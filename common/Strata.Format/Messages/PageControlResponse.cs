namespace Strata.Format.Messages;

/// <summary>
/// Success of a control request.
/// <code>
/// body:  8 LSN   4 count   count × timeline info (see <see cref="TimelineInfo"/>: 16 id, 16 ancestor, 8 ancestor LSN, 24 feedback,
///        8 history start, 8 stored bytes, 8 WAL bytes, 8 written bytes)
/// </code>
/// </summary>
/// <param name="At">TimelineCreate: the branch point after rounding down. LsnForTime: the LSN. Flush: the new remote-consistent LSN.</param>
/// <param name="Timelines">TimelineList, TimelineStatus, TimelineCreate: the timelines asked for; otherwise empty.</param>
public sealed record PageControlResponse(Lsn At, IReadOnlyList<TimelineInfo> Timelines)
{
    public int EncodedBytes => PageProtocol.HeaderBytes + 12 + Timelines.Count * TimelineInfo.SizeBytes;

    /// <summary>Encodes into a buffer of at least <see cref="EncodedBytes"/>; returns the bytes used.</summary>
    public int Encode(Span<byte> destination, ulong requestId)
    {
        var writer = new PageMessageWriter(destination);
        writer.Header(PageMessageKind.Done, requestId);
        writer.UInt64(At.Value);
        writer.UInt32((uint)Timelines.Count);
        for (int i = 0; i < Timelines.Count; i++)
            Timelines[i].Write(ref writer);
        return writer.Position;
    }

    /// <summary>Decodes a body; null: garbage.</summary>
    public static PageControlResponse? Decode(ReadOnlySpan<byte> body)
    {
        var reader = new PageMessageReader(body);
        var at = new Lsn(reader.UInt64());
        uint count = reader.UInt32();
        if (reader.Failed || count > PageProtocol.TimelinesPerListMax || body.Length != 12 + count * TimelineInfo.SizeBytes)
            return null;
        var timelines = new TimelineInfo[count];
        for (int i = 0; i < timelines.Length; i++)
            timelines[i] = TimelineInfo.Read(ref reader);
        return reader.AtEnd ? new PageControlResponse(at, timelines) : null;
    }
}
