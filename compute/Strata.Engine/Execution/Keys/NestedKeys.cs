using System.Buffers.Binary;
using Strata.Engine.Types;
using Strata.Engine.Types.Ranges;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Keys;

// Keys of values that hold other values:
//
//   array       per element 01 and its value, or 02 for null; then 00, the number of dimensions, and per dimension length and lower bound
//   record      per field 01 and its value, or 02 for null
//   range       00 when empty; else 01, lower bound (00 infinite, 01 value then 00 inclusive or 01 exclusive), upper bound (01 value then 00
//               exclusive or 01 inclusive, 02 infinite)
//   multirange  per range 01 and the range; then 00

/// <summary>Order-preserving keys of arrays, records, ranges and multiranges. Stateless; thread-safe.</summary>
internal static class NestedKeys
{
    private const byte End = 0;
    private const byte Value = 1;
    private const byte Null = 2;

    public static bool IsNested(SqlType type) =>
        type.IsArray || type.Oid is TypeOid.Int2Vector or TypeOid.OidVector or TypeOid.Record
        || type.Kind is TypeKind.Composite or TypeKind.Range or TypeKind.Multirange;

    /// <summary>Appends the key of a value for which <see cref="IsNested"/> holds.</summary>
    public static void Append(SqlType type, ReadOnlySpan<byte> stored, KeyBuffer key)
    {
        DepthGuard.Check();
        switch (type.Kind)
        {
            case TypeKind.Range:
                AppendRange(type.RangeInfo, new RangeValue(stored), key);
                break;
            case TypeKind.Multirange:
                foreach (RangeValue range in new MultirangeValue(stored))
                {
                    key.Write(Value);
                    AppendRange(type.RangeInfo, range, key);
                }

                key.Write(End);
                break;
            default:
                if (type.Kind == TypeKind.Composite || type.Oid == TypeOid.Record)
                    AppendRecord(stored, key);
                else
                    AppendArray(type, stored, key);
                break;
        }
    }

    private static void AppendArray(SqlType type, ReadOnlySpan<byte> stored, KeyBuffer key)
    {
        var array = new ArrayValue(stored);
        SqlType element = type.ElementType ?? BuiltinTypes.Get(array.ElementOid);
        foreach (ArrayValue.Element item in array)
        {
            key.Write(item.IsNull ? Null : Value);
            if (!item.IsNull)
                KeyEncoder.AppendStored(element, item.Stored, key);
        }

        key.Write(End);
        key.Write((byte)array.Dimensions);
        for (int i = 0; i < array.Dimensions; i++)
        {
            AppendInt32(array.Length(i), key);
            AppendInt32(array.LowerBound(i), key);
        }
    }

    private static void AppendInt32(int value, KeyBuffer key)
    {
        BinaryPrimitives.WriteInt32BigEndian(key.Reserve(4), value ^ int.MinValue);
        key.Advance(4);
    }

    private static void AppendRecord(ReadOnlySpan<byte> stored, KeyBuffer key)
    {
        int offset = 4;
        for (int i = RecordText.FieldCount(stored); i > 0; i--)
        {
            bool present = RecordText.ReadField(stored, ref offset, out uint oid, out ReadOnlySpan<byte> value);
            key.Write(present ? Value : Null);
            if (present)
                KeyEncoder.AppendStored(BuiltinTypes.Find(oid) ?? SqlType.Text, value, key);
        }
    }

    private static void AppendRange(RangeInfo type, RangeValue range, KeyBuffer key)
    {
        if (range.IsEmpty)
        {
            key.Write(End);
            return;
        }

        key.Write(Value);
        RangeBound lower = range.Lower, upper = range.Upper;
        key.Write(lower.IsInfinite ? End : Value);
        if (!lower.IsInfinite)
        {
            KeyEncoder.AppendStored(type.Subtype, lower.Value, key);
            key.Write(lower.IsInclusive ? (byte)0 : (byte)1);
        }

        key.Write(upper.IsInfinite ? Null : Value);
        if (!upper.IsInfinite)
        {
            KeyEncoder.AppendStored(type.Subtype, upper.Value, key);
            key.Write(upper.IsInclusive ? (byte)1 : (byte)0);
        }
    }
}
