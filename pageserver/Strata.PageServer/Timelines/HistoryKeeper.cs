using System.Collections.Immutable;
using Strata.Format;
using Strata.Format.Messages;
using Strata.PageServer.Remote;

namespace Strata.PageServer.Timelines;

/// <summary>
/// Moves the start of a timeline's history and keeps leases. The start only grows, is decided under the project's branch lock (so that no branch is born below it), and is
/// in a validated index before anything below it may be dropped.
/// </summary>
internal sealed class HistoryKeeper(PageServerContext context, LayerUploader uploader, CommitTimes times)
{
    /// <summary>Longest lease.</summary>
    public static readonly TimeSpan LeaseMax = TimeSpan.FromDays(1);

    private const int StepsPerWindow = 20;

    /// <summary>Most leases of one timeline.</summary>
    public const int LeasesMax = 10_000;

    /// <summary>Drops expired leases and moves the history's start to the last commit that is older than the window.</summary>
    public bool Advance(Timeline timeline)
    {
        long window = context.Options.HistoryWindow.Ticks / TimeSpan.TicksPerMicrosecond;
        long windowStart = context.NowMicroseconds() - window;
        // In steps: each costs an index.
        if (windowStart - timeline.HistoryStartTime < window / StepsPerWindow)
            return DropExpiredLeases(timeline);
        if (!times.TryFind(timeline, timeline.RemoteConsistentLsn, windowStart, out Lsn cutoff, out _) || cutoff <= timeline.HistoryStart ||
            cutoff <= timeline.AncestorLsn)
            return DropExpiredLeases(timeline);
        lock (timeline.Project.BranchGate)
        {
            // Branches and leases made from now on see the new start; those made before are in Retained, which merges read later than this.
            timeline.PlannedHistoryStart = Lsn.MaxOf(cutoff, timeline.PlannedHistoryStart);
        }
        Publish(timeline, timeline.PlannedHistoryStart);
        timeline.HistoryStartTime = windowStart;
        return true;
    }

    /// <summary>Writes an index of our own generation if there is none yet: from then on no index of an older server counts.</summary>
    public void EnsureOwnIndex(Timeline timeline)
    {
        if (!timeline.HasOwnIndex)
            uploader.PublishHistory(timeline, static index => index);
    }

    private bool DropExpiredLeases(Timeline timeline)
    {
        DateTimeOffset now = context.Time.GetUtcNow();
        if (!timeline.Published.Leases.Any(lease => lease.ExpiresAt <= now))
            return false;
        Publish(timeline, timeline.HistoryStart);
        return true;
    }

    private void Publish(Timeline timeline, Lsn historyStart)
    {
        DateTimeOffset now = context.Time.GetUtcNow();
        ImmutableArray<Lsn> points;
        lock (timeline.Project.BranchGate)
            points = [.. timeline.Project.BranchPointsOf(timeline)];
        uploader.PublishHistory(timeline, index => index with
        {
            BranchPoints = points,
            HistoryStart = Lsn.MaxOf(historyStart, index.HistoryStart),
            Leases = [.. index.Leases.Where(lease => lease.ExpiresAt > now)],
        });
        lock (timeline.Project.BranchGate)
        {
            timeline.AdvanceHistoryStart(timeline.Published.HistoryStart);
            timeline.Project.RefreshRetained(timeline);
        }
    }

    /// <summary>Grants, renews or (duration zero) takes back a lease; durable when it returns.</summary>
    public void Lease(Timeline timeline, string holder, Lsn at, TimeSpan duration)
    {
        if (duration > LeaseMax || holder.Length == 0)
            throw new PageServerException(PageErrorCode.Invalid, $"a lease needs a holder and lasts at most {LeaseMax}");
        // What a branch shares with its ancestor is the ancestor's to keep.
        while (timeline.Ancestor is not null && at < timeline.AncestorLsn)
            timeline = timeline.Ancestor;
        DateTimeOffset now = context.Time.GetUtcNow();
        bool exists = timeline.Published.Leases.Any(lease => lease.Holder == holder && lease.At == at && lease.ExpiresAt > now);
        lock (timeline.Project.BranchGate)
        {
            if (duration > TimeSpan.Zero && !exists && at < timeline.PlannedHistoryStart && !timeline.Retained.Contains(at))
                throw new PageServerException(
                    PageErrorCode.BelowHistory, $"LSN {at} is older than the history that is kept, which begins at {timeline.PlannedHistoryStart}");
            // In memory first: from here on a merge keeps it; if the index can't be written the caller hears so and it does no harm.
            timeline.PendingLeases.Add(at);
            timeline.Project.RefreshRetained(timeline);
        }
        try
        {
            uploader.PublishHistory(timeline, index =>
            {
                ImmutableArray<Lease> others = [.. index.Leases.Where(lease => lease.ExpiresAt > now && !(lease.Holder == holder && lease.At == at))];
                if (others.Length >= LeasesMax)
                    throw new PageServerException(PageErrorCode.Invalid, "too many leases");
                return index with { Leases = duration > TimeSpan.Zero ? others.Add(new Lease(holder, at, now + duration)) : others };
            });
        }
        finally
        {
            lock (timeline.Project.BranchGate)
            {
                timeline.PendingLeases.Remove(at);
                timeline.Project.RefreshRetained(timeline);
            }
        }
    }
}
