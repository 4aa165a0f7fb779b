using System.Buffers.Binary;

namespace Strata.Format.Pages.BTree;

// Block 0 of a B-tree:
//
//   0     24   common header
//   24    4    root block     0 = the tree is empty
//   28    4    root level

/// <summary>Where the root of a B-tree is. Pure functions over a page's bytes.</summary>
public static class BTreeMetaPage
{
    /// <summary>The block of the metadata page.</summary>
    public const uint Block = 0;

    internal const int EndOffset = 32;

    public static uint GetRoot(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt32LittleEndian(page[24..]);

    public static int GetLevel(ReadOnlySpan<byte> page) => (int)BinaryPrimitives.ReadUInt32LittleEndian(page[28..]);

    internal static void Set(Span<byte> page, uint root, int level)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(page[24..], root);
        BinaryPrimitives.WriteUInt32LittleEndian(page[28..], (uint)level);
    }
}
