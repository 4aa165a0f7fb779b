using System.Buffers;
using System.Collections.Immutable;
using Strata.Format;
using Strata.PageServer.Layers;
using Strata.PageServer.Remote;
using Strata.Platform;

namespace Strata.PageServer.Timelines;

/// <summary>
/// Brings a timeline's files to the object store. The order is the whole point: PUT layers → read them back → PUT index → validate the generation → let
/// safekeepers trim → DELETE what no index names any more.
/// </summary>
internal sealed class LayerUploader(PageServerContext context, UploaderFaults faults = UploaderFaults.None)
{
    /// <summary>Uploads what is not uploaded and publishes an index when it would differ from the last one. <see cref="ObjectStoreException"/>: try again later.</summary>
    public void Upload(Timeline timeline)
    {
        lock (timeline.UploadGate)
        {
            (Layer[] layers, Lsn flushed, Layer[] garbage) = timeline.SnapshotFiles();
            if (flushed == timeline.RemoteConsistentLsn && garbage.Length == 0 && layers.All(static layer => layer.Uploaded))
                return;
            if (faults != UploaderFaults.IndexBeforeLayers)
                UploadLayers(layers);
            lock (timeline.PublishGate)
            {
                Publish(timeline, timeline.Published with
                {
                    ConsistentLsn = flushed,
                    Layers = [.. layers.Select(static layer => layer.Descriptor)],
                });
            }
            UploadLayers(layers);
            DeleteGarbage(timeline, garbage);
            DeleteOrphans(timeline);
        }
    }

    /// <summary>Publishes leases and the history's start over the last index, without waiting for layers.</summary>
    public void PublishHistory(Timeline timeline, Func<TimelineIndex, TimelineIndex> change)
    {
        lock (timeline.PublishGate)
            Publish(timeline, change(timeline.Published));
    }

    // The caller holds the publish gate. When this throws, the index may or may not be in the store: both are consistent, and neither is relied on.
    private void Publish(Timeline timeline, TimelineIndex index)
    {
        Project project = timeline.Project;
        string name = context.Names.Index(project.Id, timeline.Id, project.Attachment.Generation);
        if (faults == UploaderFaults.AdvanceBeforeIndex)
            timeline.AdvanceRemoteConsistent(index.ConsistentLsn);
        context.Objects.PutAsync(name, RemoteJson.Encode(index, context.Random)).Wait();
        if (faults != UploaderFaults.NoValidation)
            project.Attachment.Require();
        timeline.Published = index;
        timeline.HasOwnIndex = true;
        // From here on, whoever attaches next starts from this index or a later one.
        timeline.AdvanceRemoteConsistent(index.ConsistentLsn);
    }

    private void UploadLayers(Layer[] layers)
    {
        foreach (Layer layer in layers)
        {
            if (!layer.Uploaded)
                UploadLayer(layer);
        }
    }

    private void UploadLayer(Layer layer)
    {
        using (IFile file = context.Files.Open(layer.LocalPath, FileOpenMode.Read))
        using (var stream = new LayerFileStream(file))
            context.Objects.PutLargeAsync(layer.ObjectKey, stream).Wait();
        if (context.Options.VerifyUploads)
            VerifyUpload(layer);
        layer.Uploaded = true;
        context.Metrics.LayerUploaded(layer.Descriptor.SizeBytes);
    }

    private void VerifyUpload(Layer layer)
    {
        const int CopyBytes = 1 << 20;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            uint state = Crc32C.Seed;
            long offset = 0;
            while (offset < layer.Descriptor.SizeBytes)
            {
                // Whole pieces of a multiple of 8 bytes, as the checksum wants them; a store may return less than asked.
                int want = (int)Math.Min(CopyBytes, layer.Descriptor.SizeBytes - offset);
                int filled = 0;
                while (filled < want)
                {
                    int read = context.Objects.ReadAsync(layer.ObjectKey, offset + filled, buffer.AsMemory(filled, want - filled)).Wait();
                    if (read == 0)
                        break;
                    filled += read;
                }
                if (filled < want)
                    break;
                state = Crc32C.Update(state, buffer.AsSpan(0, want));
                offset += want;
            }
            if (offset != layer.Descriptor.SizeBytes || Crc32C.Finish(state) != layer.Descriptor.Checksum)
                throw new ObjectStoreException(ObjectStoreErrorKind.Unavailable, $"{layer.ObjectKey} does not read back as it was written");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Our index is there and validated, so nobody will load an older one that might still come to name these.
    private void DeleteOrphans(Timeline timeline)
    {
        while (timeline.Orphans.Count > 0)
        {
            context.Objects.DeleteAsync(timeline.Orphans[^1]).Wait();
            timeline.Orphans.RemoveAt(timeline.Orphans.Count - 1);
        }
    }

    // The generation was validated after the index without these was written, so no attachment, present or future, starts from one that names them.
    private void DeleteGarbage(Timeline timeline, Layer[] garbage)
    {
        var deleted = new List<Layer>();
        try
        {
            foreach (Layer layer in garbage)
            {
                if (layer.ObjectKey.StartsWith(context.Names.Timeline(timeline.Project.Id, timeline.Id), StringComparison.Ordinal))
                    context.Objects.DeleteAsync(layer.ObjectKey).Wait();
                context.Layers.Remove(layer);
                deleted.Add(layer);
            }
        }
        finally
        {
            timeline.ForgetGarbage(deleted);
        }
    }
}
