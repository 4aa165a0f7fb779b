using System.Buffers.Binary;
using Strata.Format;
using Strata.Platform;

namespace Strata.PageServer.Remote;

// A small object (index, branch, attachment, tombstone), little-endian:
//
//   0    8   magic "STRAUNIT"
//   8    2   format version of the envelope, 1
//   10   1   checksum, 1 = CRC32C
//   11   1   codec of the body, 0 = none
//   12   4   zero
//   16   16  key id, zero = not encrypted
//   32   16  nonce, random
//   48   8   length of the body
//   56   4   zero
//   60   4   CRC32C over bytes 0..60 and the body
//   64   n   body: JSON, UTF-8

/// <summary>The envelope of every object that is not a layer.</summary>
internal static class StoredUnit
{
    private const ulong Magic = 0x5449_4E55_4152_5453; // "STRAUNIT"
    private const int HeaderBytes = 64;

    public static byte[] Wrap(ReadOnlySpan<byte> body, IRandom random)
    {
        byte[] unit = new byte[HeaderBytes + body.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(unit, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(unit.AsSpan(8), 1);
        unit[10] = 1;
        random.Fill(unit.AsSpan(32, 16));
        BinaryPrimitives.WriteInt64LittleEndian(unit.AsSpan(48), body.Length);
        body.CopyTo(unit.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(unit.AsSpan(60), Checksum(unit));
        return unit;
    }

    /// <summary>Checks the envelope and returns the body; <see cref="CorruptPageException"/> when anything is off.</summary>
    public static ReadOnlyMemory<byte> Unwrap(byte[] unit, string name)
    {
        bool ok = unit.Length >= HeaderBytes &&
            BinaryPrimitives.ReadUInt64LittleEndian(unit) == Magic &&
            BinaryPrimitives.ReadUInt32LittleEndian(unit.AsSpan(60)) == Checksum(unit) &&
            BinaryPrimitives.ReadInt64LittleEndian(unit.AsSpan(48)) == unit.Length - HeaderBytes;
        if (!ok)
            throw new CorruptPageException($"object {name} fails its checksum");
        if (BinaryPrimitives.ReadUInt16LittleEndian(unit.AsSpan(8)) != 1 || unit[10] != 1 || unit[11] != 0)
            throw new CorruptPageException($"object {name} was written by a newer version");
        return unit.AsMemory(HeaderBytes);
    }

    private static uint Checksum(ReadOnlySpan<byte> unit)
    {
        uint state = Crc32C.Update(Crc32C.Seed, unit[..56]);
        state = Crc32C.Update(state, unit.Slice(56, 4));
        return Crc32C.Finish(Crc32C.Update(state, unit[HeaderBytes..]));
    }
}
