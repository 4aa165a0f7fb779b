using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Partitioning;

/// <summary>
/// The hash that decides a row's hash partition: PostgreSQL's extended hash functions (Jenkins' lookup3 with a 64-bit seed), so that rows fall into the same partitions as there.
/// Stateless; thread-safe.
/// </summary>
internal static class PartitionHash
{
    private const ulong Seed = 0x7A5B22367996DCFD;
    private const uint Initial = 0x9E3779B9 + 3923095;

    /// <summary>Adds a key column's value to the hash of those before it. Nulls are left out.</summary>
    public static ulong Add(ulong hash, Vector vector, int row, KeyBuffer scratch)
    {
        if (vector.IsNull(row))
            return hash;
        ulong value = Of(vector, row, scratch);
        return hash ^ unchecked(value + 0x49A0F4DD15E5A8E3 + (hash << 54) + (hash >> 7));
    }

    private static ulong Of(Vector vector, int row, KeyBuffer scratch)
    {
        switch (vector.Type.Oid)
        {
            case TypeOid.Boolean or TypeOid.Char:
                return Word((uint)(sbyte)vector.Get<byte>(row));
            case TypeOid.Int2:
                return Word((uint)vector.Get<short>(row));
            case TypeOid.Int4 or TypeOid.Date or TypeOid.Oid:
                return Word(vector.Get<uint>(row));
            case TypeOid.Int8 or TypeOid.Time or TypeOid.Timestamp or TypeOid.TimestampTz:
                long number = vector.Get<long>(row);
                uint high = (uint)(number >> 32);
                return Word((uint)number ^ (number >= 0 ? high : ~high));
            case TypeOid.Float4:
                return Double(vector.Get<float>(row));
            case TypeOid.Float8:
                return Double(vector.Get<double>(row));
            case TypeOid.Text or TypeOid.VarChar or TypeOid.Name or TypeOid.Bytea:
                return Bytes(vector.GetBytes(row), Seed);
            case TypeOid.BpChar:
                return Bytes(vector.GetBytes(row).TrimEnd((byte)' '), Seed);
            case TypeOid.Uuid:
                UInt128 uuid = vector.Get<UInt128>(row);
                return Bytes(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in uuid)), Seed);
            default:
                // Enums stand as OIDs; other types are hashed by the bytes of their key, equal for equal values.
                if (vector.Physical == PhysicalType.Int32)
                    return Word(vector.Get<uint>(row));
                scratch.Clear();
                KeyEncoder.Append(vector, row, descending: false, nullsFirst: false, scratch);
                return Bytes(scratch.Written, Seed);
        }
    }

    private static ulong Double(double value) => value == 0 ? Seed : Bytes(MemoryMarshal.AsBytes(new ReadOnlySpan<double>(in value)), Seed);

    private static ulong Word(uint value)
    {
        uint a = Initial + 4, b = a, c = a;
        Begin(Seed, ref a, ref b, ref c);
        a += value;
        return Final(a, b, c);
    }

    /// <summary>The 64-bit hash of a byte string.</summary>
    public static ulong Bytes(ReadOnlySpan<byte> bytes, ulong seed)
    {
        uint a = unchecked(Initial + (uint)bytes.Length), b = a, c = a;
        if (seed != 0)
            Begin(seed, ref a, ref b, ref c);
        while (bytes.Length >= 12)
        {
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
