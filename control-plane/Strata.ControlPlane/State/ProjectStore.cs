using System.Text;
using System.Text.Json;
using Strata.Format.Control;
using Strata.Platform;

namespace Strata.ControlPlane.State;

/// <summary>
/// The projects' records in the object store. There is no other database: a change reads the record, computes the next one and puts it back by compare-and-swap,
/// again when somebody else was faster. Thread-safe, also across processes.
/// </summary>
public sealed class ProjectStore(IObjectStore objects)
{
    private const int AttemptsMax = 20;

    /// <summary>All records, deleted ones included.</summary>
    public async Task<List<ProjectRecord>> ListAsync(CancellationToken cancellation)
    {
        List<ProjectRecord> projects = [];
        await foreach (ObjectInfo found in objects.ListAsync(ControlKeys.ProjectPrefix, cancellation))
        {
            if (await objects.GetAsync(found.Key, cancellation) is { } data)
                projects.Add(Parse(data));
        }
        return projects;
    }

    /// <summary>The record, or null when there is none or it is deleted.</summary>
    public async Task<ProjectRecord?> FindAsync(string projectId, CancellationToken cancellation)
    {
        ObjectData? data = await objects.GetAsync(ControlKeys.Project(projectId), cancellation);
        return data is null ? null : Parse(data) is { DeletedAt: null } record ? record : null;
    }

    /// <summary>Stores a new record; its id is fresh.</summary>
    public async Task CreateAsync(ProjectRecord record, CancellationToken cancellation) =>
        await objects.PutAsync(ControlKeys.Project(record.Id), Serialize(record), PutCondition.Absent, cancellation);

    /// <summary>Applies a change and returns the record after it. The change may run several times and may throw to refuse.</summary>
    public async Task<ProjectRecord> UpdateAsync(string projectId, Func<ProjectRecord, ProjectRecord> change, CancellationToken cancellation)
    {
        string key = ControlKeys.Project(projectId);
        for (int attempt = 1; ; attempt++)
        {
            ObjectData data = await objects.GetAsync(key, cancellation) ??
                throw new ControlPlaneException(ControlPlaneErrorKind.NotFound, $"project {projectId} does not exist");
            ProjectRecord before = Parse(data), after = change(before);
            if (ReferenceEquals(before, after))
                return before;
            try
            {
                await objects.PutAsync(key, Serialize(after), PutCondition.Match(data.ETag), cancellation);
                return after;
            }
            catch (ObjectStoreException error) when (error.Kind == ObjectStoreErrorKind.ConditionFailed && attempt < AttemptsMax)
            {
                // Another request changed the project in between: compute the change again from what it left.
            }
        }
    }

    /// <summary>Writes down which project an endpoint belongs to.</summary>
    public async Task PutEndpointAsync(string endpointId, string projectId, CancellationToken cancellation) =>
        await objects.PutAsync(ControlKeys.Endpoint(endpointId), Encoding.ASCII.GetBytes(projectId), default, cancellation);

    public async Task DeleteEndpointAsync(string endpointId, CancellationToken cancellation) =>
        await objects.DeleteAsync(ControlKeys.Endpoint(endpointId), cancellation);

    /// <summary>The project that connections without an endpoint go to, or null before the first start.</summary>
    public async Task<string?> FindDefaultAsync(CancellationToken cancellation) =>
        await objects.GetAsync(ControlKeys.DefaultProject, cancellation) is { } data ? Encoding.ASCII.GetString(data.Bytes) : null;

    /// <summary>Makes a project the default unless there is one; returns the one that is.</summary>
    public async Task<string> SetDefaultAsync(string projectId, CancellationToken cancellation)
    {
        try
        {
            await objects.PutAsync(ControlKeys.DefaultProject, Encoding.ASCII.GetBytes(projectId), PutCondition.Absent, cancellation);
            return projectId;
        }
        catch (ObjectStoreException error) when (error.Kind == ObjectStoreErrorKind.ConditionFailed)
        {
            return (await FindDefaultAsync(cancellation))!;
        }
    }

    private static ProjectRecord Parse(ObjectData data) =>
        JsonSerializer.Deserialize(data.Bytes, ControlJson.Default.ProjectRecord) ?? throw new InvalidDataException("empty project record");

    private static byte[] Serialize(ProjectRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, ControlJson.Default.ProjectRecord);
}
