using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>The input, output and send functions of types, callable in SQL: int4in('1'), inet_out(…), numeric_send(…).</summary>
internal static class TypeFormFunctions
{
    public static void Register(FunctionTable t)
    {
        CatalogTable types = CatalogTable.Open("pg_type");
        int kind = types.ColumnIndex("typtype"), input = types.ColumnIndex("typinput"), output = types.ColumnIndex("typoutput"), send = types.ColumnIndex("typsend");
        for (int i = 0; i < types.RowCount; i++)
        {
            CatalogTable.Row row = types[i];
            if (row.Char(kind) == (byte)TypeKind.Pseudo)
                continue;
            AddOnce(t, row.Text(input), static (ref FunctionCall c) => ReadText(ref c));
            AddOnce(t, row.Text(output), static (ref FunctionCall c) =>
            {
                var text = new ByteBuffer();
                TypeOutput.Write(c.ArgumentVector(0), c.Row, text, c.Settings, c.Context.Catalog);
                c.Return(text.Written);
            });
            AddOnce(t, row.Text(send), Send);
        }

        foreach (string name in (string[])["anyarray_send", "anycompatiblearray_send", "enum_send"])
            AddOnce(t, name, Send);
    }

    private static void Send(ref FunctionCall c)
    {
        var bytes = new ByteBuffer();
        TypeBinary.Send(c.ArgumentVector(0), c.Row, bytes, c.Context.Catalog);
        c.Return(bytes.Written);
    }

    /// <summary>Types share functions, and some of these have implementations of their own.</summary>
    private static void AddOnce(FunctionTable t, string? symbol, RowFunction function)
    {
        if (symbol is not (null or "-") && !t.Has(symbol))
            t.Add(symbol, function);
    }

    private static void ReadText(ref FunctionCall c)
    {
        SqlType type = c.ResultType;
        if (type.IsPolymorphic || (c.ArgumentCount > 1 && c.ArgumentType(1).Oid == TypeOid.Oid))
            throw new SqlException(SqlState.FeatureNotSupported, $"function {BuiltinFunctions.Signature(c.Site.Function)} is not supported");
        if (c.ArgumentCount > 2)
            type = type.WithTypmod(c.Int32(2));
        using var value = new Vector(type);
        value.Reset(1);
        TypeInput.Parse(type, c.Bytes(0), c.Context, value, 0);
        c.ReturnStored(value.GetStored(0));
    }
}
