using Strata.Format.Pages.BTree;
using Strata.Format.Pages.Heap;
using Strata.Format.Pages.Maps;

namespace Strata.Format.Pages.Ops;

// PageInit 1:
//
//   1  kind     PageKind
//   v  block    the page's own block
//
// The page becomes an empty one of its kind.

/// <summary>Makes a page an empty one of a kind, whatever it was.</summary>
public static class PageInit
{
    public static void Encode(ref ByteWriter writer, PageKind kind, uint block)
    {
        Invariant.Check(EmptyLower(kind) != 0);
        PageOps.WriteOp(ref writer, PageOp.PageInit);
        writer.WriteByte((byte)kind);
        writer.WriteVarint(block);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        var kind = (PageKind)reader.ReadByte();
        uint block = reader.ReadVarint32();
        reader.EnsureComplete("page init");
        int lower = EmptyLower(kind);
        CorruptPageException.Unless(lower != 0);
        PageFormat.Initialize(page, kind, block, lower);
    }

    private static int EmptyLower(PageKind kind) => kind switch
    {
        PageKind.Heap => HeapPage.HeaderBytes,
        PageKind.BTree => BTreePage.HeaderBytes,
        PageKind.BTreeMeta => BTreeMetaPage.EndOffset,
        PageKind.RelationMeta => RelationMetaPage.EndOffset,
        PageKind.Sequence => SequencePage.EndOffset,
        PageKind.Generic or PageKind.TimeIndex => PageFormat.HeaderBytes,
        // Maps fill the whole page.
        PageKind.CommitLog or PageKind.Subtransactions or PageKind.FreeSpace or PageKind.Visibility or PageKind.Counters => PageFormat.PageSizeBytes,
        _ => 0,
    };
}
