using System.Buffers.Binary;
using System.Numerics;

namespace Strata.Engine.Types;

/// <summary>
/// Jenkins' lookup3 with a 64-bit seed, as PostgreSQL's hash functions use it. With seed 0 the low 32 bits are the unseeded hash. Stateless; thread-safe.
/// </summary>
internal static class JenkinsHash
{
    private const uint Initial = 0x9E3779B9 + 3923095;

    /// <summary>The hash of a 32-bit word.</summary>
    public static ulong Word(uint value, ulong seed)
    {
        uint a = Initial + 4, b = a, c = a;
        Begin(seed, ref a, ref b, ref c);
        a += value;
        return Final(a, b, c);
    }

    /// <summary>The hash of a 64-bit number; the same as that of a 32-bit one of the same value.</summary>
    public static ulong Int64(long value, ulong seed)
    {
        uint high = (uint)(value >> 32);
        return Word((uint)value ^ (value >= 0 ? high : ~high), seed);
    }

    /// <summary>The hash of a byte string.</summary>
    public static ulong Bytes(ReadOnlySpan<byte> bytes, ulong seed)
    {
        uint a = unchecked(Initial + (uint)bytes.Length), b = a, c = a;
        Begin(seed, ref a, ref b, ref c);
        while (bytes.Length >= 12)
        {
            Vectors.DepthGuard.Step();
            a += BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            b += BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            c += BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
            Mix(ref a, ref b, ref c);
            bytes = bytes[12..];
        }

        // The lowest byte of c is the length's.
        for (int i = 0; i < bytes.Length; i++)
        {
            uint value = bytes[i];
            if (i < 4)
                a += value << (i * 8);
            else if (i < 8)
                b += value << ((i - 4) * 8);
            else
                c += value << ((i - 7) * 8);
        }

        return Final(a, b, c);
    }

    private static void Begin(ulong seed, ref uint a, ref uint b, ref uint c)
    {
        if (seed == 0)
            return;
        a += (uint)(seed >> 32);
        b += (uint)seed;
        Mix(ref a, ref b, ref c);
    }

    private static void Mix(ref uint a, ref uint b, ref uint c)
    {
        unchecked
        {
            a -= c; a ^= BitOperations.RotateLeft(c, 4); c += b;
            b -= a; b ^= BitOperations.RotateLeft(a, 6); a += c;
            c -= b; c ^= BitOperations.RotateLeft(b, 8); b += a;
            a -= c; a ^= BitOperations.RotateLeft(c, 16); c += b;
            b -= a; b ^= BitOperations.RotateLeft(a, 19); a += c;
            c -= b; c ^= BitOperations.RotateLeft(b, 4); b += a;
        }
    }

    private static ulong Final(uint a, uint b, uint c)
    {
        unchecked
        {
            c ^= b; c -= BitOperations.RotateLeft(b, 14);
            a ^= c; a -= BitOperations.RotateLeft(c, 11);
            b ^= a; b -= BitOperations.RotateLeft(a, 25);
            c ^= b; c -= BitOperations.RotateLeft(b, 16);
            a ^= c; a -= BitOperations.RotateLeft(c, 4);
            b ^= a; b -= BitOperations.RotateLeft(a, 14);
            c ^= b; c -= BitOperations.RotateLeft(b, 24);
        }

        return ((ulong)b << 32) | c;
    }
}
