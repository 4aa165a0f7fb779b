using Strata.Format.Pages.BTree;

namespace Strata.Format.Pages.Ops;

// BTreeInsert 1:
//
//   v  slot
//   n  item   BTreeItemCodec, against the item before the slot

/// <summary>Inserts an item into a B-tree page.</summary>
public static class BTreeInsert
{
    /// <summary>Most bytes of the change besides the sort key.</summary>
    public const int MaxOverheadBytes = 16;

    /// <summary>Encodes the insertion of key and TID, as one string, into a leaf as it is now.</summary>
    public static void EncodeLeaf(ref ByteWriter writer, scoped ReadOnlySpan<byte> page, int slot, scoped ReadOnlySpan<byte> item) =>
        Encode(ref writer, page, slot, 0, item);

    /// <summary>Encodes the insertion of a child into an internal page as it is now.</summary>
    public static void EncodeChild(ref ByteWriter writer, scoped ReadOnlySpan<byte> page, int slot, uint child, scoped ReadOnlySpan<byte> separator) =>
        Encode(ref writer, page, slot, child, separator);

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.BTree);
        int slot = reader.ReadVarint(PageFormat.PageSizeBytes);
        BTreeItemCodec.ReadInto(page, slot, ref reader);
        reader.EnsureComplete("B-tree insert");
    }

    private static void Encode(ref ByteWriter writer, scoped ReadOnlySpan<byte> page, int slot, uint child, scoped ReadOnlySpan<byte> sortKey)
    {
        PageOps.WriteOp(ref writer, PageOp.BTreeInsert);
        writer.WriteVarint((ulong)slot);
        BTreeItemCodec.Write(
            ref writer, slot == 0 ? default : BTreePage.SortKey(page, slot - 1), BTreePage.GetLevel(page), child, sortKey);
    }
}
