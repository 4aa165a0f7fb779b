using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Control;
using Strata.Platform;

namespace Strata.Compute.Endpoints;

/// <summary>
/// Finds endpoints in the control plane's records, straight from the object store. What was found is kept; the control plane closes an endpoint that it deletes, which
/// forgets it here. Thread-safe.
/// </summary>
public sealed class EndpointDirectory(IObjectStore objects)
{
    private readonly ConcurrentDictionary<EndpointAddress, EndpointTarget> _known = new();

    /// <summary>
    /// The endpoint that an address means. Throws <see cref="SqlException"/> 08004 or 3D000 when there is none, 57P03 when the records can't be read.
    /// </summary>
    public EndpointTarget Find(EndpointAddress address)
    {
        if (_known.TryGetValue(address, out EndpointTarget? known))
            return known;
        try
        {
            EndpointTarget found = Read(address);
            _known[address] = found;
            return found;
        }
        catch (ObjectStoreException error)
        {
            throw new SqlException(SqlState.CannotConnectNow, $"the endpoint's record can't be read: {error.Message}", error);
        }
    }

    /// <summary>Forgets what is known of an endpoint.</summary>
    public void Forget(string endpointId)
    {
        foreach ((EndpointAddress address, EndpointTarget target) in _known)
        {
            if (target.EndpointId == endpointId)
                _known.TryRemove(new(address, target));
        }
    }

    private EndpointTarget Read(EndpointAddress address)
    {
        string? projectId = address.EndpointId is { } endpointId
            ? IsWellFormed(endpointId) ? ReadText(ControlKeys.Endpoint(endpointId)) : null
            : ReadText(ControlKeys.DefaultProject);
        ProjectRecord? project = projectId is null ? null : ReadProject(projectId);
        if (project is null || project.DeletedAt is not null)
            throw Unknown(address);
        BranchRecord? branch;
        EndpointRecord? endpoint;
        if (address.EndpointId is { } id)
        {
            endpoint = project.FindEndpoint(id);
            branch = endpoint is null ? null : project.FindBranch(endpoint.BranchId);
            if (branch is not null && address.BranchName is { } name && branch.Name != name)
                throw new SqlException(SqlState.InvalidCatalogName, $"endpoint \"{id}\" does not serve branch \"{name}\"");
        }
        else
        {
            branch = project.FindBranch(address.BranchName ?? project.DefaultBranchId);
            endpoint = branch is null ? null : project.FindEndpointOf(branch.Id);
        }
        if (branch is not { Ready: true } || endpoint is null)
            throw Unknown(address);
        bool ok = ProjectId.TryParse(project.Id, out ProjectId owner) & TimelineId.TryParse(branch.Id, out TimelineId timeline);
        return ok ? new EndpointTarget(endpoint.Id, owner, timeline, project.BootstrapVerifier, endpoint.Settings)
            : throw new SqlException(SqlState.CannotConnectNow, "the endpoint's record is damaged");
    }

    private ProjectRecord? ReadProject(string projectId) =>
        Wait(objects.GetAsync(ControlKeys.Project(projectId))) is { } data ? JsonSerializer.Deserialize(data.Bytes, ControlJson.Default.ProjectRecord) : null;

    private string? ReadText(string key) =>
        Wait(objects.GetAsync(key)) is { } data ? Encoding.ASCII.GetString(data.Bytes) : null;

    /// <summary>A connection being opened may block: it has its own thread.</summary>
    private static ObjectData? Wait(ValueTask<ObjectData?> task) => task.IsCompleted ? task.Result : task.AsTask().GetAwaiter().GetResult();

    private static bool IsWellFormed(string endpointId) =>
        endpointId.Length is > 0 and <= 64 && endpointId.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static SqlException Unknown(EndpointAddress address) =>
        address.EndpointId is { } id ? new SqlException(new SqlState("08004"), $"endpoint \"{id}\" does not exist") :
        address.BranchName is { } branch ? new SqlException(SqlState.InvalidCatalogName, $"branch \"{branch}\" does not exist or has no endpoint") :
        new SqlException(SqlState.CannotConnectNow, "the default project is not created yet");
}
