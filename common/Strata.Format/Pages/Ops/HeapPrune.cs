using Strata.Format.Pages.Heap;

namespace Strata.Format.Pages.Ops;

// HeapPrune 1:
//
//   1  bits         0 drop unused line pointers at the end (vacuum only)
//   v  prune xid    the page's new one, 0 = none
//   v  redirects    count, then per redirect: v slot, v target
//   v  dead         count, then v slot each
//   v  unused       count, then v slot each

/// <summary>
/// Frees the space of row versions that nobody can see: heads of heap-only chains become redirects, other indexed versions
/// dead, heap-only ones unused; then the rows are laid out again without holes. Vacuum makes dead ones unused in the same way.
/// </summary>
public static class HeapPrune
{
    /// <summary>Most bytes of a change.</summary>
    public const int MaxBytes = 16 + ByteWriter.MaxVarintBytes + HeapPage.MaxSlots * 6;

    private const byte TruncateSlotsBit = 1;

    /// <summary>Encodes a prune. <paramref name="redirects"/> holds pairs: slot, target.</summary>
    public static void Encode(
        ref ByteWriter writer, ulong newPruneXid, scoped ReadOnlySpan<ushort> redirects, scoped ReadOnlySpan<ushort> dead, scoped ReadOnlySpan<ushort> unused,
        bool truncateSlots)
    {
        PageOps.WriteOp(ref writer, PageOp.HeapPrune);
        writer.WriteByte(truncateSlots ? TruncateSlotsBit : (byte)0);
        writer.WriteVarint(newPruneXid);
        writer.WriteVarint((ulong)redirects.Length / 2);
        WriteSlots(ref writer, redirects);
        writer.WriteVarint((ulong)dead.Length);
        WriteSlots(ref writer, dead);
        writer.WriteVarint((ulong)unused.Length);
        WriteSlots(ref writer, unused);
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.Heap);
        byte bits = reader.ReadByte();
        ulong pruneXid = reader.ReadVarint();
        int slots = HeapPage.SlotCount(page);
        for (int count = reader.ReadVarint(HeapPage.MaxSlots); count > 0; count--)
        {
            int slot = ReadSlot(ref reader, slots), target = ReadSlot(ref reader, slots);
            CorruptPageException.Unless(HeapPage.SlotState(page, target) == HeapSlotState.Normal && target != slot);
            HeapPage.SetPointer(page, slot, HeapSlotState.Redirect, target, 0);
        }
        for (int count = reader.ReadVarint(HeapPage.MaxSlots); count > 0; count--)
            HeapPage.SetPointer(page, ReadSlot(ref reader, slots), HeapSlotState.Dead, 0, 0);
        for (int count = reader.ReadVarint(HeapPage.MaxSlots); count > 0; count--)
            HeapPage.SetPointer(page, ReadSlot(ref reader, slots), HeapSlotState.Unused, 0, 0);
        reader.EnsureComplete("heap prune");
        CorruptPageException.Unless(bits <= TruncateSlotsBit);
        HeapPage.SetPruneXid(page, pruneXid);
        HeapPage.Compact(page, (bits & TruncateSlotsBit) != 0);
    }

    private static void WriteSlots(ref ByteWriter writer, scoped ReadOnlySpan<ushort> slots)
    {
        foreach (ushort slot in slots)
            writer.WriteVarint(slot);
    }

    private static int ReadSlot(ref ByteReader reader, int slots)
    {
        int slot = reader.ReadVarint(slots);
        reader.EnsureValid("heap prune slot");
        CorruptPageException.Unless(slot >= 1);
        return slot;
    }
}
