using System.Globalization;
using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Functions and operators of json and jsonb.</summary>
internal static class JsonFunctions
{
    public static void Register(FunctionTable t)
    {
        foreach (string type in new[] { "json", "jsonb" })
        {
            t.Add(type + "_object_field", static (ref FunctionCall c) => Field(ref c, asText: false));
            t.Add(type + "_object_field_text", static (ref FunctionCall c) => Field(ref c, asText: true));
            t.Add(type + "_array_element", static (ref FunctionCall c) => Element(ref c, asText: false));
            t.Add(type + "_array_element_text", static (ref FunctionCall c) => Element(ref c, asText: true));
            t.Add(type + "_extract_path", static (ref FunctionCall c) => Path(ref c, asText: false));
            t.Add(type + "_extract_path_text", static (ref FunctionCall c) => Path(ref c, asText: true));
            t.Add(type + "_array_length", ArrayLength);
            t.Add(type + "_typeof", static (ref FunctionCall c) => c.Return(KindName(JsonValue.Parse(c.Bytes(0)).Kind)));
            t.Add(type + "_strip_nulls", static (ref FunctionCall c) => Return(ref c, StripNulls(JsonValue.Parse(c.Bytes(0)))));
            t.Add(type + "_build_object", static (ref FunctionCall c) => BuildObject(ref c));
            t.Add(type + "_build_object_noargs", static (ref FunctionCall c) => c.Return("{}"u8));
            t.Add(type + "_build_array", static (ref FunctionCall c) => BuildArray(ref c));
            t.Add(type + "_build_array_noargs", static (ref FunctionCall c) => c.Return("[]"u8));
            t.Add(type + "_object", static (ref FunctionCall c) => ObjectFromPairs(ref c));
            t.Add(type + "_object_two_arg", static (ref FunctionCall c) => ObjectFromLists(ref c));
            t.AddSet(type + "_array_elements", static (ref FunctionCall c) => Elements(ref c, asText: false));
            t.AddSet(type + "_array_elements_text", static (ref FunctionCall c) => Elements(ref c, asText: true));
            t.AddSet(type + "_object_keys", static (ref FunctionCall c) => Keys(ref c));
            t.AddSet(type + "_each", static (ref FunctionCall c) => Each(ref c, asText: false));
            t.AddSet(type + "_each_text", static (ref FunctionCall c) => Each(ref c, asText: true));
        }

        t.Add("to_json", static (ref FunctionCall c) => ToJson(ref c));
        t.Add("to_jsonb", static (ref FunctionCall c) => ToJson(ref c));
        t.Add("row_to_json", static (ref FunctionCall c) => ToJson(ref c));
        t.Add("array_to_json", static (ref FunctionCall c) => ToJson(ref c));
        t.Add("row_to_json_pretty", static (ref FunctionCall c) => ToJson(ref c, c.Boolean(1)));
        t.Add("array_to_json_pretty", static (ref FunctionCall c) => ToJson(ref c, c.Boolean(1)));
        t.Add("jsonb_float4", static (ref FunctionCall c) =>
            c.Return(NumberText.ParseFloat32(Scalar(ref c, "real", JsonKind.Number, JsonKind.Number).Text)));
        t.Add("jsonb_contains", static (ref FunctionCall c) => c.Return(JsonValue.ParseStored(c.Bytes(0)).Contains(Part(ref c, 1))));
        t.Add("jsonb_contained", static (ref FunctionCall c) => c.Return(JsonValue.ParseStored(c.Bytes(1)).Contains(Part(ref c, 0))));
        t.Add("jsonb_exists", static (ref FunctionCall c) => c.Return(Exists(JsonValue.ParseStored(c.Bytes(0)), c.String(1))));
        t.Add("jsonb_exists_any", static (ref FunctionCall c) => c.Return(ExistsMany(ref c, all: false)));
        t.Add("jsonb_exists_all", static (ref FunctionCall c) => c.Return(ExistsMany(ref c, all: true)));
        t.Add("jsonb_concat", static (ref FunctionCall c) => Return(ref c, Concatenate(JsonValue.Parse(c.Bytes(0)), JsonValue.Parse(c.Bytes(1)))));
        t.Add("jsonb_delete", static (ref FunctionCall c) => DeleteKeys(ref c, [c.String(1)]));
        t.Add("jsonb_delete_array", static (ref FunctionCall c) => DeleteKeys(ref c, [.. PathOf(c.Bytes(1)).OfType<string>()]));
        t.Add("jsonb_delete_idx", DeleteIndex);
        t.Add("jsonb_delete_path", static (ref FunctionCall c) => Return(ref c, Change(JsonValue.Parse(c.Bytes(0)), PathOf(c.Bytes(1)), 0, null, false, false, false)));
        t.Add("jsonb_set", static (ref FunctionCall c) => Return(ref c, Change(
            JsonValue.Parse(c.Bytes(0)), PathOf(c.Bytes(1)), 0, JsonValue.Parse(c.Bytes(2)), create: c.Boolean(3), insert: false, after: false)));
        t.Add(JsonSubscriptAssignment.Symbol, static (ref FunctionCall c) => Return(ref c, JsonSubscriptAssignment.Set(
            c.IsNull(0) ? c.Boolean(3) ? JsonValue.NewArray([]) : JsonValue.NewObject([]) : JsonValue.Parse(c.Bytes(0)), NullableStrings(c.Bytes(1)), c.IsNull(2) ? JsonValue.Null : JsonValue.Parse(c.Bytes(2)))));
        t.Add("jsonb_set_lax", static (ref FunctionCall c) => SetLax(ref c));
        t.Add("jsonb_insert", static (ref FunctionCall c) => Return(ref c, Change(
            JsonValue.Parse(c.Bytes(0)), PathOf(c.Bytes(1)), 0, JsonValue.Parse(c.Bytes(2)), create: true, insert: true, after: c.Boolean(3))));
        t.Add("jsonb_pretty", static (ref FunctionCall c) =>
        {
            var text = new StringBuilder();
            Pretty(JsonValue.Parse(c.Bytes(0)), text, 0);
            c.Return(text.ToString());
        });
        t.Add("jsonb_bool", static (ref FunctionCall c) => c.Return(Scalar(ref c, "boolean", JsonKind.True, JsonKind.False).Kind == JsonKind.True));
        t.Add("jsonb_numeric", static (ref FunctionCall c) => c.Return(NumberText.ParseNumeric(Scalar(ref c, "numeric", JsonKind.Number, JsonKind.Number).Text)));
        t.Add("jsonb_int2", static (ref FunctionCall c) => c.Return((short)Integer(ref c, "smallint", short.MinValue, short.MaxValue)));
        t.Add("jsonb_int4", static (ref FunctionCall c) => c.Return((int)Integer(ref c, "integer", int.MinValue, int.MaxValue)));
        t.Add("jsonb_int8", static (ref FunctionCall c) => c.Return(Integer(ref c, "bigint", long.MinValue, long.MaxValue)));
        t.Add("jsonb_float8", static (ref FunctionCall c) =>
            c.Return(NumericFunctions.ToFloat64(NumberText.ParseNumeric(Scalar(ref c, "double precision", JsonKind.Number, JsonKind.Number).Text))));
    }

    private static bool IsBinary(ref FunctionCall c) => c.ResultType.Oid == TypeOid.Jsonb;

    /// <summary>Returns a document; jsonb in its normal form.</summary>
    private static void Return(ref FunctionCall c, JsonValue value)
    {
        var buffer = new ByteBuffer();
        value.Write(buffer, isSpaced: IsBinary(ref c));
        c.Return(IsBinary(ref c) ? JsonbText.Normalize(buffer.Written) : buffer.Written);
    }

    internal static string KindName(JsonKind kind) => kind switch
    {
        JsonKind.Null => "null",
        JsonKind.True or JsonKind.False => "boolean",
        JsonKind.Number => "number",
        JsonKind.String => "string",
        JsonKind.Array => "array",
        _ => "object",
    };

    private static List<string?> NullableStrings(ReadOnlySpan<byte> array)
    {
        var strings = new List<string?>();
        foreach (ArrayValue.Element element in new ArrayValue(array))
            strings.Add(element.IsNull ? null : Encoding.UTF8.GetString(element.Stored));
        return strings;
    }

    /// <summary>The elements of a path; null ones count only where they are reached.</summary>
    private static List<string?> PathOf(ReadOnlySpan<byte> array)
    {
        if (new ArrayValue(array).Dimensions > 1)
            throw new SqlException(SqlState.ArraySubscriptError, "wrong number of array subscripts");
        return NullableStrings(array);
    }

    /// <summary>Finds a value in text without building a tree, so that json keeps its white space.</summary>
    private static bool Find(ReadOnlySpan<byte> text, string? key, int index, out ReadOnlySpan<byte> found)
    {
        var scanner = new JsonScanner(text);
        found = default;
        bool any = false;
        JsonKind kind = scanner.Peek();
        if (key is not null && kind == JsonKind.Object)
        {
            scanner.Position++;
            while (!scanner.TryTake('}'))
            {
                scanner.SkipSpace();
                string name = JsonScanner.Unescape(scanner.SkipString());
                scanner.TryTake(':');
                ReadOnlySpan<byte> value = scanner.SkipValue();
                scanner.TryTake(',');
                if (name == key)
                {
                    found = value;
                    any = true;
                }
            }

            return any;
        }

        if (key is not null || kind != JsonKind.Array)
            return false;
        if (index < 0)
            index += CountItems(text);
        scanner.Position++;
        for (int i = 0; !scanner.TryTake(']'); i++)
        {
            ReadOnlySpan<byte> value = scanner.SkipValue();
            scanner.TryTake(',');
            if (i == index)
            {
                found = value;
                return true;
            }
        }

        return false;
    }

    private static int CountItems(ReadOnlySpan<byte> text)
    {
        var scanner = new JsonScanner(text);
        scanner.Peek();
        scanner.Position++;
        int count = 0;
        while (!scanner.TryTake(']'))
        {
            scanner.SkipValue();
            scanner.TryTake(',');
            count++;
        }

        return count;
    }

    private static void ReturnFound(ref FunctionCall c, ReadOnlySpan<byte> value, bool asText)
    {
        if (!asText)
            c.Return(value);
        else if (value.SequenceEqual("null"u8))
            c.ReturnNull();
        else if (value[0] == (byte)'"')
            c.Return(JsonScanner.Unescape(value));
        else
            c.Return(value);
    }

    private static void Field(ref FunctionCall c, bool asText)
    {
        if (Find(c.Bytes(0), c.String(1), 0, out ReadOnlySpan<byte> value))
            ReturnFound(ref c, value, asText);
        else
            c.ReturnNull();
    }

    private static void Element(ref FunctionCall c, bool asText)
    {
        // A scalar jsonb is stored as an array of one element, and shows it here.
        if (c.ArgumentType(0).Oid == TypeOid.Jsonb && c.Int32(1) is 0 or -1 && c.Bytes(0)[0] is not ((byte)'[' or (byte)'{'))
            ReturnFound(ref c, c.Bytes(0), asText);
        else if (Find(c.Bytes(0), null, c.Int32(1), out ReadOnlySpan<byte> value))
            ReturnFound(ref c, value, asText);
        else
            c.ReturnNull();
    }

    private static void Path(ref FunctionCall c, bool asText)
    {
        var steps = new List<string>();
        foreach (ArrayValue.Element step in new ArrayValue(c.Bytes(1)))
        {
            if (step.IsNull)
            {
                c.ReturnNull();
                return;
            }

            steps.Add(Encoding.UTF8.GetString(step.Stored));
        }

        if (Walk(TrimSpace(c.Bytes(0)), steps, 0, out ReadOnlySpan<byte> value))
            ReturnFound(ref c, value, asText);
        else
            c.ReturnNull();
    }

    /// <summary>The last value that the whole path leads to: a json object may have a key more than once.</summary>
    private static bool Walk(ReadOnlySpan<byte> value, List<string> steps, int at, out ReadOnlySpan<byte> found)
    {
        Vectors.DepthGuard.Check();
        found = value;
        if (at == steps.Count)
            return true;
        var scanner = new JsonScanner(value);
        if (scanner.Peek() != JsonKind.Object)
            return Step(value, steps[at], out ReadOnlySpan<byte> item) && Walk(item, steps, at + 1, out found);
        bool hasFound = false;
        scanner.Position++;
        while (!scanner.TryTake('}'))
        {
            scanner.SkipSpace();
            ReadOnlySpan<byte> key = scanner.SkipString();
            scanner.TryTake(':');
            ReadOnlySpan<byte> member = TrimSpace(scanner.SkipValue());
            if (JsonScanner.Unescape(key) == steps[at] && Walk(member, steps, at + 1, out ReadOnlySpan<byte> inner))
            {
                found = inner;
                hasFound = true;
            }

            scanner.TryTake(',');
        }

        return hasFound;
    }

    private static ReadOnlySpan<byte> TrimSpace(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8);

    private static bool Step(ReadOnlySpan<byte> value, string step, out ReadOnlySpan<byte> found)
    {
        var scanner = new JsonScanner(value);
        if (scanner.Peek() == JsonKind.Object)
            return Find(value, step, 0, out found);
        found = default;
        return int.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index) && Find(value, null, index, out found);
    }

    private static void ArrayLength(ref FunctionCall c)
    {
        var scanner = new JsonScanner(c.Bytes(0));
        switch (scanner.Peek())
        {
            case JsonKind.Array:
                c.Return(CountItems(c.Bytes(0)));
                break;
            case JsonKind.Object:
                throw new SqlException(SqlState.InvalidParameterValue, "cannot get array length of a non-array");
            default:
                throw new SqlException(SqlState.InvalidParameterValue, "cannot get array length of a scalar");
        }
    }

    private static JsonValue StripNulls(JsonValue value) => value.Kind switch
    {
        JsonKind.Object => JsonValue.NewObject(value.Members.Where(m => m.Value.Kind != JsonKind.Null).Select(m => KeyValuePair.Create(m.Key, StripNulls(m.Value)))),
        JsonKind.Array => JsonValue.NewArray(value.Items.Select(StripNulls)),
        _ => value,
    };

    private static void WriteArgument(ref FunctionCall c, int argument, ByteBuffer buffer)
    {
        if (c.IsNull(argument))
            buffer.Write("null"u8);
        else
            JsonBuilder.WriteValue(c.ArgumentType(argument), c.ArgumentVector(argument).GetStored(c.Row), buffer, c.Context);
    }

    private static void Finish(ref FunctionCall c, ByteBuffer buffer) =>
        c.Return(IsBinary(ref c) ? JsonbText.Normalize(buffer.Written) : buffer.Written);

    private static void ToJson(ref FunctionCall c, bool isPretty = false)
    {
        var buffer = new ByteBuffer();
        if (isPretty)
            JsonBuilder.WriteValue(c.ArgumentType(0), c.ArgumentVector(0).GetStored(c.Row), buffer, c.Context, isPretty: true);
        else
            WriteArgument(ref c, 0, buffer);
        Finish(ref c, buffer);
    }

    /// <summary>The arguments with their types; those of an array spelled VARIADIC one by one. Null when that array is.</summary>
    private static List<(SqlType Type, byte[]? Stored)>? VariadicArguments(ref FunctionCall c)
    {
        var arguments = new List<(SqlType, byte[]?)>(c.ArgumentCount);
        for (int i = 0; i < c.ArgumentCount; i++)
        {
            SqlType type = c.ArgumentType(i);
            if (!c.Site.IsVariadicCall || i < c.ArgumentCount - 1 || !type.IsArray)
            {
                arguments.Add((type, c.IsNull(i) ? null : c.ArgumentVector(i).GetStored(c.Row).ToArray()));
                continue;
            }

            if (c.IsNull(i))
                return null;
            foreach (ArrayValue.Element element in new ArrayValue(c.Bytes(i)))
                arguments.Add((type.ElementType!, element.IsNull ? null : element.Stored.ToArray()));
        }

        return arguments;
    }

    private static void WriteArgument(ref FunctionCall c, (SqlType Type, byte[]? Stored) argument, ByteBuffer buffer)
    {
        if (argument.Stored is null)
            buffer.Write("null"u8);
        else
            JsonBuilder.WriteValue(argument.Type, argument.Stored, buffer, c.Context);
    }

    private static void BuildObject(ref FunctionCall c)
    {
        if (VariadicArguments(ref c) is not { } arguments)
        {
            c.ReturnNull();
            return;
        }

        if (arguments.Count % 2 != 0)
        {
            throw new SqlException(SqlState.InvalidParameterValue, "argument list must have even number of elements")
            {
                Hint = $"The arguments of {c.Site.Function.Name}() must consist of alternating keys and values.",
            };
        }

        var buffer = new ByteBuffer();
        buffer.Write('{');
        for (int i = 0; i < arguments.Count; i += 2)
        {
            if (i > 0)
                buffer.Write(", "u8);
            if (arguments[i].Stored is not { } key)
                throw new SqlException(SqlState.InvalidParameterValue, IsBinary(ref c) ? $"argument {i + 1}: key must not be null" : $"argument {i + 1} cannot be null") { Hint = IsBinary(ref c) ? null : "Object keys should be text." };
            if (arguments[i].Type.IsArray || arguments[i].Type.Kind == TypeKind.Composite || arguments[i].Type.Oid is TypeOid.Record or TypeOid.Json or TypeOid.Jsonb)
                throw new SqlException(SqlState.InvalidParameterValue, "key value must be scalar, not array, composite, or json");
            var name = new ByteBuffer(32);
            TypeOutput.Write(arguments[i].Type, key, name, c.Settings, c.Context.Catalog);
            JsonScanner.WriteString(buffer, name.Written);
            buffer.Write(" : "u8);
            WriteArgument(ref c, arguments[i + 1], buffer);
        }

        buffer.Write('}');
        Finish(ref c, buffer);
    }

    private static void WriteMember(ByteBuffer buffer, ArrayValue.Element key, ArrayValue.Element value)
    {
        if (key.IsNull)
            throw new SqlException(SqlState.NullValueNotAllowed, "null value not allowed for object key");
        buffer.Write(buffer.Length > 1 ? ", "u8 : default);
        JsonScanner.WriteString(buffer, key.Stored);
        buffer.Write(" : "u8);
        if (value.IsNull)
            buffer.Write("null"u8);
        else
            JsonScanner.WriteString(buffer, value.Stored);
    }

    /// <summary>{key, value, key, value} or {{key, value}, …}.</summary>
    private static void ObjectFromPairs(ref FunctionCall c)
    {
        var array = new ArrayValue(c.Bytes(0));
        if (array.Dimensions > 2)
            throw new SqlException(SqlState.ArraySubscriptError, "wrong number of array subscripts");
        if (array.Dimensions == 2 && array.Length(1) != 2)
            throw new SqlException(SqlState.ArraySubscriptError, "array must have two columns");
        if (array.Count % 2 != 0)
            throw new SqlException(SqlState.ArraySubscriptError, "array must have even number of elements");
        var buffer = new ByteBuffer();
        buffer.Write('{');
        ArrayValue.Enumerator items = array.GetEnumerator();
        while (items.MoveNext())
        {
            ArrayValue.Element key = items.Current;
            items.MoveNext();
            WriteMember(buffer, key, items.Current);
        }

        buffer.Write('}');
        Finish(ref c, buffer);
    }

    private static void ObjectFromLists(ref FunctionCall c)
    {
        ArrayValue keys = new(c.Bytes(0)), values = new(c.Bytes(1));
        if (keys.Dimensions > 1 || keys.Dimensions != values.Dimensions)
            throw new SqlException(SqlState.ArraySubscriptError, "wrong number of array subscripts");
        if (keys.Count != values.Count)
            throw new SqlException(SqlState.ArraySubscriptError, "mismatched array dimensions");
        var buffer = new ByteBuffer();
        buffer.Write('{');
        ArrayValue.Enumerator names = keys.GetEnumerator(), items = values.GetEnumerator();
        while (names.MoveNext())
        {
            items.MoveNext();
            WriteMember(buffer, names.Current, items.Current);
        }

        buffer.Write('}');
        Finish(ref c, buffer);
    }

    private static void BuildArray(ref FunctionCall c)
    {
        if (VariadicArguments(ref c) is not { } arguments)
        {
            c.ReturnNull();
            return;
        }

        var buffer = new ByteBuffer();
        buffer.Write('[');
        for (int i = 0; i < arguments.Count; i++)
        {
            if (i > 0)
                buffer.Write(", "u8);
            WriteArgument(ref c, arguments[i], buffer);
        }

        buffer.Write(']');
        Finish(ref c, buffer);
    }

    private static byte[]? RowText(JsonValue value, bool asText) =>
        asText ? value.AsText() is { } text ? Encoding.UTF8.GetBytes(value.Kind == JsonKind.String ? text : Encoding.UTF8.GetString(value.ToBytes())) : null : value.ToBytes();

    private static string ObjectRequired(ref FunctionCall c, JsonValue value)
    {
        string name = c.Site.Function.Name;
        if (name.EndsWith("_object_keys", StringComparison.Ordinal))
            return $"cannot call {name} on {(value.Kind == JsonKind.Array ? "an array" : "a scalar")}";
        return IsBinaryArgument(ref c) ? $"cannot call {name} on a non-object"
            : value.Kind == JsonKind.Array ? "cannot deconstruct an array as an object" : "cannot deconstruct a scalar";
    }

    private static bool IsBinaryArgument(ref FunctionCall c) => c.ArgumentType(0).Plain.Oid == TypeOid.Jsonb;

    private static ArrayFunctions.TextRows Elements(ref FunctionCall c, bool asText)
    {
        JsonValue value = JsonValue.Parse(c.Bytes(0));
        if (value.Kind != JsonKind.Array)
        {
            bool isObject = value.Kind == JsonKind.Object;
            throw new SqlException(SqlState.InvalidParameterValue, IsBinaryArgument(ref c)
                ? isObject ? "cannot extract elements from an object" : "cannot extract elements from a scalar"
                : $"cannot call {c.Site.Function.Name} on a {(isObject ? "non-array" : "scalar")}");
        }

        return new ArrayFunctions.TextRows([.. value.Items.Select(i => RowText(i, asText))]);
    }

    private static JsonValue Object(ref FunctionCall c)
    {
        JsonValue value = JsonValue.Parse(c.Bytes(0));
        return value.Kind == JsonKind.Object ? value
            : throw new SqlException(SqlState.InvalidParameterValue, ObjectRequired(ref c, value));
    }

    private static ArrayFunctions.TextRows Keys(ref FunctionCall c) =>
        new([.. Object(ref c).Members.Select(m => Encoding.UTF8.GetBytes(m.Key))]);

    private static PairRows Each(ref FunctionCall c, bool asText) =>
        new([.. Object(ref c).Members.Select(m => (Encoding.UTF8.GetBytes(m.Key), RowText(m.Value, asText)))]);

    private sealed class PairRows(IReadOnlyList<(byte[] Key, byte[]? Value)> rows) : RowSource
    {
        private int _next;

        public override int Read(ReadOnlySpan<Vectors.Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            for (; count < rowsMax && _next < rows.Count; count++, _next++)
            {
                columns[0].SetBytes(start + count, rows[_next].Key);
                if (rows[_next].Value is { } value)
                    columns[1].SetBytes(start + count, value);
                else
                    columns[1].SetNull(start + count);
            }

            return count;
        }
    }

    /// <summary>The document that is looked for, which mostly is the same for all rows.</summary>
    private static JsonValue Part(ref FunctionCall c, int argument)
    {
        ReadOnlySpan<byte> text = c.Bytes(argument);
        if (c.Site.State is ParsedPart known && text.SequenceEqual(known.Text))
            return known.Value;
        var parsed = new ParsedPart(text.ToArray(), JsonValue.ParseStored(text));
        c.Site.State = parsed;
        return parsed.Value;
    }

    private sealed record ParsedPart(byte[] Text, JsonValue Value);

    private static bool Exists(JsonValue value, string key) => value.Kind switch
    {
        JsonKind.Object => value.Member(key) is not null,
        JsonKind.Array => value.Items.Any(i => i.Kind == JsonKind.String && i.AsText() == key),
        JsonKind.String => value.AsText() == key,
        _ => false,
    };

    private static bool ExistsMany(ref FunctionCall c, bool all)
    {
        JsonValue value = JsonValue.Parse(c.Bytes(0));
        foreach (ArrayValue.Element element in new ArrayValue(c.Bytes(1)))
        {
            if (!element.IsNull && Exists(value, Encoding.UTF8.GetString(element.Stored)) != all)
                return !all;
        }

        return all;
    }

    private static JsonValue Concatenate(JsonValue left, JsonValue right)
    {
        if (left.Kind == JsonKind.Object && right.Kind == JsonKind.Object)
            return JsonValue.NewObject(left.Members.Concat(right.Members));
        IEnumerable<JsonValue> Items(JsonValue v) => v.Kind == JsonKind.Array ? v.Items : [v];
        return JsonValue.NewArray(Items(left).Concat(Items(right)));
    }

    private static void DeleteKeys(ref FunctionCall c, List<string> keys)
    {
        JsonValue value = JsonValue.Parse(c.Bytes(0));
        Return(ref c, value.Kind switch
        {
            JsonKind.Object => JsonValue.NewObject(value.Members.Where(m => !keys.Contains(m.Key))),
            JsonKind.Array => JsonValue.NewArray(value.Items.Where(i => i.Kind != JsonKind.String || !keys.Contains(i.AsText()!))),
            _ => throw new SqlException(SqlState.InvalidParameterValue, "cannot delete from scalar"),
        });
    }

    private static void DeleteIndex(ref FunctionCall c)
    {
        JsonValue value = JsonValue.Parse(c.Bytes(0));
        if (value.Kind != JsonKind.Array)
            throw new SqlException(SqlState.InvalidParameterValue, value.Kind == JsonKind.Object ? "cannot delete from object using integer index" : "cannot delete from scalar");
        int index = c.Int32(1) < 0 ? c.Int32(1) + value.Items.Count : c.Int32(1);
        Return(ref c, JsonValue.NewArray(value.Items.Where((_, i) => i != index)));
    }

    /// <summary>jsonb_set whose last argument says what a NULL value does.</summary>
    private static void SetLax(ref FunctionCall c)
    {
        if (c.IsNull(0) || c.IsNull(1) || c.IsNull(3))
        {
            c.ReturnNull();
            return;
        }

        if (c.IsNull(4))
            throw new SqlException(SqlState.InvalidParameterValue, "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"");
        JsonValue target = JsonValue.Parse(c.Bytes(0));
        List<string?> path = PathOf(c.Bytes(1));
        bool create = c.Boolean(3);
        if (!c.IsNull(2))
        {
            Return(ref c, Change(target, path, 0, JsonValue.Parse(c.Bytes(2)), create, insert: false, after: false));
            return;
        }

        switch (c.String(4))
        {
            case "raise_exception":
                throw new SqlException(SqlState.NullValueNotAllowed, "JSON value must not be null")
                {
                    Detail = "Exception was raised because null_value_treatment is \"raise_exception\".",
                    Hint = "To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.",
                };
            case "use_json_null":
                Return(ref c, Change(target, path, 0, JsonValue.Null, create, insert: false, after: false));
                break;
            case "delete_key":
                Return(ref c, Change(target, path, 0, null, false, false, false));
                break;
            case "return_target":
                c.ReturnArgument(0);
                break;
            default:
                throw new SqlException(SqlState.InvalidParameterValue, "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"");
        }
    }

    /// <summary>Sets, inserts or (with a null value) deletes at a path.</summary>
    private static JsonValue Change(JsonValue value, List<string?> path, int level, JsonValue? replacement, bool create, bool insert, bool after)
    {
        Vectors.DepthGuard.Check();
        if (level == 0)
        {
            if (!value.IsContainer)
                throw new SqlException(SqlState.InvalidParameterValue, replacement is null ? "cannot delete path in scalar" : "cannot set path in scalar");
            if (value.Items.Count + value.Members.Count == 0 && !create)
                return value;
        }

        if (level == path.Count)
            return value;
        if (path[level] is null)
            throw new SqlException(SqlState.NullValueNotAllowed, $"path element at position {level + 1} is null");
        if (!value.IsContainer)
            return value;

        bool isLast = level == path.Count - 1;
        return value.Kind == JsonKind.Object
            ? ChangeMember(value, path, level, replacement, create, insert, after, isLast)
            : ChangeItem(value, path, level, replacement, create, insert, after, isLast);
    }

    private static JsonValue ChangeMember(
        JsonValue value, List<string?> path, int level, JsonValue? replacement, bool create, bool insert, bool after, bool isLast)
    {
        var members = new List<KeyValuePair<string, JsonValue>>();
        bool found = false;
        foreach ((string key, JsonValue member) in value.Members)
        {
            if (key != path[level])
            {
                members.Add(new(key, member));
                continue;
            }

            found = true;
            if (!isLast)
                members.Add(new(key, Change(member, path, level + 1, replacement, create, insert, after)));
            else if (insert)
                throw new SqlException(SqlState.InvalidParameterValue, "cannot replace existing key") { Hint = "Try using the function jsonb_set to replace key value." };
            else if (replacement is not null)
                members.Add(new(key, replacement));
        }

        if (!found && isLast && create && replacement is not null)
            members.Add(new(path[level]!, replacement));
        return JsonValue.NewObject(members);
    }

    private static JsonValue ChangeItem(
        JsonValue value, List<string?> path, int level, JsonValue? replacement, bool create, bool insert, bool after, bool isLast)
    {
        if (!int.TryParse(path[level], NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int index))
            throw new SqlException(SqlState.InvalidTextRepresentation, $"path element at position {level + 1} is not an integer: \"{path[level]}\"");
        var items = new List<JsonValue>(value.Items);
        int at = index < 0 ? index + items.Count : index;
        if ((uint)at >= (uint)items.Count)
        {
            if (isLast && create && replacement is not null)
                items.Insert(index < 0 ? 0 : items.Count, replacement);
            return JsonValue.NewArray(items);
        }

        if (!isLast)
            items[at] = Change(items[at], path, level + 1, replacement, create, insert, after);
        else if (insert)
            items.Insert(after ? at + 1 : at, replacement!);
        else if (replacement is null)
            items.RemoveAt(at);
        else
            items[at] = replacement;
        return JsonValue.NewArray(items);
    }

    private static void Pretty(JsonValue value, StringBuilder text, int depth)
    {
        Vectors.DepthGuard.Check();
        if (!value.IsContainer || (value.Items.Count == 0 && value.Members.Count == 0))
        {
            if (value.IsContainer)
                text.Append(value.Kind == JsonKind.Array ? "[\n" : "{\n").Append(' ', depth * 4).Append(value.Kind == JsonKind.Array ? ']' : '}');
            else
                text.Append(value.ToString());
            return;
        }

        bool isArray = value.Kind == JsonKind.Array;
        text.Append(isArray ? '[' : '{').Append('\n');
        int count = isArray ? value.Items.Count : value.Members.Count;
        for (int i = 0; i < count; i++)
        {
            text.Append(' ', (depth + 1) * 4);
            if (!isArray)
            {
                var key = new ByteBuffer(32);
                JsonScanner.WriteString(key, Encoding.UTF8.GetBytes(value.Members[i].Key));
                text.Append(key.ToString()).Append(": ");
            }

            Pretty(isArray ? value.Items[i] : value.Members[i].Value, text, depth + 1);
            text.Append(i < count - 1 ? ",\n" : "\n");
        }

        text.Append(' ', depth * 4).Append(isArray ? ']' : '}');
    }

    private static JsonValue Scalar(ref FunctionCall c, string target, JsonKind first, JsonKind second)
    {
        JsonValue value = JsonValue.Parse(c.Bytes(0));
        if (value.Kind == first || value.Kind == second)
            return value;
        string kind = value.Kind switch
        {
            JsonKind.Null => "null",
            JsonKind.Array => "array",
            JsonKind.Object => "object",
            _ => KindName(value.Kind) == "number" ? "numeric" : KindName(value.Kind),
        };
        throw new SqlException(SqlState.InvalidParameterValue, $"cannot cast jsonb {kind} to type {target}");
    }

    private static long Integer(ref FunctionCall c, string target, long min, long max)
    {
        NumericValue number = NumberText.ParseNumeric(Scalar(ref c, target, JsonKind.Number, JsonKind.Number).Text);
        return NumericMath.TryToInt64(number, out long value) && value >= min && value <= max ? value : throw TypeErrors.OutOfRange(target);
    }
}
