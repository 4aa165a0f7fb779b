using System.Collections.Frozen;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Settings;

/// <summary>All settings that exist, by name without regard to case. Immutable after start; thread-safe.</summary>
public static class SettingRegistry
{
    private static readonly string[] s_reported =
    [
        "application_name", "client_encoding", "DateStyle", "default_transaction_read_only", "in_hot_standby", "integer_datetimes", "IntervalStyle", "is_superuser",
        "server_encoding", "server_version", "session_authorization", "standard_conforming_strings", "TimeZone",
    ];

    // Values of the machine that the table was taken from say nothing here.
    private static readonly Dictionary<string, string> s_defaults = new(StringComparer.OrdinalIgnoreCase)
    {
        ["server_version"] = "15.18 (Strata)",
        ["data_directory"] = "",
        ["config_file"] = "",
        ["hba_file"] = "",
        ["ident_file"] = "",
        ["krb_server_keyfile"] = "",
        ["unix_socket_directories"] = "",
        ["port"] = "5432",
        ["TimeZone"] = "UTC",
        ["log_timezone"] = "UTC",
        ["fsync"] = "on",
        ["full_page_writes"] = "off",
        ["extension_destdir"] = "",
        ["listen_addresses"] = "",
        ["max_connections"] = "12000",
        ["max_prepared_transactions"] = "64",
        ["jit"] = "off",
        ["shared_preload_libraries"] = "",
    };

    private static readonly string[] s_hiddenFlags = ["NO_RESET_ALL", "NO_SHOW_ALL", "NOT_IN_SAMPLE"];

    private static readonly FrozenDictionary<string, SettingDefinition> s_byName = Load();

    /// <summary>All settings, in the order in which SHOW ALL lists them.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } = [.. s_byName.Values.OrderBy(static s => s.Name.ToLowerInvariant(), StringComparer.Ordinal)];

    /// <summary>Those that clients are told of.</summary>
    public static IReadOnlyList<SettingDefinition> Reported { get; } = [.. All.Where(static s => s.IsReported)];

    /// <summary>A setting by name, in any case; null if there is none.</summary>
    public static SettingDefinition? Find(string name) => s_byName.GetValueOrDefault(name);

    private static FrozenDictionary<string, SettingDefinition> Load()
    {
        var settings = new Dictionary<string, SettingDefinition>(StringComparer.OrdinalIgnoreCase);
        CatalogTable table = CatalogTable.Open("pg_settings");
        int name = table.ColumnIndex("name"), value = table.ColumnIndex("setting"), unit = table.ColumnIndex("unit"), category = table.ColumnIndex("category");
        int description = table.ColumnIndex("short_desc"), context = table.ColumnIndex("context"), type = table.ColumnIndex("vartype");
        int minimum = table.ColumnIndex("min_val"), maximum = table.ColumnIndex("max_val"), enums = table.ColumnIndex("enumvals"), flags = table.ColumnIndex("flags");
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            string key = row.Text(name)!;
            settings.Add(key, new SettingDefinition
            {
                Name = key,
                Type = ParseType(row.Text(type)!),
                Context = ParseContext(row.Text(context)!),
                Unit = row.Text(unit),
                Category = row.Text(category) ?? "",
                Description = row.Text(description),
                Minimum = row.Text(minimum),
                Maximum = row.Text(maximum),
                EnumValues = row.Text(enums) is { } values ? SplitEnum(values) : null,
                Default = s_defaults.GetValueOrDefault(key) ?? row.Text(value) ?? "",
                IsReported = s_reported.Contains(key),
                Flags = row.Text(flags) is { Length: > 2 } words ? words[1..^1].Split(',') : [],
            });
        }

        Add(settings, "is_superuser", SettingType.Boolean, SettingContext.Internal, "off", "Shows whether the current user is a superuser.", s_hiddenFlags);
        Add(settings, "session_authorization", SettingType.String, SettingContext.User, "", "Sets the session user name.", s_hiddenFlags);
        Add(settings, "role", SettingType.String, SettingContext.User, "none", "Sets the current role.", s_hiddenFlags);
        Add(settings, "strata.force_spill", SettingType.Boolean, SettingContext.User, "off", "Makes sorts, hash tables and stores of rows spill to disk after a few rows, for tests.");
        settings.Add("strata.batch_rows", new SettingDefinition
        {
            Name = "strata.batch_rows",
            Type = SettingType.Integer,
            Context = SettingContext.User,
            Minimum = "1",
            Maximum = Vectors.Batch.RowsMax.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Default = Vectors.Batch.RowsMax.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Description = "Sets the most rows that operators hand on at a time, for tests.",
        });
        settings.Add("strata.pool_mode", new SettingDefinition
        {
            Name = "strata.pool_mode",
            Type = SettingType.Enum,
            Context = SettingContext.Backend,
            EnumValues = ["off", "session", "transaction", "statement"],
            Default = "off",
            Description = "Shows how long this client keeps a working session of the pooler; off without the pooler. Chosen when connecting.",
        });
        settings.Add("strata.join_order_seed", new SettingDefinition
        {
            Name = "strata.join_order_seed",
            Type = SettingType.Integer,
            Context = SettingContext.User,
            Minimum = "0",
            Maximum = int.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Default = "0",
            Description = "Joins tables in an order drawn by this seed instead of the cheapest one, for measuring the planner; 0 turns it off.",
        });
        Add(settings, "strata.enable_unnesting", SettingType.Boolean, SettingContext.User, "on", "Lets the planner turn correlated subqueries and lateral joins into joins of all rows at once.");
        Add(settings, "strata.enable_adaptive_joins", SettingType.Boolean, SettingContext.User, "on", "Lets joins go on with another algorithm when the size of an input contradicts its estimate.");
        foreach ((string kind, string usual, string what) in (ReadOnlySpan<(string, string, string)>)[("similarity", "0.3", "the % operator"), ("word_similarity", "0.6", "the <% operator"), ("strict_word_similarity", "0.5", "the <<% operator")])
        {
            settings.Add($"pg_trgm.{kind}_threshold", new SettingDefinition
            {
                Name = $"pg_trgm.{kind}_threshold",
                Type = SettingType.Real,
                Context = SettingContext.User,
                Minimum = "0",
                Maximum = "1",
                Default = usual,
                Description = $"Sets the threshold used by {what}.",
            });
        }

        Add(settings, "strata.result_cache", SettingType.Boolean, SettingContext.User, "off", "Keeps results of queries, for all sessions that turn it on, until the tables that they read are changed.");
        settings.Add(Results.ResultCache.SizeSetting, new SettingDefinition
        {
            Name = Results.ResultCache.SizeSetting,
            Type = SettingType.Integer,
            Context = SettingContext.Postmaster,
            Unit = "kB",
            Minimum = "0",
            Maximum = int.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Default = "16384",
            Description = "Sets the most memory that kept results of queries may take.",
        });
        Add(settings, "strata.hints", SettingType.Boolean, SettingContext.User, "off", "Adds nearest-name hints to errors about unknown names.");
        return settings.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static void Add(Dictionary<string, SettingDefinition> settings, string name, SettingType type, SettingContext context, string value, string description, string[]? flags = null) =>
        settings.TryAdd(name, new SettingDefinition
        {
            Name = name,
            Type = type,
            Context = context,
            Default = value,
            Description = description,
            IsReported = s_reported.Contains(name),
            Flags = flags ?? [],
        });

    private static SettingType ParseType(string text) => text switch
    {
        "bool" => SettingType.Boolean,
        "integer" => SettingType.Integer,
        "real" => SettingType.Real,
        "enum" => SettingType.Enum,
        _ => SettingType.String,
    };

    private static SettingContext ParseContext(string text) => text switch
    {
        "internal" => SettingContext.Internal,
        "postmaster" => SettingContext.Postmaster,
        "sighup" => SettingContext.Sighup,
        "superuser-backend" => SettingContext.SuperuserBackend,
        "backend" => SettingContext.Backend,
        "superuser" => SettingContext.Superuser,
        _ => SettingContext.User,
    };

    private static string[] SplitEnum(string values)
    {
        string[] parts = values.Trim('{', '}').Split(',');
        for (int i = 0; i < parts.Length; i++)
            parts[i] = parts[i].Trim('"');
        return parts;
    }
}
