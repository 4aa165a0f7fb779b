using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>One change in a <see cref="MemoryLayer"/>: where its payload is, and the index of the page's change before it (-1 for none).</summary>
internal struct MemoryLayerEntry
{
    public Lsn Lsn;
    public int Older;
    public int Chunk;
    public int Offset;
    public int Length;
    public LayerEntryKind Kind;
}
