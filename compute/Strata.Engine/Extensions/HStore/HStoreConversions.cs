using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.HStore;

/// <summary>Functions between hstores and texts, arrays, rows and JSON.</summary>
internal static class HStoreConversions
{
    public static void Register(FunctionTable t)
    {
        t.Add("hstore_from_text", static (ref FunctionCall c) =>
        {
            if (c.IsNull(0))
            {
                c.ReturnNull();
                return;
            }

            var builder = new HStoreBuilder();
            builder.Add(c.Bytes(0), c.IsNull(1) ? default : c.Bytes(1), c.IsNull(1));
            c.Return(builder.Build());
        });
        t.Add("hstore_from_arrays", FromArrays);
        t.Add("hstore_from_array", FromArray);
        t.Add("hstore_from_record", FromRecord);
        t.Add("hstore_populate_record", PopulateRecord);
        t.Add("hstore_akeys", static (ref FunctionCall c) => c.Return(ToArray(new HStoreValue(c.Bytes(0)), hasKeys: true, hasValues: false, isMatrix: false)));
        t.Add("hstore_avals", static (ref FunctionCall c) => c.Return(ToArray(new HStoreValue(c.Bytes(0)), hasKeys: false, hasValues: true, isMatrix: false)));
        t.Add("hstore_to_array", static (ref FunctionCall c) => c.Return(ToArray(new HStoreValue(c.Bytes(0)), hasKeys: true, hasValues: true, isMatrix: false)));
        t.Add("hstore_to_matrix", static (ref FunctionCall c) => c.Return(ToArray(new HStoreValue(c.Bytes(0)), hasKeys: true, hasValues: true, isMatrix: true)));
        t.AddSet("hstore_skeys", static (ref FunctionCall c) => new PairRows(Pairs(ref c), hasFirst: true, hasSecond: false));
        t.AddSet("hstore_svals", static (ref FunctionCall c) => new PairRows(Pairs(ref c), hasFirst: false, hasSecond: true));
        t.AddSet("hstore_each", static (ref FunctionCall c) => new PairRows(Pairs(ref c)));
        t.Add("hstore_to_json", static (ref FunctionCall c) => c.Return(ToJson(new HStoreValue(c.Bytes(0)), isLoose: false)));
        t.Add("hstore_to_json_loose", static (ref FunctionCall c) => c.Return(ToJson(new HStoreValue(c.Bytes(0)), isLoose: true)));
        t.Add("hstore_to_jsonb", static (ref FunctionCall c) => c.Return(JsonbText.Normalize(ToJson(new HStoreValue(c.Bytes(0)), isLoose: false))));
        t.Add("hstore_to_jsonb_loose", static (ref FunctionCall c) => c.Return(JsonbText.Normalize(ToJson(new HStoreValue(c.Bytes(0)), isLoose: true))));
    }

    private static List<(string, string?)> Pairs(ref FunctionCall c)
    {
        var value = new HStoreValue(c.Bytes(0));
        var pairs = new List<(string, string?)>(value.Count);
        for (int i = 0; i < value.Count; i++)
            pairs.Add((Encoding.UTF8.GetString(value.Key(i)), value.IsNull(i) ? null : Encoding.UTF8.GetString(value.Value(i))));
        return pairs;
    }

    private static SqlException NullKey() => new(SqlState.NullValueNotAllowed, "null value not allowed for hstore key");

    private static SqlException WrongArray(string message) => new(SqlState.ArraySubscriptError, message);

    private static void FromArrays(ref FunctionCall c)
    {
        if (c.IsNull(0))
        {
            c.ReturnNull();
            return;
        }

        var keys = new ArrayValue(c.Bytes(0));
        ArrayValue values = c.IsNull(1) ? default : new ArrayValue(c.Bytes(1));
        if (keys.Dimensions > 1 || (!c.IsNull(1) && values.Dimensions > 1))
            throw WrongArray("wrong number of array subscripts");
        bool sameBounds = c.IsNull(1) || (keys.Dimensions == values.Dimensions && keys.Count == values.Count && (keys.Dimensions == 0 || keys.LowerBound(0) == values.LowerBound(0)));
        if (!sameBounds)
            throw WrongArray("arrays must have same bounds");
        var builder = new HStoreBuilder();
        ArrayValue.Enumerator next = c.IsNull(1) ? default : values.GetEnumerator();
        foreach (ArrayValue.Element key in keys)
        {
            if (key.IsNull)
                throw NullKey();
            bool isNull = c.IsNull(1) || !next.MoveNext() || next.Current.IsNull;
            builder.Add(key.Stored, isNull ? default : next.Current.Stored, isNull);
        }

        c.Return(builder.Build());
    }

    private static void FromArray(ref FunctionCall c)
    {
        var array = new ArrayValue(c.Bytes(0));
        switch (array.Dimensions)
        {
            case 0:
                break;
            case 1 when array.Count % 2 != 0:
                throw WrongArray("array must have even number of elements");
            case 2 when array.Length(1) != 2:
                throw WrongArray("array must have two columns");
            case > 2:
                throw WrongArray("wrong number of array subscripts");
        }

        var builder = new HStoreBuilder();
        ArrayValue.Enumerator items = array.GetEnumerator();
        while (items.MoveNext())
        {
            if (items.Current.IsNull)
                throw NullKey();
            byte[] key = items.Current.Stored.ToArray();
            items.MoveNext();
            builder.Add(key, items.Current.IsNull ? default : items.Current.Stored, items.Current.IsNull);
        }

        c.Return(builder.Build());
    }

    private static byte[] ToArray(in HStoreValue value, bool hasKeys, bool hasValues, bool isMatrix)
    {
        var array = new ArrayBuilder();
        for (int i = 0; i < value.Count; i++)
        {
            if (hasKeys)
                array.Add(value.Key(i));
            if (hasValues && value.IsNull(i))
                array.AddNull();
            else if (hasValues)
                array.Add(value.Value(i));
        }

        return isMatrix && value.Count > 0 ? array.Build(TypeOid.Text, [value.Count, 2], [1, 1]).ToArray() : array.Build(TypeOid.Text).ToArray();
    }

    // Fields by name, as texts. A null of a row type has the fields of the type.
    private static void FromRecord(ref FunctionCall c)
    {
        IReadOnlyList<(string Name, SqlType Type)> columns = JsonRecordFunctions.ColumnsOf(ref c);
        var builder = new HStoreBuilder();
        ReadOnlySpan<byte> record = c.IsNull(0) ? default : c.Bytes(0);
        int offset = 4;
        foreach ((string name, SqlType type) in columns)
        {
            uint oid = 0;
            ReadOnlySpan<byte> stored = default;
            bool isPresent = !c.IsNull(0) && RecordText.ReadField(record, ref offset, out oid, out stored);
            var text = new ByteBuffer();
            if (isPresent)
                TypeOutput.Write(oid == type.Oid ? type : c.Context.Catalog.FindType(oid) ?? type, stored, text, c.Settings, c.Context.Catalog);
            builder.Add(Encoding.UTF8.GetBytes(name), text.Written, !isPresent);
        }

        c.Return(builder.Build());
    }

    private static void PopulateRecord(ref FunctionCall c)
    {
        IReadOnlyList<(string Name, SqlType Type)> columns = JsonRecordFunctions.ColumnsOf(ref c);
        if (c.IsNull(1))
        {
            if (c.IsNull(0))
                c.ReturnNull();
            else
                c.ReturnArgument(0);
            return;
        }

        var value = new HStoreValue(c.Bytes(1));
        ReadOnlySpan<byte> before = c.IsNull(0) ? default : c.Bytes(0);
        var buffer = new ByteBuffer();
        RecordText.WriteHeader(buffer, columns.Count, c.IsNull(0) ? 0 : RecordText.ShapeOf(before));
        int offset = 4;
        foreach ((string name, SqlType type) in columns)
        {
            uint oldType = 0;
            ReadOnlySpan<byte> old = default;
            bool hasOld = !c.IsNull(0) && RecordText.ReadField(before, ref offset, out oldType, out old);
            int pair = value.Find(Encoding.UTF8.GetBytes(name));
            if (pair >= 0 && !value.IsNull(pair))
                RecordText.WriteField(buffer, type.Oid, JsonRecordFunctions.Parse(type, value.Value(pair).ToArray(), c.Context));
            else if (pair < 0 && hasOld)
                RecordText.WriteField(buffer, type.Oid, oldType == type.Oid ? old : JsonRecordFunctions.Convert(oldType, old, type, c.Context));
            else
                RecordText.WriteNullField(buffer, type.Oid);
        }

        c.Return(buffer.Written);
    }

    // Loosely, what looks like a number or a boolean is one.
    internal static byte[] ToJson(in HStoreValue value, bool isLoose)
    {
        var buffer = new ByteBuffer();
        buffer.Write('{');
        for (int i = 0; i < value.Count; i++)
        {
            if (i > 0)
                buffer.Write(", "u8);
            JsonScanner.WriteString(buffer, value.Key(i));
            buffer.Write(": "u8);
            ReadOnlySpan<byte> text = value.Value(i);
            if (value.IsNull(i))
                buffer.Write("null"u8);
            else if (isLoose && text.SequenceEqual("t"u8))
                buffer.Write("true"u8);
            else if (isLoose && text.SequenceEqual("f"u8))
                buffer.Write("false"u8);
            else if (isLoose && IsNumber(text))
                buffer.Write(text);
            else
                JsonScanner.WriteString(buffer, text);
        }

        buffer.Write('}');
        return buffer.ToArray();
    }

    // A number as JSON writes it: no sign in front but a minus, no zeros in front.
    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        int at = text is [(byte)'-', ..] ? 1 : 0;
        int digits = Digits(text, at);
        if (digits == 0 || (digits > 1 && text[at] == '0'))
            return false;
        at += digits;
        if (at < text.Length && text[at] == '.')
        {
            digits = Digits(text, at + 1);
            if (digits == 0)
                return false;
            at += 1 + digits;
        }

        if (at < text.Length && text[at] is (byte)'e' or (byte)'E' && at < text.Length)
        {
            at++;
            if (at < text.Length && text[at] is (byte)'+' or (byte)'-' && at < text.Length)
                at++;
            digits = Digits(text, at);
            if (digits == 0)
                return false;
            at += digits;
        }

        return at == text.Length;
    }

    private static int Digits(ReadOnlySpan<byte> text, int from)
    {
        int at = from;
        while (at < text.Length && char.IsAsciiDigit((char)text[at]))
            at++;
        return at - from;
    }
}
