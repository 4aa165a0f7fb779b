using System.Collections.Frozen;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>What PostgreSQL 15 shows as definitions of built-in functions and views that are code here. Thread-safe.</summary>
internal static class BuiltinDefinitions
{
    // Views over the rows of one function: its name, and what the view calls it.
    private static readonly FrozenDictionary<string, (string Function, string Alias)> s_views = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["pg_backend_memory_contexts"] = ("pg_get_backend_memory_contexts", "pg_get_backend_memory_contexts"),
        ["pg_config"] = ("pg_config", "pg_config"),
        ["pg_cursors"] = ("pg_cursor", "c"),
        ["pg_file_settings"] = ("pg_show_all_file_settings", "a"),
        ["pg_hba_file_rules"] = ("pg_hba_file_rules", "a"),
        ["pg_ident_file_mappings"] = ("pg_ident_file_mappings", "a"),
        ["pg_locks"] = ("pg_lock_status", "l"),
        ["pg_prepared_statements"] = ("pg_prepared_statement", "p"),
        ["pg_replication_origin_status"] = ("pg_show_replication_origin_status", "pg_show_replication_origin_status"),
        ["pg_settings"] = ("pg_show_all_settings", "a"),
        ["pg_shmem_allocations"] = ("pg_get_shmem_allocations", "pg_get_shmem_allocations"),
        ["pg_stat_archiver"] = ("pg_stat_get_archiver", "s"),
        ["pg_stat_recovery_prefetch"] = ("pg_stat_get_recovery_prefetch", "s"),
        ["pg_stat_slru"] = ("pg_stat_get_slru", "s"),
        ["pg_stat_wal"] = ("pg_stat_get_wal", "w"),
        ["pg_timezone_abbrevs"] = ("pg_timezone_abbrevs", "pg_timezone_abbrevs"),
        ["pg_timezone_names"] = ("pg_timezone_names", "pg_timezone_names"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly Lazy<FrozenDictionary<uint, string>> s_bodies = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_proc_bodies");
        var bodies = new Dictionary<uint, string>(table.RowCount);
        for (int i = 0; i < table.RowCount; i++)
            bodies.Add(table[i].Oid(0), "RETURN " + table[i].Text(1));
        return bodies.ToFrozenDictionary();
    });

    /// <summary>The SQL body of a built-in function; null for functions without.</summary>
    public static string? FunctionBody(uint oid) => s_bodies.Value.GetValueOrDefault(oid);

    /// <summary>The query of a built-in view over one function; null for others.</summary>
    public static string? ViewQuery(RelationInfo view)
    {
        if (view.SchemaOid != CatalogOids.CatalogSchema || !s_views.TryGetValue(view.Name, out (string Function, string Alias) source))
            return null;
        string[] columns = [.. view.Columns.Select(static column => TypeNames.QuoteIdentifier(column.Name))];
        return $" SELECT {string.Join(",\n    ", columns.Select(column => source.Alias + "." + column))}\n   FROM {source.Function}() {source.Alias}({string.Join(", ", columns)})";
    }
}
