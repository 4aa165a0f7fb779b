using Strata.Format;
using Strata.Format.Messages;
using Strata.PageServer.Timelines;
using Strata.Platform;

namespace Strata.PageServer.Service;

/// <summary>
/// Asks safekeepers how far a timeline's log goes. Whatever a client was told is committed is flushed on a majority, so it is below the highest flush position of any majority.
/// </summary>
internal sealed class AcknowledgedLsn(PageServerContext context)
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>The highest flush position of a majority; what is known of fewer when no majority answers.</summary>
    public Lsn Ask(Timeline timeline)
    {
        Lsn highest = Lsn.Zero;
        int answers = 0;
        foreach (string address in context.Options.SafekeeperAddresses)
        {
            if (AskOne(address, timeline) is { } flushed)
            {
                answers++;
                highest = Lsn.MaxOf(highest, flushed);
            }
            if (answers > context.Options.SafekeeperAddresses.Count / 2)
                break;
        }
        return highest;
    }

    private Lsn? AskOne(string address, Timeline timeline)
    {
        try
        {
            using IFrameConnection connection = context.Network.Connect(address, AskTimeout);
            connection.Send(SafekeeperMessageCodec.Encode(new SafekeeperGreeting(
                SafekeeperProtocol.Version, SafekeeperPurpose.Admin, timeline.Project.Id, timeline.Id, 0)));
            if (!connection.Receive(out ReadOnlyMemory<byte> greeting, AskTimeout) ||
                !SafekeeperMessageCodec.TryDecode(greeting.Span, out SafekeeperMessage reply) || reply is not SafekeeperGreetingReply)
                return null;
            connection.Send(SafekeeperMessageCodec.Encode(new SafekeeperStatusRequest()));
            return connection.Receive(out ReadOnlyMemory<byte> frame, AskTimeout) &&
                SafekeeperMessageCodec.TryDecode(frame.Span, out SafekeeperMessage message) && message is SafekeeperStatus status
                ? status.FlushLsn
                : null;
        }
        catch (Exception error) when (error is IOException or TimeoutException)
        {
            context.Log.Debug($"status of timeline {timeline.Id} from {address}: {error.Message}");
            return null;
        }
    }
}
