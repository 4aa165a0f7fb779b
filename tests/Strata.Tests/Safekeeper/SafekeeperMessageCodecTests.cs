using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Safekeeper;

public class SafekeeperMessageCodecTests
{
    private static readonly SafekeeperMember s_member = new(3, 5);

    private static TermHistory History(params (ulong Term, ulong Start)[] switches)
    {
        Assert.True(TermHistory.TryCreate([.. switches.Select(entry => new TermSwitch(entry.Term, new Lsn(entry.Start)))], out TermHistory history));
        return history;
    }

    private static readonly TermHistory s_history = History((0, 16), (2, 400), (7, 400), (8, 9000));

    public static TheoryData<SafekeeperMessage> Messages => new(
        new SafekeeperGreeting(SafekeeperProtocol.Version, SafekeeperPurpose.Reader, new ProjectId(1), new TimelineId(UInt128.MaxValue), 4),
        new SafekeeperGreetingReply(s_member, true, ulong.MaxValue),
        new SafekeeperVoteRequest(9, 77, 2, [s_member, new SafekeeperMember(1, 0)]),
        new SafekeeperVoteResponse(s_member, 9, 8, SafekeeperVoteRefusal.NotCaughtUp, new Lsn(9100), new Lsn(9000), new Lsn(16), s_history, 2, [s_member]),
        new SafekeeperElected(9, 77, new Lsn(9000), new Lsn(16), s_history, new Lsn(8000), 3, 2, [s_member]),
        new SafekeeperReadRequest(9, 77, new Lsn(9000), SafekeeperProtocol.MaxWalBytes),
        new SafekeeperStreamRequest(new Lsn(9000)),
        new SafekeeperStreamFeedback(new Lsn(9001), new Lsn(9000)),
        new SafekeeperStatusRequest(),
        new SafekeeperStatus(s_member, true, false, 9, 8, new Lsn(1), new Lsn(2), new Lsn(3), new Lsn(4), new Lsn(5), new Lsn(6), new Lsn(7)),
        new SafekeeperCreateTimeline(new Lsn(16), 3),
        new SafekeeperDeleteTimeline(),
        new SafekeeperDone(),
        new SafekeeperError(SafekeeperErrorKind.WalRemoved, "weg · gone"));

    [Theory, MemberData(nameof(Messages))]
    public void Every_message_survives_the_wire_and_no_cut_of_it_does(SafekeeperMessage message)
    {
        byte[] frame = SafekeeperMessageCodec.Encode(message);
        Assert.True(SafekeeperMessageCodec.TryDecode(frame, out SafekeeperMessage decoded));
        Assert.Equal(frame, SafekeeperMessageCodec.Encode(decoded));
        Assert.Equal(message.GetType(), decoded.GetType());
        for (int length = 0; length < frame.Length; length++)
            Assert.False(SafekeeperMessageCodec.TryDecode(frame.AsSpan(0, length), out _), $"cut at {length}");
        Assert.False(SafekeeperMessageCodec.TryDecode([.. frame, 0], out _), "with a byte too many");
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new SeededRandom(1);
        byte[] frame = new byte[300];
        for (int i = 0; i < 20_000; i++)
        {
            Span<byte> bytes = frame.AsSpan(0, random.Next(frame.Length));
            random.Fill(bytes);
            if (bytes.Length > 0)
                bytes[0] = (byte)random.Next(20);
            if (SafekeeperMessageCodec.TryDecode(bytes, out SafekeeperMessage message))
                Assert.Equal(bytes[0], (byte)message.Kind);
        }
    }

    [Fact]
    public void Appends_and_chunks_carry_their_bytes()
    {
        var request = new SafekeeperAppendRequest(4, new Lsn(100), new Lsn(90), new Lsn(80), new Lsn(85));
        byte[] frame = new byte[SafekeeperAppendRequest.HeaderBytes + 3];
        request.WriteTo(frame);
        frame[^1] = 42;
        Assert.True(SafekeeperAppendRequest.TryRead(frame, out SafekeeperAppendRequest read, out ReadOnlyMemory<byte> wal));
        Assert.Equal(request, read);
        Assert.Equal([0, 0, 42], wal.ToArray());
        Assert.False(SafekeeperAppendRequest.TryRead(frame.AsMemory(0, 20), out _, out _));

        var response = new SafekeeperAppendResponse(4, new Lsn(103), new Lsn(90), new Lsn(80), new Lsn(85), MayVote: true, Adopted: false, Round: 6);
        byte[] answer = new byte[SafekeeperAppendResponse.SizeBytes];
        response.WriteTo(answer);
        Assert.True(SafekeeperAppendResponse.TryRead(answer, out SafekeeperAppendResponse readResponse));
        Assert.Equal(response, readResponse);

        var chunk = new SafekeeperWalChunk(new Lsn(5), new Lsn(9));
        chunk.WriteTo(frame);
        Assert.True(SafekeeperWalChunk.TryRead(frame, out SafekeeperWalChunk readChunk, out _));
        Assert.Equal(chunk, readChunk);
        Assert.False(SafekeeperWalChunk.TryRead(new byte[SafekeeperWalChunk.HeaderBytes + SafekeeperProtocol.MaxWalBytes + 1], out _, out _));
    }

    [Fact]
    public void A_begin_lsn_that_would_overflow_is_refused()
    {
        byte[] frame = new byte[SafekeeperAppendRequest.HeaderBytes + 8];
        new SafekeeperAppendRequest(1, new Lsn(ulong.MaxValue - 3), default, default, default).WriteTo(frame);
        Assert.False(SafekeeperAppendRequest.TryRead(frame, out _, out _));
    }

    [Fact]
    public void The_highest_common_point_is_where_histories_part()
    {
        TermHistory left = History((0, 16), (1, 100), (3, 250));
        TermHistory right = History((0, 16), (1, 100), (2, 200));
        Assert.Equal(new Lsn(200), TermHistory.HighestCommonPoint(left, new Lsn(400), right, new Lsn(300)));
        Assert.Equal(new Lsn(200), TermHistory.HighestCommonPoint(right, new Lsn(300), left, new Lsn(400)));

        // A log that ends early shares no more than it has; a term whose start it did not reach says nothing.
        Assert.Equal(new Lsn(150), TermHistory.HighestCommonPoint(left, new Lsn(150), right, new Lsn(300)));
        Assert.Equal(new Lsn(60), TermHistory.HighestCommonPoint(left, new Lsn(60), right, new Lsn(300)));
        Assert.Equal(new Lsn(300), TermHistory.HighestCommonPoint(right, new Lsn(300), right.Append(9, new Lsn(300)), Lsn.Max));
        Assert.Null(TermHistory.HighestCommonPoint(History((5, 500)), new Lsn(600), left, new Lsn(400)));
        Assert.Equal(3ul, left.TermAt(new Lsn(250)));
        Assert.Equal(1ul, left.TermAt(new Lsn(249)));
    }

    [Fact]
    public void Histories_out_of_order_are_refused()
    {
        Assert.False(TermHistory.TryCreate([new TermSwitch(2, new Lsn(16)), new TermSwitch(2, new Lsn(20))], out _));
        Assert.False(TermHistory.TryCreate([new TermSwitch(2, new Lsn(16)), new TermSwitch(3, new Lsn(15))], out _));
    }
}
