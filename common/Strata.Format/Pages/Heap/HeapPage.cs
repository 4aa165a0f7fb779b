using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Strata.Format.Pages.Heap;

// A heap page:
//
//   0     24   common header
//   24    8    prune xid     smallest transaction that deleted a row here since the last prune; 0 = none
//   32    4×n  line pointers, slot 1 first:  bits 0-14 offset or redirect target · bits 15-16 state · bits 17-31 length
//   lower      free space
//   upper      row versions, each at a multiple of 8, without holes: whatever frees a row also closes the hole

/// <summary>A slotted page of row versions. Slots count from 1, as in <c>ctid</c>. Pure functions over a page's bytes.</summary>
public static class HeapPage
{
    /// <summary>Bytes before the first line pointer.</summary>
    public const int HeaderBytes = 32;

    /// <summary>Bytes of a line pointer.</summary>
    public const int SlotBytes = 4;

    /// <summary>Most bytes of a row version, header included.</summary>
    public const int MaxRowBytes = (PageFormat.PageSizeBytes - HeaderBytes - SlotBytes) & ~7;

    /// <summary>More line pointers than this never fit.</summary>
    public const int MaxSlots = (PageFormat.PageSizeBytes - HeaderBytes) / (SlotBytes + ((HeapRow.HeaderBytes + 7) & ~7));

    public static int SlotCount(ReadOnlySpan<byte> page) => (PageFormat.GetLower(page) - HeaderBytes) / SlotBytes;

    public static HeapSlotState SlotState(ReadOnlySpan<byte> page, int slot) => (HeapSlotState)((Pointer(page, slot) >> 15) & 3);

    /// <summary>Offset in the page of a normal slot's row.</summary>
    public static int RowOffset(ReadOnlySpan<byte> page, int slot) => (int)(Pointer(page, slot) & 0x7FFF);

    /// <summary>Length in bytes of a normal slot's row, header included.</summary>
    public static int RowLength(ReadOnlySpan<byte> page, int slot) => (int)(Pointer(page, slot) >> 17);

    /// <summary>The slot that a redirect names.</summary>
    public static int RedirectTarget(ReadOnlySpan<byte> page, int slot) => (int)(Pointer(page, slot) & 0x7FFF);

    /// <summary>Offset and length of a normal slot's row, read at once; false for other slots. <paramref name="slot"/> is one of the page's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe bool TryReadNormal(byte* page, int slot, out int offset, out int length)
    {
        uint pointer = *(uint*)(page + HeaderBytes + ((slot - 1) * SlotBytes));
        offset = (int)(pointer & 0x7FFF);
        length = (int)(pointer >> 17);
        return (HeapSlotState)((pointer >> 15) & 3) == HeapSlotState.Normal;
    }

    /// <summary>The row of a normal slot.</summary>
    public static ReadOnlySpan<byte> Row(ReadOnlySpan<byte> page, int slot)
    {
        uint pointer = Pointer(page, slot);
        return page.Slice((int)(pointer & 0x7FFF), (int)(pointer >> 17));
    }

    /// <summary>Bytes between the line pointers and the rows. There are no other free bytes.</summary>
    public static int FreeBytes(ReadOnlySpan<byte> page) => PageFormat.GetUpper(page) - PageFormat.GetLower(page);

    /// <summary>
    /// Free bytes as far as rows can have them: none when the page has all the line pointers it may have and every one is taken. This is what the free-space map must be told;
    /// it would offer a page that is full of dead line pointers again and again.
    /// </summary>
    public static int UsableBytes(ReadOnlySpan<byte> page) => SlotCount(page) < MaxSlots || HasUnusedSlot(page) ? FreeBytes(page) : 0;

    /// <summary>Whether a row of this length, header included, fits with a line pointer of its own.</summary>
    public static bool CanFit(ReadOnlySpan<byte> page, int rowLength) => UsableBytes(page) >= Aligned(rowLength) + SlotBytes;

    private static bool HasUnusedSlot(ReadOnlySpan<byte> page) => FindSlotForInsert(page) <= SlotCount(page);

    /// <summary>The slot that an insert should take: an unused one, or one past the last.</summary>
    public static ushort FindSlotForInsert(ReadOnlySpan<byte> page)
    {
        int count = SlotCount(page);
        if ((PageFormat.GetFlags(page) & PageFlags.HeapHasUnusedSlots) != 0)
        {
            for (int slot = 1; slot <= count; slot++)
            {
                if (SlotState(page, slot) == HeapSlotState.Unused)
                    return (ushort)slot;
            }
        }
        return (ushort)(count + 1);
    }

    /// <summary>Smallest deleting transaction since the last prune, 0 = none: below the horizon, pruning may free space.</summary>
    public static ulong GetPruneXid(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt64LittleEndian(page[24..]);

    /// <summary>Bytes that a row occupies in a page, its line pointer apart.</summary>
    public static int Aligned(int rowLength) => (rowLength + 7) & ~7;

    internal static void SetPruneXid(Span<byte> page, ulong xid) => BinaryPrimitives.WriteUInt64LittleEndian(page[24..], xid);

    internal static void NoteDeleted(Span<byte> page, ulong xmax)
    {
        ulong pruneXid = GetPruneXid(page);
        if (pruneXid == 0 || xmax < pruneXid)
            SetPruneXid(page, xmax);
    }

    internal static void Initialize(Span<byte> page, uint block) =>
        PageFormat.Initialize(page, PageKind.Heap, block, HeaderBytes);

    /// <summary>The row of a slot that must be normal and lie within the content area.</summary>
    internal static Span<byte> RowForRedo(Span<byte> page, int slot)
    {
        CorruptPageException.Unless(slot >= 1 && slot <= SlotCount(page) && SlotState(page, slot) == HeapSlotState.Normal);
        int offset = RowOffset(page, slot), length = RowLength(page, slot);
        CorruptPageException.Unless(offset >= PageFormat.GetUpper(page) && length >= HeapRow.HeaderBytes &&
            offset + length <= PageFormat.PageSizeBytes);
        return page.Slice(offset, length);
    }

    /// <summary>Makes room for a row at a slot that is unused or one past the last, and points the slot to it.</summary>
    internal static Span<byte> Allocate(Span<byte> page, int slot, int rowLength)
    {
        int count = SlotCount(page), lower = PageFormat.GetLower(page), upper = PageFormat.GetUpper(page);
        CorruptPageException.Unless(slot >= 1 && slot <= count + 1 && slot <= MaxSlots);
        if (slot <= count)
            CorruptPageException.Unless(SlotState(page, slot) == HeapSlotState.Unused);
        else
            lower += SlotBytes;
        int offset = upper - Aligned(rowLength);
        CorruptPageException.Unless(rowLength >= HeapRow.HeaderBytes && lower <= offset && upper <= PageFormat.PageSizeBytes);
        PageFormat.SetLower(page, lower);
        PageFormat.SetUpper(page, offset);
        SetPointer(page, slot, HeapSlotState.Normal, offset, rowLength);
        return page.Slice(offset, rowLength);
    }

    internal static void SetPointer(Span<byte> page, int slot, HeapSlotState state, int offsetOrTarget, int length) =>
        BinaryPrimitives.WriteUInt32LittleEndian(
            page[(HeaderBytes + (slot - 1) * SlotBytes)..], (uint)offsetOrTarget | (uint)state << 15 | (uint)length << 17);

    /// <summary>
    /// Lays all rows out again without holes, in slot order from the end of the page, and zeroes what became free. With
    /// <paramref name="truncateSlots"/>, unused line pointers at the end go too (only when no index entry can name them).
    /// </summary>
    [SkipLocalsInit]
    internal static void Compact(Span<byte> page, bool truncateSlots)
    {
        int count = SlotCount(page), lowest = PageFormat.GetUpper(page), upper = PageFormat.PageSizeBytes;
        Span<byte> old = stackalloc byte[PageFormat.PageSizeBytes];
        page[lowest..].CopyTo(old[lowest..]);
        bool anyUnused = false;
        // Rows of consecutive slots mostly lie behind each other already: whole runs are moved, and only if they move.
        int runFrom = 0, runTo = 0, runBytes = 0;
        for (int slot = 1; slot <= count; slot++)
        {
            HeapSlotState state = SlotState(page, slot);
            anyUnused |= state == HeapSlotState.Unused;
            if (state != HeapSlotState.Normal)
                continue;
            int length = RowForRedo(page, slot).Length, from = RowOffset(page, slot), bytes = Aligned(length);
            upper -= bytes;
            CorruptPageException.Unless(upper >= PageFormat.GetLower(page));
            if (from + bytes != runFrom)
            {
                MoveRun(page, old, runFrom, runTo, runBytes);
                runBytes = 0;
            }
            (runFrom, runTo, runBytes) = (from, upper, runBytes + bytes);
            if (from != upper)
                SetPointer(page, slot, HeapSlotState.Normal, upper, length);
        }
        MoveRun(page, old, runFrom, runTo, runBytes);
        while (truncateSlots && count > 0 && SlotState(page, count) == HeapSlotState.Unused)
            count--;
        int lower = HeaderBytes + count * SlotBytes;
        CorruptPageException.Unless(lower <= upper);
        page[lower..upper].Clear();
        PageFormat.SetLower(page, lower);
        PageFormat.SetUpper(page, upper);
        ClearFlag(page, PageFlags.HeapHasUnusedSlots);
        if (anyUnused)
            PageFormat.SetFlags(page, PageFormat.GetFlags(page) | PageFlags.HeapHasUnusedSlots);
    }

    private static void MoveRun(Span<byte> page, ReadOnlySpan<byte> old, int from, int to, int bytes)
    {
        if (from != to)
            old.Slice(from, bytes).CopyTo(page[to..]);
    }

    internal static void ClearFlag(Span<byte> page, PageFlags flag) => PageFormat.SetFlags(page, PageFormat.GetFlags(page) & ~flag);

    private static uint Pointer(ReadOnlySpan<byte> page, int slot) =>
        BinaryPrimitives.ReadUInt32LittleEndian(page[(HeaderBytes + (slot - 1) * SlotBytes)..]);
}
