using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>
/// The binary wire form of every type: what the type's send and receive functions do in PostgreSQL. Network byte order.
/// Throws <see cref="SqlException"/> 22P03 for malformed input. Thread-safe.
/// </summary>
public static class TypeBinary
{
    private const byte JsonbVersion = 1;

    /// <summary>Writes a row's value; the row must not be null.</summary>
    public static void Send(Vector vector, int row, ByteBuffer buffer, ICatalogServices? catalog) =>
        Send(vector.Type, vector.GetStored(row), buffer, catalog);

    /// <summary>Writes a value given in its stored form.</summary>
    public static void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog)
    {
        type = type.Plain;
        switch (type.Oid)
        {
            case TypeOid.Numeric:
                NumericBinary.Send(NumericValue.Decode(stored), buffer);
                return;
            case TypeOid.Interval:
                IntervalValue interval = MemoryMarshal.Read<IntervalValue>(stored);
                buffer.WriteInt64(interval.Microseconds);
                buffer.WriteInt32(interval.Days);
                buffer.WriteInt32(interval.Months);
                return;
            case TypeOid.TimeTz:
                TimeTzValue time = MemoryMarshal.Read<TimeTzValue>(stored);
                buffer.WriteInt64(time.Microseconds);
                buffer.WriteInt32(time.ZoneSecondsWest);
                return;
            case TypeOid.Uuid:
                buffer.Write(stored);
                return;
            case TypeOid.Tid:
                long tid = MemoryMarshal.Read<long>(stored);
                buffer.WriteInt32((int)(tid >> 16));
                buffer.WriteInt16((short)tid);
                return;
            case TypeOid.JsonPath:
                // The version of the format is the same.
                buffer.Write(JsonbVersion);
                TypeOutput.Write(type, stored, buffer, TypeSettings.Default, catalog);
                return;
            case TypeOid.Jsonb:
                buffer.Write(JsonbVersion);
                buffer.Write(stored);
                return;
            case TypeOid.Record:
                SendRecord(stored, buffer, catalog);
                return;
        }

        if (type.IsArray || type.Oid is TypeOid.Int2Vector or TypeOid.OidVector)
            SendArray(type, stored, buffer, catalog);
        else if (type.Kind == TypeKind.Enum)
            TypeOutput.Write(type, stored, buffer, TypeSettings.Default, catalog);
        else if (type.Kind == TypeKind.Composite)
            SendRecord(stored, buffer, catalog);
        else if (TypeCodecs.Find(type) is { } codec)
            codec.Send(type, stored, buffer, catalog);
        else
            SendPlain(type, stored, buffer);
    }

    private static void SendPlain(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer)
    {
        switch (type.Physical)
        {
            case PhysicalType.Boolean or PhysicalType.Int8: buffer.Write(stored[0]); break;
            case PhysicalType.Int16: buffer.WriteInt16(MemoryMarshal.Read<short>(stored)); break;
            case PhysicalType.Int32 or PhysicalType.Float32: buffer.WriteInt32(MemoryMarshal.Read<int>(stored)); break;
            case PhysicalType.Int64 or PhysicalType.Float64: buffer.WriteInt64(MemoryMarshal.Read<long>(stored)); break;
            default: buffer.Write(stored); break;
        }
    }

    private static void SendArray(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog)
    {
        var array = new ArrayValue(stored);
        bool hasNull = false;
        foreach (ArrayValue.Element element in array)
            hasNull |= element.IsNull;
        buffer.WriteInt32(array.Dimensions);
        buffer.WriteInt32(hasNull ? 1 : 0);
        buffer.WriteInt32((int)(type.ElementOid != 0 ? type.ElementOid : array.ElementOid));
        for (int i = 0; i < array.Dimensions; i++)
        {
            buffer.WriteInt32(array.Length(i));
            buffer.WriteInt32(array.LowerBound(i));
        }

        SqlType elementType = type.ElementType ?? BuiltinTypes.Get(array.ElementOid);
        foreach (ArrayValue.Element element in array)
        {
            if (element.IsNull)
                buffer.WriteInt32(-1);
            else
                SendSized(elementType, element.Stored, buffer, catalog);
        }
    }

    private static void SendSized(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog)
    {
        int at = buffer.Length;
        buffer.WriteInt32(0);
        Send(type, stored, buffer, catalog);
        buffer.PatchInt32(at, buffer.Length - at - 4);
    }

    private static void SendRecord(ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog)
    {
        DepthGuard.Check();
        int count = RecordText.FieldCount(stored), offset = 4;
        buffer.WriteInt32(count);
        for (int i = 0; i < count; i++)
        {
            bool present = RecordText.ReadField(stored, ref offset, out uint oid, out ReadOnlySpan<byte> value);
            buffer.WriteInt32((int)oid);
            if (present)
                SendSized(BuiltinTypes.Find(oid) ?? catalog?.FindType(oid) ?? SqlType.Text, value, buffer, catalog);
            else
                buffer.WriteInt32(-1);
        }
    }

    /// <summary>Reads one value.</summary>
    public static Datum Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context)
    {
        using var vector = new Vector(type);
        vector.Reset(1);
        Receive(type, bytes, context, vector, 0);
        return Datum.FromVector(vector, 0);
    }

    /// <summary>Reads one value into a row of a flat vector with room.</summary>
    public static void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        if (type.DomainBase is { } domainBase)
        {
            Receive(domainBase, bytes, context, result, row);
            context.Domains?.Check(type, result, row);
            return;
        }

        switch (type.Oid)
        {
            case TypeOid.Boolean: result.Set(row, Exactly(bytes, 1, type)[0] != 0 ? (byte)1 : (byte)0); return;
            case TypeOid.Numeric: NumericMath.ApplyTypmod(NumericBinary.Receive(bytes), type.Typmod).Store(result, row); return;
            case TypeOid.Date:
                {
                    int date = BinaryPrimitives.ReadInt32BigEndian(Exactly(bytes, 4, type));
                    if (DateTimeMath.IsFinite(date) && !DateTimeMath.IsValidDate(date))
                        throw new SqlException(SqlState.DatetimeFieldOverflow, "date out of range");
                    result.Set(row, date);
                    return;
                }

            case TypeOid.Timestamp or TypeOid.TimestampTz:
                {
                    long timestamp = BinaryPrimitives.ReadInt64BigEndian(Exactly(bytes, 8, type));
                    if (DateTimeMath.IsFinite(timestamp) && !DateTimeMath.IsValidTimestamp(timestamp))
                        throw DateTimeMath.TimestampOutOfRange();
                    result.Set(row, DateTimeMath.IsFinite(timestamp) ? DateTimeMath.RoundToPrecision(timestamp, type.Typmod) : timestamp);
                    return;
                }

            case TypeOid.Time:
                {
                    long time = BinaryPrimitives.ReadInt64BigEndian(Exactly(bytes, 8, type));
                    if (time is < 0 or > DateTimeMath.MicrosecondsPerDay)
                        throw new SqlException(SqlState.DatetimeFieldOverflow, "time out of range");
                    result.Set(row, time);
                    return;
                }

            case TypeOid.TimeTz:
                Exactly(bytes, 12, type);
                result.Set(row, new TimeTzValue(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes[8..])));
                return;
            case TypeOid.Interval:
                Exactly(bytes, 16, type);
                result.Set(row, IntervalModifier.Apply(
                    new IntervalValue(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes[8..]), BinaryPrimitives.ReadInt32BigEndian(bytes[12..])),
                    type.Typmod));
                return;
            case TypeOid.Uuid: result.Set(row, MemoryMarshal.Read<UInt128>(Exactly(bytes, 16, type))); return;
            case TypeOid.Tid:
                Exactly(bytes, 6, type);
                result.Set(row, ((long)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]));
                return;
            case TypeOid.Bytea: result.SetBytes(row, bytes); return;
            case TypeOid.Jsonb:
                if (bytes.IsEmpty || bytes[0] != JsonbVersion)
                    throw new SqlException(SqlState.InternalError, $"unsupported jsonb version number {(bytes.IsEmpty ? 0 : bytes[0])}");
                TypeInput.Parse(type, CheckUtf8(bytes[1..]), context, result, row);
                return;
            case TypeOid.JsonPath:
                if (bytes.IsEmpty || bytes[0] != JsonbVersion)
                    throw new SqlException(SqlState.InternalError, $"unsupported jsonpath version number: {(bytes.IsEmpty ? 0 : bytes[0])}");
                TypeInput.Parse(type, CheckUtf8(bytes[1..]), context, result, row);
                return;
        }

        if (type.IsArray || type.Oid is TypeOid.Int2Vector or TypeOid.OidVector)
            ReceiveArray(type, bytes, context, result, row);
        else if (type.Kind == TypeKind.Composite)
            ReceiveRecord(type, bytes, context, result, row);
        else if (TypeCodecs.Find(type) is { } codec)
            codec.Receive(type, bytes, context, result, row);
        else if (type.Physical == PhysicalType.Bytes || type.Kind == TypeKind.Enum)
            TypeInput.Parse(type, CheckUtf8(bytes), context, result, row);
        else
            ReceivePlain(type, bytes, result, row);
    }

    /// <summary>Source: PostgreSQL's record_recv. Throws 42804 when the columns are not those of the type.</summary>
    private static void ReceiveRecord(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        DepthGuard.Check();
        IReadOnlyList<(string Name, SqlType Type)> columns = context.Catalog.CompositeColumns(type.Oid);
        var reader = new BinaryCursor(bytes);
        int count = reader.Int32();
        if (count != columns.Count)
            throw new SqlException(SqlState.DatatypeMismatch, $"wrong number of columns: {count}, expected {columns.Count}");
        var buffer = new ByteBuffer();
        RecordText.WriteHeader(buffer, count);
        for (int i = 0; i < count; i++)
        {
            SqlType column = columns[i].Type;
            uint oid = (uint)reader.Int32();
            if (oid != column.Oid)
                throw new SqlException(
                    SqlState.DatatypeMismatch,
                    $"binary data has type {oid} ({Name(oid, context)}) instead of expected {column.Oid} ({TypeNames.Format(column)}) in record column {i + 1}");
            int length = reader.Int32();
            if (length < 0)
            {
                RecordText.WriteNullField(buffer, oid);
                continue;
            }

            using var item = new Vector(column);
            item.Reset(1);
            Receive(column, reader.Bytes(length), context, item, 0);
            RecordText.WriteField(buffer, oid, item.GetStored(0));
        }

        reader.ExpectEnd();
        result.SetBytes(row, buffer.Written);
    }

    private static string Name(uint oid, IFunctionContext context) => (BuiltinTypes.Find(oid) ?? context.Catalog.FindType(oid)) is { } type ? TypeNames.Format(type) : "???";

    private static void ReceivePlain(SqlType type, ReadOnlySpan<byte> bytes, Vector result, int row)
    {
        Exactly(bytes, type.Physical.WidthBytes(), type);
        switch (type.Physical)
        {
            case PhysicalType.Int8: result.Set(row, bytes[0]); break;
            case PhysicalType.Int16: result.Set(row, BinaryPrimitives.ReadInt16BigEndian(bytes)); break;
            case PhysicalType.Int32 or PhysicalType.Float32: result.Set(row, BinaryPrimitives.ReadInt32BigEndian(bytes)); break;
            default: result.Set(row, BinaryPrimitives.ReadInt64BigEndian(bytes)); break;
        }
    }

    private static ReadOnlySpan<byte> Exactly(ReadOnlySpan<byte> bytes, int length, SqlType type) =>
        bytes.Length == length ? bytes
            : throw new SqlException(
                bytes.Length < length ? SqlState.ProtocolViolation : SqlState.InvalidBinaryRepresentation,
                bytes.Length < length ? "insufficient data left in message" : $"incorrect binary data format for type {TypeNames.Format(type)}");

    private static ReadOnlySpan<byte> CheckUtf8(ReadOnlySpan<byte> bytes)
    {
        Utf8Text.Check(bytes);
        return bytes;
    }

    private static void ReceiveArray(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        var reader = new BinaryCursor(bytes);
        int dimensions = reader.Int32();
        if (dimensions is < 0 or > ArrayValue.DimensionsMax)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"number of array dimensions ({dimensions}) exceeds the maximum allowed ({ArrayValue.DimensionsMax})");
        int flags = reader.Int32();
        if (flags is not (0 or 1))
            throw new SqlException(SqlState.InvalidBinaryRepresentation, "invalid array flags");
        uint elementOid = (uint)reader.Int32();
        SqlType element = type.ElementType!;
        if (elementOid != element.Oid)
            throw new SqlException(SqlState.DatatypeMismatch, $"binary data has array element type {elementOid} ({(BuiltinTypes.Find(elementOid) is { } t ? TypeNames.Format(t) : "???")}) instead of expected {element.Oid} ({TypeNames.Format(element)})");
        Span<int> lengths = stackalloc int[dimensions], bounds = stackalloc int[dimensions];
        long count = dimensions == 0 ? 0 : 1;
        for (int i = 0; i < dimensions; i++)
        {
            lengths[i] = reader.Int32();
            bounds[i] = reader.Int32();
            count *= lengths[i];
            // Each element takes at least its length word, so the message bounds the count.
            if (lengths[i] < 0 || count > bytes.Length / 4)
                throw ArrayBuilder.TooLarge();
        }

        var builder = new ArrayBuilder();
        using var item = new Vector(element);
        for (long i = 0; i < count; i++)
        {
            int length = reader.Int32();
            if (length < 0)
            {
                builder.AddNull();
                continue;
            }

            item.Reset(1);
            Receive(element, reader.Bytes(length), context, item, 0);
            builder.Add(item.GetStored(0));
        }

        reader.ExpectEnd();
        result.SetBytes(row, builder.Build(element.Oid, lengths, bounds));
    }
}
