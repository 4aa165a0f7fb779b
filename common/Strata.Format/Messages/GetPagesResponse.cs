using Strata.Format.Pages;

namespace Strata.Format.Messages;

/// <summary>
/// The pages asked for, in the order of the request.
/// <code>
/// body:  8 effective LSN   24 feedback (8 ingested, 8 remote-consistent, 8 debt bytes)   2 count
///        count × (1 state: 0 absent (all zeroes), 1 present;  8,192 page bytes if present)
/// </code>
/// The frame's checksum covers the transport; the page's own checksum covers the page.
/// </summary>
public static class GetPagesResponse
{
    /// <summary>Most bytes of an encoded answer with <paramref name="count"/> pages.</summary>
    public static int EncodedBytesMax(int count) => FixedBytes + count * (1 + PageFormat.PageSizeBytes);

    private const int FixedBytes = PageProtocol.HeaderBytes + 8 + PageFeedback.SizeBytes + 2;

    /// <summary>Writes everything before the pages; returns the bytes used.</summary>
    public static int EncodeHead(Span<byte> destination, ulong requestId, Lsn effective, PageFeedback feedback, int count)
    {
        var writer = new PageMessageWriter(destination);
        writer.Header(PageMessageKind.Pages, requestId);
        writer.UInt64(effective.Value);
        feedback.Write(ref writer);
        writer.UInt16((ushort)count);
        return writer.Position;
    }

    /// <summary>Appends one page, or "absent" for an empty span; returns the bytes used.</summary>
    public static int EncodePage(Span<byte> destination, ReadOnlySpan<byte> page)
    {
        destination[0] = page.IsEmpty ? (byte)0 : (byte)1;
        page.CopyTo(destination[1..]);
        return 1 + page.Length;
    }

    /// <summary>Reads the part before the pages. False: garbage.</summary>
    public static bool TryDecodeHead(
        ReadOnlySpan<byte> body, out Lsn effective, out PageFeedback feedback, out int count, out ReadOnlySpan<byte> pages)
    {
        var reader = new PageMessageReader(body);
        effective = new Lsn(reader.UInt64());
        feedback = PageFeedback.Read(ref reader);
        count = reader.UInt16();
        bool ok = !reader.Failed && count <= PageProtocol.PagesPerRequestMax;
        pages = ok ? body[(FixedBytes - PageProtocol.HeaderBytes)..] : default;
        return ok;
    }

    /// <summary>Takes the next page off <paramref name="pages"/>; empty when it is absent. False: garbage.</summary>
    public static bool TryDecodePage(ref ReadOnlySpan<byte> pages, out ReadOnlySpan<byte> page)
    {
        page = default;
        if (pages.IsEmpty || pages[0] > 1 || (pages[0] == 1 && pages.Length < 1 + PageFormat.PageSizeBytes))
            return false;
        int size = pages[0] == 1 ? PageFormat.PageSizeBytes : 0;
        page = pages.Slice(1, size);
        pages = pages[(1 + size)..];
        return true;
    }
}
