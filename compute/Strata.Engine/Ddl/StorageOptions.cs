using System.Globalization;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Storage options of relations (<c>WITH (fillfactor = 70)</c>): kept and shown as PostgreSQL does; what they tune does not exist here.</summary>
internal static class StorageOptions
{
    private static readonly HashSet<string> s_known = new(StringComparer.Ordinal)
    {
        "fillfactor", "toast_tuple_target", "parallel_workers", "autovacuum_enabled", "autovacuum_vacuum_threshold", "autovacuum_vacuum_scale_factor", "autovacuum_analyze_threshold",
        "autovacuum_analyze_scale_factor", "autovacuum_vacuum_insert_threshold", "autovacuum_vacuum_insert_scale_factor", "autovacuum_vacuum_cost_delay", "autovacuum_vacuum_cost_limit",
        "autovacuum_freeze_min_age", "autovacuum_freeze_max_age", "autovacuum_freeze_table_age", "log_autovacuum_min_duration", "user_catalog_table", "vacuum_truncate", "vacuum_index_cleanup",
        "deduplicate_items", "fastupdate", "gin_pending_list_limit", "buffering", "pages_per_range", "autosummarize", "security_barrier", "security_invoker", "check_option",
    };

    private static readonly HashSet<string> s_ofColumns = new(StringComparer.Ordinal) { "n_distinct", "n_distinct_inherited" };

    // These change what statements do, not only how rows are laid out and looked after.
    private static readonly HashSet<string> s_ofBehaviour = new(StringComparer.Ordinal)
    {
        "user_catalog_table", "security_barrier", "security_invoker", "check_option", "fastupdate", "gin_pending_list_limit", "pages_per_range", "autosummarize",
    };

    /// <summary>Whether statements may go on while options are changed.</summary>
    public static bool ConcernStorageOnly(SyntaxList<DefinitionElement> options) => !options.Any(static option => s_ofBehaviour.Contains(option.Name));

    /// <summary>Options as <c>name=value</c>; null for none. Throws 22023 for unknown names.</summary>
    public static string[]? Parse(SyntaxList<DefinitionElement> options) => Change(null, options, isReset: false);

    /// <summary>Options of a kind of object that knows the given ones. Throws 22023 for others.</summary>
    public static string[]? Parse(SyntaxList<DefinitionElement> options, string[] known) => Change(null, options, isReset: false, [.. known]);

    /// <summary>Options changed by SET or RESET.</summary>
    public static string[]? Change(string[]? before, SyntaxList<DefinitionElement> options, bool isReset) => Change(before, options, isReset, s_known);

    /// <summary>Options of a column changed by SET or RESET.</summary>
    public static string[]? ChangeOfColumn(string[]? before, SyntaxList<DefinitionElement> options, bool isReset) => Change(before, options, isReset, s_ofColumns);

    private static string[]? Change(string[]? before, SyntaxList<DefinitionElement> options, bool isReset, HashSet<string> known)
    {
        var items = new List<string>(before ?? []);
        foreach (DefinitionElement option in options)
        {
            if (option.Name == "oids" && option.Value is BooleanLiteral { Value: true })
                throw new SqlException(SqlState.FeatureNotSupported, "tables declared WITH OIDS are not supported");
            if (option.Name == "oids" || option.Namespace == "toast")
                continue;
            if (!known.Contains(option.Name))
                throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized parameter \"{option.Name}\"");
            items.RemoveAll(item => item.StartsWith(option.Name + "=", StringComparison.Ordinal));
            if (!isReset)
                items.Add(option.Name + "=" + Value(option));
        }

        return items.Count == 0 ? null : [.. items];
    }

    private static string Value(DefinitionElement option) => option.Value switch
    {
        null => "true",
        IntegerLiteral number => number.Value.ToString(CultureInfo.InvariantCulture),
        NumericLiteral number => number.Text,
        BooleanLiteral boolean => boolean.Value ? "true" : "false",
        StringLiteral text => text.Value,
        _ => throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for option \"{option.Name}\""),
    };
}
