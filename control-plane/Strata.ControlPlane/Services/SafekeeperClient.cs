using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;

namespace Strata.ControlPlane.Services;

/// <summary>Asks one safekeeper. Blocking; thread-safe.</summary>
internal sealed class SafekeeperClient(INetwork network, string address)
{
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromSeconds(30);

    private readonly FrameCall _call = new(network, "safekeeper at " + address, address);

    /// <summary>The directory that the safekeeper has now.</summary>
    public ulong Incarnation(ProjectId project, TimelineId timeline) =>
        _call.Run(connection => Greet(connection, project, timeline).Member.Incarnation);

    /// <summary>Creates a timeline whose log begins at <paramref name="start"/>. Idempotent.</summary>
    public void CreateTimeline(ProjectId project, TimelineId timeline, Lsn start, ulong incarnation) =>
        Command(project, timeline, new SafekeeperCreateTimeline(start, incarnation));

    /// <summary>Deletes a timeline for ever. Idempotent.</summary>
    public void DeleteTimeline(ProjectId project, TimelineId timeline) =>
        Command(project, timeline, new SafekeeperDeleteTimeline());

    private void Command(ProjectId project, TimelineId timeline, SafekeeperMessage command) => _call.Run(connection =>
    {
        Greet(connection, project, timeline);
        connection.Send(SafekeeperMessageCodec.Encode(command));
        return Expect<SafekeeperDone>(connection);
    });

    private static SafekeeperGreetingReply Greet(IFrameConnection connection, ProjectId project, TimelineId timeline)
    {
        SafekeeperGreeting greeting = new(SafekeeperProtocol.Version, SafekeeperPurpose.Admin, project, timeline, 0);
        connection.Send(SafekeeperMessageCodec.Encode(greeting));
        return Expect<SafekeeperGreetingReply>(connection);
    }

    private static T Expect<T>(IFrameConnection connection)
        where T : SafekeeperMessage
    {
        if (!SafekeeperMessageCodec.TryDecode(FrameCall.Receive(connection, s_answerTimeout).Span, out SafekeeperMessage answer))
            throw new IOException("malformed answer");
        return answer as T ?? throw new IOException(answer is SafekeeperError error ? error.Text : $"expected {typeof(T).Name}");
    }
}
