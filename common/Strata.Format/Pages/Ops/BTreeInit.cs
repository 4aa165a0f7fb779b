using Strata.Format.Pages.BTree;

namespace Strata.Format.Pages.Ops;

// BTreeInit 1:
//
//   v     block
//   v     level
//   v     flags      PageFlags: BTreeHasHighKey, BTreeIncompleteSplit
//   v     left
//   v     right
//   v, n  high key   if BTreeHasHighKey
//   then items (BTreeItemCodec), ascending, to the end of the change

/// <summary>Makes a B-tree page with its content: the right half of a split, a new root, a page of a bulk build.</summary>
public static class BTreeInit
{
    /// <summary>Most bytes of the change besides high key and items.</summary>
    public const int MaxOverheadBytes = 40;

    /// <summary>Most bytes of an item besides its sort key.</summary>
    public const int MaxItemOverheadBytes = 9;

    /// <summary>Begins a change; items follow. An empty high key with <paramref name="hasHighKey"/> false: rightmost page.</summary>
    public static void Begin(
        ref ByteWriter writer, uint block, int level, bool incompleteSplit, uint left, uint right, bool hasHighKey, scoped ReadOnlySpan<byte> highKey)
    {
        PageOps.WriteOp(ref writer, PageOp.BTreeInit);
        writer.WriteVarint(block);
        writer.WriteVarint((ulong)level);
        writer.WriteVarint((ulong)((hasHighKey ? PageFlags.BTreeHasHighKey : 0) | (incompleteSplit ? PageFlags.BTreeIncompleteSplit : 0)));
        writer.WriteVarint(left);
        writer.WriteVarint(right);
        if (hasHighKey)
            writer.WriteSized(highKey);
    }

    /// <summary>Adds a leaf item: key and TID as one string. <paramref name="before"/> is the one added before, or empty.</summary>
    public static void AddLeafItem(ref ByteWriter writer, scoped ReadOnlySpan<byte> before, scoped ReadOnlySpan<byte> item) =>
        BTreeItemCodec.Write(ref writer, before, 0, 0, item);

    /// <summary>Adds an internal item. <paramref name="before"/> is the separator added before, or empty.</summary>
    public static void AddChild(ref ByteWriter writer, scoped ReadOnlySpan<byte> before, uint child, scoped ReadOnlySpan<byte> separator) =>
        BTreeItemCodec.Write(ref writer, before, 1, child, separator);

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        uint block = reader.ReadVarint32();
        int level = reader.ReadVarint(64);
        var flags = (PageFlags)reader.ReadVarint(ushort.MaxValue);
        uint left = reader.ReadVarint32(), right = reader.ReadVarint32();
        reader.EnsureValid("B-tree init");
        CorruptPageException.Unless((flags & ~(PageFlags.BTreeHasHighKey | PageFlags.BTreeIncompleteSplit)) == 0);
        PageFormat.Initialize(page, PageKind.BTree, block, BTreePage.HeaderBytes);
        BTreePage.SetLevel(page, level);
        BTreePage.SetLeft(page, left);
        BTreePage.SetRight(page, right);
        PageFormat.SetFlags(page, flags);
        if ((flags & PageFlags.BTreeHasHighKey) != 0)
            BTreePage.AddHighKey(page, reader.ReadSized());
        for (int slot = 0; reader.Remaining > 0; slot++)
            BTreeItemCodec.ReadInto(page, slot, ref reader);
        reader.EnsureComplete("B-tree init");
    }
}
