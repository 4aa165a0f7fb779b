using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Pages;
using Strata.Engine.Storage;
using Strata.Platform;

namespace Strata.Compute.Pages;

/// <summary>
/// One connection to a page server, used by one caller at a time, who sends and receives on his own thread: no hand-off to a reader thread. After any exception the
/// channel is out of step and must be disposed.
/// </summary>
internal sealed class PageChannel(IFrameConnection connection, PageClientOptions options) : IDisposable
{
    // Requests of one batch that are sent before the first answer is awaited.
    private const int PipelineMax = 4;

    // A blocked receive notices a cancelled query after at most this long.
    private static readonly TimeSpan CancelPoll = TimeSpan.FromMilliseconds(100);

    private readonly GetPagesRequest _request = new() { Project = options.Project, Timeline = options.Timeline };
    private readonly byte[] _buffer = new byte[GetPagesRequest.EncodedBytesMax];
    private ulong _lastRequestId;

    /// <summary>What the page server said about itself in its last answer.</summary>
    public PageFeedback Feedback { get; private set; }

    public void Dispose() => connection.Dispose();

    /// <summary>Reads all pages. <see cref="IOException"/>: the connection broke; <see cref="PageRequestException"/>: refused, channel still good.</summary>
    public void Read(ReadOnlySpan<PageRead> pages, Lsn lsn, TimeProvider time, CancellationToken cancellation)
    {
        int sent = 0;
        int received = 0;
        ulong firstId = _lastRequestId + 1;
        int requests = 0;
        PageRequestException? refused = null;
        for (int answered = 0; received < pages.Length; answered++)
        {
            while (sent < pages.Length && requests - answered < PipelineMax)
            {
                int count = Math.Min(PageProtocol.PagesPerRequestMax, pages.Length - sent);
                Send(pages.Slice(sent, count), lsn);
                sent += count;
                requests++;
            }
            int expected = Math.Min(PageProtocol.PagesPerRequestMax, pages.Length - received);
            try
            {
                ReceivePages(pages.Slice(received, expected), firstId + (ulong)answered, time, cancellation);
            }
            catch (PageRequestException error)
            {
                // The answers of the other requests must be taken off the connection all the same.
                refused ??= error;
            }
            received += expected;
        }
        if (refused is not null)
            throw refused;
    }

    /// <summary>Sends a control request and waits for its answer.</summary>
    public PageControlResponse Call(PageControlRequest request, TimeProvider time, CancellationToken cancellation)
    {
        byte[] buffer = new byte[PageControlRequest.EncodedBytesMax];
        connection.Send(buffer.AsSpan(0, request.Encode(buffer, ++_lastRequestId)));
        ReadOnlySpan<byte> body = Receive(PageMessageKind.Done, _lastRequestId, time, cancellation);
        return PageControlResponse.Decode(body) ?? throw new IOException("garbage from the page server");
    }

    private void Send(ReadOnlySpan<PageRead> pages, Lsn lsn)
    {
        _request.Clear();
        _request.At = lsn;
        foreach (PageRead page in pages)
            _request.Add(page.Key, page.NotBefore);
        int bytes = _request.Encode(_buffer, ++_lastRequestId);
        connection.Send(_buffer.AsSpan(0, bytes));
    }

    private void ReceivePages(ReadOnlySpan<PageRead> pages, ulong requestId, TimeProvider time, CancellationToken cancellation)
    {
        ReadOnlySpan<byte> body = Receive(PageMessageKind.Pages, requestId, time, cancellation);
        if (!GetPagesResponse.TryDecodeHead(body, out _, out PageFeedback feedback, out int count, out ReadOnlySpan<byte> rest) || count != pages.Length)
            throw new IOException("garbage from the page server");
        Feedback = feedback;
        foreach (PageRead read in pages)
        {
            if (!GetPagesResponse.TryDecodePage(ref rest, out ReadOnlySpan<byte> page))
                throw new IOException("garbage from the page server");
            Place(read, page);
        }
        if (!rest.IsEmpty)
            throw new IOException("garbage from the page server");
    }

    private static unsafe void Place(PageRead read, ReadOnlySpan<byte> page)
    {
        var destination = new Span<byte>((void*)read.Destination, PageFormat.PageSizeBytes);
        if (page.IsEmpty)
        {
            destination.Clear();
            return;
        }
        if (!PageFormat.VerifyChecksum(page))
            throw new IOException($"page {read.Key} came with a wrong checksum");
        page.CopyTo(destination);
        // In memory the field is zero: it is written only when a page leaves.
        destination.Slice(8, sizeof(uint)).Clear();
    }

    private ReadOnlySpan<byte> Receive(PageMessageKind kind, ulong requestId, TimeProvider time, CancellationToken cancellation)
    {
        long begin = time.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                if (!connection.Receive(out ReadOnlyMemory<byte> frame, CancelPoll))
                    throw new IOException("the page server closed the connection");
                return Check(frame.Span, kind, requestId);
            }
            catch (TimeoutException)
            {
                if (time.GetElapsedTime(begin) > options.AnswerTimeout)
                    throw new IOException("the page server does not answer");
            }
        }
    }

    private static ReadOnlySpan<byte> Check(ReadOnlySpan<byte> frame, PageMessageKind kind, ulong requestId)
    {
        if (!PageMessageHeader.TryRead(frame, out PageMessageHeader header, out ReadOnlySpan<byte> body) || header.RequestId != requestId)
            throw new IOException("garbage from the page server");
        if (header.Kind == kind)
            return body;
        if (header.Kind == PageMessageKind.Error && PageErrorResponse.Decode(body) is { } error)
            throw new PageRequestException(error.Code, error.Message);
        throw new IOException("garbage from the page server");
    }
}
