using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Execution.Keys;

// A key: one part per column, comparable as unsigned bytes, and prefix-free.
//
//   marker     1 byte: 01 = a value follows, 00 = null that sorts first, 02 = null that sorts last
//   value      by type, below; every byte inverted for a descending column
//
//   boolean, "char"                    1 byte
//   smallint, integer, bigint, date,
//   time, timestamp(tz), money         big-endian, sign bit inverted
//   oid, reg*, xid, xid8, pg_lsn, tid  big-endian
//   real, double                       IEEE bits big-endian; sign bit inverted, all bits for negative ones; -0 is 0, NaN is above all
//   uuid                               16 bytes
//   interval                           months as 30 days and days as 24 hours in microseconds, 16 bytes, sign bit inverted
//   timetz                             instant 8 bytes and zone 4 bytes, sign bits inverted
//   numeric                            class (00 -infinity, 01 negative, 02 zero, 03 positive, 04 infinity, 05 NaN), then for 01 and 03 the decimal
//                                      exponent in 4 bytes (sign bit inverted) and pairs of decimal digits + 1, ended by 00; inverted for 01
//   bit, bit varying                   the bytes as below, then the number of bits in 4 bytes
//   array, record, range, multirange   see NestedKeys
//   everything else                    the bytes, 00 written as 00 FF, ended by 00 00; character(n) without trailing blanks
//
// Equal values give equal keys and the order of keys is the order of values, so hash tables, sorts and B-trees all use them.

/// <summary>Encodes values as byte strings whose memcmp order is the SQL order of the values (collation C). Stateless; thread-safe.</summary>
public static class KeyEncoder
{
    private const byte NullFirst = 0;
    private const byte Present = 1;
    private const byte NullLast = 2;

    /// <summary>True when the order of a type's values can be encoded.</summary>
    public static bool IsSupported(SqlType type) => !type.IsPseudo || type.Oid is TypeOid.Unknown or TypeOid.Record;

    /// <summary>Appends one column's part. Returns false when the value is null.</summary>
    public static bool Append(Vector vector, int row, bool descending, bool nullsFirst, KeyBuffer key)
    {
        if (vector.IsNull(row))
        {
            key.Write(nullsFirst ? NullFirst : NullLast);
            return false;
        }

        key.Write(Present);
        int start = key.Length;
        AppendValue(vector, row, key);
        if (descending)
            Invert(key, start);
        return true;
    }

    /// <summary>Appends the part of an integer as a column of another integer type has it; the value is within that type's range.</summary>
    public static void AppendInteger(long value, PhysicalType physical, bool descending, KeyBuffer key)
    {
        key.Write(Present);
        int start = key.Length;
        switch (physical)
        {
            case PhysicalType.Int16:
                BinaryPrimitives.WriteUInt16BigEndian(key.Reserve(2), (ushort)((short)value ^ short.MinValue));
                key.Advance(2);
                break;
            case PhysicalType.Int32:
                BinaryPrimitives.WriteUInt32BigEndian(key.Reserve(4), (uint)(int)value ^ 0x8000_0000);
                key.Advance(4);
                break;
            default:
                AppendInt64((ulong)value ^ (1UL << 63), key);
                break;
        }

        if (descending)
            Invert(key, start);
    }

    /// <summary>Appends the part of a null.</summary>
    public static void AppendNull(bool nullsFirst, KeyBuffer key) => key.Write(nullsFirst ? NullFirst : NullLast);

    private static void AppendValue(Vector vector, int row, KeyBuffer key)
    {
        switch (vector.Physical)
        {
            case PhysicalType.Boolean or PhysicalType.Int8:
                key.Write(vector.Get<byte>(row));
                break;
            case PhysicalType.Int16:
                BinaryPrimitives.WriteUInt16BigEndian(key.Reserve(2), (ushort)(vector.Get<short>(row) ^ short.MinValue));
                key.Advance(2);
                break;
            case PhysicalType.Int32:
                uint bits = vector.Get<uint>(row);
                BinaryPrimitives.WriteUInt32BigEndian(key.Reserve(4), vector.Type.Plain.Oid is TypeOid.Int4 or TypeOid.Date ? bits ^ 0x8000_0000 : bits);
                key.Advance(4);
                break;
            case PhysicalType.Int64:
                AppendInt64(vector.Get<ulong>(row) ^ (IsUnsigned(vector.Type.Plain.Oid) ? 0 : 1UL << 63), key);
                break;
            case PhysicalType.Float32:
                uint single = OrderedBits(vector.Get<float>(row));
                BinaryPrimitives.WriteUInt32BigEndian(key.Reserve(4), single);
                key.Advance(4);
                break;
            case PhysicalType.Float64:
                AppendInt64(OrderedBits(vector.Get<double>(row)), key);
                break;
            case PhysicalType.Fixed16:
                AppendFixed16(vector.Type, vector.Get<UInt128>(row), key);
                break;
            default:
                AppendBytes(vector, row, key);
                break;
        }
    }

    private static bool IsUnsigned(uint oid) => oid is TypeOid.Xid8 or TypeOid.PgLsn or TypeOid.Tid;

    private static void AppendInt64(ulong value, KeyBuffer key)
    {
        BinaryPrimitives.WriteUInt64BigEndian(key.Reserve(8), value);
        key.Advance(8);
    }

    private static uint OrderedBits(float value)
    {
        if (float.IsNaN(value))
            return uint.MaxValue;
        uint bits = BitConverter.SingleToUInt32Bits(value == 0 ? 0f : value);
        return (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
    }

    private static ulong OrderedBits(double value)
    {
        if (double.IsNaN(value))
            return ulong.MaxValue;
        ulong bits = BitConverter.DoubleToUInt64Bits(value == 0 ? 0d : value);
        return (bits & (1UL << 63)) != 0 ? ~bits : bits | (1UL << 63);
    }

    private static void AppendFixed16(SqlType type, UInt128 value, KeyBuffer key)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in value));
        switch (type.Plain.Oid)
        {
            case TypeOid.Interval:
                BinaryPrimitives.WriteInt128BigEndian(key.Reserve(16), MemoryMarshal.Read<IntervalValue>(bytes).Span ^ Int128.MinValue);
                key.Advance(16);
                break;
            case TypeOid.TimeTz:
                TimeTzValue time = MemoryMarshal.Read<TimeTzValue>(bytes);
                AppendInt64((ulong)(time.Microseconds + (time.ZoneSecondsWest * 1_000_000L)) ^ (1UL << 63), key);
                BinaryPrimitives.WriteInt32BigEndian(key.Reserve(4), time.ZoneSecondsWest ^ int.MinValue);
                key.Advance(4);
                break;
            default:
                key.Write(bytes);
                break;
        }
    }

    private static void AppendBytes(Vector vector, int row, KeyBuffer key)
    {
        AppendBytes(vector.Type, vector.GetBytes(row), key);
    }

    /// <summary>Appends a value given in its stored form, without marker: a part of a nested value.</summary>
    internal static void AppendStored(SqlType type, ReadOnlySpan<byte> stored, KeyBuffer key)
    {
        switch (type.Physical)
        {
            case PhysicalType.Boolean or PhysicalType.Int8:
                key.Write(stored[0]);
                break;
            case PhysicalType.Int16:
                BinaryPrimitives.WriteUInt16BigEndian(key.Reserve(2), (ushort)(BinaryPrimitives.ReadInt16LittleEndian(stored) ^ short.MinValue));
                key.Advance(2);
                break;
            case PhysicalType.Int32:
                uint bits = BinaryPrimitives.ReadUInt32LittleEndian(stored);
                BinaryPrimitives.WriteUInt32BigEndian(key.Reserve(4), type.Plain.Oid is TypeOid.Int4 or TypeOid.Date ? bits ^ 0x8000_0000 : bits);
                key.Advance(4);
                break;
            case PhysicalType.Int64:
                AppendInt64(BinaryPrimitives.ReadUInt64LittleEndian(stored) ^ (IsUnsigned(type.Plain.Oid) ? 0 : 1UL << 63), key);
                break;
            case PhysicalType.Float32:
                BinaryPrimitives.WriteUInt32BigEndian(key.Reserve(4), OrderedBits(BinaryPrimitives.ReadSingleLittleEndian(stored)));
                key.Advance(4);
                break;
            case PhysicalType.Float64:
                AppendInt64(OrderedBits(BinaryPrimitives.ReadDoubleLittleEndian(stored)), key);
                break;
            case PhysicalType.Fixed16:
                AppendFixed16(type, MemoryMarshal.Read<UInt128>(stored), key);
                break;
            default:
                AppendBytes(type, stored, key);
                break;
        }
    }

    private static void AppendBytes(SqlType type, ReadOnlySpan<byte> bytes, KeyBuffer key)
    {
        switch (type.Plain.Oid)
        {
            case TypeOid.Numeric:
                AppendNumeric(NumericValue.Decode(bytes), key);
                break;
            case TypeOid.Jsonb:
                JsonKeys.Append(JsonValue.Parse(bytes), key);
                break;
            case TypeOid.BpChar:
                AppendEscaped(bytes.TrimEnd((byte)' '), key);
                break;
            case TypeOid.Bit or TypeOid.VarBit:
                AppendEscaped(BitString.Bits(bytes), key);
                BinaryPrimitives.WriteInt32BigEndian(key.Reserve(4), BitString.Length(bytes));
                key.Advance(4);
                break;
            default:
                if (type.Plain.Native is { } native)
                    native.AppendKey(bytes, key);
                else if (NestedKeys.IsNested(type))
                    NestedKeys.Append(type, bytes, key);
                else
                    AppendEscaped(bytes, key);
                break;
        }
    }

    internal static void AppendEscaped(ReadOnlySpan<byte> bytes, KeyBuffer key)
    {
        while (true)
        {
            int zero = bytes.IndexOf((byte)0);
            if (zero < 0)
                break;
            key.Write(bytes[..(zero + 1)]);
            key.Write((byte)0xFF);
            bytes = bytes[(zero + 1)..];
        }

        key.Write(bytes);
        key.Write((byte)0);
        key.Write((byte)0);
    }

    internal static void AppendNumeric(in NumericValue value, KeyBuffer key)
    {
        switch (value.Kind)
        {
            case NumericKind.NegativeInfinity:
                key.Write((byte)0);
                return;
            case NumericKind.PositiveInfinity:
                key.Write((byte)4);
                return;
            case NumericKind.NaN:
                key.Write((byte)5);
                return;
        }

        int sign = value.Sign;
        key.Write((byte)(2 + sign));
        if (sign == 0)
            return;
        int start = key.Length;
        if (value.TryGetSmall(out Int128 mantissa))
        {
            Span<char> digits = stackalloc char[40];
            UInt128 magnitude = (UInt128)(mantissa < 0 ? -mantissa : mantissa);
            // 64 bits are formatted several times as fast.
            int length;
            if (magnitude <= ulong.MaxValue)
                ((ulong)magnitude).TryFormat(digits, out length, provider: CultureInfo.InvariantCulture);
            else
                magnitude.TryFormat(digits, out length, provider: CultureInfo.InvariantCulture);
            AppendDigits(digits[..length], value.Scale, key);
        }
        else
        {
            AppendDigits(BigInteger.Abs(value.Mantissa).ToString(CultureInfo.InvariantCulture), value.Scale, key);
        }

        if (sign < 0)
            Invert(key, start);
    }

    private static void AppendDigits(ReadOnlySpan<char> digits, int scale, KeyBuffer key)
    {
        // The value is 0.digits × 10^exponent: trailing zeros do not count, so 1.0 and 1.00 are the same.
        int exponent = digits.Length - scale;
        digits = digits.TrimEnd('0');
        BinaryPrimitives.WriteInt32BigEndian(key.Reserve(4), exponent ^ int.MinValue);
        key.Advance(4);
        for (int i = 0; i < digits.Length; i += 2)
        {
            int pair = ((digits[i] - '0') * 10) + (i + 1 < digits.Length ? digits[i + 1] - '0' : 0);
            key.Write((byte)(pair + 1));
        }

        key.Write((byte)0);
    }

    private static void Invert(KeyBuffer key, int start)
    {
        Span<byte> bytes = key.Mutable[start..];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)~bytes[i];
    }
}
