using Strata.Format.Pages.Heap;

namespace Strata.Format.Pages.Ops;

// HeapInsert 1, HeapInsertInit 1:
//
//   v  block            only Init: the page's own block
//   v  slot             unused or one past the last
//   v  xmin
//   v  cmin
//   v  flags            RowFlags.Stored only
//   v  layout version
//   v  column count
//   n  body             null bitmap and columns

/// <summary>Puts a row version on a page: an insert, or the new side of an update to another page.</summary>
public static class HeapInsert
{
    /// <summary>Most bytes of the change besides the body.</summary>
    public const int MaxOverheadBytes = 48;

    /// <summary>Encodes an insert into an existing page.</summary>
    public static void Encode(
        ref ByteWriter writer, int slot, ulong xmin, uint cmin, RowFlags flags, ushort layoutVersion, int columnCount, scoped ReadOnlySpan<byte> body)
    {
        PageOps.WriteOp(ref writer, PageOp.HeapInsert);
        EncodeRow(ref writer, slot, xmin, cmin, flags, layoutVersion, columnCount, body);
    }

    /// <summary>Encodes an insert that makes the page: the row takes slot 1.</summary>
    public static void EncodeInit(
        ref ByteWriter writer, uint block, ulong xmin, uint cmin, RowFlags flags, ushort layoutVersion, int columnCount, scoped ReadOnlySpan<byte> body)
    {
        PageOps.WriteOp(ref writer, PageOp.HeapInsertInit);
        writer.WriteVarint(block);
        EncodeRow(ref writer, 1, xmin, cmin, flags, layoutVersion, columnCount, body);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader, bool init)
    {
        if (init)
            HeapPage.Initialize(page, reader.ReadVarint32());
        PageOps.Expect(page, PageKind.Heap);
        int slot = reader.ReadVarint(HeapPage.MaxSlots);
        ulong xmin = reader.ReadVarint();
        uint cmin = reader.ReadVarint32();
        var flags = (RowFlags)reader.ReadVarint(ushort.MaxValue);
        int layoutVersion = reader.ReadVarint(ushort.MaxValue), columnCount = reader.ReadVarint(ushort.MaxValue);
        ReadOnlySpan<byte> body = reader.ReadRest();
        reader.EnsureValid("heap insert");
        CorruptPageException.Unless((flags & ~RowFlags.Stored) == 0);
        Span<byte> row = HeapPage.Allocate(page, slot, HeapRow.HeaderBytes + body.Length);
        HeapRow.WriteInserted(row, xmin, cmin, flags);
        HeapRow.WriteShape(row, (ushort)layoutVersion, (ushort)columnCount);
        body.CopyTo(row[HeapRow.HeaderBytes..]);
        HeapPage.ClearFlag(page, PageFlags.HeapAllVisible);
    }

    private static void EncodeRow(
        ref ByteWriter writer, int slot, ulong xmin, uint cmin, RowFlags flags, ushort layoutVersion, int columnCount, scoped ReadOnlySpan<byte> body)
    {
        writer.WriteVarint((ulong)slot);
        writer.WriteVarint(xmin);
        writer.WriteVarint(cmin);
        writer.WriteVarint((ulong)(flags & RowFlags.Stored));
        writer.WriteVarint(layoutVersion);
        writer.WriteVarint((ulong)columnCount);
        writer.WriteBytes(body);
    }
}
