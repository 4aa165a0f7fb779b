using Strata.Format.Pages.Heap;

namespace Strata.Format.Pages.Ops;

// HeapDelete 1:
//
//   v  slot
//   v  xmax
//   v  cmax
//   1  bits         0 KeysUpdated · 1 next version follows
//   v  next block   if bit 1
//   v  next slot    if bit 1; Tid.Moved: the row went to another partition

/// <summary>Gives a row version a deleting transaction: a delete, or the old side of an update to another page.</summary>
public static class HeapDelete
{
    private const byte KeysUpdatedBit = 1;
    private const byte NextBit = 2;

    /// <summary>Encodes a delete.</summary>
    public static void Encode(ref ByteWriter writer, int slot, ulong xmax, uint cmax) =>
        EncodeUpdate(ref writer, slot, xmax, cmax, keysUpdated: true, default);

    /// <summary>Encodes a delete of a row that is inserted into another partition by the same statement.</summary>
    public static void EncodeMove(ref ByteWriter writer, int slot, ulong xmax, uint cmax) =>
        EncodeUpdate(ref writer, slot, xmax, cmax, keysUpdated: true, Tid.Moved);

    /// <summary>Encodes the old side of an update whose new version is at <paramref name="next"/>, on another page.</summary>
    public static void EncodeUpdate(ref ByteWriter writer, int slot, ulong xmax, uint cmax, bool keysUpdated, Tid next)
    {
        PageOps.WriteOp(ref writer, PageOp.HeapDelete);
        writer.WriteVarint((ulong)slot);
        writer.WriteVarint(xmax);
        writer.WriteVarint(cmax);
        writer.WriteByte((byte)((keysUpdated ? KeysUpdatedBit : 0) | (next.IsNone ? 0 : NextBit)));
        if (!next.IsNone)
        {
            writer.WriteVarint(next.Block);
            writer.WriteVarint(next.Slot);
        }
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.Heap);
        int slot = reader.ReadVarint(HeapPage.MaxSlots);
        ulong xmax = reader.ReadVarint();
        uint cmax = reader.ReadVarint32();
        byte bits = reader.ReadByte();
        Tid next = default;
        if ((bits & NextBit) != 0)
            next = new Tid(reader.ReadVarint32(), (ushort)reader.ReadVarint(HeapPage.MaxSlots));
        reader.EnsureComplete("heap delete");
        CorruptPageException.Unless(bits <= 3 && xmax != 0);
        Span<byte> row = HeapPage.RowForRedo(page, slot);
        HeapRow.SetDeleted(row, xmax, cmax, next, (bits & KeysUpdatedBit) != 0 ? RowFlags.KeysUpdated : 0);
        HeapPage.NoteDeleted(page, xmax);
        HeapPage.ClearFlag(page, PageFlags.HeapAllVisible);
    }
}
