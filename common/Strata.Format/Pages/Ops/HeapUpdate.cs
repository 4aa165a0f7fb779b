using System.Numerics;
using System.Runtime.InteropServices;
using Strata.Format.Pages.Heap;

namespace Strata.Format.Pages.Ops;

// HeapUpdate 1:
//
//   v  old slot
//   v  new slot    unused or one past the last
//   v  xid         xmax of the old version, xmin of the new
//   v  cid         cmax of the old version, cmin of the new
//   1  bits        0 heap-only update · 1 KeysUpdated on the old version
//   v  flags       RowFlags.Stored of the new version (HeapOnly comes from bit 0)
//   v  prefix      bytes of the old version, from offset 32, that the new one begins with
//   v  suffix      bytes of the old version's end that the new one ends with
//   n  middle      what is between them
//
// Offset 32 is where layout version, column count and columns begin: before it are transaction ids and hint bits, which
// differ and must not be copied.

/// <summary>Replaces a row version by a newer one on the same page, heap-only or not.</summary>
public static class HeapUpdate
{
    /// <summary>Most bytes of the change besides the new body.</summary>
    public const int MaxOverheadBytes = 64;

    private const byte HotBit = 1;
    private const byte KeysUpdatedBit = 2;

    /// <summary>Encodes an update of the version at <paramref name="oldSlot"/> of <paramref name="page"/>, as it is now.</summary>
    public static void Encode(
        ref ByteWriter writer, scoped ReadOnlySpan<byte> page, int oldSlot, int newSlot, ulong xid, uint cid, bool hot, bool keysUpdated,
        RowFlags flags, ushort layoutVersion, int columnCount, scoped ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> old = HeapPage.Row(page, oldSlot)[HeapRow.DeltaOffset..];
        PageOps.WriteOp(ref writer, PageOp.HeapUpdate);
        writer.WriteVarint((ulong)oldSlot);
        writer.WriteVarint((ulong)newSlot);
        writer.WriteVarint(xid);
        writer.WriteVarint(cid);
        writer.WriteByte((byte)((hot ? HotBit : 0) | (keysUpdated ? KeysUpdatedBit : 0)));
        writer.WriteVarint((ulong)(flags & (RowFlags.Stored & ~RowFlags.HeapOnly)));

        ReadOnlySpan<byte> oldBody = old[4..];
        bool sameShape = MemoryMarshal.Read<ushort>(old) == layoutVersion && MemoryMarshal.Read<ushort>(old[2..]) == columnCount;
        int suffix = CommonSuffix(oldBody, body);
        if (sameShape)
        {
            int prefix = Math.Min(oldBody.CommonPrefixLength(body), Math.Min(oldBody.Length, body.Length) - suffix);
            writer.WriteVarint((ulong)(4 + prefix));
            writer.WriteVarint((ulong)suffix);
            writer.WriteBytes(body[prefix..^suffix]);
        }
        else
        {
            writer.WriteVarint(0);
            writer.WriteVarint((ulong)suffix);
            writer.WriteUInt16(layoutVersion);
            writer.WriteUInt16((ushort)columnCount);
            writer.WriteBytes(body[..^suffix]);
        }
    }

    internal static void Redo(Span<byte> page, ref ByteReader reader)
    {
        PageOps.Expect(page, PageKind.Heap);
        int oldSlot = reader.ReadVarint(HeapPage.MaxSlots), newSlot = reader.ReadVarint(HeapPage.MaxSlots);
        ulong xid = reader.ReadVarint();
        uint cid = reader.ReadVarint32();
        byte bits = reader.ReadByte();
        var flags = (RowFlags)reader.ReadVarint(ushort.MaxValue);
        int prefix = reader.ReadVarint(HeapPage.MaxRowBytes), suffix = reader.ReadVarint(HeapPage.MaxRowBytes);
        ReadOnlySpan<byte> middle = reader.ReadRest();
        reader.EnsureValid("heap update");
        bool hot = (bits & HotBit) != 0;
        CorruptPageException.Unless(bits <= 3 && xid != 0 && (flags & ~(RowFlags.HasNulls | RowFlags.HasOutOfLine)) == 0);

        Span<byte> old = HeapPage.RowForRedo(page, oldSlot);
        ReadOnlySpan<byte> oldTail = old[HeapRow.DeltaOffset..];
        CorruptPageException.Unless(prefix + suffix <= oldTail.Length && prefix + suffix + middle.Length >= 4);
        Span<byte> row = HeapPage.Allocate(page, newSlot, HeapRow.DeltaOffset + prefix + middle.Length + suffix);
        HeapRow.WriteInserted(row, xid, cid, flags | (hot ? RowFlags.HeapOnly : 0));
        Span<byte> tail = row[HeapRow.DeltaOffset..];
        oldTail[..prefix].CopyTo(tail);
        middle.CopyTo(tail[prefix..]);
        oldTail[^suffix..].CopyTo(tail[(prefix + middle.Length)..]);

        HeapRow.SetDeleted(old, xid, cid, new Tid(PageFormat.GetBlock(page), (ushort)newSlot),
            (hot ? RowFlags.HotUpdated : 0) | ((bits & KeysUpdatedBit) != 0 ? RowFlags.KeysUpdated : 0));
        HeapPage.NoteDeleted(page, xid);
        HeapPage.ClearFlag(page, PageFlags.HeapAllVisible);
    }

    private static int CommonSuffix(scoped ReadOnlySpan<byte> left, scoped ReadOnlySpan<byte> right)
    {
        int most = Math.Min(left.Length, right.Length), common = 0;
        while (common + sizeof(ulong) <= most)
        {
            ulong difference = MemoryMarshal.Read<ulong>(left[^(common + sizeof(ulong))..]) ^
                MemoryMarshal.Read<ulong>(right[^(common + sizeof(ulong))..]);
            if (difference != 0)
                return common + BitOperations.LeadingZeroCount(difference) / 8;
            common += sizeof(ulong);
        }
        while (common < most && left[^(common + 1)] == right[^(common + 1)])
            common++;
        return common;
    }
}
