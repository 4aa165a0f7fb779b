using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Strata.Safekeeper.Timelines;

namespace Strata.Safekeeper.Connections;

/// <summary>
/// Sends committed WAL of a timeline to one reader, as fast as it is read: all that was committed since the last chunk goes in the next. Reads what was removed
/// locally from the object store. Without news it sends an empty chunk now and then, so that either side notices a dead peer. A stream of small commits is sent in portions, a few hundred
/// a second: the reader hardly ever waits for the newest of them, and each portion costs both sides a wake-up.
/// </summary>
internal sealed class WalStreamer(
    IFrameConnection connection, SafekeeperTimeline timeline, LogReader reader, Lsn start, IScheduler scheduler, Log log)
{
    private const int ChunkBytes = 1 << 20;
    private const ulong PortionBytes = 64 << 10;
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_portion = TimeSpan.FromMilliseconds(3);

    /// <summary>The body of the streaming thread.</summary>
    public void Run(CancellationToken cancellation)
    {
        try
        {
            Stream(cancellation);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The reader went, or the timeline closed: the connection's own thread reports it.
        }
        finally
        {
            connection.Dispose();
        }
    }

    private void Stream(CancellationToken cancellation)
    {
        byte[] head = new byte[SafekeeperWalChunk.HeaderBytes];
        byte[] buffer = new byte[64 << 10];
        Lsn position = start;
        long sentAt = 0;
        while (!cancellation.IsCancellationRequested)
        {
            Lsn commit = timeline.WaitForCommit(position, s_heartbeat);
            TimeSpan early = sentAt == 0 ? TimeSpan.Zero : s_portion - scheduler.Time.GetElapsedTime(sentAt);
            if (early > TimeSpan.Zero && commit < position + PortionBytes)
            {
                scheduler.Sleep(early, cancellation);
                commit = timeline.CommitLsn;
            }
            int count = 0;
            if (commit > position)
            {
                int wanted = (int)Math.Min(commit - position, ChunkBytes);
                if (buffer.Length < wanted)
                    buffer = new byte[ChunkBytes];
                count = reader.Read(new SafekeeperReadRequest(0, 0, position, wanted), buffer, out _);
                if (count <= 0)
                {
                    log.Warn($"timeline {timeline.Timeline}: a reader asked for WAL at {position}, which is neither here nor in the object store");
                    connection.Send(SafekeeperMessageCodec.Encode(
                        new SafekeeperError(SafekeeperErrorKind.WalRemoved, $"WAL at {position} is neither here nor in the object store")));
                    return;
                }
            }
            new SafekeeperWalChunk(position, commit).WriteTo(head);
            connection.Send(head, buffer.AsSpan(0, count));
            sentAt = scheduler.Time.GetTimestamp();
            position += (ulong)count;
        }
    }
}
