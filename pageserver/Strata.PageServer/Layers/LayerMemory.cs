namespace Strata.PageServer.Layers;

/// <summary>
/// Memory of in-memory layers, used again by the next ones. Large arrays that were left to the garbage collector would stay until its next full collection, which a server that allocates little
/// rarely makes. Keeps a bounded number of bytes; what comes back beyond it is garbage. Thread-safe.
/// </summary>
internal sealed class LayerMemory(long keptBytesMax)
{
    /// <summary>Size of a chunk of payloads.</summary>
    public const int ChunkBytes = 1 << 20;

    /// <summary>Length of a chunk of entries; as large as a chunk of payloads.</summary>
    public const int EntriesPerChunk = ChunkBytes / 32;

    private readonly Lock _gate = new();
    private readonly Stack<byte[]> _chunks = [];
    private readonly Stack<MemoryLayerEntry[]> _entries = [];

    /// <summary>A chunk of <see cref="ChunkBytes"/> with any content.</summary>
    public byte[] RentChunk()
    {
        lock (_gate)
        {
            if (_chunks.TryPop(out byte[]? chunk))
                return chunk;
        }
        return GC.AllocateUninitializedArray<byte>(ChunkBytes);
    }

    /// <summary>A chunk of <see cref="EntriesPerChunk"/> with any content.</summary>
    public MemoryLayerEntry[] RentEntries()
    {
        lock (_gate)
        {
            if (_entries.TryPop(out MemoryLayerEntry[]? entries))
                return entries;
        }
        return GC.AllocateUninitializedArray<MemoryLayerEntry>(EntriesPerChunk);
    }

    /// <summary>Takes a chunk back that nobody reads any more.</summary>
    public void Return(byte[] chunk)
    {
        lock (_gate)
        {
            if (chunk.Length == ChunkBytes && HasRoom)
                _chunks.Push(chunk);
        }
    }

    /// <summary>Takes a chunk back that nobody reads any more.</summary>
    public void Return(MemoryLayerEntry[] entries)
    {
        lock (_gate)
        {
            if (HasRoom)
                _entries.Push(entries);
        }
    }

    private bool HasRoom => (long)(_chunks.Count + _entries.Count + 1) * ChunkBytes <= keptBytesMax;
}
