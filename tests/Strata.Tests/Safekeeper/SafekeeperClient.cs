using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Safekeeper;

/// <summary>A greeted connection to a safekeeper.</summary>
internal sealed class SafekeeperClient : IDisposable
{
    private readonly IFrameConnection _connection;

    public SafekeeperClient(IFrameConnection connection, SafekeeperPurpose purpose, ProjectId project, TimelineId timeline)
    {
        _connection = connection;
        Send(new SafekeeperGreeting(SafekeeperProtocol.Version, purpose, project, timeline, 0));
        Greeting = (SafekeeperGreetingReply)Receive();
    }

    public SafekeeperGreetingReply Greeting { get; }

    public void Send(SafekeeperMessage message) => _connection.Send(SafekeeperMessageCodec.Encode(message));

    public ReadOnlyMemory<byte> ReceiveFrame() =>
        _connection.Receive(out ReadOnlyMemory<byte> frame, TimeSpan.FromSeconds(20)) ? frame : throw new IOException("closed");

    public SafekeeperMessage Receive() =>
        SafekeeperMessageCodec.TryDecode(ReceiveFrame().Span, out SafekeeperMessage message) ? message : throw new IOException("undecodable");

    public void Dispose() => _connection.Dispose();
}
