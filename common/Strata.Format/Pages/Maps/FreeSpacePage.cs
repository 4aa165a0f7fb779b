namespace Strata.Format.Pages.Maps;

// A free-space map page: common header, then 1 byte per heap page: free bytes / 32, rounded down.

/// <summary>Free space of <see cref="BlocksPerPage"/> pages. Pure functions over a page's bytes.</summary>
public static class FreeSpacePage
{
    /// <summary>Heap blocks per map page.</summary>
    public const int BlocksPerPage = PageFormat.PageSizeBytes - PageFormat.HeaderBytes;

    /// <summary>Bytes that one unit of a category stands for.</summary>
    public const int CategoryBytes = 32;

    /// <summary>The category of a number of free bytes.</summary>
    public static byte CategoryOf(int freeBytes) => (byte)Math.Min(freeBytes / CategoryBytes, byte.MaxValue);

    /// <summary>The category of a heap block whose map page this is.</summary>
    public static byte Get(ReadOnlySpan<byte> page, uint heapBlock) =>
        page[PageFormat.HeaderBytes + (int)(heapBlock % BlocksPerPage)];

    /// <summary>All categories of the page, lowest block first.</summary>
    public static ReadOnlySpan<byte> Categories(ReadOnlySpan<byte> page) => page[PageFormat.HeaderBytes..];
}
