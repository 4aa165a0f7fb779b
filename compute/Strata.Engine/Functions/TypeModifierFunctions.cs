using System.Text;
using Strata.Engine.Catalog;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>typmodin and typmodout functions: what stands in parentheses behind a type's name, as a number and back. Source: PostgreSQL 15, CREATE TYPE.</summary>
internal static class TypeModifierFunctions
{
    public static void Register(FunctionTable t)
    {
        Add(t, "bpchar", TypeOid.BpChar);
        Add(t, "varchar", TypeOid.VarChar);
        Add(t, "numeric", TypeOid.Numeric);
        Add(t, "bit", TypeOid.Bit);
        Add(t, "varbit", TypeOid.VarBit);
        Add(t, "time", TypeOid.Time);
        Add(t, "timetz", TypeOid.TimeTz);
        Add(t, "timestamp", TypeOid.Timestamp);
        Add(t, "timestamptz", TypeOid.TimestampTz);
        Add(t, "interval", TypeOid.Interval);
    }

    private static void Add(FunctionTable t, string word, uint oid)
    {
        SqlType type = BuiltinTypes.Get(oid);
        t.Add(word + "typmodin", (ref FunctionCall c) => c.Return(TypeResolver.Modifier(type, Words(c.Bytes(0)))));
        t.Add(word + "typmodout", (ref FunctionCall c) => c.Return(Text(type, c.Int32(0))));
    }

    private static string[] Words(ReadOnlySpan<byte> array)
    {
        var value = new ArrayValue(array);
        if (value.Dimensions != 1)
            throw new SqlException(SqlState.ArraySubscriptError, "typmod array must be one-dimensional");
        var words = new List<string>();
        foreach (ArrayValue.Element element in value)
            words.Add(element.IsNull ? throw new SqlException(SqlState.NullValueNotAllowed, "typmod array must not contain nulls") : Encoding.UTF8.GetString(element.Stored));
        return [.. words];
    }

    // What format_type shows more with the modifier than without. Times have words of their own behind theirs.
    private static string Text(SqlType type, int modifier)
    {
        string bare = TypeNames.Format(type), full = TypeNames.Format(type, modifier);
        switch (type.Oid)
        {
            case TypeOid.Time or TypeOid.Timestamp or TypeOid.TimeTz or TypeOid.TimestampTz:
                string zone = type.Oid is TypeOid.TimeTz or TypeOid.TimestampTz ? " with time zone" : " without time zone";
                int open = full.IndexOf('(', StringComparison.Ordinal);
                return open < 0 ? zone : full[open..];
            default:
                return full.Length > bare.Length ? full[bare.Length..] : "";
        }
    }
}
