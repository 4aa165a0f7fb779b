using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Storage options of relations (<c>WITH (fillfactor = 70)</c>): checked, kept and shown as PostgreSQL does; most of what they tune does not exist here. Stateless.</summary>
internal static class StorageOptions
{
    private const StorageOptionKinds Stored = StorageOptionKinds.Heap | StorageOptionKinds.Toast;
    private const string ToastNamespace = "toast";

    private static readonly StorageOption[] s_all =
    [
        new StorageOption.Switch("autosummarize", StorageOptionKinds.Brin),
        new StorageOption.Switch("autovacuum_enabled", Stored),
        new StorageOption.Switch("user_catalog_table", StorageOptionKinds.Heap),
        new StorageOption.Switch("fastupdate", StorageOptionKinds.Gin),
        new StorageOption.Switch("security_barrier", StorageOptionKinds.View),
        new StorageOption.Switch("security_invoker", StorageOptionKinds.View),
        new StorageOption.Switch("vacuum_truncate", Stored),
        new StorageOption.Switch("deduplicate_items", StorageOptionKinds.BTree),
        new StorageOption.Whole("fillfactor", StorageOptionKinds.Heap | StorageOptionKinds.BTree | StorageOptionKinds.Hash | StorageOptionKinds.Gist | StorageOptionKinds.SpGist, 10, 100),
        new StorageOption.Whole("autovacuum_vacuum_threshold", Stored, 0, int.MaxValue),
        new StorageOption.Whole("autovacuum_vacuum_insert_threshold", Stored, -1, int.MaxValue),
        new StorageOption.Whole("autovacuum_analyze_threshold", StorageOptionKinds.Heap, 0, int.MaxValue),
        new StorageOption.Whole("autovacuum_vacuum_cost_limit", Stored, 1, 10000),
        new StorageOption.Whole("autovacuum_freeze_min_age", Stored, 0, 1_000_000_000),
        new StorageOption.Whole("autovacuum_multixact_freeze_min_age", Stored, 0, 1_000_000_000),
        new StorageOption.Whole("autovacuum_freeze_max_age", Stored, 100_000, 2_000_000_000),
        new StorageOption.Whole("autovacuum_multixact_freeze_max_age", Stored, 10_000, 2_000_000_000),
        new StorageOption.Whole("autovacuum_freeze_table_age", Stored, 0, 2_000_000_000),
        new StorageOption.Whole("autovacuum_multixact_freeze_table_age", Stored, 0, 2_000_000_000),
        new StorageOption.Whole("log_autovacuum_min_duration", Stored, -1, int.MaxValue),
        new StorageOption.Whole("toast_tuple_target", StorageOptionKinds.Heap, 128, 8160),
        new StorageOption.Whole("pages_per_range", StorageOptionKinds.Brin, 1, 131072),
        new StorageOption.Whole("gin_pending_list_limit", StorageOptionKinds.Gin, 64, int.MaxValue),
        new StorageOption.Whole("parallel_workers", StorageOptionKinds.Heap, 0, 1024),
        new StorageOption.Real("autovacuum_vacuum_cost_delay", Stored, 0, 100),
        new StorageOption.Real("autovacuum_vacuum_scale_factor", Stored, 0, 100),
        new StorageOption.Real("autovacuum_vacuum_insert_scale_factor", Stored, 0, 100),
        new StorageOption.Real("autovacuum_analyze_scale_factor", StorageOptionKinds.Heap, 0, 100),
        new StorageOption.Real("vacuum_cleanup_index_scale_factor", StorageOptionKinds.BTree, 0, 1e10),
        new StorageOption.Real("n_distinct", StorageOptionKinds.Attribute, -1, double.MaxValue),
        new StorageOption.Real("n_distinct_inherited", StorageOptionKinds.Attribute, -1, double.MaxValue),
        new StorageOption.Choice("vacuum_index_cleanup", Stored, ["auto", "on", "off", "true", "false", "yes", "no", "1", "0"], "\"on\", \"off\", and \"auto\""),
        new StorageOption.Choice("buffering", StorageOptionKinds.Gist, ["auto", "on", "off"], "\"on\", \"off\", and \"auto\""),
        new StorageOption.Choice("check_option", StorageOptionKinds.View, ["local", "cascaded"], "\"local\" and \"cascaded\""),
    ];

    // These change what statements do, not only how rows are laid out and looked after.
    private static readonly HashSet<string> s_ofBehaviour = new(StringComparer.Ordinal)
    {
        "user_catalog_table", "security_barrier", "security_invoker", "check_option", "fastupdate", "gin_pending_list_limit", "pages_per_range", "autosummarize",
    };

    /// <summary>Whether statements may go on while options are changed.</summary>
    public static bool ConcernStorageOnly(SyntaxList<DefinitionElement> options) => !options.Any(static option => s_ofBehaviour.Contains(option.Name));

    /// <summary>Options as <c>name=value</c>; null for none. Throws 22023.</summary>
    public static string[]? Parse(SyntaxList<DefinitionElement> options, StorageOptionKinds kind) => Change(null, options, isReset: false, kind);

    /// <summary>Options of a kind of object that knows the given ones; their values are the caller's to check. Throws 22023 for others.</summary>
    public static string[]? Parse(SyntaxList<DefinitionElement> options, string[] known) =>
        Apply(null, options, null, isReset: false, name => known.Contains(name) ? null : throw Unknown(name));

    /// <summary>Options changed by SET or RESET. Throws 22023, 42601.</summary>
    public static string[]? Change(string[]? before, SyntaxList<DefinitionElement> options, bool isReset, StorageOptionKinds kind)
    {
        foreach (DefinitionElement option in options)
            if (option.Namespace is { } space && (space != ToastNamespace || (kind & (StorageOptionKinds.Heap | StorageOptionKinds.View)) == 0 && kind != StorageOptionKinds.None))
                throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized parameter namespace \"{space}\"");
        return Apply(before, options, null, isReset, name => Find(name, kind));
    }

    /// <summary>The options of a table's large values, changed by SET or RESET. Throws 22023, 42601.</summary>
    public static string[]? ChangeOfToast(string[]? before, SyntaxList<DefinitionElement> options, bool isReset) =>
        Apply(before, options, ToastNamespace, isReset, static name => Find(name, StorageOptionKinds.Toast));

    /// <summary>The options of a relation changed by SET or RESET. Throws 22023, 42601.</summary>
    public static RelationInfo Change(RelationInfo relation, SyntaxList<DefinitionElement> options, bool isReset)
    {
        string[]? changed = Change(relation.Options, options, isReset, KindsOf(relation));
        string[]? toast = relation.Kind is RelationKind.Table or RelationKind.MaterializedView ? ChangeOfToast(relation.ToastOptions, options, isReset) : null;
        return relation with { Options = changed, ToastOptions = toast };
    }

    /// <summary>What options indexes of a method take.</summary>
    public static StorageOptionKinds KindsOf(IndexMethod method) => method switch
    {
        IndexMethod.Hash => StorageOptionKinds.Hash,
        IndexMethod.Gin => StorageOptionKinds.Gin,
        IndexMethod.Gist => StorageOptionKinds.Gist,
        IndexMethod.SpGist => StorageOptionKinds.SpGist,
        IndexMethod.Brin => StorageOptionKinds.Brin,
        _ => StorageOptionKinds.BTree,
    };

    private static StorageOptionKinds KindsOf(RelationInfo relation) => relation switch
    {
        { Index: { } index } => KindsOf(index.Method),
        { Kind: RelationKind.View } => StorageOptionKinds.View,
        { Kind: RelationKind.PartitionedTable } => StorageOptionKinds.None,
        _ => StorageOptionKinds.Heap,
    };

    private static StorageOption Find(string name, StorageOptionKinds kind) => Array.Find(s_all, option => (option.Kinds & kind) != 0 && option.Name == name) ?? throw Unknown(name);

    private static SqlException Unknown(string name) => new(SqlState.InvalidParameterValue, $"unrecognized parameter \"{name}\"");

    private static string[]? Apply(string[]? before, SyntaxList<DefinitionElement> options, string? space, bool isReset, Func<string, StorageOption?> find)
    {
        var items = new List<string>(before ?? []);
        foreach (DefinitionElement option in options)
            if (option.Namespace == space)
                items.RemoveAll(item => item.StartsWith(option.Name + "=", StringComparison.Ordinal));
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (DefinitionElement option in options)
        {
            if (option.Namespace != space)
                continue;
            if (isReset && option.Value is not null)
                throw new SqlException(SqlState.SyntaxError, "RESET must not include values for parameters");
            if (isReset)
                continue;
            string value = Value(option);
            if (option.Name == "oids" && space is null)
            {
                if (value is "true" or "on" or "1")
                    throw new SqlException(SqlState.FeatureNotSupported, "tables declared WITH OIDS are not supported");
                continue;
            }

            StorageOption? known = find(option.Name);
            if (!given.Add(option.Name))
                throw new SqlException(SqlState.InvalidParameterValue, $"parameter \"{option.Name}\" specified more than once");
            known?.Check(value);
            items.Add(option.Name + "=" + value);
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
