using Strata.Format.Pages.BTree;

namespace Strata.Format.Pages.Ops;

// BTreeSetLinks 1:
//
//   1  bits    0 left · 1 right
//   v  left    if bit 0
//   v  right   if bit 1

/// <summary>Sets sibling links: the right neighbour of a split, the neighbours of a page that leaves the tree.</summary>
public static class BTreeSetLinks
{
    public static void EncodeLeft(ref ByteWriter writer, uint left)
    {
        PageOps.WriteOp(ref writer, PageOp.BTreeSetLinks);
        writer.WriteByte(1);
        writer.WriteVarint(left);
    }

    public static void EncodeRight(ref ByteWriter writer, uint right)
    {
        PageOps.WriteOp(ref writer, PageOp.BTreeSetLinks);
        writer.WriteByte(2);
        writer.WriteVarint(right);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.BTree);
        byte bits = reader.ReadByte();
        uint left = (bits & 1) != 0 ? reader.ReadVarint32() : BTreePage.GetLeft(page);
        uint right = (bits & 2) != 0 ? reader.ReadVarint32() : BTreePage.GetRight(page);
        reader.EnsureComplete("B-tree links");
        CorruptPageException.Unless(bits is >= 1 and <= 3);
        BTreePage.SetLeft(page, left);
        BTreePage.SetRight(page, right);
    }
}
