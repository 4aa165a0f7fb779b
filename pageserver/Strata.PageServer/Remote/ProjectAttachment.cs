using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;

namespace Strata.PageServer.Remote;

/// <summary>
/// This server's claim on a project: a generation that no other attachment has, taken by compare-and-swap. A server that no longer holds the highest
/// generation may read, but may not delete anything nor let safekeepers trim. Thread-safe.
/// </summary>
internal sealed class ProjectAttachment
{
    private readonly IObjectStore _objects;
    private readonly string _key;
    private volatile bool _fenced;

    private ProjectAttachment(IObjectStore objects, string key, ulong generation)
    {
        _objects = objects;
        _key = key;
        Generation = generation;
    }

    public ulong Generation { get; }

    /// <summary>True once a newer attachment was seen; for ever.</summary>
    public bool IsFenced => _fenced;

    /// <summary>Makes the project exist. Idempotent.</summary>
    public static void CreateProject(IObjectStore objects, string key, string node, IRandom random)
    {
        try
        {
            objects.PutAsync(key, RemoteJson.Encode(new AttachObject(0, node), random), PutCondition.Absent).Wait();
        }
        catch (ObjectStoreException error) when (error.Kind == ObjectStoreErrorKind.ConditionFailed && objects.GetAsync(key).Wait() is not null)
        {
            // It exists: somebody created it before, perhaps this very request whose answer was lost.
            return;
        }
    }

    /// <summary>Takes the next generation; null when the project does not exist.</summary>
    public static ProjectAttachment? Attach(IObjectStore objects, string key, string node, IRandom random)
    {
        while (true)
        {
            if (objects.GetAsync(key).Wait() is not { } current)
                return null;
            ulong generation = RemoteJson.DecodeAttach(current.Bytes, key).Generation + 1;
            try
            {
                objects.PutAsync(key, RemoteJson.Encode(new AttachObject(generation, node), random), PutCondition.Match(current.ETag)).Wait();
                return new ProjectAttachment(objects, key, generation);
            }
            catch (ObjectStoreException error) when (error.Kind == ObjectStoreErrorKind.ConditionFailed)
            {
                // Somebody else took this generation (or this put took effect and its answer was lost): take the one after.
                continue;
            }
        }
    }

    /// <summary>
    /// True while this is the newest attachment. Asked after an index was written and before anything that can't be undone: the answer is about the past, but an index
    /// written before it was true is one that every later attachment starts from.
    /// </summary>
    public bool Validate()
    {
        if (_fenced)
            return false;
        ObjectData? current = _objects.GetAsync(_key).Wait();
        if (current is null || RemoteJson.DecodeAttach(current.Bytes, _key).Generation != Generation)
            _fenced = true;
        return !_fenced;
    }

    /// <summary>Throws <see cref="PageErrorCode.Fenced"/> when this is not the newest attachment.</summary>
    public void Require()
    {
        if (!Validate())
            throw new PageServerException(PageErrorCode.Fenced, "another page server is attached to the project");
    }
}
