using System.Buffers.Binary;

namespace Strata.Format.Pages.BTree;

// A B-tree page (leaf: level 0):
//
//   0     24   common header
//   24    4    left           left sibling, 0 = none
//   28    4    right          right sibling, 0 = none
//   32    2    level
//   34    2    high key offset
//   36    2    high key length
//   38    2    0
//   40    8    safe xid       deleted pages: may be used again once every snapshot is above it
//   48    4×n  line pointers, slot 0 first:  bits 0-14 offset · bit 15 dead (a hint) · bits 16-31 length
//   lower      free space
//   upper      items and the high key, without holes
//
// Items ascend by memcmp of their key bytes (a shorter string sorts before its extensions):
//
//   leaf       key bytes, then TID (6 bytes, big-endian): one byte string, so duplicates are ordered by TID
//   internal   child block (4 bytes, little-endian), then the separator: keys at or above it are in the child; the first
//              item's separator is empty
//
// The high key is a byte string above every key of the page and at or below every key to its right. The encoded keys of
// one index must be prefix-free, so that key and TID can be compared as one string.

/// <summary>A slotted page of a Lehman-Yao B-tree. Pure functions over a page's bytes.</summary>
public static class BTreePage
{
    /// <summary>Bytes before the first line pointer.</summary>
    public const int HeaderBytes = 48;

    /// <summary>Bytes of a line pointer.</summary>
    public const int SlotBytes = 4;

    /// <summary>Bytes of the child block before a separator.</summary>
    public const int ChildBytes = 4;

    /// <summary>Most bytes of a key without its TID: three items and a high key always fit a page.</summary>
    public const int MaxKeyBytes = 2000;

    /// <summary>More entries than this never fit a leaf.</summary>
    public const int MaxItems = (PageFormat.PageSizeBytes - HeaderBytes) / (SlotBytes + Tid.SizeBytes);

    private const uint DeadBit = 0x8000;

    public static int Count(ReadOnlySpan<byte> page) => (PageFormat.GetLower(page) - HeaderBytes) / SlotBytes;

    public static uint GetLeft(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt32LittleEndian(page[24..]);

    public static uint GetRight(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt32LittleEndian(page[28..]);

    public static int GetLevel(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt16LittleEndian(page[32..]);

    public static bool IsLeaf(ReadOnlySpan<byte> page) => GetLevel(page) == 0;

    public static ulong GetSafeXid(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt64LittleEndian(page[40..]);

    public static bool HasHighKey(ReadOnlySpan<byte> page) => (PageFormat.GetFlags(page) & PageFlags.BTreeHasHighKey) != 0;

    /// <summary>The high key; empty on the rightmost page of a level (<see cref="HasHighKey"/>).</summary>
    public static ReadOnlySpan<byte> HighKey(ReadOnlySpan<byte> page) => page.Slice(
        BinaryPrimitives.ReadUInt16LittleEndian(page[34..]), BinaryPrimitives.ReadUInt16LittleEndian(page[36..]));

    public static bool IsDeleted(ReadOnlySpan<byte> page) => (PageFormat.GetFlags(page) & PageFlags.BTreeDeleted) != 0;

    public static bool IsIncompleteSplit(ReadOnlySpan<byte> page) =>
        (PageFormat.GetFlags(page) & PageFlags.BTreeIncompleteSplit) != 0;

    /// <summary>All bytes of an item.</summary>
    public static ReadOnlySpan<byte> Item(ReadOnlySpan<byte> page, int slot)
    {
        uint pointer = Pointer(page, slot);
        return page.Slice((int)(pointer & 0x7FFF), (int)(pointer >> 16));
    }

    /// <summary>The byte string by which an item is ordered: leaf, key and TID; internal, the separator.</summary>
    public static ReadOnlySpan<byte> SortKey(ReadOnlySpan<byte> page, int slot) =>
        IsLeaf(page) ? Item(page, slot) : Item(page, slot)[ChildBytes..];

    /// <summary>The key of a leaf item, without its TID.</summary>
    public static ReadOnlySpan<byte> LeafKey(ReadOnlySpan<byte> page, int slot) => Item(page, slot)[..^Tid.SizeBytes];

    /// <summary>The row that a leaf item names.</summary>
    public static Tid LeafTid(ReadOnlySpan<byte> page, int slot) => Tid.Read(Item(page, slot)[^Tid.SizeBytes..]);

    /// <summary>The child that an internal item names.</summary>
    public static uint Child(ReadOnlySpan<byte> page, int slot) => BinaryPrimitives.ReadUInt32LittleEndian(Item(page, slot));

    /// <summary>Bytes between the line pointers and the items. There are no other free bytes.</summary>
    public static int FreeBytes(ReadOnlySpan<byte> page) => PageFormat.GetUpper(page) - PageFormat.GetLower(page);

    /// <summary>Whether an item of this length fits with its line pointer.</summary>
    public static bool CanFit(ReadOnlySpan<byte> page, int itemLength) => FreeBytes(page) >= itemLength + SlotBytes;

    /// <summary>The first slot whose sort key is at or above <paramref name="key"/>; <see cref="Count"/> when none is.</summary>
    public static int LowerBound(ReadOnlySpan<byte> page, ReadOnlySpan<byte> key)
    {
        int skip = IsLeaf(page) ? 0 : ChildBytes;
        int low = 0, high = Count(page);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Item(page, middle)[skip..].SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>The slot of an internal page whose child holds <paramref name="key"/>: the last separator at or below it.</summary>
    public static int ChildSlot(ReadOnlySpan<byte> page, ReadOnlySpan<byte> key)
    {
        int low = 1, high = Count(page);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Item(page, middle)[ChildBytes..].SequenceCompareTo(key) <= 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    /// <summary>The slot of an internal page whose child holds the keys just below <paramref name="key"/>: the last separator below it.</summary>
    public static int ChildSlotBelow(ReadOnlySpan<byte> page, ReadOnlySpan<byte> key)
    {
        int low = 1, high = Count(page);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Item(page, middle)[ChildBytes..].SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    /// <summary>Whether some item may carry the dead hint.</summary>
    public static bool HasDeadHints(ReadOnlySpan<byte> page) => (PageFormat.GetFlags(page) & PageFlags.BTreeHasDeadHints) != 0;

    /// <summary>Whether an item carries the dead hint.</summary>
    public static bool IsDeadHint(ReadOnlySpan<byte> page, int slot) => (Pointer(page, slot) & DeadBit) != 0;

    /// <summary>
    /// Hints that an item's row is dead to everyone. Not logged; two threads may set hints of one page at once under a shared
    /// latch (only whole aligned line pointers are written, and only this bit of them ever changes).
    /// </summary>
    public static void SetDeadHint(Span<byte> page, int slot)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(page[(HeaderBytes + slot * SlotBytes)..], Pointer(page, slot) | DeadBit);
        PageFormat.SetFlags(page, PageFormat.GetFlags(page) | PageFlags.BTreeHasDeadHints);
    }

    internal static void ClearDeadHint(Span<byte> page, int slot) =>
        BinaryPrimitives.WriteUInt32LittleEndian(page[(HeaderBytes + slot * SlotBytes)..], Pointer(page, slot) & ~DeadBit);

    internal static void SetLeft(Span<byte> page, uint block) => BinaryPrimitives.WriteUInt32LittleEndian(page[24..], block);

    internal static void SetRight(Span<byte> page, uint block) => BinaryPrimitives.WriteUInt32LittleEndian(page[28..], block);

    internal static void SetLevel(Span<byte> page, int level) => BinaryPrimitives.WriteUInt16LittleEndian(page[32..], (ushort)level);

    internal static void SetSafeXid(Span<byte> page, ulong xid) => BinaryPrimitives.WriteUInt64LittleEndian(page[40..], xid);

    /// <summary>Writes the high key into the content area.</summary>
    internal static void AddHighKey(Span<byte> page, ReadOnlySpan<byte> key)
    {
        int offset = PageFormat.GetUpper(page) - key.Length;
        CorruptPageException.Unless(offset >= PageFormat.GetLower(page));
        key.CopyTo(page[offset..]);
        PageFormat.SetUpper(page, offset);
        BinaryPrimitives.WriteUInt16LittleEndian(page[34..], (ushort)offset);
        BinaryPrimitives.WriteUInt16LittleEndian(page[36..], (ushort)key.Length);
        PageFormat.SetFlags(page, PageFormat.GetFlags(page) | PageFlags.BTreeHasHighKey);
    }

    /// <summary>Makes room for an item at a slot, moving later line pointers up, and returns where its bytes go.</summary>
    internal static Span<byte> Allocate(Span<byte> page, int slot, int length)
    {
        int count = Count(page), lower = PageFormat.GetLower(page);
        int offset = PageFormat.GetUpper(page) - length;
        CorruptPageException.Unless((uint)slot <= (uint)count && length > 0 && offset >= lower + SlotBytes);
        int at = HeaderBytes + slot * SlotBytes;
        page[at..lower].CopyTo(page[(at + SlotBytes)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(page[at..], (uint)offset | (uint)length << 16);
        PageFormat.SetLower(page, lower + SlotBytes);
        PageFormat.SetUpper(page, offset);
        return page.Slice(offset, length);
    }

    /// <summary>Appends an item after the last and returns its bytes.</summary>
    internal static Span<byte> Append(Span<byte> page, ReadOnlySpan<byte> item)
    {
        Span<byte> place = Allocate(page, Count(page), item.Length);
        item.CopyTo(place);
        return place;
    }

    /// <summary>Removes all items, the high key and every flag but an incomplete split's; level and links stay.</summary>
    internal static void Clear(Span<byte> page)
    {
        page[HeaderBytes..].Clear();
        page[34..40].Clear();
        PageFormat.SetLower(page, HeaderBytes);
        PageFormat.SetUpper(page, PageFormat.PageSizeBytes);
        PageFormat.SetFlags(page, PageFormat.GetFlags(page) & PageFlags.BTreeIncompleteSplit);
    }

    private static uint Pointer(ReadOnlySpan<byte> page, int slot) =>
        BinaryPrimitives.ReadUInt32LittleEndian(page[(HeaderBytes + slot * SlotBytes)..]);
}
