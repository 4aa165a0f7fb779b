using Strata.Format.Pages.BTree;

namespace Strata.Format.Pages.Ops;

// BTreeMarkDeleted 1:
//
//   v  safe xid   the page may be used again once every snapshot and running transaction is at or above it

/// <summary>
/// Takes a page out of its tree. It keeps its links, so that whoever still arrives goes on to the right sibling; the same
/// record relinks the siblings and removes the child from the parent.
/// </summary>
public static class BTreeMarkDeleted
{
    public static void Encode(ref ByteWriter writer, ulong safeXid)
    {
        PageOps.WriteOp(ref writer, PageOp.BTreeMarkDeleted);
        writer.WriteVarint(safeXid);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.BTree);
        ulong safeXid = reader.ReadVarint();
        reader.EnsureComplete("B-tree delete page");
        BTreePage.Clear(page);
        BTreePage.SetSafeXid(page, safeXid);
        PageFormat.SetFlags(page, PageFlags.BTreeDeleted);
    }
}
