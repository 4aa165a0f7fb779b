using Strata.Format.Pages.Maps;

namespace Strata.Format.Pages.Ops;

// FreeSpaceSet 1, repeated:
//
//   v  index      heap block within the map page
//   1  category

/// <summary>Sets categories of a free-space map page.</summary>
public static class FreeSpaceSet
{
    /// <summary>Begins a change; entries follow.</summary>
    public static void Begin(ref ByteWriter writer) => PageOps.WriteOp(ref writer, PageOp.FreeSpaceSet);

    public static void Add(ref ByteWriter writer, uint heapBlock, byte category)
    {
        writer.WriteVarint(heapBlock % FreeSpacePage.BlocksPerPage);
        writer.WriteByte(category);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.FreeSpace);
        while (reader.Remaining > 0)
        {
            int index = reader.ReadVarint(FreeSpacePage.BlocksPerPage - 1);
            byte category = reader.ReadByte();
            reader.EnsureValid("free-space set");
            page[PageFormat.HeaderBytes + index] = category;
        }
    }
}
