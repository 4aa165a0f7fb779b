using System.Buffers.Binary;
using System.Numerics;

namespace Strata.Format.Messages;

/// <summary>CRC32C (Castagnoli) of bytes in transit and at rest, by the processor's instruction where there is one.</summary>
public static class WalChecksum
{
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Extend(uint.MaxValue, bytes);

    /// <summary>Extends a running (not yet inverted) CRC.</summary>
    public static uint Extend(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return crc;
    }
}
