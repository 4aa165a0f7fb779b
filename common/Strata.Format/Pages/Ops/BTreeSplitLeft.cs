using System.Runtime.CompilerServices;
using Strata.Format.Pages.BTree;

namespace Strata.Format.Pages.Ops;

// BTreeSplitLeft 1:
//
//   v     keep       items of the page that stay: the first ones
//   v     right      block of the new right sibling
//   v, n  high key   the new one
//   then, if the new item goes to this page:
//   v     slot       at most keep
//   n     item       BTreeItemCodec, against the item before the slot

/// <summary>
/// The left half of a split: the page loses its last items, gets a high key and a right link, and is marked as an incomplete
/// split until its parent knows the sibling. The same record makes the right half (<see cref="BTreeInit"/>).
/// </summary>
public static class BTreeSplitLeft
{
    /// <summary>Begins a change.</summary>
    public static void Encode(ref ByteWriter writer, int keep, uint right, scoped ReadOnlySpan<byte> highKey)
    {
        PageOps.WriteOp(ref writer, PageOp.BTreeSplitLeft);
        writer.WriteVarint((ulong)keep);
        writer.WriteVarint(right);
        writer.WriteSized(highKey);
    }

    /// <summary>Adds the new item, when it goes to this page. <paramref name="page"/> is the page before the split.</summary>
    public static void AddItem(ref ByteWriter writer, scoped ReadOnlySpan<byte> page, int slot, uint child, scoped ReadOnlySpan<byte> sortKey)
    {
        writer.WriteVarint((ulong)slot);
        BTreeItemCodec.Write(
            ref writer, slot == 0 ? default : BTreePage.SortKey(page, slot - 1), BTreePage.GetLevel(page), child, sortKey);
    }

    [SkipLocalsInit]
    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.BTree);
        int keep = reader.ReadVarint(BTreePage.Count(page));
        uint right = reader.ReadVarint32();
        ReadOnlySpan<byte> highKey = reader.ReadSized();
        reader.EnsureValid("B-tree split");

        Span<byte> old = stackalloc byte[PageFormat.PageSizeBytes];
        page.CopyTo(old);
        BTreePage.Clear(page);
        BTreePage.SetRight(page, right);
        BTreePage.AddHighKey(page, highKey);
        for (int slot = 0; slot < keep; slot++)
            BTreePage.Append(page, BTreePage.Item(old, slot));
        if (reader.Remaining > 0)
        {
            int slot = reader.ReadVarint(keep);
            BTreeItemCodec.ReadInto(page, slot, ref reader);
        }
        reader.EnsureComplete("B-tree split");
        PageFormat.SetFlags(page, PageFormat.GetFlags(page) | PageFlags.BTreeIncompleteSplit);
    }
}
