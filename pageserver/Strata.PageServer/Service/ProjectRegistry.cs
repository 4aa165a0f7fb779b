using Strata.Format;
using Strata.Format.Messages;
using Strata.PageServer.Remote;
using Strata.PageServer.Timelines;
using Strata.Platform;

namespace Strata.PageServer.Service;

/// <summary>The attached projects and the threads that ingest their timelines. Thread-safe.</summary>
internal sealed class ProjectRegistry(PageServerContext context) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _attachGate = new();
    private readonly Dictionary<ProjectId, Project> _projects = [];
    private readonly Dictionary<Timeline, IWorker> _receivers = [];
    private bool _disposed;

    public Timeline[] Timelines
    {
        get
        {
            lock (_gate)
                return [.. _projects.Values.SelectMany(static project => project.Timelines)];
        }
    }

    /// <summary>Attaches every project in the object store and lets their timelines catch up. Tries until it works or is cancelled.</summary>
    public void AttachAll(CancellationToken cancellation)
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(100);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                foreach (ProjectId id in ListProjects())
                {
                    if (cancellation.IsCancellationRequested)
                        return;
                    Require(id);
                }
                return;
            }
            catch (Exception error) when (error is ObjectStoreException or IOException or PageServerException)
            {
                context.Log.Warn($"projects can't be attached yet: {error.Message}");
                context.Scheduler.Sleep(delay, cancellation);
                delay = delay < TimeSpan.FromSeconds(5) ? delay * 2 : delay;
            }
        }
    }

    private IEnumerable<ProjectId> ListProjects()
    {
        var ids = new SortedSet<ProjectId>();
        string prefix = context.Names.Attachments;
        foreach (ObjectInfo info in context.Objects.ListAsync(prefix).ToList())
        {
            if (ProjectId.TryParse(info.Key.AsSpan(prefix.Length), out ProjectId id))
                ids.Add(id);
        }
        foreach (ProjectId id in ids)
        {
            if (context.Objects.GetAsync(context.Names.DeletedProject(id)).Wait() is null)
                yield return id;
        }
    }

    /// <summary>An attached project; attaches it first if it is not. <see cref="PageErrorCode.NotFound"/> when there is none.</summary>
    public Project Require(ProjectId id)
    {
        if (Find(id) is { } known)
            return known;
        lock (_attachGate)
        {
            if (Find(id) is { } raced)
                return raced;
            Project project = Project.Attach(context, id) ??
                throw new PageServerException(PageErrorCode.NotFound, $"project {id} does not exist");
            lock (_gate)
                _projects.Add(id, project);
            context.Log.Info($"attached project {id}, generation {project.Attachment.Generation}, {project.Timelines.Length} timelines");
            foreach (Timeline timeline in project.Timelines)
                EnsureIngest(timeline);
            return project;
        }
    }

    public Timeline Require(ProjectId project, TimelineId timeline) =>
        Require(project).Find(timeline) ??
        throw new PageServerException(PageErrorCode.NotFound, $"project {project} has no timeline {timeline}");

    /// <summary>Makes a project exist and attaches it. Idempotent.</summary>
    public Project Create(ProjectId id)
    {
        if (context.Objects.GetAsync(context.Names.DeletedProject(id)).Wait() is not null)
            throw new PageServerException(PageErrorCode.Conflict, $"project {id} was deleted; ids are never used again");
        ProjectAttachment.CreateProject(context.Objects, context.Names.Attachment(id), context.Options.NodeName, context.Random);
        return Require(id);
    }

    public void Delete(ProjectId id)
    {
        if (Find(id) is null && context.Objects.GetAsync(context.Names.DeletedProject(id)).Wait() is not null)
            return;
        Project project = Require(id);
        project.DeleteAll();
        lock (_gate)
            _projects.Remove(id);
    }

    /// <summary>Starts the timeline's ingest thread unless it runs.</summary>
    public void EnsureIngest(Timeline timeline)
    {
        lock (_gate)
        {
            if (_disposed || timeline.IsClosed || context.Options.SafekeeperAddresses.Count == 0 || _receivers.ContainsKey(timeline))
                return;
            _receivers.Add(timeline, context.Scheduler.StartThread($"ingest-{timeline.Id}", cancellation => Ingest(timeline, cancellation)));
        }
    }

    private void Ingest(Timeline timeline, CancellationToken cancellation)
    {
        try
        {
            new WalReceiver(context, timeline).Run(cancellation);
        }
        finally
        {
            lock (_gate)
            {
                if (_receivers.Remove(timeline, out IWorker? self))
                    self.RequestStop();
            }
        }
    }

    private Project? Find(ProjectId id)
    {
        lock (_gate)
            return _projects.GetValueOrDefault(id);
    }

    public void Dispose()
    {
        IWorker[] workers;
        lock (_gate)
        {
            _disposed = true;
            workers = [.. _receivers.Values];
        }
        foreach (IWorker worker in workers)
            worker.RequestStop();
        foreach (Timeline timeline in Timelines)
            timeline.Close();
        foreach (IWorker worker in workers)
            worker.Join(TimeSpan.FromSeconds(5));
    }
}
