using Strata.Format;
using Strata.Format.Messages;
using Strata.PageServer.Remote;
using Strata.PageServer.Timelines;

namespace Strata.PageServer.Service;

/// <summary>Carries out control requests. Each is idempotent: repeating one whose answer was lost gives the same answer. Thread-safe.</summary>
internal sealed class TimelineCommands(
    PageServerContext context, ProjectRegistry projects, HistoryKeeper history, CommitTimes times)
{
    // How long a branch at "now" waits for WAL that may just have been acknowledged.
    private static readonly TimeSpan HeadWait = TimeSpan.FromSeconds(1);

    private readonly AcknowledgedLsn _acknowledged = new(context);
    private readonly BaseImages _bases = new(context);

    public PageControlResponse Run(PageControlRequest request)
    {
        switch (request.Kind)
        {
            case PageMessageKind.ProjectCreate:
                projects.Create(request.Project);
                return Answer(Lsn.Zero);
            case PageMessageKind.ProjectDelete:
                projects.Delete(request.Project);
                return Answer(Lsn.Zero);
            case PageMessageKind.TimelineCreate:
                return Create(request);
            case PageMessageKind.TimelineDelete:
                projects.Require(request.Project).Delete(request.Timeline);
                return Answer(Lsn.Zero);
            case PageMessageKind.TimelineList:
                return new PageControlResponse(
                    Lsn.Zero, [.. projects.Require(request.Project).Timelines.OrderBy(static timeline => timeline.Id).Select(static timeline => timeline.Info())]);
            case PageMessageKind.TimelineStatus:
                Timeline shown = projects.Require(request.Project, request.Timeline);
                return Answer(shown.IngestedLsn, shown);
            case PageMessageKind.LsnForTime:
                return Answer(FindLsn(projects.Require(request.Project, request.Timeline), request.TimeMicroseconds));
            case PageMessageKind.LeaseLsn:
                history.Lease(
                    projects.Require(request.Project, request.Timeline), request.Text, request.At, TimeSpan.FromSeconds(request.DurationSeconds));
                return Answer(request.At);
            case PageMessageKind.BaseSave:
                return Answer(_bases.Save(projects.Require(request.Project, request.Timeline), request.Text));
            case PageMessageKind.Flush:
                return Answer(Flush(projects.Require(request.Project, request.Timeline)));
            default:
                throw new PageServerException(PageErrorCode.Invalid, $"{request.Kind} is not a control request");
        }
    }

    private static PageControlResponse Answer(Lsn at, Timeline? timeline = null) => new(at, timeline is null ? [] : [timeline.Info()]);

    private PageControlResponse Create(PageControlRequest request)
    {
        if (request.Timeline.Value == 0)
            throw new PageServerException(PageErrorCode.Invalid, "a timeline needs an id");
        Project project = projects.Require(request.Project);
        Timeline? ancestor = null;
        Lsn at = Lsn.First;
        TimelineIndex? index = null;
        if (request.Ancestor.Value != 0)
        {
            ancestor = projects.Require(request.Project, request.Ancestor);
            projects.EnsureIngest(ancestor);
            // A repeated request must not pick a newer head than the first one did.
            at = project.Find(request.Timeline) is { } existing ? existing.AncestorLsn : BranchPoint(ancestor, request.At);
            // Below its own branch point a timeline is its ancestor.
            while (ancestor.Ancestor is not null && at < ancestor.AncestorLsn)
                ancestor = ancestor.Ancestor;
            history.EnsureOwnIndex(ancestor);
        }
        else if (request.Text.Length > 0)
        {
            index = _bases.Load(request.Text);
            at = index.ConsistentLsn;
        }
        Timeline timeline = project.Create(request.Timeline, ancestor, at, request.Text, index);
        projects.EnsureIngest(timeline);
        return Answer(timeline.AncestorLsn, timeline);
    }

    /// <summary>The LSN at or below the one asked for that is a record boundary and durable.</summary>
    private Lsn BranchPoint(Timeline ancestor, Lsn at)
    {
        if (at == Lsn.Max)
        {
            CatchUp(ancestor);
            return ancestor.IngestedLsn;
        }
        if (!ancestor.WaitIngested(at, context.Options.ReadWaitMax, context.Time))
            throw new PageServerException(PageErrorCode.NotYet, $"LSN {at} is beyond what timeline {ancestor.Id} has, {ancestor.IngestedLsn}");
        if (at == ancestor.IngestedLsn || at == ancestor.AncestorLsn || ancestor.Retained.Contains(at))
            return at;
        // Commits are record boundaries, and what follows the last one at or below is not visible at that LSN anyway.
        return times.TryFind(ancestor, at, long.MaxValue, out Lsn commit, out _) ? commit : ancestor.AncestorLsn;
    }

    private Lsn FindLsn(Timeline timeline, long time)
    {
        projects.EnsureIngest(timeline);
        CatchUp(timeline);
        return times.TryFind(timeline, timeline.IngestedLsn, time, out Lsn lsn, out _)
            ? lsn
            : throw new PageServerException(PageErrorCode.BelowHistory, "the history of this timeline begins after that time");
    }

    // What was acknowledged before the request came is on a quorum, though perhaps not yet here.
    private void CatchUp(Timeline timeline)
    {
        Lsn acknowledged = _acknowledged.Ask(timeline);
        if (!timeline.WaitIngested(acknowledged, HeadWait, context.Time))
            context.Log.Info($"timeline {timeline.Id} is at {timeline.IngestedLsn}, a safekeeper at {acknowledged}: going on without what may not be committed");
    }

    private Lsn Flush(Timeline timeline)
    {
        Lsn target = timeline.IngestedLsn;
        projects.EnsureIngest(timeline);
        timeline.RequestFreeze();
        long begin = context.Time.GetTimestamp();
        while (timeline.RemoteConsistentLsn < target)
        {
            if (timeline.IsClosed || context.Time.GetElapsedTime(begin) > context.Options.ReadWaitMax)
                throw new PageServerException(PageErrorCode.Unavailable, "the object store does not keep up");
            timeline.WaitForChange(TimeSpan.FromMilliseconds(100));
        }
        return timeline.RemoteConsistentLsn;
    }
}
