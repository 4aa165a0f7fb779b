using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Strata.Platform;

/// <summary>
/// The frame on the wire between services:
/// <code>
/// 0  u32  payload length, at most <see cref="IFrameConnection.MaxFrameBytes"/>
/// 4  u32  CRC32C over the length field and the payload
/// 8       payload
/// </code>
/// Little-endian. A connection that violates it is closed: what follows can't be trusted.
/// </summary>
internal static class FrameFormat
{
    public const int HeaderBytes = 8;

    public static void WriteHeader(Span<byte> header, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        int length = head.Length + body.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, IFrameConnection.MaxFrameBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Checksum((uint)length, head, body));
    }

    /// <summary>Reads a header; false when its length is out of range.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, out int length, out uint checksum)
    {
        length = BinaryPrimitives.ReadInt32LittleEndian(header);
        checksum = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        return length is >= 0 and <= IFrameConnection.MaxFrameBytes;
    }

    public static uint Checksum(uint length, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body = default) =>
        ~Append(Append(BitOperations.Crc32C(uint.MaxValue, length), head), body);

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (byte value in bytes[(words.Length * 8)..])
            crc = BitOperations.Crc32C(crc, value);
        return crc;
    }
}
