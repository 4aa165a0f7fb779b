using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Wal;
using Strata.Platform;

namespace Strata.Compute.Wal;

/// <summary>Reads the leader's log from one safekeeper, in whole checked records, on a connection of its own. Throws <see cref="IOException"/> when it can't. One thread.</summary>
internal sealed class TailReader : IDisposable
{
    private readonly IFrameConnection _connection;
    private readonly QuorumWalOptions _options;
    private readonly ulong _term;
    private readonly UInt128 _proposerId;

    public TailReader(INetwork network, SafekeeperAddress source, QuorumWalOptions options, ulong term, UInt128 proposerId)
    {
        _options = options;
        _term = term;
        _proposerId = proposerId;
        _connection = network.Connect(source.Address, options.ConnectTimeout);
        _connection.Send(SafekeeperMessageCodec.Encode(new SafekeeperGreeting(
            SafekeeperProtocol.Version, SafekeeperPurpose.Proposer, options.Project, options.Timeline, options.Generation)));
        if (!SafekeeperMessageCodec.TryDecode(Receive().Span, out SafekeeperMessage reply) || reply is not SafekeeperGreetingReply)
            throw new IOException($"safekeeper {source.Id} did not answer the greeting");
    }

    /// <summary>Records that begin at an LSN, at least one. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Read(Lsn begin)
    {
        _connection.Send(SafekeeperMessageCodec.Encode(new SafekeeperReadRequest(_term, _proposerId, begin, SafekeeperProtocol.MaxWalBytes)));
        ReadOnlyMemory<byte> frame = Receive();
        if (!SafekeeperWalChunk.TryRead(frame, out SafekeeperWalChunk chunk, out ReadOnlyMemory<byte> wal) || chunk.BeginLsn != begin)
        {
            string text = SafekeeperMessageCodec.TryDecode(frame.Span, out SafekeeperMessage message) && message is SafekeeperError error
                ? error.Text
                : "unexpected answer";
            throw new IOException($"WAL at {begin} could not be copied: {text}");
        }
        int whole = 0;
        while (WalDecoder.TryDecode(wal.Span[whole..], begin + (ulong)whole, out WalRecordReader record) == WalDecodeResult.Record)
            whole += record.Bytes.Length;
        if (whole == 0)
            throw new IOException($"no whole record at {begin}");
        return wal[..whole];
    }

    public void Dispose() => _connection.Dispose();

    private ReadOnlyMemory<byte> Receive() =>
        _connection.Receive(out ReadOnlyMemory<byte> frame, _options.AnswerTimeout) ? frame : throw new IOException("connection closed");
}
