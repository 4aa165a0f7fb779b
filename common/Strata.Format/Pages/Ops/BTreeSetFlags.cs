namespace Strata.Format.Pages.Ops;

// BTreeSetFlags 1:
//
//   v  set     PageFlags
//   v  clear   PageFlags

/// <summary>Sets and clears state flags of a B-tree page: a split is complete.</summary>
public static class BTreeSetFlags
{
    private const PageFlags Allowed = PageFlags.BTreeIncompleteSplit;

    /// <summary>Encodes the completion of a split, for its left page.</summary>
    public static void EncodeSplitComplete(ref ByteWriter writer)
    {
        PageOps.WriteOp(ref writer, PageOp.BTreeSetFlags);
        writer.WriteVarint(0);
        writer.WriteVarint((ulong)PageFlags.BTreeIncompleteSplit);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.BTree);
        var set = (PageFlags)reader.ReadVarint(ushort.MaxValue);
        var clear = (PageFlags)reader.ReadVarint(ushort.MaxValue);
        reader.EnsureComplete("B-tree flags");
        CorruptPageException.Unless(((set | clear) & ~Allowed) == 0);
        PageFormat.SetFlags(page, (PageFormat.GetFlags(page) | set) & ~clear);
    }
}
