using System.Runtime.InteropServices;
using System.Text;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Partitioning;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Functions that turn catalog OIDs into names of objects and back.</summary>
internal static class ObjectAddressFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("pg_describe_object", static (ref FunctionCall c) =>
        {
            if (c.Oid(0) == 0 && c.Oid(1) == 0)
                c.ReturnNull();
            else if (c.Context.Catalog.DescribeObject(c.Oid(0), c.Oid(1), c.Int32(2)) is { } text)
                c.Return(text);
            else
                c.ReturnNull();
        });
        t.Add("pg_identify_object", static (ref FunctionCall c) =>
        {
            ObjectIdentity? found = c.Context.Catalog.IdentifyObject(c.Oid(0), c.Oid(1), c.Int32(2));
            var buffer = new ByteBuffer();
            RecordText.WriteHeader(buffer, 4);
            foreach (string? field in (ReadOnlySpan<string?>)[found?.Type, found?.Schema is { } schema ? TypeNames.QuoteIdentifier(schema) : null, found?.Name, found?.Identity])
                WriteText(buffer, field);
            c.Return((ReadOnlySpan<byte>)buffer.ToArray());
        });
        t.Add("pg_identify_object_as_address", static (ref FunctionCall c) =>
        {
            ObjectIdentity? found = c.Context.Catalog.IdentifyObject(c.Oid(0), c.Oid(1), c.Int32(2));
            var buffer = new ByteBuffer();
            RecordText.WriteHeader(buffer, 3);
            WriteText(buffer, found?.Type);
            WriteTexts(buffer, found?.Names);
            WriteTexts(buffer, found?.Arguments);
            c.Return((ReadOnlySpan<byte>)buffer.ToArray());
        });
        t.Add("pg_get_object_address", static (ref FunctionCall c) =>
        {
            ObjectAddress found = c.Context.Catalog.FindAddress(c.String(0), Strings(c.Bytes(1), "name or argument lists may not contain nulls"), Strings(c.Bytes(2), "name or argument lists may not contain nulls"));
            var buffer = new ByteBuffer();
            RecordText.WriteHeader(buffer, 3);
            WriteNumber(buffer, TypeOid.Oid, found.ClassOid);
            WriteNumber(buffer, TypeOid.Oid, found.ObjectOid);
            WriteNumber(buffer, TypeOid.Int4, unchecked((uint)found.SubId));
            c.Return((ReadOnlySpan<byte>)buffer.ToArray());
        });
        t.Add("satisfies_hash_partition", SatisfiesHashPartition);
    }

    private static void WriteText(ByteBuffer buffer, string? text)
    {
        if (text is null)
            RecordText.WriteNullField(buffer, TypeOid.Text);
        else
            RecordText.WriteField(buffer, TypeOid.Text, Encoding.UTF8.GetBytes(text));
    }

    private static void WriteTexts(ByteBuffer buffer, string[]? texts)
    {
        uint type = SqlType.Text.ArrayOid;
        if (texts is null)
        {
            RecordText.WriteNullField(buffer, type);
            return;
        }

        var array = new ArrayBuilder();
        foreach (string text in texts)
            array.Add(Encoding.UTF8.GetBytes(text));
        RecordText.WriteField(buffer, type, array.Build(TypeOid.Text));
    }

    private static void WriteNumber(ByteBuffer buffer, uint type, uint value)
    {
        Span<byte> stored = stackalloc byte[sizeof(uint)];
        MemoryMarshal.Write(stored, in value);
        RecordText.WriteField(buffer, type, stored);
    }

    private static string[] Strings(ReadOnlySpan<byte> array, string message)
    {
        var strings = new List<string>();
        foreach (ArrayValue.Element element in new ArrayValue(array))
            strings.Add(element.IsNull ? throw new SqlException(SqlState.InvalidParameterValue, message) : Encoding.UTF8.GetString(element.Stored));
        return [.. strings];
    }

    // satisfies_hash_partition(parent, modulus, remainder, values …): the check of a hash partition.
    private static void SatisfiesHashPartition(ref FunctionCall c)
    {
        if (c.IsNull(0) || c.IsNull(1) || c.IsNull(2))
        {
            c.Return(false);
            return;
        }

        int modulus = c.Int32(1), remainder = c.Int32(2);
        if (modulus <= 0)
            throw new SqlException(SqlState.InvalidParameterValue, "modulus for hash partition must be an integer value greater than zero");
        if (remainder < 0)
            throw new SqlException(SqlState.InvalidParameterValue, "remainder for hash partition must be an integer value greater than or equal to zero");
        if (remainder >= modulus)
            throw new SqlException(SqlState.InvalidParameterValue, "remainder for hash partition must be less than modulus");
        SqlType[] key = c.Context.Catalog.HashPartitionKey(c.Oid(0));
        int given = c.ArgumentCount - 3;
        if (given != key.Length)
            throw new SqlException(SqlState.InvalidParameterValue, $"number of partitioning columns ({key.Length}) does not match number of partition keys provided ({given})");
        ulong hash = 0;
        for (int i = 0; i < given; i++)
        {
            if (c.ArgumentType(3 + i).Oid != key[i].Oid)
                throw new SqlException(
                    SqlState.InvalidParameterValue,
                    $"column {i + 1} of the partition key has type \"{TypeNames.Format(key[i])}\", but supplied value is of type \"{TypeNames.Format(c.ArgumentType(3 + i))}\"");
            hash = PartitionHash.Add(hash, c.ArgumentVector(3 + i), c.Row);
        }

        c.Return(hash % (ulong)modulus == (ulong)remainder);
    }
}
