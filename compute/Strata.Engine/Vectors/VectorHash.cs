using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Strata.Engine.Vectors;

/// <summary>64-bit hashes, the same in every process (they may partition data). Not for hostile-collision resistance.</summary>
public static class VectorHash
{
    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The hash of SQL NULL.</summary>
    public const ulong Null = 0xBF58_476D_1CE4_E5B9;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Int64(ulong value)
    {
        UInt128 product = (UInt128)(value ^ Multiplier) * 0xD6E8_FEB8_6659_FD93;
        return (ulong)product ^ (ulong)(product >> 64);
    }

    /// <summary>Mixes the hash of a further key column into that of the columns before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Combine(ulong first, ulong second) => Int64(BitOperations.RotateLeft(first, 23) ^ second);

    public static ulong Bytes(ReadOnlySpan<byte> bytes)
    {
        ulong hash = (ulong)bytes.Length * Multiplier;
        while (bytes.Length >= 8)
        {
            hash = Combine(hash, MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[8..];
        }

        ulong tail = 0;
        for (int i = 0; i < bytes.Length; i++)
            tail |= (ulong)bytes[i] << (8 * i);
        return Combine(hash, tail);
    }
}
