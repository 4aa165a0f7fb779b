namespace Strata.Format.Messages;

/// <summary>
/// Asks for pages of one timeline at an LSN. Reusable: one instance per connection, refilled for each request. Not thread-safe.
/// <code>
/// body:  16 project   16 timeline   8 LSN   2 count   count × (17 key, 8 not-before LSN)
/// </code>
/// </summary>
public sealed class GetPagesRequest
{
    private readonly PageKey[] _keys = new PageKey[PageProtocol.PagesPerRequestMax];
    private readonly Lsn[] _notBefore = new Lsn[PageProtocol.PagesPerRequestMax];

    /// <summary>Most bytes of an encoded request.</summary>
    public const int EncodedBytesMax =
        PageProtocol.HeaderBytes + 42 + PageProtocol.PagesPerRequestMax * (PageKey.SizeBytes + 8);

    public ProjectId Project { get; set; }
    public TimelineId Timeline { get; set; }

    /// <summary>Pages as of this LSN; <see cref="Lsn.Max"/> for "as new as ingest has got, and not before each page's own LSN".</summary>
    public Lsn At { get; set; }

    public int Count { get; private set; }
    public ReadOnlySpan<PageKey> Keys => _keys.AsSpan(0, Count);

    /// <summary>Per key: the last-written LSN that the compute knows for the page; the answer takes every record at or below it into account.</summary>
    public ReadOnlySpan<Lsn> NotBefore => _notBefore.AsSpan(0, Count);

    public void Clear() => Count = 0;

    /// <summary>Adds a page. At most <see cref="PageProtocol.PagesPerRequestMax"/>.</summary>
    public void Add(PageKey key, Lsn notBefore)
    {
        _keys[Count] = key;
        _notBefore[Count] = notBefore;
        Count++;
    }

    /// <summary>Encodes into a buffer of at least <see cref="EncodedBytesMax"/>; returns the bytes used.</summary>
    public int Encode(Span<byte> destination, ulong requestId)
    {
        var writer = new PageMessageWriter(destination);
        writer.Header(PageMessageKind.GetPages, requestId);
        writer.Id(Project.Value);
        writer.Id(Timeline.Value);
        writer.UInt64(At.Value);
        writer.UInt16((ushort)Count);
        for (int i = 0; i < Count; i++)
        {
            writer.Key(_keys[i]);
            writer.UInt64(_notBefore[i].Value);
        }
        return writer.Position;
    }

    /// <summary>Refills this instance from a body. False: garbage.</summary>
    public bool TryDecode(ReadOnlySpan<byte> body)
    {
        Count = 0;
        var reader = new PageMessageReader(body);
        Project = new ProjectId(reader.Id());
        Timeline = new TimelineId(reader.Id());
        At = new Lsn(reader.UInt64());
        int count = reader.UInt16();
        if (reader.Failed || count is 0 or > PageProtocol.PagesPerRequestMax)
            return false;
        for (int i = 0; i < count; i++)
        {
            PageKey key = reader.Key();
            Add(key, new Lsn(reader.UInt64()));
        }
        return reader.AtEnd;
    }
}
