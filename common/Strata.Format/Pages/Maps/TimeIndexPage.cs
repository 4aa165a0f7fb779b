using System.Buffers.Binary;

namespace Strata.Format.Pages.Maps;

// A time index page: common header, then entries of 16 bytes up to lower, both columns ascending:
//
//   8  time   int64, microseconds since 2000-01-01 00:00 UTC
//   8  lsn    a commit at or before that time, and the first one at it or later than the entry before

/// <summary>A sparse map from commit time to LSN. Pure functions over a page's bytes.</summary>
public static class TimeIndexPage
{
    /// <summary>Bytes of an entry.</summary>
    public const int EntryBytes = 16;

    /// <summary>Entries per page.</summary>
    public const int Capacity = (PageFormat.PageSizeBytes - PageFormat.HeaderBytes) / EntryBytes;

    /// <summary>A page of the index; block 0 is the oldest.</summary>
    public static PageKey KeyOf(uint block) => new(0, SystemStorage.TimeIndex, Fork.Main, block);

    public static int Count(ReadOnlySpan<byte> page) => (PageFormat.GetLower(page) - PageFormat.HeaderBytes) / EntryBytes;

    /// <summary>Time in microseconds since 2000-01-01 UTC of an entry.</summary>
    public static long GetTime(ReadOnlySpan<byte> page, int entry) =>
        BinaryPrimitives.ReadInt64LittleEndian(page[(PageFormat.HeaderBytes + entry * EntryBytes)..]);

    public static Lsn GetLsn(ReadOnlySpan<byte> page, int entry) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(page[(PageFormat.HeaderBytes + entry * EntryBytes + 8)..]));

    internal static void Append(Span<byte> page, long time, Lsn lsn)
    {
        int lower = PageFormat.GetLower(page);
        CorruptPageException.Unless(lower >= PageFormat.HeaderBytes && lower + EntryBytes <= PageFormat.PageSizeBytes);
        BinaryPrimitives.WriteInt64LittleEndian(page[lower..], time);
        BinaryPrimitives.WriteUInt64LittleEndian(page[(lower + 8)..], lsn.Value);
        PageFormat.SetLower(page, lower + EntryBytes);
    }
}
