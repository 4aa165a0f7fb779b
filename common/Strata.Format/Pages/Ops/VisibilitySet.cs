using Strata.Format.Pages.Maps;

namespace Strata.Format.Pages.Ops;

// VisibilitySet 1, repeated:
//
//   v  entry   heap block within the map page × 4 + VisibilityBits

/// <summary>Sets or clears the bits of heap pages in a visibility map page.</summary>
public static class VisibilitySet
{
    /// <summary>Begins a change; entries follow.</summary>
    public static void Begin(ref ByteWriter writer) => PageOps.WriteOp(ref writer, PageOp.VisibilitySet);

    public static void Add(ref ByteWriter writer, uint heapBlock, VisibilityBits bits) =>
        writer.WriteVarint((heapBlock % VisibilityPage.BlocksPerPage) * 4 + (uint)bits);

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.Visibility);
        while (reader.Remaining > 0)
        {
            int entry = reader.ReadVarint(VisibilityPage.BlocksPerPage * 4 - 1);
            reader.EnsureValid("visibility set");
            VisibilityPage.Set(page, entry >> 2, (VisibilityBits)(entry & 3));
        }
    }
}
