using Strata.Format.Pages.BTree;

namespace Strata.Format.Pages.Ops;

// BTreeInsertMany 42:
//
//   v  count
//   count times:
//     v  slot   as of the page after the items before it
//     n  item   BTreeItemCodec, against the item before the slot

/// <summary>Inserts ascending items into a leaf, in one change.</summary>
public static class BTreeInsertMany
{
    /// <summary>Most bytes of the change besides the items.</summary>
    public const int MaxOverheadBytes = 16;

    /// <summary>Most bytes of an item besides its sort key.</summary>
    public const int MaxItemOverheadBytes = 9;

    /// <summary>Begins the change.</summary>
    public static void Begin(ref ByteWriter writer, int count)
    {
        PageOps.WriteOp(ref writer, PageOp.BTreeInsertMany);
        writer.WriteVarint((ulong)count);
    }

    /// <summary>Adds an item, key and TID as one string. <paramref name="before"/> is the item that will stand before it, empty when none does.</summary>
    public static void Add(ref ByteWriter writer, int slot, scoped ReadOnlySpan<byte> before, scoped ReadOnlySpan<byte> item)
    {
        writer.WriteVarint((ulong)slot);
        BTreeItemCodec.Write(ref writer, before, level: 0, child: 0, item);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.BTree);
        int count = reader.ReadVarint(BTreePage.MaxItems);
        for (int i = 0; i < count; i++)
        {
            int slot = reader.ReadVarint(PageFormat.PageSizeBytes);
            BTreeItemCodec.ReadInto(page, slot, ref reader);
        }

        reader.EnsureComplete("B-tree insert of many");
    }
}
