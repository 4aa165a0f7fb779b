using System.Buffers.Binary;

namespace Strata.Format.Pages;

// Every page, little-endian:
//
//   offset size
//   0      8    lsn         LSN of the last record that changed the page
//   8      4    checksum    CRC32C of all other bytes; written only when the page leaves memory, 0 otherwise
//   12     1    kind        PageKind; 0 = never initialized
//   13     1    layout      version of the kind's layout
//   14     2    flags       by kind
//   16     2    lower       end of the line pointers (slotted kinds); begin of the free space
//   18     2    upper       begin of the content that grows down from the end; end of the free space
//   20     4    block       the page's own block number: tells a misdirected page
//   24     ...              by kind

/// <summary>The header that every page begins with. Pure functions over a page's bytes.</summary>
public static class PageFormat
{
    /// <summary>Size of every page in bytes.</summary>
    public const int PageSizeBytes = 8192;

    /// <summary>Bytes of the common header.</summary>
    public const int HeaderBytes = 24;

    internal const int ChecksumOffset = 8;
    internal const int KindOffset = 12;
    internal const int LayoutOffset = 13;
    internal const int FlagsOffset = 14;
    internal const int LowerOffset = 16;
    internal const int UpperOffset = 18;
    internal const int BlockOffset = 20;

    public static Lsn GetLsn(ReadOnlySpan<byte> page) => new(BinaryPrimitives.ReadUInt64LittleEndian(page));

    public static void SetLsn(Span<byte> page, Lsn lsn) => BinaryPrimitives.WriteUInt64LittleEndian(page, lsn.Value);

    public static PageKind GetKind(ReadOnlySpan<byte> page) => (PageKind)page[KindOffset];

    public static byte GetLayout(ReadOnlySpan<byte> page) => page[LayoutOffset];

    public static PageFlags GetFlags(ReadOnlySpan<byte> page) =>
        (PageFlags)BinaryPrimitives.ReadUInt16LittleEndian(page[FlagsOffset..]);

    public static int GetLower(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt16LittleEndian(page[LowerOffset..]);

    public static int GetUpper(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt16LittleEndian(page[UpperOffset..]);

    public static uint GetBlock(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt32LittleEndian(page[BlockOffset..]);

    /// <summary>True for a page that no change has initialized yet.</summary>
    public static bool IsNew(ReadOnlySpan<byte> page) => GetKind(page) == PageKind.None;

    /// <summary>The checksum that the page should carry.</summary>
    public static uint ComputeChecksum(ReadOnlySpan<byte> page)
    {
        uint state = Crc32C.Update(Crc32C.Seed, page[..ChecksumOffset]);
        // The checksum field counts as zero, so the rest starts on an 8-byte boundary again.
        state = Crc32C.Update(state, (ulong)BinaryPrimitives.ReadUInt32LittleEndian(page[KindOffset..]) << 32);
        return Crc32C.Finish(Crc32C.Update(state, page[LowerOffset..PageSizeBytes]));
    }

    /// <summary>Writes the checksum: to be called on a copy that leaves memory.</summary>
    public static void SealChecksum(Span<byte> page) =>
        BinaryPrimitives.WriteUInt32LittleEndian(page[ChecksumOffset..], ComputeChecksum(page));

    /// <summary>True when the page carries its checksum.</summary>
    public static bool VerifyChecksum(ReadOnlySpan<byte> page) =>
        BinaryPrimitives.ReadUInt32LittleEndian(page[ChecksumOffset..]) == ComputeChecksum(page);

    internal static void SetFlags(Span<byte> page, PageFlags flags) =>
        BinaryPrimitives.WriteUInt16LittleEndian(page[FlagsOffset..], (ushort)flags);

    internal static void SetLower(Span<byte> page, int lower) =>
        BinaryPrimitives.WriteUInt16LittleEndian(page[LowerOffset..], (ushort)lower);

    internal static void SetUpper(Span<byte> page, int upper) =>
        BinaryPrimitives.WriteUInt16LittleEndian(page[UpperOffset..], (ushort)upper);

    /// <summary>Clears the page and writes its header, the LSN apart.</summary>
    internal static void Initialize(Span<byte> page, PageKind kind, uint block, int lower)
    {
        page[..PageSizeBytes].Clear();
        page[KindOffset] = (byte)kind;
        page[LayoutOffset] = 1;
        SetLower(page, lower);
        SetUpper(page, PageSizeBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(page[BlockOffset..], block);
    }
}
