using Strata.Format.Pages.Ops;

namespace Strata.Format.Pages;

// A change:
//
//   1  op        PageOp; high bit set: a version byte follows, else the version is 1
//   1  version   if the high bit is set
//   n  payload   by op and version: see the file of the op

/// <summary>
/// The one place where pages change, on compute when it does something and on the page server when it replays. Each op
/// is a pure, total function of the page, the change and the LSN: no other page, no setting, no clock. A pair (op, version)
/// stays decodable for ever. Thread-safe; the caller owns the page.
/// </summary>
public static class PageOps
{
    /// <summary>
    /// Applies a change to a page and sets the page's LSN. Throws <see cref="CorruptPageException"/> when page and change
    /// don't fit each other; the page is then undefined and must be discarded. <paramref name="lsn"/> must be above the
    /// page's, unless the change initializes the page or <paramref name="lsn"/> is zero (pages that are not logged).
    /// </summary>
    public static void Apply(Span<byte> page, ReadOnlySpan<byte> change, Lsn lsn)
    {
        Invariant.Check(page.Length == PageFormat.PageSizeBytes);
        try
        {
            var reader = new ByteReader(change);
            PageOp op = ReadOp(ref reader, out byte version);
            CorruptPageException.Unless(version == 1);
            CorruptPageException.Unless(IsInit(op) || lsn.IsZero || PageFormat.GetLsn(page) < lsn);
            Redo(page, op, ref reader);
            PageFormat.SetLsn(page, lsn);
            page.Slice(PageFormat.ChecksumOffset, sizeof(uint)).Clear();
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or ArgumentException)
        {
            // Bounds that a span checked for us: the page's own pointers are garbage.
            throw new CorruptPageException("corrupt bytes: a page and its change do not fit", e);
        }
    }

    /// <summary>True when the change does not need the page's earlier content, so reconstruction may begin here.</summary>
    public static bool IsInit(ReadOnlySpan<byte> change) => IsInit(OpOf(change));

    /// <summary>True for a change that ends pages instead of changing one; see <see cref="Tombstone"/>. Never applied to a page.</summary>
    public static bool IsTombstone(ReadOnlySpan<byte> change) =>
        OpOf(change) is PageOp.Truncate or PageOp.DropStorage or PageOp.DropDatabase;

    /// <summary>The op of a change; <see cref="PageOp.None"/> for an empty one.</summary>
    public static PageOp OpOf(ReadOnlySpan<byte> change) => change.IsEmpty ? PageOp.None : (PageOp)(change[0] & 0x7F);

    internal static void WriteOp(ref ByteWriter writer, PageOp op) => writer.WriteByte((byte)op);

    internal static PageOp ReadOp(ref ByteReader reader, out byte version)
    {
        byte first = reader.ReadByte();
        version = first < 0x80 ? (byte)1 : reader.ReadByte();
        reader.EnsureValid("change without op");
        return (PageOp)(first & 0x7F);
    }

    internal static void Expect(ReadOnlySpan<byte> page, PageKind kind)
    {
        if (PageFormat.GetKind(page) != kind || PageFormat.GetLayout(page) != 1)
            CorruptPageException.Throw($"a change of {kind} on a page of {PageFormat.GetKind(page)}");
    }

    private static bool IsInit(PageOp op) => op is PageOp.PageInit or PageOp.HeapInsertInit or PageOp.HeapMultiInsertInit
        or PageOp.BTreeInit or PageOp.BTreeMetaInit or PageOp.RelationMetaInit or PageOp.CountersInit or PageOp.SequenceInit;

    private static void Redo(Span<byte> page, PageOp op, ref ByteReader reader)
    {
        switch (op)
        {
            case PageOp.PageInit: PageInit.Redo(page, ref reader); break;
            case PageOp.ByteRange: ByteRange.Redo(page, ref reader); break;
            case PageOp.HeapInsert: HeapInsert.Redo(page, ref reader, init: false); break;
            case PageOp.HeapInsertInit: HeapInsert.Redo(page, ref reader, init: true); break;
            case PageOp.HeapMultiInsert: HeapMultiInsert.Redo(page, ref reader, init: false); break;
            case PageOp.HeapMultiInsertInit: HeapMultiInsert.Redo(page, ref reader, init: true); break;
            case PageOp.HeapDelete: HeapDelete.Redo(page, ref reader); break;
            case PageOp.HeapUpdate: HeapUpdate.Redo(page, ref reader); break;
            case PageOp.HeapPrune: HeapPrune.Redo(page, ref reader); break;
            case PageOp.HeapSetAllVisible: HeapSetAllVisible.Redo(page, ref reader); break;
            case PageOp.BTreeInit: BTreeInit.Redo(page, ref reader); break;
            case PageOp.BTreeInsert: BTreeInsert.Redo(page, ref reader); break;
            case PageOp.BTreeInsertMany: BTreeInsertMany.Redo(page, ref reader); break;
            case PageOp.BTreeSplitLeft: BTreeSplitLeft.Redo(page, ref reader); break;
            case PageOp.BTreeSetLinks: BTreeSetLinks.Redo(page, ref reader); break;
            case PageOp.BTreeSetFlags: BTreeSetFlags.Redo(page, ref reader); break;
            case PageOp.BTreeDeleteItems: BTreeDeleteItems.Redo(page, ref reader); break;
            case PageOp.BTreeRemoveChild: BTreeRemoveChild.Redo(page, ref reader); break;
            case PageOp.BTreeMarkDeleted: BTreeMarkDeleted.Redo(page, ref reader); break;
            case PageOp.BTreeMetaSet: BTreeMetaSet.Redo(page, ref reader, init: false); break;
            case PageOp.BTreeMetaInit: BTreeMetaSet.Redo(page, ref reader, init: true); break;
            case PageOp.CommitLogSet: CommitLogSet.Redo(page, ref reader); break;
            case PageOp.FreeSpaceSet: FreeSpaceSet.Redo(page, ref reader); break;
            case PageOp.VisibilitySet: VisibilitySet.Redo(page, ref reader); break;
            case PageOp.RelationMetaSet: RelationMetaSet.Redo(page, ref reader, init: false); break;
            case PageOp.RelationMetaInit: RelationMetaSet.Redo(page, ref reader, init: true); break;
            case PageOp.CountersSet: CountersSet.Redo(page, ref reader, init: false); break;
            case PageOp.CountersInit: CountersSet.Redo(page, ref reader, init: true); break;
            case PageOp.SequenceSet: SequenceSet.Redo(page, ref reader, init: false); break;
            case PageOp.SequenceInit: SequenceSet.Redo(page, ref reader, init: true); break;
            case PageOp.TimeIndexAppend: TimeIndexAppend.Redo(page, ref reader); break;
            case PageOp.SubtransactionSet: SubtransactionSet.Redo(page, ref reader); break;
            default: CorruptPageException.Throw($"op {(byte)op}"); break;
        }
    }
}
