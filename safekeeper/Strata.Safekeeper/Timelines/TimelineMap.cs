using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Strata.Safekeeper.Consensus;
using Strata.Safekeeper.Storage;

namespace Strata.Safekeeper.Timelines;

/// <summary>
/// The timelines of one safekeeper's directory:
/// <code>
/// identity                              which safekeeper, which life
/// spare/N                               segments ready for use
/// timelines/PROJECT/TIMELINE/control    durable acceptor state
/// timelines/PROJECT/TIMELINE/wal/N      segments
/// tombstones/PROJECT-TIMELINE           deleted for ever
/// </code>
/// Thread-safe.
/// </summary>
internal sealed class TimelineMap(SafekeeperMember self, IFileSystem root, SegmentPool pool, Action<WalLog> sync, Log log) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TimelineKey, SafekeeperTimeline> _timelines = [];

    internal AcceptorFaults Faults { get; init; }

    /// <summary>Opens all timelines. One whose files are damaged is left out with a log line: its peers serve it, and an operator decides.</summary>
    public void OpenAll()
    {
        root.CreateDirectory("tombstones");
        foreach (string projectName in root.List("timelines"))
        {
            foreach (string timelineName in root.List($"timelines/{projectName}"))
            {
                if (!ProjectId.TryParse(projectName, out ProjectId project) || !TimelineId.TryParse(timelineName, out TimelineId timeline))
                    continue;
                var key = new TimelineKey(project, timeline);
                if (root.Exists(key.Tombstone))
                    root.DeleteDirectory(key.Path); // a deletion that was not finished
                else
                    Open(key);
            }
        }
    }

    /// <summary>A timeline, or null when this safekeeper does not have it.</summary>
    public SafekeeperTimeline? Find(TimelineKey key)
    {
        lock (_lock)
            return _timelines.GetValueOrDefault(key);
    }

    public SafekeeperTimeline[] All()
    {
        lock (_lock)
            return [.. _timelines.Values];
    }

    /// <summary>
    /// Creates a timeline, or finds it. Returns null with the reason when it was deleted, or exists with another start. See <see cref="SafekeeperCreateTimeline"/> for the incarnation.
    /// </summary>
    public SafekeeperTimeline? Create(TimelineKey key, Lsn startLsn, ulong incarnation, out string reason)
    {
        var state = new AcceptorState(key.Project, key.Timeline, startLsn, startLsn) { MayVote = incarnation == self.Incarnation, Members = [self] };
        SafekeeperTimeline? timeline = Add(key, state, out reason);
        if (timeline is null || timeline.State.TimelineStartLsn == startLsn)
            return timeline;
        reason = $"timeline {key} exists and begins at {timeline.State.TimelineStartLsn}, not at {startLsn}";
        return null;
    }

    /// <summary>Makes the place for a timeline that a leader streams to a safekeeper that does not have it: without a vote until it caught up.</summary>
    public SafekeeperTimeline? CreateForLeader(TimelineKey key, SafekeeperElected elected, out string reason)
    {
        if (elected.History.IsEmpty)
        {
            reason = "election without a history";
            return null;
        }
        var state = new AcceptorState(key.Project, key.Timeline, elected.History.Switches[0].StartLsn, elected.BaseLsn)
        {
            MayVote = false,
            History = elected.History,
            UploadedLsn = elected.BaseLsn,
            RemoteConsistentLsn = elected.History.Switches[0].StartLsn,
        };
        return Add(key, state, out reason);
    }

    /// <summary>Deletes a timeline for ever; repeating it is no error. The tombstone comes first, so a crash in the middle is finished at the next start.</summary>
    public void Delete(TimelineKey key)
    {
        lock (_lock)
        {
            using (IFile tombstone = root.Open(key.Tombstone, FileOpenMode.OpenOrCreate))
                tombstone.SyncData();
            root.SyncDirectory("tombstones");
            if (_timelines.Remove(key, out SafekeeperTimeline? timeline))
                timeline.Dispose();
            root.DeleteDirectory(key.Path);
        }
    }

    public void Dispose()
    {
        foreach (SafekeeperTimeline timeline in All())
            timeline.Dispose();
    }

    private SafekeeperTimeline? Add(TimelineKey key, AcceptorState state, out string reason)
    {
        reason = "";
        lock (_lock)
        {
            if (_timelines.TryGetValue(key, out SafekeeperTimeline? existing))
                return existing;
            if (root.Exists(key.Tombstone))
            {
                reason = $"timeline {key} was deleted";
                return null;
            }
            root.CreateDirectory(key.Path);
            if (root.Exists($"{key.Path}/control"))
            {
                reason = $"timeline {key} has damaged files here";
                return null;
            }
            root.SyncDirectory($"timelines/{key.Project}");
            root.SyncDirectory("timelines");
            SafekeeperTimeline created = SafekeeperTimeline.Create(self, root, key.Path, pool, sync, state, Faults);
            _timelines.Add(key, created);
            return created;
        }
    }

    private void Open(TimelineKey key)
    {
        try
        {
            SafekeeperTimeline? timeline = SafekeeperTimeline.TryOpen(self, root, key.Path, pool, sync, Faults);
            if (timeline is not null)
                _timelines.Add(key, timeline);
        }
        catch (Exception error) when (error is SafekeeperStorageException or IOException)
        {
            log.Error($"timeline {key} can't be opened: {error.Message}");
        }
    }
}
