using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>JSON objects as rows: json(b)_populate_record(set) by the type of their first argument, json(b)_to_record(set) by the column definitions of the query.</summary>
internal static class JsonRecordFunctions
{
    public static void Register(FunctionTable t)
    {
        foreach (string type in new[] { "json", "jsonb" })
        {
            t.Add(type + "_populate_record", static (ref FunctionCall c) => PopulateRecord(ref c));
            t.AddSet(type + "_populate_record", static (ref FunctionCall c) => Rows(ref c, hasBase: true, isSet: false));
            t.AddSet(type + "_populate_recordset", static (ref FunctionCall c) => Rows(ref c, hasBase: true, isSet: true));
            t.AddSet(type + "_to_record", static (ref FunctionCall c) => Rows(ref c, hasBase: false, isSet: false));
            t.AddSet(type + "_to_recordset", static (ref FunctionCall c) => Rows(ref c, hasBase: false, isSet: true));
            t.Add(type + "_to_record", static (ref FunctionCall c) => throw NoRowType(ref c));
        }
    }

    /// <summary>True for functions of one row whose columns in FROM these functions fill themselves.</summary>
    public static bool GivesRows(FunctionInfo function) =>
        function.Symbol is "json_populate_record" or "jsonb_populate_record" or "json_to_record" or "jsonb_to_record";

    private static SqlException NoRowType(ref FunctionCall c) =>
        new(SqlState.FeatureNotSupported, $"could not determine row type for result of {c.Site.Function.Name}")
        {
            Hint = "Provide a non-null record argument, or call the function in the FROM clause using a column definition list.",
        };

    private static SqlException WrongKind(string function, JsonValue value) =>
        new(SqlState.InvalidParameterValue, $"cannot call {function} on {(value.Kind == JsonKind.Array ? "an array" : value.Kind == JsonKind.Object ? "an object" : "a scalar")}");

    /// <summary>Columns of the row type of the first argument; record values bring their own.</summary>
    internal static IReadOnlyList<(string Name, SqlType Type)> ColumnsOf(ref FunctionCall c)
    {
        SqlType type = c.ArgumentType(0);
        if (type.Kind == TypeKind.Composite)
            return c.Context.Catalog.CompositeColumns(type.Oid);
        if (type.Oid != TypeOid.Record)
            throw new SqlException(SqlState.DatatypeMismatch, $"first argument of {c.Site.Function.Name} must be a row type");
        if (c.IsNull(0))
            throw NoRowType(ref c);
        var columns = new List<(string, SqlType)>();
        ReadOnlySpan<byte> record = c.Bytes(0);
        string[]? shape = RecordShapes.Find(RecordText.ShapeOf(record));
        int count = RecordText.FieldCount(record), offset = 4;
        for (int i = 0; i < count; i++)
        {
            RecordText.ReadField(record, ref offset, out uint oid, out _);
            string name = i < shape?.Length ? shape[i] : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"f{i + 1}");
            columns.Add((name, BuiltinTypes.Find(oid) ?? c.Context.Catalog.FindType(oid) ?? SqlType.Text));
        }

        return columns;
    }

    private static void PopulateRecord(ref FunctionCall c)
    {
        IReadOnlyList<(string Name, SqlType Type)> columns = ColumnsOf(ref c);
        if (c.IsNull(1))
        {
            if (c.IsNull(0))
                c.ReturnNull();
            else
                c.ReturnArgument(0);
            return;
        }

        JsonValue json = JsonValue.Parse(c.Bytes(1));
        if (json.Kind != JsonKind.Object)
            throw WrongKind("populate_composite", json);
        c.Return((ReadOnlySpan<byte>)BuildRecord(json, columns, c.IsNull(0) ? null : c.Bytes(0).ToArray(), c.Context));
    }

    /// <summary>A row in its stored form: members by column name, absent ones from a base row.</summary>
    private static byte[] BuildRecord(JsonValue json, IReadOnlyList<(string Name, SqlType Type)> columns, byte[]? baseRow, IFunctionContext context)
    {
        DepthGuard.Check();
        var buffer = new ByteBuffer();
        RecordText.WriteHeader(buffer, columns.Count, baseRow is null ? 0 : RecordText.ShapeOf(baseRow));
        int offset = 4;
        foreach ((string name, SqlType type) in columns)
        {
            byte[]? value = null;
            if (baseRow is not null && RecordText.ReadField(baseRow, ref offset, out uint oldType, out ReadOnlySpan<byte> old))
                value = oldType == type.Oid ? old.ToArray() : Convert(oldType, old, type, context);
            if (json.Member(name) is { } member)
                value = Populate(member, type, name, context);
            if (value is null)
                RecordText.WriteNullField(buffer, type.Oid);
            else
                RecordText.WriteField(buffer, type.Oid, value);
        }

        return buffer.ToArray();
    }

    /// <summary>A value of a row that was written with another type for the field, by its text.</summary>
    internal static byte[] Convert(uint from, ReadOnlySpan<byte> stored, SqlType type, IFunctionContext context)
    {
        SqlType source = BuiltinTypes.Find(from) ?? context.Catalog.FindType(from) ?? SqlType.Text;
        var text = new ByteBuffer();
        TypeOutput.Write(source, stored, text, context.Settings, context.Catalog);
        return Parse(type, text.ToArray(), context);
    }

    /// <summary>A JSON value as a value of a type in its stored form; null for JSON null.</summary>
    private static byte[]? Populate(JsonValue json, SqlType type, string key, IFunctionContext context)
    {
        if (json.Kind == JsonKind.Null)
            return null;
        if (type.Kind == TypeKind.Domain && context.Catalog.FindType(type.BaseOid) is { } baseType)
            return Populate(json, baseType, key, context);
        if (type.Oid is TypeOid.Json or TypeOid.Jsonb)
            return Parse(type, json.ToBytes(), context);
        if (json.Kind == JsonKind.Array && type.IsArray)
            return PopulateArray(json, type, key, context);
        if (type.IsArray && json.Kind != JsonKind.String)
        {
            throw new SqlException(SqlState.InvalidTextRepresentation, "expected JSON array") { Hint = $"See the value of key \"{key}\"." };
        }

        if (type.Kind == TypeKind.Composite && json.Kind != JsonKind.String)
        {
            return json.Kind == JsonKind.Object
                ? BuildRecord(json, context.Catalog.CompositeColumns(type.Oid), null, context)
                : throw WrongKind("populate_composite", json);
        }

        return Parse(type, json.Kind == JsonKind.String ? Encoding.UTF8.GetBytes(json.AsText()!) : json.ToBytes(), context);
    }

    internal static byte[] Parse(SqlType type, byte[] text, IFunctionContext context)
    {
        using var vector = new Vector(type);
        vector.Reset(1);
        TypeInput.Parse(type, text, context, vector, 0);
        return vector.GetStored(0).ToArray();
    }

    private static byte[] PopulateArray(JsonValue json, SqlType type, string key, IFunctionContext context)
    {
        var lengths = new List<int>();
        for (JsonValue level = json; level.Kind == JsonKind.Array; level = level.Items[0])
        {
            lengths.Add(level.Items.Count);
            if (level.Items.Count == 0 || (type.ElementType!.Oid is TypeOid.Json or TypeOid.Jsonb && lengths.Count == 1))
                break;
        }

        var builder = new ArrayBuilder();
        AddItems(json, 0, "", lengths, type.ElementType!, key, builder, context);
        if (builder.Count == 0)
            return builder.Build(type.ElementOid).ToArray();
        var bounds = new int[lengths.Count];
        Array.Fill(bounds, 1);
        return builder.Build(type.ElementOid, lengths.ToArray(), bounds).ToArray();
    }

    private static void AddItems(
        JsonValue json, int depth, string subscripts, List<int> lengths, SqlType element, string key, ArrayBuilder builder, IFunctionContext context)
    {
        DepthGuard.Check();
        if (json.Items.Count != lengths[depth])
        {
            throw new SqlException(SqlState.InvalidTextRepresentation, "malformed JSON array")
            {
                Detail = "Multidimensional arrays must have sub-arrays with matching dimensions.",
            };
        }

        for (int i = 0; i < json.Items.Count; i++)
        {
            JsonValue item = json.Items[i];
            if (depth + 1 < lengths.Count)
            {
                string at = $"{subscripts}[{i}]";
                if (item.Kind != JsonKind.Array)
                    throw new SqlException(SqlState.InvalidTextRepresentation, "expected JSON array") { Hint = $"See the array element {at} of key \"{key}\"." };
                AddItems(item, depth + 1, at, lengths, element, key, builder, context);
            }
            else if (Populate(item, element, key, context) is { } value)
            {
                builder.Add(value);
            }
            else
            {
                builder.AddNull();
            }
        }
    }

    private static RecordRows? Rows(ref FunctionCall c, bool hasBase, bool isSet)
    {
        int argument = hasBase ? 1 : 0;
        string function = c.Site.Function.Name;
        IReadOnlyList<string>? names = c.Site.ColumnNames;
        bool isDefined = !hasBase || (c.ArgumentType(0).Oid == TypeOid.Record && c.IsNull(0));
        if (isDefined && names is null)
            throw NoRowType(ref c);
        IReadOnlyList<(string Name, SqlType Type)>? own = isDefined ? null : ColumnsOf(ref c);
        byte[]? baseRow = hasBase && !c.IsNull(0) ? c.Bytes(0).ToArray() : null;
        if (c.IsNull(argument))
            return isSet || !hasBase ? null : new RecordRows([null], own, names, baseRow, c.Context, splits: names is not null);
        JsonValue json = JsonValue.Parse(c.Bytes(argument));
        if (!isSet)
        {
            return json.Kind == JsonKind.Object
                ? new RecordRows([json], own, names, baseRow, c.Context, splits: names is not null)
                : throw WrongKind("populate_composite", json);
        }

        if (json.Kind != JsonKind.Array)
            throw WrongKind(function, json);
        foreach (JsonValue item in json.Items)
        {
            if (item.Kind != JsonKind.Object)
                throw new SqlException(SqlState.InvalidParameterValue, $"argument of {function} must be an array of objects");
        }

        return new RecordRows([.. json.Items], own, names, baseRow, c.Context, splits: names is not null);
    }

    private sealed class RecordRows(
        IReadOnlyList<JsonValue?> rows, IReadOnlyList<(string Name, SqlType Type)>? own, IReadOnlyList<string>? names, byte[]? baseRow, IFunctionContext context, bool splits) : RowSource
    {
        private static readonly JsonValue s_empty = JsonValue.NewObject([]);

        private int _next;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            for (; count < rowsMax && _next < rows.Count; count++, _next++)
            {
                JsonValue json = rows[_next] ?? s_empty;
                if (splits && own is null)
                {
                    for (int i = 0; i < columns.Length; i++)
                        Store(columns[i], start + count, json.Member(names![i]) is { } member ? Populate(member, columns[i].Type, names[i], context) : null);
                    continue;
                }

                byte[] record = BuildRecord(json, own!, baseRow, context);
                bool isWhole = columns.Length == 1 && (columns[0].Type.Kind == TypeKind.Composite || columns[0].Type.Oid == TypeOid.Record);
                if (splits && !isWhole)
                    RecordText.Unpack(record, isNull: false, columns, start + count);
                else
                    columns[0].SetBytes(start + count, record);
            }

            return count;
        }

        private static void Store(Vector column, int row, byte[]? stored)
        {
            if (stored is null)
                column.SetNull(row);
            else
                column.SetStored(row, stored);
        }
    }
}
