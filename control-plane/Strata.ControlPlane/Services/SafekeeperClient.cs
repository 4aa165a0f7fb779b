using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;

namespace Strata.ControlPlane.Services;

/// <summary>Asks one safekeeper. Blocking; thread-safe.</summary>
internal sealed class SafekeeperClient(INetwork network, string address)
{
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromSeconds(30);

    private readonly FrameCall _call = new(network, "safekeeper at " + address, address);

    /// <summary>Deletes a timeline for ever. Idempotent.</summary>
    public void DeleteTimeline(ProjectId project, TimelineId timeline) => _call.Run(connection =>
    {
        SafekeeperGreeting greeting = new(SafekeeperProtocol.Version, SafekeeperPurpose.Admin, project, timeline, 0);
        connection.Send(SafekeeperMessageCodec.Encode(greeting));
        Expect<SafekeeperGreetingReply>(connection);
        connection.Send(SafekeeperMessageCodec.Encode(new SafekeeperDeleteTimeline()));
        return Expect<SafekeeperDone>(connection);
    });

    private static T Expect<T>(IFrameConnection connection)
        where T : SafekeeperMessage
    {
        if (!SafekeeperMessageCodec.TryDecode(FrameCall.Receive(connection, s_answerTimeout).Span, out SafekeeperMessage answer))
            throw new IOException("malformed answer");
        return answer as T ?? throw new IOException(answer is SafekeeperError error ? error.Text : $"expected {typeof(T).Name}");
    }
}
