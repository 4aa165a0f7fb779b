using System.Collections.Immutable;
using Strata.Format;
using Strata.Format.Messages;
using Strata.PageServer.Layers;
using Strata.PageServer.Remote;
using Strata.Platform;

namespace Strata.PageServer.Timelines;

/// <summary>
/// Base images: the layers of a prepared timeline, copied once and shared by every root made from it, so that creating a project costs one small put. They are never changed or
/// deleted; timelines compact them away into layers of their own. Thread-safe.
/// </summary>
internal sealed class BaseImages(PageServerContext context)
{
    /// <summary>Makes an image of what of a root timeline is in the object store. Idempotent: an image that exists stays as it is.</summary>
    public Lsn Save(Timeline timeline, string name)
    {
        RequireName(name);
        if (timeline.Ancestor is not null)
            throw new PageServerException(PageErrorCode.Invalid, "a base image is made from a root");
        if (Find(name) is { } existing)
            return existing.ConsistentLsn;
        TimelineIndex index = timeline.Published;
        if (!timeline.HasOwnIndex || index.ConsistentLsn != timeline.IngestedLsn)
            throw new PageServerException(PageErrorCode.NotYet, "flush the timeline first");
        var shared = ImmutableArray.CreateBuilder<LayerDescriptor>();
        foreach (LayerDescriptor layer in index.Layers)
        {
            ObjectData data = context.Objects.GetAsync(context.Names.Layer(timeline.Project.Id, timeline.Id, layer.Name)).Wait() ??
                throw new PageServerException(PageErrorCode.NotYet, $"layer {layer.Name} was just compacted away; try again");
            if (Crc32C.Compute(data.Bytes) != layer.Checksum)
                throw new CorruptPageException($"layer {layer.Name} fails its checksum");
            context.Objects.PutAsync(context.Names.BaseLayer(name, layer.Name), data.Bytes).Wait();
            shared.Add(layer with { Name = ObjectNames.SharedLayer(name, layer.Name) });
        }
        var image = new TimelineIndex(index.ConsistentLsn, index.ConsistentLsn, shared.ToImmutable(), [], []);
        // Last, as with every index: what it names is there.
        context.Objects.PutAsync(context.Names.BaseIndex(name), RemoteJson.Encode(image, context.Random)).Wait();
        return image.ConsistentLsn;
    }

    /// <summary>The index that a root made from an image begins with. <see cref="PageErrorCode.NotFound"/> when there is no such image.</summary>
    public TimelineIndex Load(string name)
    {
        RequireName(name);
        return Find(name) ?? throw new PageServerException(PageErrorCode.NotFound, $"no base image '{name}'");
    }

    private TimelineIndex? Find(string name)
    {
        string key = context.Names.BaseIndex(name);
        return context.Objects.GetAsync(key).Wait() is { } data ? RemoteJson.DecodeIndex(data.Bytes, key) : null;
    }

    private static void RequireName(string name)
    {
        if (!ObjectNames.IsBaseName(name))
            throw new PageServerException(PageErrorCode.Invalid, $"'{name}' is no name for a base image");
    }
}
