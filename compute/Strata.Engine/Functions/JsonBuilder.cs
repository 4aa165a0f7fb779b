using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Turns SQL values into JSON text, as to_json does.</summary>
internal static class JsonBuilder
{
    /// <summary>Writes a value given in its stored form; pretty means line feeds between the parts of the outermost array or row.</summary>
    public static void WriteValue(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, IFunctionContext context, bool isPretty = false)
    {
        DepthGuard.Check();
        // A domain's values are shown as those of its base type.
        type = type.Plain;
        switch (type.Oid)
        {
            case TypeOid.Boolean:
                buffer.Write(stored[0] != 0 ? "true"u8 : "false"u8);
                return;
            case TypeOid.Json or TypeOid.Jsonb:
                buffer.Write(stored);
                return;
            case TypeOid.Date:
                buffer.Write('"');
                DateTimeOutput.WriteDate(buffer, BitConverter.ToInt32(stored));
                buffer.Write('"');
                return;
            case TypeOid.Timestamp:
                buffer.Write('"');
                DateTimeOutput.WriteTimestamp(buffer, BitConverter.ToInt64(stored), isoT: true);
                buffer.Write('"');
                return;
            case TypeOid.TimestampTz:
                buffer.Write('"');
                DateTimeOutput.WriteTimestampTz(buffer, BitConverter.ToInt64(stored), context.Settings.TimeZone, isoT: true);
                buffer.Write('"');
                return;
            case TypeOid.Record:
                WriteRecord(type, stored, buffer, context, isPretty);
                return;
        }

        if (type.Native is { } native && native.WriteJson(stored, buffer))
            return;
        if (type.IsArray)
        {
            var array = new ArrayValue(stored);
            ArrayValue.Enumerator items = array.GetEnumerator();
            WriteArray(array, 0, ref items, type.ElementType!, buffer, context, isPretty);
        }
        else if (type.Kind == TypeKind.Composite)
        {
            WriteRecord(type, stored, buffer, context, isPretty);
        }
        else
        {
            WriteScalar(type, stored, buffer, context);
        }
    }

    private static void WriteScalar(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, IFunctionContext context)
    {
        var text = new ByteBuffer(32);
        TypeOutput.Write(type, stored, text, context.Settings, context.Catalog);
        bool isNumber = type.Oid is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 or TypeOid.Float4 or TypeOid.Float8 or TypeOid.Numeric;
        if (isNumber && text.Written.IndexOfAny("aI"u8) < 0)
            buffer.Write(text.Written);
        else
            JsonScanner.WriteString(buffer, text.Written);
    }

    private static void WriteArray(
        ArrayValue array, int dimension, ref ArrayValue.Enumerator items, SqlType element, ByteBuffer buffer, IFunctionContext context, bool isPretty = false)
    {
        buffer.Write('[');
        int length = array.Dimensions == 0 ? 0 : array.Length(dimension);
        for (int i = 0; i < length; i++)
        {
            if (i > 0)
                buffer.Write(isPretty ? ",\n "u8 : ","u8);
            if (dimension + 1 < array.Dimensions)
            {
                WriteArray(array, dimension + 1, ref items, element, buffer, context);
                continue;
            }

            items.MoveNext();
            if (items.Current.IsNull)
                buffer.Write("null"u8);
            else
                WriteValue(element, items.Current.Stored, buffer, context);
        }

        buffer.Write(']');
    }

    private static void WriteRecord(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, IFunctionContext context, bool isPretty = false)
    {
        IReadOnlyList<(string Name, SqlType Type)> columns =
            type.Kind == TypeKind.Composite ? context.Catalog.CompositeColumns(type.Oid) : [];
        string[]? shape = columns.Count == 0 ? RecordShapes.Find(RecordText.ShapeOf(stored)) : null;
        int count = RecordText.FieldCount(stored), offset = 4;
        buffer.Write('{');
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
                buffer.Write(isPretty ? ",\n "u8 : ","u8);
            bool present = RecordText.ReadField(stored, ref offset, out uint oid, out ReadOnlySpan<byte> value);
            string name = i < columns.Count ? columns[i].Name : i < shape?.Length ? shape[i] : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"f{i + 1}");
            JsonScanner.WriteString(buffer, System.Text.Encoding.UTF8.GetBytes(name));
            buffer.Write(':');
            if (present)
                WriteValue(BuiltinTypes.Find(oid) ?? context.Catalog.FindType(oid) ?? SqlType.Text, value, buffer, context);
            else
                buffer.Write("null"u8);
        }

        buffer.Write('}');
    }
}
