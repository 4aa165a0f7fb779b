using System.Numerics;
using System.Runtime.InteropServices;

namespace Strata.Format;

/// <summary>CRC32C (Castagnoli), the checksum of everything stored. Uses the processor's instruction where there is one.</summary>
public static class Crc32C
{
    /// <summary>The state before any byte.</summary>
    public const uint Seed = 0xFFFF_FFFF;

    /// <summary>The checksum of <paramref name="bytes"/> (final value, inverted).</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Finish(Update(Seed, bytes));

    /// <summary>Adds bytes to a running state that began with <see cref="Seed"/>.</summary>
    public static uint Update(uint state, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            state = BitOperations.Crc32C(state, word);
        foreach (byte tail in bytes[(words.Length * sizeof(ulong))..])
            state = BitOperations.Crc32C(state, tail);
        return state;
    }

    /// <summary>Adds one 64-bit value (as its little-endian bytes) to a running state.</summary>
    public static uint Update(uint state, ulong value) => BitOperations.Crc32C(state, value);

    /// <summary>Turns a running state into the checksum.</summary>
    public static uint Finish(uint state) => ~state;
}
