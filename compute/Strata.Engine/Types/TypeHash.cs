using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Strata.Engine.Types.Network;
using Strata.Engine.Types.Ranges;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>
/// PostgreSQL's hash of a value, by the default hash operator class of its type: what hashint4() and its kin return, and what decides about hash
/// partitions. The 64-bit forms are the "extended" functions; with seed 0 their low half is the 32-bit function. Stateless; thread-safe.
/// </summary>
internal static class TypeHash
{
    private const ulong ArrayMark = 0x40000000_40000000;
    private const ulong ObjectMark = 0x20000000_20000000;

    /// <summary>Decimal digits in one of PostgreSQL's digits of a numeric.</summary>
    private const int DigitDecimals = 4;
    private const int DigitBase = 10000;

    /// <summary>The seeded hash of a stored value; throws 42883 for a type that cannot be hashed.</summary>
    public static ulong Of(SqlType type, ReadOnlySpan<byte> stored, ulong seed)
    {
        DepthGuard.Check();
        type = type.Plain;
        switch (type.Oid)
        {
            case TypeOid.Boolean or TypeOid.Char:
                return JenkinsHash.Word((uint)(sbyte)stored[0], seed);
            case TypeOid.Int2:
                return JenkinsHash.Word((uint)BinaryPrimitives.ReadInt16LittleEndian(stored), seed);
            case TypeOid.Int8 or TypeOid.Time or TypeOid.Timestamp or TypeOid.TimestampTz or TypeOid.PgLsn or TypeOid.Xid8 or TypeOid.Money:
                return JenkinsHash.Int64(BinaryPrimitives.ReadInt64LittleEndian(stored), seed);
            case TypeOid.Float4:
                return Double(BinaryPrimitives.ReadSingleLittleEndian(stored), seed);
            case TypeOid.Float8:
                return Double(BinaryPrimitives.ReadDoubleLittleEndian(stored), seed);
            case TypeOid.Numeric:
                return Numeric(NumericValue.Decode(stored), seed);
            case TypeOid.BpChar:
                return JenkinsHash.Bytes(stored.TrimEnd((byte)' '), seed);
            case TypeOid.Interval:
                return JenkinsHash.Int64((long)MemoryMarshal.Read<IntervalValue>(stored).Span, seed);
            case TypeOid.TimeTz:
                TimeTzValue time = MemoryMarshal.Read<TimeTzValue>(stored);
                return JenkinsHash.Int64(time.Microseconds, seed) ^ JenkinsHash.Word((uint)time.ZoneSecondsWest, seed);
            case TypeOid.Inet or TypeOid.Cidr:
                return Inet(InetValue.Decode(stored), seed);
            case TypeOid.Jsonb:
                return Json(JsonValue.Parse(stored), seed);
            case TypeOid.Record:
                return Record(stored, seed);
            case TypeOid.OidVector:
                return OidVector(stored, seed);
        }

        if (type.Native is { } native)
            return native.Hash(stored, seed);
        if (type.IsArray)
            return Array(type.ElementType!, stored, seed);
        if (type.Range is { } range)
            return type.Kind == TypeKind.Range ? Range(range, new RangeValue(stored), seed) : Multirange(range, stored, seed);
        if (type.Kind == TypeKind.Composite)
            return Record(stored, seed);
        return type.Physical == PhysicalType.Int32
            ? JenkinsHash.Word(BinaryPrimitives.ReadUInt32LittleEndian(stored), seed)
            : JenkinsHash.Bytes(stored, seed);
    }

    private static ulong Double(double value, ulong seed)
    {
        if (value == 0)
            return seed;
        if (double.IsNaN(value))
            value = BitConverter.UInt64BitsToDouble(0x7FF8000000000000);
        return JenkinsHash.Bytes(MemoryMarshal.AsBytes(new ReadOnlySpan<double>(in value)), seed);
    }

    /// <summary>Digits of base 10,000 without zeros at the ends, mixed with the weight of the first.</summary>
    private static ulong Numeric(in NumericValue value, ulong seed)
    {
        if (!value.IsFinite)
            return seed;
        BigInteger mantissa = BigInteger.Abs(value.Mantissa);
        if (mantissa.IsZero)
            return unchecked(seed - 1);
        int padding = (DigitDecimals - (value.Scale % DigitDecimals)) % DigitDecimals;
        string decimals = (mantissa * BigInteger.Pow(10, padding)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        decimals = decimals.PadLeft((decimals.Length + DigitDecimals - 1) / DigitDecimals * DigitDecimals, '0');
        var digits = new List<short>();
        for (int i = 0; i < decimals.Length; i += DigitDecimals)
            digits.Add(short.Parse(decimals.AsSpan(i, DigitDecimals), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture));
        int weight = digits.Count - ((value.Scale + padding) / DigitDecimals) - 1;
        while (digits[^1] % DigitBase == 0)
            digits.RemoveAt(digits.Count - 1);
        return JenkinsHash.Bytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(digits)), seed) ^ (ulong)weight;
    }

    private static ulong Inet(in InetValue value, ulong seed)
    {
        Span<byte> bytes = stackalloc byte[18];
        bytes[0] = value.FamilyCode;
        bytes[1] = (byte)value.MaskBits;
        if (value.IsV6)
            BinaryPrimitives.WriteUInt128BigEndian(bytes[2..], value.Address);
        else
            BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)value.Address);
        return JenkinsHash.Bytes(bytes[..(2 + value.AddressBytes)], seed);
    }

    private static ulong OidVector(ReadOnlySpan<byte> stored, ulong seed)
    {
        var bytes = new List<byte>();
        foreach (ArrayValue.Element element in new ArrayValue(stored))
            bytes.AddRange(element.Stored);
        return JenkinsHash.Bytes(CollectionsMarshal.AsSpan(bytes), seed);
    }

    private static ulong Array(SqlType element, ReadOnlySpan<byte> stored, ulong seed)
    {
        ulong hash = 1;
        foreach (ArrayValue.Element item in new ArrayValue(stored))
            hash = Append(hash, item.IsNull ? 0 : Of(element, item.Stored, seed));
        return hash;
    }

    private static ulong Record(ReadOnlySpan<byte> stored, ulong seed)
    {
        ulong hash = 0;
        int offset = 4;
        for (int count = RecordText.FieldCount(stored); count > 0; count--)
        {
            bool present = RecordText.ReadField(stored, ref offset, out uint type, out ReadOnlySpan<byte> field);
            hash = Append(hash, present ? Of(BuiltinTypes.Find(type) ?? SqlType.Text, field, seed) : 0);
        }

        return hash;
    }

    private static ulong Append(ulong hash, ulong next) => unchecked((hash << 5) - hash + next);

    /// <summary>Rotates both halves by one bit.</summary>
    private static ulong RotateHalves(ulong hash) => ((hash << 1) & 0xFFFFFFFE_FFFFFFFE) | ((hash >> 31) & 0x00000001_00000001);

    private static ulong Range(RangeInfo info, RangeValue range, ulong seed)
    {
        ulong lower = range.IsEmpty || range.Lower.IsInfinite ? 0 : Of(info.Subtype, range.Lower.Value, seed);
        ulong upper = range.IsEmpty || range.Upper.IsInfinite ? 0 : Of(info.Subtype, range.Upper.Value, seed);
        return RotateHalves(JenkinsHash.Word(range.Flags, seed) ^ lower) ^ upper;
    }

    private static ulong Multirange(RangeInfo info, ReadOnlySpan<byte> stored, ulong seed)
    {
        ulong hash = 1;
        foreach (RangeValue range in new MultirangeValue(stored))
            hash = Append(hash, Range(info, range, seed));
        return hash;
    }

    private static ulong Json(JsonValue value, ulong seed)
    {
        if (value.IsContainer && value.Items.Count == 0 && value.Members.Count == 0)
            return seed;
        // A scalar is the only element of an array.
        ulong hash = value.IsContainer ? 0 : ArrayMark;
        AddJson(ref hash, value, seed);
        return hash;
    }

    private static void AddJson(ref ulong hash, JsonValue value, ulong seed)
    {
        DepthGuard.Check();
        switch (value.Kind)
        {
            case JsonKind.Array:
                hash ^= ArrayMark;
                foreach (JsonValue item in value.Items)
                    AddJson(ref hash, item, seed);
                break;
            case JsonKind.Object:
                hash ^= ObjectMark;
                foreach ((string key, JsonValue member) in value.Members)
                {
                    hash = RotateHalves(hash) ^ JenkinsHash.Bytes(Encoding.UTF8.GetBytes(key), seed);
                    AddJson(ref hash, member, seed);
                }

                break;
            case JsonKind.String:
                hash = RotateHalves(hash) ^ JenkinsHash.Bytes(Encoding.UTF8.GetBytes(value.AsText()!), seed);
                break;
            case JsonKind.Number:
                hash = RotateHalves(hash) ^ Numeric(NumberText.ParseNumeric(value.Text), seed);
                break;
            case JsonKind.Null:
                hash = RotateHalves(hash) ^ unchecked(seed + 1);
                break;
            default:
                bool isTrue = value.Text is [(byte)'t', ..];
                hash = RotateHalves(hash) ^ (seed != 0 ? JenkinsHash.Word(isTrue ? 1u : 0u, seed) : isTrue ? 2u : 4u);
                break;
        }
    }
}
