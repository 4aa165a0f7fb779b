using System.Buffers.Binary;

namespace Strata.Format.Pages.Maps;

// A counters page: common header, then 8 bytes per counter. The values are upper bounds of what was handed out: a
// compute reserves a range by logging its end before it uses any value of it.

/// <summary>Counters of a timeline. Pure functions over a page's bytes.</summary>
public static class CountersPage
{
    /// <summary>Counters per page.</summary>
    public const int Capacity = (PageFormat.PageSizeBytes - PageFormat.HeaderBytes) / sizeof(ulong);

    /// <summary>The one page.</summary>
    public static PageKey Key => new(0, SystemStorage.Counters, Fork.Main, 0);

    public static ulong Get(ReadOnlySpan<byte> page, int counter) =>
        BinaryPrimitives.ReadUInt64LittleEndian(page[(PageFormat.HeaderBytes + counter * sizeof(ulong))..]);

    internal static void Set(Span<byte> page, int counter, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(page[(PageFormat.HeaderBytes + counter * sizeof(ulong))..], value);
}
