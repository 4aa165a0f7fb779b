namespace Strata.Format.Messages;

/// <summary>
/// Every request but GetPages: rare, so one layout serves all. Which fields count depends on the kind.
/// <code>
/// body:  16 project   16 timeline   16 ancestor   8 LSN   8 time   4 seconds   2 length + text (UTF-8)
/// </code>
/// </summary>
/// <param name="Kind">Any request kind but <see cref="PageMessageKind.GetPages"/>.</param>
/// <param name="Project">The project.</param>
/// <param name="Timeline">The timeline; zero for requests about a project.</param>
/// <param name="Ancestor">TimelineCreate: the parent of a branch, zero for a root.</param>
/// <param name="At">TimelineCreate: the branch point (<see cref="Lsn.Max"/> for the newest). LeaseLsn: the LSN to keep readable.</param>
/// <param name="TimeMicroseconds">LsnForTime: microseconds since 2000-01-01 UTC, the log's unit.</param>
/// <param name="DurationSeconds">LeaseLsn: how long; 0 gives the lease back.</param>
/// <param name="Text">TimelineCreate of a root: name of a base image, or empty. BaseSave: the name to give. LeaseLsn: name of the holder, which renews by asking again.</param>
public sealed record PageControlRequest(
    PageMessageKind Kind,
    ProjectId Project,
    TimelineId Timeline = default,
    TimelineId Ancestor = default,
    Lsn At = default,
    long TimeMicroseconds = 0,
    uint DurationSeconds = 0,
    string Text = "")
{
    public const int EncodedBytesMax = PageProtocol.HeaderBytes + 48 + 20 + 2 + PageProtocol.TextBytesMax;

    /// <summary>Encodes into a buffer of at least <see cref="EncodedBytesMax"/>; returns the bytes used.</summary>
    public int Encode(Span<byte> destination, ulong requestId)
    {
        var writer = new PageMessageWriter(destination);
        writer.Header(Kind, requestId);
        writer.Id(Project.Value);
        writer.Id(Timeline.Value);
        writer.Id(Ancestor.Value);
        writer.UInt64(At.Value);
        writer.UInt64((ulong)TimeMicroseconds);
        writer.UInt32(DurationSeconds);
        writer.Text(Text);
        return writer.Position;
    }

    /// <summary>Decodes a body; null: garbage.</summary>
    public static PageControlRequest? Decode(PageMessageKind kind, ReadOnlySpan<byte> body)
    {
        var reader = new PageMessageReader(body);
        var request = new PageControlRequest(
            kind,
            new ProjectId(reader.Id()),
            new TimelineId(reader.Id()),
            new TimelineId(reader.Id()),
            new Lsn(reader.UInt64()),
            (long)reader.UInt64(),
            reader.UInt32(),
            reader.Text());
        return reader.AtEnd && kind is > PageMessageKind.GetPages and < PageMessageKind.Pages ? request : null;
    }
}
