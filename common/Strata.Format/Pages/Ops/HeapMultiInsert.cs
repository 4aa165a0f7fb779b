using Strata.Format.Pages.Heap;

namespace Strata.Format.Pages.Ops;

// HeapMultiInsert 1, HeapMultiInsertInit 1:
//
//   v  block            only Init: the page's own block
//   v  first slot       one past the last of the page
//   v  xmin
//   v  cmin
//   v  layout version
//   v  column count
//   then per row, to the end of the change:
//   v     flags         RowFlags.Stored only
//   v, n  body          null bitmap and columns

/// <summary>Puts many row versions of one command on a page, at consecutive slots after the last: COPY and INSERT of many rows.</summary>
public static class HeapMultiInsert
{
    /// <summary>Most bytes of the change besides the rows.</summary>
    public const int MaxOverheadBytes = 48;

    /// <summary>Most bytes of a row besides its body.</summary>
    public const int MaxRowOverheadBytes = 6;

    /// <summary>Begins a change of an existing page; <paramref name="firstSlot"/> is one past its last.</summary>
    public static void Begin(ref ByteWriter writer, int firstSlot, ulong xmin, uint cmin, ushort layoutVersion, int columnCount)
    {
        PageOps.WriteOp(ref writer, PageOp.HeapMultiInsert);
        EncodeCommon(ref writer, firstSlot, xmin, cmin, layoutVersion, columnCount);
    }

    /// <summary>Begins a change that makes the page: rows take slots 1, 2, …</summary>
    public static void BeginInit(ref ByteWriter writer, uint block, ulong xmin, uint cmin, ushort layoutVersion, int columnCount)
    {
        PageOps.WriteOp(ref writer, PageOp.HeapMultiInsertInit);
        writer.WriteVarint(block);
        EncodeCommon(ref writer, 1, xmin, cmin, layoutVersion, columnCount);
    }

    /// <summary>Adds one row. The caller counts the room on the page.</summary>
    public static void AddRow(ref ByteWriter writer, RowFlags flags, scoped ReadOnlySpan<byte> body)
    {
        writer.WriteVarint((ulong)(flags & RowFlags.Stored));
        writer.WriteSized(body);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader, bool init)
    {
        if (init)
            HeapPage.Initialize(page, reader.ReadVarint32());
        PageOps.Expect(page, PageKind.Heap);
        int slot = reader.ReadVarint(HeapPage.MaxSlots);
        ulong xmin = reader.ReadVarint();
        uint cmin = reader.ReadVarint32();
        int layoutVersion = reader.ReadVarint(ushort.MaxValue), columnCount = reader.ReadVarint(ushort.MaxValue);
        reader.EnsureValid("heap multi-insert");
        CorruptPageException.Unless(slot == HeapPage.SlotCount(page) + 1);
        while (reader.Remaining > 0)
        {
            var flags = (RowFlags)reader.ReadVarint(ushort.MaxValue);
            ReadOnlySpan<byte> body = reader.ReadSized();
            reader.EnsureValid("heap multi-insert row");
            CorruptPageException.Unless((flags & ~RowFlags.Stored) == 0);
            Span<byte> row = HeapPage.Allocate(page, slot++, HeapRow.HeaderBytes + body.Length);
            HeapRow.WriteInserted(row, xmin, cmin, flags);
            HeapRow.WriteShape(row, (ushort)layoutVersion, (ushort)columnCount);
            body.CopyTo(row[HeapRow.HeaderBytes..]);
        }
        HeapPage.ClearFlag(page, PageFlags.HeapAllVisible);
    }

    private static void EncodeCommon(ref ByteWriter writer, int firstSlot, ulong xmin, uint cmin, ushort layoutVersion, int columnCount)
    {
        writer.WriteVarint((ulong)firstSlot);
        writer.WriteVarint(xmin);
        writer.WriteVarint(cmin);
        writer.WriteVarint(layoutVersion);
        writer.WriteVarint((ulong)columnCount);
    }
}
