using System.Buffers.Binary;
using Strata.Format;

namespace Strata.PageServer.Layers;

// A layer file, immutable once written; integers little-endian, ids and page keys big-endian:
//
//   header, 128 bytes
//     0    8   magic "STRALAYR"
//     8    2   format version, 1
//     10   1   checksum, 1 = CRC32C
//     11   1   codec of the blocks (BlockCodecId)
//     12   1   level: 0 as flushed, higher ones by compaction
//     13   3   zero
//     16   16  key id, zero = not encrypted
//     32   16  nonce, random
//     48   16  project
//     64   16  timeline
//     80   8   first LSN, exclusive
//     88   8   last LSN, inclusive
//     96   28  zero
//     124  4   CRC32C of bytes 0..124
//   blocks, back to back
//     0    4   stored length of the payload
//     4    4   raw length; equal to the stored length = not compressed
//     8    4   CRC32C over: 8 nonce bytes, 8 offset of the block in the file, bytes 0..8, payload
//     12   n   payload; when decompressed, groups of entries of one key, ordered by key:
//                17  page key
//                4   bytes of the entries that follow
//                entries, ordered by LSN and kind:
//                  v   varint LSN minus the file's first LSN
//                  1   kind (LayerEntryKind)
//                  v   varint length of the payload
//                  n   payload
//              A key whose entries do not fit one block goes on, with its own group, in the next.
//   footer
//     8        block count, then per block: 17 first key · 8 first LSN · 8 offset · 4 bytes in the file, block header included
//     4        filter words, then that many 8-byte words (BloomFilter over the distinct keys)
//   trailer, 96 bytes
//     0    8   offset of the footer
//     8    4   bytes of the footer
//     12   4   CRC32C of the footer, nonce first
//     16   8   entries in the file
//     24   8   length of the file
//     32   17  lowest page key
//     49   17  highest page key
//     66   26  zero
//     92   4   CRC32C over: 8 nonce bytes, bytes 0..92
//
// The nonce in every checksum makes a block of another file, and the offset one of another place, look as broken as it is.

/// <summary>Sizes and helpers of the layer file format.</summary>
internal static class LayerFileFormat
{
    public const ulong Magic = 0x5259_414C_4152_5453; // "STRALAYR"
    public const ushort Version = 1;
    public const byte ChecksumCrc32C = 1;
    public const int HeaderBytes = 128;
    public const int BlockHeaderBytes = 12;
    public const int TrailerBytes = 96;
    public const int GroupHeaderBytes = PageKey.SizeBytes + 4;
    public const int BlockIndexEntryBytes = PageKey.SizeBytes + 8 + 8 + 4;

    /// <summary>A block is closed when it has this many raw bytes.</summary>
    public const int BlockTargetBytes = 32 << 10;

    /// <summary>Most raw bytes of a block: the target plus one entry of the largest record.</summary>
    public const int BlockBytesMax = 2 << 20;

    /// <summary>Most bytes of a footer: 4 M blocks do not occur, garbage lengths do.</summary>
    public const int FooterBytesMax = 256 << 20;

    public static uint Checksum(ulong nonce, ReadOnlySpan<byte> bytes) =>
        Crc32C.Finish(Crc32C.Update(Crc32C.Update(Crc32C.Seed, nonce), bytes));

    public static uint BlockChecksum(ulong nonce, long offset, ReadOnlySpan<byte> lengths, ReadOnlySpan<byte> payload)
    {
        uint state = Crc32C.Update(Crc32C.Update(Crc32C.Seed, nonce), (ulong)offset);
        return Crc32C.Finish(Crc32C.Update(Crc32C.Update(state, lengths), payload));
    }

    public static ulong NonceOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
}
