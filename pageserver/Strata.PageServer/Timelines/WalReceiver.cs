using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;

namespace Strata.PageServer.Timelines;

/// <summary>
/// The connection from which a timeline's committed WAL comes: one safekeeper at a time, the next one when it fails, lags or sends garbage. Tells it how far the timeline
/// is, by which writers are throttled and WAL is trimmed.
/// </summary>
internal sealed class WalReceiver(PageServerContext context, Timeline timeline)
{
    // Frozen layers that may wait in memory for a slow or full disk.
    private const int FrozenLayersMax = 3;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReceiveTimeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FeedbackInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromSeconds(1);

    private readonly WalIngest _ingest = new(context, timeline);
    private int _safekeeper;
    private SafekeeperStreamFeedback? _sent;
    private long _sentAt;
    private long _lastWalAt;
    private bool _complained;

    /// <summary>Receives until cancelled, the timeline is closed, or it has been idle long enough and is entirely in the object store.</summary>
    public void Run(CancellationToken cancellation)
    {
        _lastWalAt = context.Time.GetTimestamp();
        TimeSpan delay = TimeSpan.FromMilliseconds(20);
        while (!cancellation.IsCancellationRequested && !timeline.IsClosed && !timeline.Project.Attachment.IsFenced && !IsIdle())
        {
            string address = context.Options.SafekeeperAddresses[_safekeeper % context.Options.SafekeeperAddresses.Count];
            Lsn before = timeline.IngestedLsn;
            try
            {
                using IFrameConnection connection = context.Network.Connect(address, ConnectTimeout);
                Stream(connection, address, cancellation);
            }
            catch (Exception error) when (error is IOException or TimeoutException or CorruptPageException)
            {
                Complain($"WAL of timeline {timeline.Id} from safekeeper {address}: {error.Message}", error is CorruptPageException);
            }
            _ingest.Restart();
            _safekeeper++;
            delay = timeline.IngestedLsn > before ? TimeSpan.FromMilliseconds(20) : delay * 2 < RetryDelayMax ? delay * 2 : RetryDelayMax;
            context.Scheduler.Sleep(delay, cancellation);
            _ingest.FreezeIfDue();
        }
    }

    private void Stream(IFrameConnection connection, string address, CancellationToken cancellation)
    {
        connection.Send(SafekeeperMessageCodec.Encode(new SafekeeperGreeting(
            SafekeeperProtocol.Version, SafekeeperPurpose.Reader, timeline.Project.Id, timeline.Id, 0)));
        if (!connection.Receive(out ReadOnlyMemory<byte> first, ConnectTimeout))
            return;
        if (!SafekeeperMessageCodec.TryDecode(first.Span, out SafekeeperMessage message))
            throw new IOException("garbage instead of a greeting");
        if (message is not SafekeeperGreetingReply { TimelineExists: true })
        {
            if (message is SafekeeperError error)
                Complain($"safekeeper {address} refuses timeline {timeline.Id}: {error.Text}", false);
            return;
        }
        connection.Send(SafekeeperMessageCodec.Encode(new SafekeeperStreamRequest(timeline.IngestedLsn)));
        _sent = null;
        while (!cancellation.IsCancellationRequested && !timeline.IsClosed && !timeline.Project.Attachment.IsFenced)
        {
            SendFeedback(connection);
            if (IsBehind())
            {
                // The object store, the disk or compaction is behind: leave the WAL where it is safe, and let writers feel it through the feedback.
                timeline.WaitForChange(ReceiveTimeout);
                continue;
            }
            if (!ReceiveOne(connection))
                return;
        }
    }

    private bool IsBehind() =>
        timeline.Map.Memory.Length > 1 + FrozenLayersMax ||
        timeline.PendingUploadBytes() > context.Options.PendingUploadBytesMax ||
        timeline.DebtBytes() > context.Options.DebtBytesMax;

    private bool ReceiveOne(IFrameConnection connection)
    {
        try
        {
            if (!connection.Receive(out ReadOnlyMemory<byte> frame, ReceiveTimeout))
                return false;
            if (SafekeeperWalChunk.TryRead(frame, out SafekeeperWalChunk chunk, out ReadOnlyMemory<byte> wal))
            {
                TakeChunk(chunk, wal.Span);
                return true;
            }
            string what = SafekeeperMessageCodec.TryDecode(frame.Span, out SafekeeperMessage message) && message is SafekeeperError error
                ? error.Text
                : "garbage in the WAL stream";
            throw new IOException(what);
        }
        catch (TimeoutException)
        {
            _ingest.FreezeIfDue();
            // Somebody waits for WAL that this safekeeper does not have: another one may.
            return timeline.WantedLsn <= timeline.IngestedLsn && !IsIdle();
        }
    }

    private void TakeChunk(SafekeeperWalChunk chunk, ReadOnlySpan<byte> wal)
    {
        if (wal.IsEmpty)
            return;
        if (chunk.BeginLsn != _ingest.NextByte)
            throw new IOException($"WAL chunk begins at {chunk.BeginLsn} instead of {_ingest.NextByte}");
        _ingest.Append(wal);
        _lastWalAt = context.Time.GetTimestamp();
        _complained = false;
    }

    private void SendFeedback(IFrameConnection connection)
    {
        var feedback = new SafekeeperStreamFeedback(timeline.IngestedLsn, timeline.RemoteConsistentLsn);
        if (feedback == _sent || (_sent is not null && context.Time.GetElapsedTime(_sentAt) < FeedbackInterval && feedback.RemoteConsistentLsn == _sent.RemoteConsistentLsn))
            return;
        connection.Send(SafekeeperMessageCodec.Encode(feedback));
        _sent = feedback;
        _sentAt = context.Time.GetTimestamp();
    }

    private bool IsIdle() =>
        timeline.RemoteConsistentLsn == timeline.IngestedLsn && timeline.WantedLsn <= timeline.IngestedLsn &&
        context.Time.GetElapsedTime(_lastWalAt) > context.Options.IdleIngestAfter &&
        (timeline.LastReadAt == 0 || context.Time.GetElapsedTime(timeline.LastReadAt) > context.Options.IdleIngestAfter);

    // One line when it begins, not one per attempt.
    private void Complain(string message, bool serious)
    {
        if (serious)
            context.Log.Warn(message);
        else if (!_complained)
            context.Log.Info(message);
        _complained = true;
    }
}
