using System.Collections.Immutable;
using Strata.Format;
using Strata.Format.Messages;
using Strata.PageServer.Layers;
using Strata.PageServer.Remote;
using Strata.Platform;

namespace Strata.PageServer.Timelines;

/// <summary>
/// An attached project: its generation and its timelines. Everything durable about it is in the object store; this is loaded from there alone. Thread-safe.
/// </summary>
internal sealed class Project
{
    private readonly PageServerContext _context;
    private readonly Dictionary<TimelineId, Timeline> _timelines = [];

    private Project(PageServerContext context, ProjectId id, ProjectAttachment attachment)
    {
        _context = context;
        Id = id;
        Attachment = attachment;
    }

    /// <summary>Memory of the timelines' in-memory layers.</summary>
    public LayerMemory LayerMemory => _context.LayerMemory;

    public ProjectId Id { get; }
    public ProjectAttachment Attachment { get; }

    /// <summary>
    /// Shared by branch creation, deletion, leases and the decision how far history may go: whoever holds it sees all branches, and none comes into being below a start that was decided.
    /// </summary>
    public Lock BranchGate { get; } = new();

    public Timeline[] Timelines
    {
        get
        {
            lock (BranchGate)
                return [.. _timelines.Values];
        }
    }

    public Timeline? Find(TimelineId id)
    {
        lock (BranchGate)
            return _timelines.GetValueOrDefault(id);
    }

    /// <summary>Takes a new generation and loads everything; null when there is no such project. <see cref="ObjectStoreException"/>: try again.</summary>
    public static Project? Attach(PageServerContext context, ProjectId id)
    {
        if (context.Objects.GetAsync(context.Names.DeletedProject(id)).Wait() is not null)
            return null;
        string key = context.Names.Attachment(id);
        ProjectAttachment? attachment = ProjectAttachment.Attach(context.Objects, key, context.Options.NodeName, context.Random);
        if (attachment is null)
            return null;
        var project = new Project(context, id, attachment);
        project.Load();
        return project;
    }

    private void Load()
    {
        var branches = new Dictionary<TimelineId, BranchObject>();
        string prefix = _context.Names.Branches(Id);
        foreach (ObjectInfo info in _context.Objects.ListAsync(prefix).ToList())
        {
            if (!TimelineId.TryParse(info.Key.AsSpan(prefix.Length), out TimelineId id))
                continue;
            if (_context.Objects.GetAsync(info.Key).Wait() is { } data)
                branches.Add(id, RemoteJson.DecodeBranch(data.Bytes, info.Key));
        }
        RemoveDeleted(branches);
        foreach (TimelineId id in branches.Keys.ToArray())
            LoadTimeline(id, branches);
        lock (BranchGate)
        {
            foreach (Timeline timeline in _timelines.Values)
                RefreshRetained(timeline);
        }
        RemoveUnknownFiles();
    }

    private void RemoveDeleted(Dictionary<TimelineId, BranchObject> branches)
    {
        HashSet<TimelineId> deleted = [.. DeletedTimelines()];
        // A branch of a deleted timeline was never acknowledged: creation answers only after every later attachment must see the branch, and with it in sight nobody
        // deletes the parent.
        while (branches.FirstOrDefault(pair => deleted.Contains(pair.Value.Ancestor) && !deleted.Contains(pair.Key)) is { Value: not null } orphan)
        {
            Attachment.Require();
            PutTombstone(orphan.Key);
            deleted.Add(orphan.Key);
        }
        foreach (TimelineId id in deleted)
        {
            // A deletion that was cut off: the tombstone counts, the rest is carried out again.
            if (branches.Remove(id))
                RemoveObjects(id);
        }
    }

    /// <summary>Loads a timeline, its ancestors first; null for a branch that turns out to be none, which is removed.</summary>
    private Timeline? LoadTimeline(TimelineId id, Dictionary<TimelineId, BranchObject> branches)
    {
        if (_timelines.TryGetValue(id, out Timeline? loaded))
            return loaded;
        if (!branches.TryGetValue(id, out BranchObject? branch))
            return null;
        bool isRoot = branch.Ancestor.Value == 0;
        Timeline? ancestor = isRoot ? null : LoadTimeline(branch.Ancestor, branches);
        if (!isRoot && (ancestor is null || !IsKept(ancestor.Published, branch.AncestorLsn)))
        {
            // Its creation never was acknowledged (its answer was lost, or an overtaken server wrote it), and what it would need may be gone.
            _context.Log.Warn($"branch {id} of project {Id} begins at {branch.AncestorLsn}, which its ancestor does not keep; it is removed");
            Attachment.Require();
            PutTombstone(id);
            branches.Remove(id);
            RemoveObjects(id);
            return null;
        }
        TimelineIndex? index = LoadIndex(id);
        Timeline timeline = Open(id, branch, ancestor, index ?? EmptyIndex(branch), index is not null);
        _timelines.Add(id, timeline);
        FindOrphans(timeline);
        return timeline;
    }

    private static bool IsKept(TimelineIndex index, Lsn at) =>
        at >= index.HistoryStart || index.BranchPoints.Contains(at) || index.Leases.Any(lease => lease.At == at);

    private void PutTombstone(TimelineId id) =>
        _context.Objects.PutAsync(_context.Names.Deleted(Id, id), StoredUnit.Wrap("{}"u8, _context.Random)).Wait();

    private Timeline Open(TimelineId id, BranchObject branch, Timeline? ancestor, TimelineIndex index, bool isLoaded)
    {
        var layers = new List<Layer>();
        foreach (LayerDescriptor descriptor in index.Layers)
            layers.Add(_context.Layers.Known(descriptor, _context.Names.Layer(Id, id, descriptor.Name), $"{Id}/{id}"));
        return new Timeline(this, id, ancestor, branch.AncestorLsn, index, isLoaded, layers)
        {
            LastCommitTime = Math.Max(
                ancestor?.LastCommitTime ?? long.MinValue,
                index.Layers.Select(static layer => layer.LastTime).DefaultIfEmpty(long.MinValue).Max()),
        };
    }

    // A branch's history goes on in its ancestor, as far as that keeps it.
    private static TimelineIndex EmptyIndex(BranchObject branch) =>
        new(branch.AncestorLsn, branch.Ancestor.Value == 0 ? branch.AncestorLsn : Lsn.Zero, [], [], []);

    /// <summary>The index of the highest generation up to our own.</summary>
    private TimelineIndex? LoadIndex(TimelineId id)
    {
        string? best = null;
        ulong bestGeneration = 0;
        foreach (ObjectInfo info in _context.Objects.ListAsync(_context.Names.Indexes(Id, id)).ToList())
        {
            if (ObjectNames.TryParseIndex(info.Key, out ulong generation) && generation <= Attachment.Generation && (best is null || generation > bestGeneration))
                (best, bestGeneration) = (info.Key, generation);
        }
        if (best is null)
            return null;
        ObjectData data = _context.Objects.GetAsync(best).Wait() ??
            throw new ObjectStoreException(ObjectStoreErrorKind.Unavailable, $"{best} was listed, but is gone");
        return RemoteJson.DecodeIndex(data.Bytes, best);
    }

    /// <summary>
    /// Finds objects of older generations that our index does not name: layers of a server that stopped before it wrote its index, and old indexes. An older server may still
    /// be writing, so they are deleted only when an index of our own generation is there: then nobody will load one that names them.
    /// </summary>
    private void FindOrphans(Timeline timeline)
    {
        string layers = _context.Names.Layers(Id, timeline.Id);
        var named = timeline.Published.Layers.Select(static layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        foreach (ObjectInfo info in _context.Objects.ListAsync(_context.Names.Timeline(Id, timeline.Id)).ToList())
        {
            bool isLayer = info.Key.StartsWith(layers, StringComparison.Ordinal);
            ulong generation;
            bool isOrphan = isLayer
                ? ObjectNames.TryParseLayer(info.Key[layers.Length..], out generation) && !named.Contains(info.Key[layers.Length..])
                : ObjectNames.TryParseIndex(info.Key, out generation);
            if (isOrphan && generation < Attachment.Generation)
                timeline.Orphans.Add(info.Key);
        }
    }

    private IEnumerable<TimelineId> DeletedTimelines()
    {
        string prefix = _context.Names.Deleted(Id);
        foreach (ObjectInfo info in _context.Objects.ListAsync(prefix).ToList())
        {
            if (TimelineId.TryParse(info.Key.AsSpan(prefix.Length), out TimelineId id))
                yield return id;
        }
    }

    /// <summary>Local files that no index names are left from an earlier life and are worth nothing.</summary>
    private void RemoveUnknownFiles()
    {
        foreach (string directory in _context.Files.List($"{Id}"))
        {
            Timeline? timeline = TimelineId.TryParse(directory, out TimelineId id) ? _timelines.GetValueOrDefault(id) : null;
            if (timeline is null)
            {
                _context.Files.DeleteDirectory($"{Id}/{directory}");
                continue;
            }
            var named = timeline.Map.Layers.Select(static layer => layer.LocalPath).ToHashSet(StringComparer.Ordinal);
            foreach (string name in _context.Files.List(timeline.Directory))
            {
                string path = $"{timeline.Directory}/{name}";
                if (!named.Contains(path))
                    _context.Files.Delete(path);
            }
        }
    }

    /// <summary>Leases and branch points of a timeline, as they are now. The caller holds <see cref="BranchGate"/>.</summary>
    public void RefreshRetained(Timeline timeline)
    {
        ImmutableHashSet<Lsn>.Builder retained = ImmutableHashSet.CreateBuilder<Lsn>();
        foreach (Lease lease in timeline.Published.Leases)
            retained.Add(lease.At);
        retained.UnionWith(timeline.PendingLeases);
        retained.UnionWith(BranchPointsOf(timeline));
        timeline.SetRetained(retained.ToImmutable());
    }

    /// <summary>Where branches begin. The caller holds <see cref="BranchGate"/>.</summary>
    public IEnumerable<Lsn> BranchPointsOf(Timeline timeline) =>
        _timelines.Values.Where(other => other.Ancestor == timeline).Select(static other => other.AncestorLsn).Distinct();

    /// <summary>
    /// Makes a timeline exist. The ancestor must have an index of our own (<see cref="HistoryKeeper.EnsureOwnIndex"/>). <paramref name="at"/> is a record boundary of the ancestor at or below what it has ingested, or where a root's log begins. Idempotent.
    /// </summary>
    public Timeline Create(TimelineId id, Timeline? ancestor, Lsn at, string baseName, TimelineIndex? index)
    {
        var branch = new BranchObject(ancestor?.Id ?? default, at, baseName);
        lock (BranchGate)
        {
            if (_timelines.TryGetValue(id, out Timeline? existing))
                return existing.Ancestor == ancestor && existing.AncestorLsn == at
                    ? existing
                    : throw new PageServerException(PageErrorCode.Conflict, $"timeline {id} exists with another ancestor or branch point");
            Invariant.Check(ancestor is null || ancestor.HasOwnIndex);
            if (ancestor is { IsBeingDeleted: true })
                throw new PageServerException(PageErrorCode.Conflict, $"timeline {ancestor.Id} is being deleted");
            if (ancestor is not null && at < ancestor.PlannedHistoryStart && !ancestor.Retained.Contains(at))
                throw new PageServerException(
                    PageErrorCode.BelowHistory, $"LSN {at} is older than the history that is kept, which begins at {ancestor.PlannedHistoryStart}");
            if (_context.Objects.GetAsync(_context.Names.Deleted(Id, id)).Wait() is not null)
                throw new PageServerException(PageErrorCode.Conflict, $"timeline {id} was deleted; ids are never used again");
            if (index is not null)
            {
                // Before the object that makes the timeline exist: whoever finds that must find its pages too. No server can have written an index of this timeline before.
                _context.Objects.PutAsync(_context.Names.Index(Id, id, Attachment.Generation), RemoteJson.Encode(index, _context.Random)).Wait();
            }
            branch = PutBranch(id, branch);
            // After the put: if another server is attached, it may not know this branch and collect what the branch needs.
            Attachment.Require();
            Timeline timeline = Open(id, branch, ancestor, index ?? EmptyIndex(branch), isLoaded: false);
            timeline.HasOwnIndex = index is not null;
            _timelines.Add(id, timeline);
            if (ancestor is not null)
                RefreshRetained(ancestor);
            return timeline;
        }
    }

    private BranchObject PutBranch(TimelineId id, BranchObject branch)
    {
        string key = _context.Names.Branch(Id, id);
        try
        {
            _context.Objects.PutAsync(key, RemoteJson.Encode(branch, _context.Random), PutCondition.Absent).Wait();
            return branch;
        }
        catch (ObjectStoreException error) when (error.Kind == ObjectStoreErrorKind.ConditionFailed)
        {
            // A put of ours whose answer was lost, or an attachment that ended between its put and its answer.
            ObjectData? data = _context.Objects.GetAsync(key).Wait();
            if (data is not null && RemoteJson.DecodeBranch(data.Bytes, key) == branch)
                return branch;
            throw new PageServerException(PageErrorCode.Conflict, $"timeline {id} exists with other arguments", error);
        }
    }

    /// <summary>Deletes a timeline: the tombstone first, and then whatever can be redone after a crash. Idempotent.</summary>
    public void Delete(TimelineId id)
    {
        lock (BranchGate)
        {
            if (!_timelines.TryGetValue(id, out Timeline? timeline))
            {
                if (_context.Objects.GetAsync(_context.Names.Deleted(Id, id)).Wait() is null)
                    throw new PageServerException(PageErrorCode.NotFound, $"project {Id} has no timeline {id}");
                return;
            }
            if (_timelines.Values.Any(other => other.Ancestor == timeline))
                throw new PageServerException(PageErrorCode.Conflict, $"timeline {id} has branches");
            Attachment.Require();
            timeline.IsBeingDeleted = true;
            PutTombstone(id);
            timeline.Close();
            _timelines.Remove(id);
            if (timeline.Ancestor is not null)
                RefreshRetained(timeline.Ancestor);
            foreach (Layer layer in timeline.Map.Layers)
                _context.Layers.Remove(layer);
        }
        RemoveObjects(id);
    }

    private void RemoveObjects(TimelineId id)
    {
        if (!Attachment.Validate())
            return;
        foreach (ObjectInfo info in _context.Objects.ListAsync(_context.Names.Timeline(Id, id)).ToList())
            _context.Objects.DeleteAsync(info.Key).Wait();
        _context.Objects.DeleteAsync(_context.Names.Branch(Id, id)).Wait();
    }

    /// <summary>Ends the project: its tombstone, then its timelines. The attach object stays, so that its id is never used again.</summary>
    public void DeleteAll()
    {
        Attachment.Require();
        _context.Objects.PutAsync(_context.Names.DeletedProject(Id), StoredUnit.Wrap("{}"u8, _context.Random)).Wait();
        while (Timelines is { Length: > 0 } left)
        {
            foreach (Timeline timeline in left)
            {
                if (!left.Any(other => other.Ancestor == timeline))
                    Delete(timeline.Id);
            }
        }
    }
}
