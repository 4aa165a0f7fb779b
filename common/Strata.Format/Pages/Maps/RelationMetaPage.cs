using System.Buffers.Binary;

namespace Strata.Format.Pages.Maps;

// The one page of a storage's Meta fork:
//
//   0     24   common header
//   24    4    blocks of the Main fork
//   28    4    blocks of the FreeSpace fork
//   32    4    blocks of the Visibility fork

/// <summary>Sizes in blocks of a storage's forks. Pure functions over a page's bytes.</summary>
public static class RelationMetaPage
{
    internal const int EndOffset = 36;

    /// <summary>The metadata page of a storage.</summary>
    public static PageKey KeyOf(uint database, ulong storage) => new(database, storage, Fork.Meta, 0);

    /// <summary>Size of a fork (not Meta) in blocks.</summary>
    public static uint GetBlocks(ReadOnlySpan<byte> page, Fork fork) =>
        BinaryPrimitives.ReadUInt32LittleEndian(page[(PageFormat.HeaderBytes + (int)fork * sizeof(uint))..]);

    internal static void SetBlocks(Span<byte> page, Fork fork, uint blocks) =>
        BinaryPrimitives.WriteUInt32LittleEndian(page[(PageFormat.HeaderBytes + (int)fork * sizeof(uint))..], blocks);
}
