using System.Globalization;
using Strata.ControlPlane.Services;
using Strata.ControlPlane.State;
using Strata.Format;
using Strata.Format.Control;
using Strata.Format.Messages;
using Strata.Platform;

namespace Strata.ControlPlane.Operations;

/// <summary>
/// Creates and deletes projects, branches and endpoints. The record is written before the services are asked and again after, so an operation that dies halfway is finished by
/// <see cref="ResumeAsync"/> at the next start. Thread-safe.
/// </summary>
internal sealed class ProjectOperations(
    ProjectStore store, PageServerClient pageServer, ComputeClient compute, IReadOnlyList<SafekeeperClient> safekeepers,
    IReadOnlyList<uint> safekeeperIds, TimeProvider time, IRandom random, Log log)
{
    /// <summary>Longest name of a project or branch in characters.</summary>
    public const int NameLengthMax = 63;

    /// <summary>The log counts microseconds from here, as PostgreSQL does.</summary>
    private static readonly DateTimeOffset s_logEpoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const int BranchesMax = 5000;
    private const string DefaultBranchName = "main";

    public async Task<IReadOnlyList<ProjectRecord>> ListAsync(CancellationToken cancellation) =>
        [.. (await store.ListAsync(cancellation)).Where(project => project.DeletedAt is null)];

    public async Task<ProjectRecord> GetAsync(string projectId, CancellationToken cancellation) =>
        await store.FindAsync(await ResolveProjectAsync(projectId, cancellation), cancellation) ??
        throw new ControlPlaneException(ControlPlaneErrorKind.NotFound, $"project {projectId} does not exist");

    /// <summary>Makes sure that there is a default project; the verifier counts only when it is created now.</summary>
    public async Task<ProjectRecord> EnsureDefaultAsync(string bootstrapVerifier, CancellationToken cancellation)
    {
        if (await store.FindDefaultAsync(cancellation) is { } existing)
            return await GetAsync(existing, cancellation);
        ProjectRecord created = await CreateProjectAsync("default", bootstrapVerifier, null, cancellation);
        string chosen = await store.SetDefaultAsync(created.Id, cancellation);
        return await GetAsync(chosen, cancellation);
    }

    public async Task<ProjectRecord> CreateProjectAsync(string name, string bootstrapVerifier, long? historyWindowSeconds, CancellationToken cancellation)
    {
        CheckName("project", name);
        string branchId = NewId();
        ProjectRecord record = new()
        {
            Id = NewId(),
            Name = name,
            CreatedAt = time.GetUtcNow(),
            DefaultBranchId = branchId,
            BootstrapVerifier = bootstrapVerifier,
            HistoryWindowSeconds = historyWindowSeconds,
            SafekeeperIds = safekeeperIds,
            Branches = [new BranchRecord { Id = branchId, Name = DefaultBranchName, CreatedAt = time.GetUtcNow() }],
            Endpoints = [NewEndpoint(branchId)],
        };
        await store.CreateAsync(record, cancellation);
        return await FinishCreationAsync(record, cancellation);
    }

    public async Task<(ProjectRecord Project, BranchRecord Branch)> CreateBranchAsync(
        string projectId, string? name, string? parentIdOrName, BranchPoint point, CancellationToken cancellation)
    {
        ProjectRecord project = await GetAsync(projectId, cancellation);
        string id = NewId();
        name ??= "br-" + id[..12];
        CheckName("branch", name);
        BranchRecord parent = project.FindBranch(parentIdOrName ?? project.DefaultBranchId) ??
            throw new ControlPlaneException(ControlPlaneErrorKind.NotFound, $"branch \"{parentIdOrName}\" does not exist");
        if (!parent.Ready)
            throw new ControlPlaneException(ControlPlaneErrorKind.Conflict, $"branch \"{parent.Name}\" is still being created");
        Lsn at = ResolvePoint(project, parent, point);
        BranchRecord branch = new() { Id = id, Name = name, ParentId = parent.Id, ParentLsn = at.ToString(), CreatedAt = time.GetUtcNow() };
        EndpointRecord endpoint = NewEndpoint(id);
        project = await store.UpdateAsync(project.Id, current =>
        {
            if (current.FindBranch(name) is not null)
                throw new ControlPlaneException(ControlPlaneErrorKind.Conflict, $"branch \"{name}\" already exists");
            if (current.FindBranch(parent.Id) is null)
                throw new ControlPlaneException(ControlPlaneErrorKind.NotFound, $"branch \"{parent.Name}\" does not exist");
            if (current.Branches.Count >= BranchesMax)
                throw new ControlPlaneException(ControlPlaneErrorKind.Conflict, $"a project has at most {BranchesMax} branches");
            return current with { Branches = [.. current.Branches, branch], Endpoints = [.. current.Endpoints, endpoint] };
        }, cancellation);
        try
        {
            project = await FinishCreationAsync(project, cancellation);
        }
        catch (ControlPlaneException error) when (error.Kind is ControlPlaneErrorKind.Invalid or ControlPlaneErrorKind.NotFound)
        {
            // The page server refuses the branch point: the branch never was.
            await store.UpdateAsync(project.Id, current => Without(current, id), CancellationToken.None);
            throw;
        }
        return (project, project.FindBranch(id)!);
    }

    public async Task DeleteBranchAsync(string projectId, string branchIdOrName, CancellationToken cancellation)
    {
        ProjectRecord project = await GetAsync(projectId, cancellation);
        BranchRecord branch = project.FindBranch(branchIdOrName) ??
            throw new ControlPlaneException(ControlPlaneErrorKind.NotFound, $"branch \"{branchIdOrName}\" does not exist");
        project = await store.UpdateAsync(project.Id, current =>
        {
            if (current.DefaultBranchId == branch.Id)
                throw new ControlPlaneException(ControlPlaneErrorKind.Conflict, "the default branch can't be deleted");
            if (current.Branches.Any(other => other.ParentId == branch.Id && other.DeletedAt is null))
                throw new ControlPlaneException(ControlPlaneErrorKind.Conflict, $"branch \"{branch.Name}\" has child branches");
            return current with { Branches = [.. current.Branches.Select(other => other.Id == branch.Id ? other with { DeletedAt = time.GetUtcNow() } : other)] };
        }, cancellation);
        await FinishBranchDeletionAsync(project, branch.Id, cancellation);
    }

    public async Task DeleteProjectAsync(string projectId, CancellationToken cancellation)
    {
        ProjectRecord project = await GetAsync(projectId, cancellation);
        if (project.Id == await store.FindDefaultAsync(cancellation))
            throw new ControlPlaneException(ControlPlaneErrorKind.Conflict, "the default project can't be deleted");
        project = await store.UpdateAsync(project.Id, current => current with { DeletedAt = current.DeletedAt ?? time.GetUtcNow() }, cancellation);
        await FinishProjectDeletionAsync(project, cancellation);
    }

    public async Task<EndpointRecord> CreateEndpointAsync(string projectId, string? branchIdOrName, CancellationToken cancellation)
    {
        ProjectRecord project = await GetAsync(projectId, cancellation);
        BranchRecord branch = project.FindBranch(branchIdOrName ?? project.DefaultBranchId) ??
            throw new ControlPlaneException(ControlPlaneErrorKind.NotFound, $"branch \"{branchIdOrName}\" does not exist");
        EndpointRecord endpoint = NewEndpoint(branch.Id);
        await store.UpdateAsync(project.Id, current => current.FindEndpointOf(branch.Id) is { } existing
            ? throw new ControlPlaneException(ControlPlaneErrorKind.Conflict, $"branch \"{branch.Name}\" already has the read-write endpoint {existing.Id}")
            : current with { Endpoints = [.. current.Endpoints, endpoint] }, cancellation);
        await store.PutEndpointAsync(endpoint.Id, project.Id, cancellation);
        return endpoint;
    }

    /// <summary>Replaces the endpoint's settings; its compute takes them over at once when it can be reached, else when it opens.</summary>
    public async Task<EndpointRecord> ChangeEndpointAsync(string projectId, string endpointId, EndpointSettings settings, CancellationToken cancellation)
    {
        if (settings.FindError() is { } error)
            throw new ControlPlaneException(ControlPlaneErrorKind.Invalid, error);
        ProjectRecord project = await GetAsync(projectId, cancellation);
        FindEndpoint(project, endpointId);
        project = await store.UpdateAsync(project.Id, current => current with
        {
            Endpoints = [.. current.Endpoints.Select(endpoint => endpoint.Id == endpointId ? endpoint with { Settings = settings } : endpoint)],
        }, cancellation);
        try
        {
            compute.Send(ComputeRequestKind.Reload, endpointId);
        }
        catch (ControlPlaneException unreachable) when (unreachable.Kind == ControlPlaneErrorKind.Unavailable)
        {
            log.Info($"endpoint {endpointId} takes its new settings over when it opens: {unreachable.Message}");
        }
        return FindEndpoint(project, endpointId);
    }

    public async Task DeleteEndpointAsync(string projectId, string endpointId, CancellationToken cancellation)
    {
        ProjectRecord project = await GetAsync(projectId, cancellation);
        FindEndpoint(project, endpointId);
        await store.UpdateAsync(project.Id,
            current => current with { Endpoints = [.. current.Endpoints.Where(endpoint => endpoint.Id != endpointId)] }, cancellation);
        await store.DeleteEndpointAsync(endpointId, cancellation);
        compute.Send(ComputeRequestKind.Close, endpointId);
    }

    /// <summary>Is the endpoint's compute open?</summary>
    public ComputeResponse EndpointStatus(string endpointId) => compute.Send(ComputeRequestKind.Status, endpointId);

    /// <summary>Opens the endpoint's compute when it sleeps.</summary>
    public ComputeResponse WakeEndpoint(string endpointId) => compute.Send(ComputeRequestKind.Wake, endpointId);

    /// <summary>Closes the endpoint's compute; with <paramref name="reopen"/> it is opened again at once, else by the next connection.</summary>
    public async Task<ComputeResponse> SuspendEndpointAsync(string projectId, string endpointId, bool reopen, CancellationToken cancellation)
    {
        FindEndpoint(await GetAsync(projectId, cancellation), endpointId);
        ComputeResponse closed = compute.Send(ComputeRequestKind.Close, endpointId);
        return reopen ? compute.Send(ComputeRequestKind.Wake, endpointId) : closed;
    }

    /// <summary>Finishes what an earlier life of the control plane left half done.</summary>
    public async Task ResumeAsync(CancellationToken cancellation)
    {
        foreach (ProjectRecord project in await store.ListAsync(cancellation))
        {
            try
            {
                if (project.DeletedAt is not null)
                {
                    if (project.Branches.Count > 0)
                        await FinishProjectDeletionAsync(project, cancellation);
                    continue;
                }
                await FinishCreationAsync(project, cancellation);
                foreach (BranchRecord branch in project.Branches.Where(branch => branch is { Ready: true, DeletedAt: null } && branch.Safekeepers.Any(keeper => !keeper.Created)))
                    await CreateOnSafekeepersAsync(project, branch.Id, StartOf(branch), cancellation);
                foreach (BranchRecord branch in project.Branches.Where(branch => branch.DeletedAt is not null))
                    await FinishBranchDeletionAsync(project, branch.Id, cancellation);
            }
            catch (ControlPlaneException error)
            {
                log.Warn($"project {project.Id}: an interrupted operation could not be finished: {error.Message}");
            }
        }
    }

    internal static EndpointRecord FindEndpoint(ProjectRecord project, string endpointId) => project.FindEndpoint(endpointId) ??
        throw new ControlPlaneException(ControlPlaneErrorKind.NotFound, $"endpoint {endpointId} does not exist");

    private async Task<string> ResolveProjectAsync(string idOrDefault, CancellationToken cancellation)
    {
        if (idOrDefault == "default")
        {
            return await store.FindDefaultAsync(cancellation) ??
                throw new ControlPlaneException(ControlPlaneErrorKind.NotFound, "there is no default project");
        }
        return ProjectId.TryParse(idOrDefault, out ProjectId id) ? id.ToString() :
            throw new ControlPlaneException(ControlPlaneErrorKind.Invalid, $"\"{idOrDefault}\" is not a project id (32 hex digits or \"default\")");
    }

    /// <summary>Branch points lie on a record boundary at or below what is durable.</summary>
    private Lsn ResolvePoint(ProjectRecord project, BranchRecord parent, BranchPoint point)
    {
        if (point.Lsn is { } lsn)
            return lsn;
        if (point.Time is { } moment && moment < time.GetUtcNow())
        {
            PageControlRequest request = new(PageMessageKind.LsnForTime, ProjectIdOf(project), TimelineIdOf(parent.Id),
                TimeMicroseconds: (moment - s_logEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            return pageServer.Send(request).At;
        }
        // The head must hold every commit that was acknowledged. Only the parent's compute knows; opening it settles the log's end.
        if (project.FindEndpointOf(parent.Id) is { } endpoint)
        {
            string? durable = compute.Send(ComputeRequestKind.Wake, endpoint.Id).DurableLsn;
            if (Lsn.TryParse(durable, out Lsn head))
                return head;
        }
        throw new ControlPlaneException(ControlPlaneErrorKind.Conflict, $"branch \"{parent.Name}\" has no endpoint to ask for its head; create one, or branch at an LSN");
    }

    /// <summary>Creates on the page server what the record says and is not ready. Idempotent.</summary>
    private async Task<ProjectRecord> FinishCreationAsync(ProjectRecord project, CancellationToken cancellation)
    {
        BranchRecord[] unfinished = [.. project.Branches.Where(branch => branch is { Ready: false, DeletedAt: null })];
        if (unfinished.Length == 0)
            return project;
        pageServer.Send(new PageControlRequest(PageMessageKind.ProjectCreate, ProjectIdOf(project)));
        foreach (BranchRecord branch in unfinished)
        {
            PageControlRequest request = new(PageMessageKind.TimelineCreate, ProjectIdOf(project), TimelineIdOf(branch.Id));
            if (branch.ParentId is { } parentId && Lsn.TryParse(branch.ParentLsn, out Lsn at))
                request = request with { Ancestor = TimelineIdOf(parentId), At = at };
            Lsn actual = pageServer.Send(request).At;
            project = await CreateOnSafekeepersAsync(project, branch.Id, branch.ParentId is null ? Lsn.First : actual, cancellation);
            foreach (EndpointRecord endpoint in project.Endpoints.Where(endpoint => endpoint.BranchId == branch.Id))
                await store.PutEndpointAsync(endpoint.Id, project.Id, cancellation);
            project = await store.UpdateAsync(project.Id, current => current with
            {
                Branches = [.. current.Branches.Select(other => other.Id != branch.Id ? other :
                    other with { Ready = true, ParentLsn = other.ParentId is null ? null : actual.ToString() })],
            }, cancellation);
        }
        return project;
    }

    /// <summary>
    /// Creates the timeline's log on every safekeeper that can be reached; a majority must confirm, the others follow later. Which directory each had is durable before the first is
    /// asked: one that comes back empty must not take part as if it had never promised anything.
    /// </summary>
    private async Task<ProjectRecord> CreateOnSafekeepersAsync(ProjectRecord project, string branchId, Lsn start, CancellationToken cancellation)
    {
        ProjectId owner = ProjectIdOf(project);
        TimelineId timeline = TimelineIdOf(branchId);
        BranchSafekeeperRecord[] keepers = [.. project.FindBranch(branchId)?.Safekeepers ?? []];
        if (keepers.Length == 0)
        {
            // Each is asked for its directory once, before any of them is told to create: from here on the answer is fixed.
            keepers = [.. safekeeperIds.Select((id, i) => new BranchSafekeeperRecord(id, safekeepers[i].Incarnation(owner, timeline), false))];
            project = await store.UpdateAsync(project.Id, current => WithKeepers(current, branchId, keepers), cancellation);
        }
        List<string> refusals = [];
        for (int i = 0; i < keepers.Length; i++)
        {
            if (keepers[i].Created)
                continue;
            try
            {
                safekeepers[i].CreateTimeline(owner, timeline, start, keepers[i].Incarnation);
                keepers[i] = keepers[i] with { Created = true };
            }
            catch (ControlPlaneException error) when (error.Kind == ControlPlaneErrorKind.Unavailable)
            {
                refusals.Add(error.Message);
            }
        }
        project = await store.UpdateAsync(project.Id, current => WithKeepers(current, branchId, keepers), cancellation);
        return keepers.Count(keeper => keeper.Created) > keepers.Length / 2 ? project :
            throw new ControlPlaneException(ControlPlaneErrorKind.Unavailable, $"no majority of safekeepers created the log: {string.Join("; ", refusals)}");
    }

    private static ProjectRecord WithKeepers(ProjectRecord project, string branchId, IReadOnlyList<BranchSafekeeperRecord> keepers) => project with
    {
        Branches = [.. project.Branches.Select(branch => branch.Id == branchId ? branch with { Safekeepers = keepers } : branch)],
    };

    private static Lsn StartOf(BranchRecord branch) => Lsn.TryParse(branch.ParentLsn, out Lsn at) ? at : Lsn.First;

    private async Task FinishBranchDeletionAsync(ProjectRecord project, string branchId, CancellationToken cancellation)
    {
        foreach (EndpointRecord endpoint in project.Endpoints.Where(endpoint => endpoint.BranchId == branchId))
        {
            compute.Send(ComputeRequestKind.Close, endpoint.Id);
            await store.DeleteEndpointAsync(endpoint.Id, cancellation);
        }
        RemoveTimeline(project, branchId);
        await store.UpdateAsync(project.Id, current => Without(current, branchId), cancellation);
    }

    private async Task FinishProjectDeletionAsync(ProjectRecord project, CancellationToken cancellation)
    {
        foreach (EndpointRecord endpoint in project.Endpoints)
        {
            compute.Send(ComputeRequestKind.Close, endpoint.Id);
            await store.DeleteEndpointAsync(endpoint.Id, cancellation);
        }
        foreach (BranchRecord branch in ChildrenFirst(project))
            RemoveTimeline(project, branch.Id);
        pageServer.Send(new PageControlRequest(PageMessageKind.ProjectDelete, ProjectIdOf(project)));
        await store.UpdateAsync(project.Id, current => current with { Branches = [], Endpoints = [] }, cancellation);
    }

    private void RemoveTimeline(ProjectRecord project, string branchId)
    {
        foreach (SafekeeperClient safekeeper in safekeepers)
            safekeeper.DeleteTimeline(ProjectIdOf(project), TimelineIdOf(branchId));
        try
        {
            pageServer.Send(new PageControlRequest(PageMessageKind.TimelineDelete, ProjectIdOf(project), TimelineIdOf(branchId)));
        }
        catch (ControlPlaneException error) when (error.Kind == ControlPlaneErrorKind.NotFound)
        {
            // It was never created there, or is already gone: that is the goal.
        }
    }

    private static IEnumerable<BranchRecord> ChildrenFirst(ProjectRecord project)
    {
        List<BranchRecord> left = [.. project.Branches];
        while (left.Count > 0)
        {
            BranchRecord leaf = left.First(branch => left.TrueForAll(other => other.ParentId != branch.Id));
            left.Remove(leaf);
            yield return leaf;
        }
    }

    private static ProjectRecord Without(ProjectRecord project, string branchId) => project with
    {
        Branches = [.. project.Branches.Where(branch => branch.Id != branchId)],
        Endpoints = [.. project.Endpoints.Where(endpoint => endpoint.BranchId != branchId)],
    };

    private static void CheckName(string what, string name)
    {
        bool ok = name.Length is > 0 and <= NameLengthMax && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/');
        if (!ok)
            throw new ControlPlaneException(ControlPlaneErrorKind.Invalid, $"{what} name \"{name}\" must have 1 to {NameLengthMax} letters, digits or any of -_./");
    }

    private EndpointRecord NewEndpoint(string branchId) => new() { Id = "ep-" + NewId()[..12], BranchId = branchId, CreatedAt = time.GetUtcNow() };

    private string NewId() =>
        new UInt128(random.NextUInt64(), random.NextUInt64()).ToString("x32", CultureInfo.InvariantCulture);

    private static ProjectId ProjectIdOf(ProjectRecord project) =>
        ProjectId.TryParse(project.Id, out ProjectId id) ? id : throw new InvalidDataException($"project id \"{project.Id}\"");

    private static TimelineId TimelineIdOf(string branchId) =>
        TimelineId.TryParse(branchId, out TimelineId id) ? id : throw new InvalidDataException($"branch id \"{branchId}\"");
}
