using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Pages;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.PageServer;

public class PageMessageTests
{
    private readonly SeededRandom _random = new(3);

    [Fact]
    public void Get_pages_round_trips()
    {
        var request = new GetPagesRequest { Project = new(7), Timeline = new(8), At = new Lsn(99) };
        for (uint block = 0; block < PageProtocol.PagesPerRequestMax; block++)
            request.Add(new PageKey(5, 1000, Fork.Visibility, block), new Lsn(block));
        byte[] frame = new byte[GetPagesRequest.EncodedBytesMax];
        int bytes = request.Encode(frame, 42);
        Assert.Equal(frame.Length, bytes);
        Assert.True(PageMessageHeader.TryRead(frame, out PageMessageHeader header, out ReadOnlySpan<byte> body));
        Assert.Equal((PageMessageKind.GetPages, 42UL), (header.Kind, header.RequestId));
        var back = new GetPagesRequest();
        Assert.True(back.TryDecode(body));
        Assert.Equal((request.Project, request.Timeline, request.At), (back.Project, back.Timeline, back.At));
        Assert.True(request.Keys.SequenceEqual(back.Keys) && request.NotBefore.SequenceEqual(back.NotBefore));
        Assert.False(back.TryDecode(body[..^1]));
    }

    [Fact]
    public void Pages_round_trip_present_and_absent()
    {
        byte[] page = new byte[PageFormat.PageSizeBytes];
        _random.Fill(page);
        byte[] frame = new byte[GetPagesResponse.EncodedBytesMax(2)];
        int used = GetPagesResponse.EncodeHead(frame, 1, new Lsn(5), new PageFeedback(new Lsn(6), new Lsn(4), 77), 2);
        used += GetPagesResponse.EncodePage(frame.AsSpan(used), default);
        used += GetPagesResponse.EncodePage(frame.AsSpan(used), page);
        Assert.True(PageMessageHeader.TryRead(frame.AsSpan(0, used), out _, out ReadOnlySpan<byte> body));
        Assert.True(GetPagesResponse.TryDecodeHead(body, out Lsn effective, out PageFeedback feedback, out int count, out ReadOnlySpan<byte> rest));
        Assert.Equal((new Lsn(5), new PageFeedback(new Lsn(6), new Lsn(4), 77), 2), (effective, feedback, count));
        Assert.True(GetPagesResponse.TryDecodePage(ref rest, out ReadOnlySpan<byte> absent) && absent.IsEmpty);
        Assert.True(GetPagesResponse.TryDecodePage(ref rest, out ReadOnlySpan<byte> present) && present.SequenceEqual(page));
        Assert.True(rest.IsEmpty);
        Assert.False(GetPagesResponse.TryDecodePage(ref rest, out _));
    }

    [Fact]
    public void Control_messages_round_trip()
    {
        var request = new PageControlRequest(
            PageMessageKind.LeaseLsn, new(1), new(2), new(3), new Lsn(4), -5, 6, "Übergabe");
        byte[] frame = new byte[PageControlRequest.EncodedBytesMax];
        int bytes = request.Encode(frame, 9);
        Assert.True(PageMessageHeader.TryRead(frame.AsSpan(0, bytes), out PageMessageHeader header, out ReadOnlySpan<byte> body));
        Assert.Equal(request, PageControlRequest.Decode(header.Kind, body));

        var info = new TimelineInfo(new(1), new(2), new Lsn(3), new PageFeedback(new Lsn(4), new Lsn(5), 6), new Lsn(7), 8, 9, 10);
        var response = new PageControlResponse(new Lsn(11), [info, info with { StoredBytes = 0 }]);
        frame = new byte[response.EncodedBytes];
        Assert.Equal(frame.Length, response.Encode(frame, 9));
        PageControlResponse? back = PageControlResponse.Decode(frame.AsSpan(PageProtocol.HeaderBytes));
        Assert.Equal(response.At, back!.At);
        Assert.Equal(response.Timelines, back.Timelines);

        var error = new PageErrorResponse(PageErrorCode.BelowHistory, new string('é', 3000));
        frame = new byte[PageErrorResponse.EncodedBytesMax];
        bytes = error.Encode(frame, 1);
        Assert.StartsWith("éé", PageErrorResponse.Decode(frame.AsSpan(PageProtocol.HeaderBytes, bytes - PageProtocol.HeaderBytes))!.Message);
    }

    [Fact]
    public void Garbage_never_throws()
    {
        var request = new GetPagesRequest();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] frame = new byte[_random.Next(300)];
            _random.Fill(frame);
            if (frame.Length > 1 && i % 2 == 0)
                frame[1] = PageProtocol.Version;
            if (!PageMessageHeader.TryRead(frame, out PageMessageHeader header, out ReadOnlySpan<byte> body))
                continue;
            request.TryDecode(body);
            PageControlRequest.Decode(header.Kind, body);
            PageControlResponse.Decode(body);
            PageErrorResponse.Decode(body);
            if (GetPagesResponse.TryDecodeHead(body, out _, out _, out _, out ReadOnlySpan<byte> rest))
                GetPagesResponse.TryDecodePage(ref rest, out _);
        }
    }
}
