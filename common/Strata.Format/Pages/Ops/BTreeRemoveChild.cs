using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Strata.Format.Pages.BTree;

namespace Strata.Format.Pages.Ops;

// BTreeRemoveChild 1:
//
//   v  slot   of the child that leaves; not the last

/// <summary>
/// Removes a child from an internal page: its key range goes to the next child. (The slot gets the next slot's child, the
/// next slot goes.)
/// </summary>
public static class BTreeRemoveChild
{
    public static void Encode(ref ByteWriter writer, int slot)
    {
        PageOps.WriteOp(ref writer, PageOp.BTreeRemoveChild);
        writer.WriteVarint((ulong)slot);
    }

    [SkipLocalsInit]
    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.BTree);
        int slot = reader.ReadVarint(PageFormat.PageSizeBytes);
        reader.EnsureComplete("B-tree remove child");
        CorruptPageException.Unless(!BTreePage.IsLeaf(page) && slot + 1 < BTreePage.Count(page));

        Span<byte> old = stackalloc byte[PageFormat.PageSizeBytes];
        page.CopyTo(old);
        BTreePage.Clear(page);
        if (BTreePage.HasHighKey(old))
            BTreePage.AddHighKey(page, BTreePage.HighKey(old));
        for (int i = 0; i < BTreePage.Count(old); i++)
        {
            if (i == slot + 1)
                continue;
            Span<byte> item = BTreePage.Append(page, BTreePage.Item(old, i));
            if (i == slot)
                BinaryPrimitives.WriteUInt32LittleEndian(item, BTreePage.Child(old, slot + 1));
        }
    }
}
