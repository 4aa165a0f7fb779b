namespace Strata.Format.Pages.Maps;

// A visibility map page: common header, then 2 bits per heap page, the lowest block in the lowest bits of the first byte.

/// <summary>Visibility bits of <see cref="BlocksPerPage"/> heap pages. Pure functions over a page's bytes.</summary>
public static class VisibilityPage
{
    /// <summary>Heap blocks per map page.</summary>
    public const int BlocksPerPage = (PageFormat.PageSizeBytes - PageFormat.HeaderBytes) * 4;

    /// <summary>The bits of a heap block whose map page this is.</summary>
    public static VisibilityBits Get(ReadOnlySpan<byte> page, uint heapBlock)
    {
        int index = (int)(heapBlock % BlocksPerPage);
        return (VisibilityBits)((page[PageFormat.HeaderBytes + (index >> 2)] >> ((index & 3) * 2)) & 3);
    }

    internal static void Set(Span<byte> page, int index, VisibilityBits bits)
    {
        int shift = (index & 3) * 2;
        ref byte cell = ref page[PageFormat.HeaderBytes + (index >> 2)];
        cell = (byte)((cell & ~(3 << shift)) | ((byte)bits << shift));
    }
}
