using System.Runtime.CompilerServices;
using Strata.Format.Pages.BTree;

namespace Strata.Format.Pages.Ops;

// BTreeDeleteItems 1, repeated:
//
//   v  gap   the slot, relative to the one after the slot deleted before; slots as before the change, ascending

/// <summary>Deletes items of a B-tree page and closes the holes.</summary>
public static class BTreeDeleteItems
{
    /// <summary>Encodes the deletion of slots (ascending).</summary>
    public static void Encode(ref ByteWriter writer, scoped ReadOnlySpan<ushort> slots)
    {
        PageOps.WriteOp(ref writer, PageOp.BTreeDeleteItems);
        int next = 0;
        foreach (ushort slot in slots)
        {
            Invariant.Check(slot >= next);
            writer.WriteVarint((ulong)(slot - next));
            next = slot + 1;
        }
    }

    [SkipLocalsInit]
    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.BTree);
        Span<byte> old = stackalloc byte[PageFormat.PageSizeBytes];
        page.CopyTo(old);
        int count = BTreePage.Count(old);
        BTreePage.Clear(page);
        if (BTreePage.HasHighKey(old))
            BTreePage.AddHighKey(page, BTreePage.HighKey(old));
        int next = 0;
        while (reader.Remaining > 0)
        {
            int deleted = next + reader.ReadVarint(count);
            reader.EnsureValid("B-tree delete");
            CorruptPageException.Unless(deleted < count);
            for (; next < deleted; next++)
                BTreePage.Append(page, BTreePage.Item(old, next));
            next = deleted + 1;
        }
        for (; next < count; next++)
            BTreePage.Append(page, BTreePage.Item(old, next));
    }
}
