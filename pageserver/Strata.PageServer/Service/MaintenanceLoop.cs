using Strata.Format;
using Strata.PageServer.Timelines;
using Strata.Platform;

namespace Strata.PageServer.Service;

/// <summary>
/// Two threads for all timelines: one flushes and uploads, the other moves history and compacts, so that a long merge never holds up what trims the WAL. What fails is tried again
/// with growing pauses, per timeline.
/// </summary>
internal sealed class MaintenanceLoop(
    PageServerContext context, ProjectRegistry projects, LayerFlusher flusher, LayerUploader uploader, HistoryKeeper history, Compactor compactor)
{
    private static readonly TimeSpan UploadInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(10);

    public void RunUploads(CancellationToken cancellation)
    {
        var backoff = new Backoff(context);
        while (!cancellation.IsCancellationRequested)
        {
            foreach (Timeline timeline in projects.Timelines)
                backoff.Try(timeline, "upload", FlushAndUpload);
            context.Scheduler.Sleep(UploadInterval, cancellation);
        }
    }

    public void RunCompaction(CancellationToken cancellation)
    {
        var backoff = new Backoff(context);
        while (context.Scheduler.Sleep(context.Options.MaintenanceInterval, cancellation))
        {
            foreach (Timeline timeline in projects.Timelines)
                backoff.Try(timeline, "compaction", current => Compact(current, cancellation));
            context.Layers.Evict();
        }
    }

    private void FlushAndUpload(Timeline timeline)
    {
        while (!timeline.IsClosed && flusher.FlushOldest(timeline))
        {
            // Until no frozen layer is left.
        }
        if (!timeline.IsClosed)
            uploader.Upload(timeline);
    }

    private void Compact(Timeline timeline, CancellationToken cancellation)
    {
        history.Advance(timeline);
        while (!timeline.IsClosed && !cancellation.IsCancellationRequested && compactor.CompactOnce(timeline))
        {
            // Until nothing is worth merging.
        }
    }

    /// <summary>Remembers which timelines failed and when to try them again. One thread.</summary>
    private sealed class Backoff(PageServerContext context)
    {
        private readonly Dictionary<Timeline, (DateTimeOffset Until, TimeSpan Delay)> _failed = [];

        public void Try(Timeline timeline, string what, Action<Timeline> work)
        {
            if (timeline.Project.Attachment.IsFenced)
                return;
            bool failedBefore = _failed.TryGetValue(timeline, out (DateTimeOffset Until, TimeSpan Delay) failure);
            if (failedBefore && context.Time.GetUtcNow() < failure.Until)
                return;
            try
            {
                work(timeline);
                if (failedBefore)
                {
                    _failed.Remove(timeline);
                    context.Log.Info($"{what} of timeline {timeline.Id} works again");
                }
            }
            catch (Exception error) when (error is ObjectStoreException or IOException or PageServerException or CorruptPageException)
            {
                TimeSpan delay = failedBefore ? TimeSpan.FromTicks(Math.Min(failure.Delay.Ticks * 2, BackoffMax.Ticks)) : BackoffMin;
                _failed[timeline] = (context.Time.GetUtcNow() + delay, delay);
                if (!failedBefore && !timeline.IsClosed)
                    context.Log.Warn($"{what} of timeline {timeline.Id} fails and is tried again: {error.Message}");
            }
        }
    }
}
