using System.Buffers;
using System.Globalization;
using Strata.Format;
using Strata.Format.Messages;
using Strata.PageServer.Remote;
using Strata.Platform;

namespace Strata.PageServer.Layers;

/// <summary>
/// The local copies of layer files: fetched when needed, checked against the index before use, dropped when cold. Nothing here is trusted after a restart
/// before its size and checksum matched. Thread-safe.
/// </summary>
internal sealed class LayerCache(IFileSystem files, IObjectStore objects, long localBytesMax, BlockCache blocks, TimeProvider time, Log log)
{
    private const int CopyBytes = 1 << 20;

    // Kept free on the volume as long as there is something to evict.
    private const long FreeBytesMin = 256L << 20;

    // Open files are cheap, but not free: beyond this many, idle ones are closed at the next eviction round.
    private const int OpenReadersMax = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Layer> _onDisk = new(StringComparer.Ordinal);
    private long _nextNumber;

    /// <summary>Bytes of local layer files.</summary>
    public long LocalBytes { get; private set; }

    public long Downloads { get; private set; }

    public IFileSystem Files => files;
    public BlockCache Blocks => blocks;

    /// <summary>A layer named by an index; its local file, if there is one, is used only after it was checked.</summary>
    public Layer Known(LayerDescriptor descriptor, string objectKey, string directory)
    {
        var layer = new Layer(descriptor, objectKey, $"{directory}/{descriptor.Name}", Interlocked.Increment(ref _nextNumber)) { Uploaded = true };
        if (files.Exists(layer.LocalPath))
            SetOnDisk(layer);
        return layer;
    }

    /// <summary>A layer whose file was just written at its local path.</summary>
    public Layer Created(LayerDescriptor descriptor, string objectKey, string directory)
    {
        var layer = new Layer(descriptor, objectKey, $"{directory}/{descriptor.Name}", Interlocked.Increment(ref _nextNumber)) { Checked = true };
        SetOnDisk(layer);
        return layer;
    }

    /// <summary>The same new file under a fuller description; the old object is not used again.</summary>
    public Layer Redescribed(Layer layer, LayerDescriptor descriptor)
    {
        lock (_gate)
        {
            var renewed = new Layer(descriptor, layer.ObjectKey, layer.LocalPath, layer.Number) { Checked = true, OnDisk = true };
            _onDisk[layer.LocalPath] = renewed;
            return renewed;
        }
    }

    /// <summary>Pins a layer and opens it, fetching it first if need be. Must be paired with <see cref="Release"/>.</summary>
    public LayerFileReader Acquire(Layer layer)
    {
        lock (layer.Gate)
        {
            layer.Reader ??= Open(layer);
            layer.Users++;
            layer.LastUsed = time.GetTimestamp();
            return layer.Reader;
        }
    }

    public void Release(Layer layer)
    {
        lock (layer.Gate)
        {
            Invariant.Check(--layer.Users >= 0);
            if (layer.Removed && layer.Users == 0)
                DropLocal(layer);
        }
    }

    /// <summary>One block of a pinned layer, by the block cache.</summary>
    public byte[] ReadBlock(Layer layer, LayerFileReader reader, int index)
    {
        if (blocks.TryGet(layer.Number, index, out byte[]? bytes))
            return bytes;
        bytes = reader.ReadBlock(index);
        blocks.Add(layer.Number, index, bytes);
        return bytes;
    }

    /// <summary>
    /// The local copy turned out broken. Returns true when it was dropped and the next <see cref="Acquire"/> fetches a good one; false when there is none to fetch.
    /// </summary>
    public bool Distrust(Layer layer, string reason)
    {
        lock (layer.Gate)
        {
            if (!layer.Uploaded)
                return false;
            log.Warn($"local copy of layer {layer.ObjectKey} is broken ({reason}), fetching it again");
            // Readers that still hold the old file fail on their own and come here too.
            layer.Reader?.Dispose();
            layer.Reader = null;
            layer.Checked = false;
            ForgetLocal(layer);
            return true;
        }
    }

    /// <summary>The layer left the map: its local file goes as soon as nobody reads it.</summary>
    public void Remove(Layer layer)
    {
        lock (layer.Gate)
        {
            layer.Removed = true;
            if (layer.Users == 0)
                DropLocal(layer);
        }
    }

    /// <summary>Drops the coldest uploaded layers while local files take more than the limit; closes idle files.</summary>
    public void Evict()
    {
        Layer[] candidates;
        // A volume that others fill lowers the limit: what is flushed next needs room.
        long missing = Math.Max(0, FreeBytesMin - files.FreeBytes);
        long limit = missing == 0 ? localBytesMax : Math.Min(localBytesMax, LocalBytes - missing);
        lock (_gate)
        {
            if (LocalBytes <= limit && _onDisk.Count <= OpenReadersMax)
                return;
            candidates = [.. _onDisk.Values];
        }
        Array.Sort(candidates, static (left, right) => left.LastUsed.CompareTo(right.LastUsed));
        int open = candidates.Length;
        foreach (Layer layer in candidates)
        {
            lock (layer.Gate)
            {
                if (layer.Users > 0)
                    continue;
                if (layer.Uploaded && LocalBytes > limit)
                    DropLocal(layer);
                else if (open-- > OpenReadersMax)
                    Close(layer);
            }
        }
    }

    /// <summary>Closes every file. The copies stay for the next start.</summary>
    public void CloseAll()
    {
        Layer[] all;
        lock (_gate)
            all = [.. _onDisk.Values];
        foreach (Layer layer in all)
        {
            lock (layer.Gate)
                Close(layer);
        }
    }

    private static void Close(Layer layer)
    {
        layer.Reader?.Dispose();
        layer.Reader = null;
    }

    private LayerFileReader Open(Layer layer)
    {
        for (int attempt = 0; ; attempt++)
        {
            if (!layer.OnDisk)
                Download(layer);
            IFile? file = null;
            try
            {
                file = files.Open(layer.LocalPath, FileOpenMode.Read);
                if (!layer.Checked)
                    CheckWhole(layer, file);
                layer.Checked = true;
                LayerFileReader reader = LayerFileReader.Open(file);
                LayerFileReader.Require(
                    reader.FirstLsn == layer.Descriptor.FirstLsn && reader.LastLsn == layer.Descriptor.LastLsn, "layer is not the one that its index names");
                return reader;
            }
            catch (Exception error) when (error is CorruptPageException or IOException)
            {
                file?.Dispose();
                if (!layer.Uploaded || attempt == 1)
                    throw new CorruptPageException($"layer {layer.ObjectKey}: {error.Message}", error);
                log.Warn($"local copy of layer {layer.ObjectKey} is broken ({error.Message}), fetching it again");
                layer.Checked = false;
                ForgetLocal(layer);
            }
        }
    }

    private void Download(Layer layer)
    {
        string temporary = string.Create(CultureInfo.InvariantCulture, $"{layer.LocalPath}.{layer.Number}.part");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            files.CreateDirectory(layer.LocalPath[..layer.LocalPath.LastIndexOf('/')]);
            files.Delete(temporary);
            using (IFile file = files.Open(temporary, FileOpenMode.CreateNew))
            {
                long offset = 0;
                while (offset < layer.Descriptor.SizeBytes)
                {
                    int want = (int)Math.Min(CopyBytes, layer.Descriptor.SizeBytes - offset);
                    int read = objects.ReadAsync(layer.ObjectKey, offset, buffer.AsMemory(0, want)).Wait();
                    if (read == 0)
                        throw new CorruptPageException($"object {layer.ObjectKey} ends at {offset} of {layer.Descriptor.SizeBytes} bytes");
                    file.Write(offset, buffer.AsSpan(0, read));
                    offset += read;
                }
                CheckWhole(layer, file);
            }
            files.Rename(temporary, layer.LocalPath);
            layer.Checked = true;
            SetOnDisk(layer);
            Downloads++;
        }
        catch (ObjectStoreException error)
        {
            throw new PageServerException(
                error.Kind == ObjectStoreErrorKind.NotFound ? PageErrorCode.Corrupt : PageErrorCode.Unavailable,
                $"layer {layer.ObjectKey} can't be fetched: {error.Message}", error);
        }
        catch (IOException error)
        {
            throw new PageServerException(PageErrorCode.Unavailable, $"local disk: {error.Message}", error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            files.Delete(temporary);
        }
    }

    private static void CheckWhole(Layer layer, IFile file)
    {
        LayerFileReader.Require(file.Length == layer.Descriptor.SizeBytes, "size differs from the index");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            uint state = Crc32C.Seed;
            // Pieces of a multiple of 8 bytes: only the last one may have a rest, as in the writer.
            for (long offset = 0; offset < file.Length;)
            {
                int want = (int)Math.Min(CopyBytes, file.Length - offset);
                LayerFileReader.Require(file.Read(offset, buffer.AsSpan(0, want)) == want, "file is cut off");
                state = Crc32C.Update(state, buffer.AsSpan(0, want));
                offset += want;
            }
            LayerFileReader.Require(Crc32C.Finish(state) == layer.Descriptor.Checksum, "checksum differs from the index");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void SetOnDisk(Layer layer)
    {
        layer.OnDisk = true;
        lock (_gate)
        {
            if (_onDisk.TryAdd(layer.LocalPath, layer))
                LocalBytes += layer.Descriptor.SizeBytes;
        }
    }

    private void DropLocal(Layer layer)
    {
        Close(layer);
        ForgetLocal(layer);
    }

    private void ForgetLocal(Layer layer)
    {
        if (!layer.OnDisk)
            return;
        layer.OnDisk = false;
        lock (_gate)
        {
            if (_onDisk.Remove(layer.LocalPath))
                LocalBytes -= layer.Descriptor.SizeBytes;
        }
        try
        {
            files.Delete(layer.LocalPath);
        }
        catch (IOException error)
        {
            log.Warn($"{layer.LocalPath} can't be deleted: {error.Message}");
        }
    }
}
