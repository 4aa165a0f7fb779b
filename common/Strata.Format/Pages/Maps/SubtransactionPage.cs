using System.Buffers.Binary;

namespace Strata.Format.Pages.Maps;

// A page of sub-transactions: common header, then 4 bytes per transaction id: how far below it the id of its top-level
// transaction is; 0 where that was never noted.

/// <summary>
/// To which top-level transactions the ids belong that the commit log calls <see cref="CommitStatus.Child"/>: those of transactions with more sub-transactions than one record can name. Pure functions over a page's bytes.
/// </summary>
public static class SubtransactionPage
{
    /// <summary>Transaction ids per page: xid / XidsPerPage is the block.</summary>
    public const int XidsPerPage = (PageFormat.PageSizeBytes - PageFormat.HeaderBytes) / sizeof(uint);

    /// <summary>The farthest that a sub-transaction's id may be from its top-level one's.</summary>
    public const ulong DistanceMax = uint.MaxValue;

    /// <summary>The page that an id's parent is noted on.</summary>
    public static PageKey KeyOf(ulong xid) =>
        new(0, SystemStorage.Subtransactions, Fork.Main, checked((uint)(xid / XidsPerPage)));

    /// <summary>The top-level transaction of an id whose page this is; 0 when none was noted.</summary>
    public static ulong TopOf(ReadOnlySpan<byte> page, ulong xid)
    {
        uint distance = BinaryPrimitives.ReadUInt32LittleEndian(page[OffsetOf((int)(xid % XidsPerPage))..]);
        return distance == 0 ? 0 : xid - distance;
    }

    internal static void Set(Span<byte> page, int index, uint distance) =>
        BinaryPrimitives.WriteUInt32LittleEndian(page[OffsetOf(index)..], distance);

    private static int OffsetOf(int index) => PageFormat.HeaderBytes + (index * sizeof(uint));
}
