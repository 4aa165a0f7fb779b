using System.Globalization;
using System.Runtime.InteropServices;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>Text output of every type: what the type's output function does in PostgreSQL. Thread-safe.</summary>
public static class TypeOutput
{
    /// <summary>Writes a row's value; the row must not be null.</summary>
    public static void Write(Vector vector, int row, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog) =>
        Write(vector.Type, vector.GetStored(row), buffer, settings, catalog);

    /// <summary>The text of a value, or null for NULL (allocates).</summary>
    public static string? ToText(SqlType type, in Datum value, TypeSettings settings, ICatalogServices? catalog)
    {
        if (value.IsNull)
            return null;
        using var vector = new Vector(type);
        vector.Reset(1);
        value.Store(vector, 0);
        var buffer = new ByteBuffer();
        Write(vector, 0, buffer, settings, catalog);
        return buffer.ToString();
    }

    /// <summary>Writes a value given in its stored form.</summary>
    public static void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        type = type.Plain;
        switch (type.Oid)
        {
            case TypeOid.Boolean: buffer.Write(stored[0] != 0 ? 't' : 'f'); break;
            case TypeOid.Int2: buffer.WriteNumber(MemoryMarshal.Read<short>(stored)); break;
            case TypeOid.Int4: buffer.WriteNumber(MemoryMarshal.Read<int>(stored)); break;
            case TypeOid.Int8: buffer.WriteNumber(MemoryMarshal.Read<long>(stored)); break;
            case TypeOid.Oid or TypeOid.Xid or TypeOid.Cid: buffer.WriteNumber(MemoryMarshal.Read<uint>(stored)); break;
            case TypeOid.Xid8: buffer.WriteUnsigned(MemoryMarshal.Read<ulong>(stored)); break;
            case TypeOid.Float4: NumberText.WriteFloat32(buffer, MemoryMarshal.Read<float>(stored), settings.ExtraFloatDigits); break;
            case TypeOid.Float8: NumberText.WriteFloat64(buffer, MemoryMarshal.Read<double>(stored), settings.ExtraFloatDigits); break;
            case TypeOid.Numeric: NumberText.WriteNumeric(buffer, NumericValue.Decode(stored)); break;
            case TypeOid.Char: WriteChar(buffer, stored[0]); break;
            case TypeOid.Bytea: BinaryText.WriteBytea(buffer, stored, settings.ByteaEscape); break;
            case TypeOid.Uuid: BinaryText.WriteUuid(buffer, stored); break;
            case TypeOid.Date: DateTimeOutput.WriteDate(buffer, MemoryMarshal.Read<int>(stored), settings.DateStyle, settings.DateOrder); break;
            case TypeOid.Time: DateTimeOutput.WriteTime(buffer, MemoryMarshal.Read<long>(stored)); break;
            case TypeOid.TimeTz: DateTimeOutput.WriteTimeTz(buffer, MemoryMarshal.Read<TimeTzValue>(stored)); break;
            case TypeOid.Timestamp: DateTimeOutput.WriteTimestamp(buffer, MemoryMarshal.Read<long>(stored), settings); break;
            case TypeOid.TimestampTz: DateTimeOutput.WriteTimestampTz(buffer, MemoryMarshal.Read<long>(stored), settings); break;
            case TypeOid.Interval: IntervalOutput.Write(buffer, MemoryMarshal.Read<IntervalValue>(stored), settings.IntervalStyle); break;
            case TypeOid.Money: MoneyText.Write(buffer, MemoryMarshal.Read<long>(stored)); break;
            case TypeOid.PgLsn: WriteLsn(buffer, MemoryMarshal.Read<ulong>(stored)); break;
            case TypeOid.Tid: WriteTid(buffer, MemoryMarshal.Read<long>(stored)); break;
            case TypeOid.Int2Vector or TypeOid.OidVector: WriteVector(type, stored, buffer); break;
            case TypeOid.Void: break;
            case TypeOid.Record: RecordText.Write(stored, buffer, settings, catalog); break;
            default: WriteOther(type, stored, buffer, settings, catalog); break;
        }
    }

    private static void WriteOther(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        if (type.IsArray)
            ArrayText.Write(type, stored, buffer, settings, catalog);
        else if (type.Oid == TypeOid.AnyArray && BuiltinTypes.Find(new ArrayValue(stored).ElementOid) is { } element && BuiltinTypes.Find(element.ArrayOid) is { } array)
            ArrayText.Write(array, stored, buffer, settings, catalog);
        else if (RegTypes.IsReg(type.Oid))
            RegTypes.Write(type, MemoryMarshal.Read<uint>(stored), buffer, catalog);
        else if (type.Kind == TypeKind.Enum)
            WriteEnum(type, MemoryMarshal.Read<uint>(stored), buffer, catalog);
        else if (type.Kind == TypeKind.Composite)
            RecordText.Write(stored, buffer, settings, catalog);
        else if (TypeCodecs.Find(type) is { } codec)
            codec.Write(type, stored, buffer, settings, catalog);
        else if (type.Physical == PhysicalType.Bytes)
            buffer.Write(stored);
        else if (type.Kind == TypeKind.Domain)
            Write(BuiltinTypes.Get(type.BaseOid), stored, buffer, settings, catalog);
        else
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot display a value of type {TypeNames.Format(type)}");
    }

    internal static void WriteChar(ByteBuffer buffer, byte value)
    {
        if (value == 0)
            return;
        if (value < 0x80)
        {
            buffer.Write(value);
            return;
        }

        buffer.Write('\\');
        buffer.Write((byte)('0' + (value >> 6)));
        buffer.Write((byte)('0' + ((value >> 3) & 7)));
        buffer.Write((byte)('0' + (value & 7)));
    }

    private static void WriteLsn(ByteBuffer buffer, ulong value) =>
        buffer.Write(string.Create(CultureInfo.InvariantCulture, $"{value >> 32:X}/{(uint)value:X}"));

    private static void WriteTid(ByteBuffer buffer, long value)
    {
        buffer.Write('(');
        buffer.WriteNumber(value >> 16);
        buffer.Write(',');
        buffer.WriteNumber(value & 0xFFFF);
        buffer.Write(')');
    }

    private static void WriteVector(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer)
    {
        bool first = true;
        foreach (ArrayValue.Element element in new ArrayValue(stored))
        {
            if (!first)
                buffer.Write(' ');
            first = false;
            if (type.Oid == TypeOid.Int2Vector)
                buffer.WriteNumber(MemoryMarshal.Read<short>(element.Stored));
            else
                buffer.WriteNumber(MemoryMarshal.Read<uint>(element.Stored));
        }
    }

    private static void WriteEnum(SqlType type, uint oid, ByteBuffer buffer, ICatalogServices? catalog)
    {
        if (catalog is not null)
        {
            foreach ((uint label, string name) in catalog.EnumLabels(type.Oid))
            {
                if (label == oid)
                {
                    buffer.Write(name);
                    return;
                }
            }
        }

        throw new SqlException(SqlState.InvalidBinaryRepresentation, $"invalid internal value for enum: {oid}");
    }
}
