using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Input and output functions of pseudo-types, most of which only refuse, and functions that are there to refuse. Source: PostgreSQL 15.</summary>
internal static class PseudoTypeFunctions
{
    private const string BinaryUpgrade = "binary_upgrade_";

    public static void Register(FunctionTable t)
    {
        string[] neverRead =
        [
            "any", "anyarray", "anyelement", "anynonarray", "anyenum", "anyrange", "anymultirange", "anycompatible", "anycompatiblearray", "anycompatiblenonarray", "anycompatiblerange",
            "anycompatiblemultirange", "pg_ddl_command",
        ];
        foreach (string type in neverRead)
            Add(t, type + "_in", (ref FunctionCall c) => throw new SqlException(SqlState.FeatureNotSupported, $"cannot accept a value of type {type}"));
        foreach (string type in new[]
        {
            "any", "anyelement", "anynonarray", "anycompatible", "anycompatiblenonarray", "pg_ddl_command", "trigger", "event_trigger", "language_handler", "fdw_handler", "index_am_handler",
            "table_am_handler", "tsm_handler",
        })
            Add(t, type + "_out", (ref FunctionCall c) => throw new SqlException(SqlState.FeatureNotSupported, $"cannot display a value of type {type}"));
        foreach (string type in new[] { "anyarray", "anycompatiblearray", "anyenum", "anyrange", "anycompatiblerange", "anymultirange", "anycompatiblemultirange", "enum" })
            Add(t, type + "_out", static (ref FunctionCall c) => ReturnText(ref c));
        Add(t, "shell_in", static (ref FunctionCall c) => throw new SqlException(SqlState.FeatureNotSupported, "cannot accept a value of a shell type"));
        Add(t, "shell_out", static (ref FunctionCall c) => throw new SqlException(SqlState.FeatureNotSupported, "cannot display a value of a shell type"));
        foreach (string same in new[] { "cstring_in", "cstring_out", "cstring_send", "unknownin", "unknownout", "unknownsend" })
            Add(t, same, static (ref FunctionCall c) => c.Return(c.Bytes(0)));
        foreach (string nothing in new[] { "void_in", "void_out", "void_send" })
            Add(t, nothing, static (ref FunctionCall c) => c.Return(default(ReadOnlySpan<byte>)));
        Add(t, "aclinsert", static (ref FunctionCall c) => throw new SqlException(SqlState.FeatureNotSupported, "aclinsert is no longer supported"));
        Add(t, "aclremove", static (ref FunctionCall c) => throw new SqlException(SqlState.FeatureNotSupported, "aclremove is no longer supported"));
        Add(t, "btrecordcmp", static (ref FunctionCall c) => c.Return(Math.Sign(ValueComparison.For(c.ArgumentType(0)).Compare(c.Bytes(0), c.Bytes(1)))));
        RegisterRefusals(t);
    }

    // Functions for one occasion that never comes here.
    private static void RegisterRefusals(FunctionTable t)
    {
        CatalogTable functions = CatalogTable.Open("pg_proc");
        int symbol = functions.ColumnIndex("prosrc");
        for (int i = 0; i < functions.RowCount; i++)
            if (functions[i].Text(symbol) is { } name && name.StartsWith(BinaryUpgrade, StringComparison.Ordinal))
                Add(t, name, static (ref FunctionCall c) => throw new SqlException(SqlState.CantChangeRuntimeParam, "function can only be called when server is in binary upgrade mode"));
        var notCalledByTrigger = new SqlState("39P03");
        Add(t, "pg_event_trigger_table_rewrite_oid", (ref FunctionCall c) => throw new SqlException(notCalledByTrigger, "pg_event_trigger_table_rewrite_oid() can only be called in a table_rewrite event trigger function"));
        Add(t, "pg_event_trigger_table_rewrite_reason", (ref FunctionCall c) => throw new SqlException(notCalledByTrigger, "pg_event_trigger_table_rewrite_reason() can only be called in a table_rewrite event trigger function"));
        t.AddSet("pg_event_trigger_dropped_objects", (ref FunctionCall c) => throw new SqlException(notCalledByTrigger, "pg_event_trigger_dropped_objects() can only be called in a sql_drop event trigger function"));
        t.AddSet("pg_event_trigger_ddl_commands", (ref FunctionCall c) => throw new SqlException(notCalledByTrigger, "pg_event_trigger_ddl_commands() can only be called in an event trigger function"));
    }

    private static void Add(FunctionTable t, string symbol, RowFunction function)
    {
        if (!t.Has(symbol))
            t.Add(symbol, function);
    }

    private static void ReturnText(ref FunctionCall c)
    {
        var text = new ByteBuffer();
        TypeOutput.Write(c.ArgumentVector(0), c.Row, text, c.Settings, c.Context.Catalog);
        c.Return(text.Written);
    }
}
