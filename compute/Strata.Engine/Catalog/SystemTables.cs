using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Which code makes the rows of which built-in relation.</summary>
internal static class SystemTables
{
    /// <summary>The row source of a built-in table, or of a built-in view that has no SQL text.</summary>
    public static SystemTable Make(uint oid, string name) => name switch
    {
        "pg_class" => new RowsTable(CatalogScans.Classes, static catalog => 900 + (catalog.Image.Relations.Count * 1.0)),
        "pg_attribute" => new RowsTable(CatalogScans.Attributes, static catalog => 6000 + (catalog.Image.Relations.Count * 8.0)),
        "pg_type" => new CatalogTableSource(oid, CatalogScans.Types, static catalog => catalog.Image.Types.Count, aclColumn: 31),
        "pg_namespace" => new RowsTable(CatalogScans.Schemas, static catalog => 4 + catalog.Image.Schemas.Count),
        "pg_index" => new RowsTable(CatalogScans.Indexes, static catalog => 250 + (catalog.Image.Relations.Count * 0.4)),
        "pg_constraint" => new RowsTable(CatalogScans.Constraints, static catalog => 200 + (catalog.Image.Relations.Count * 0.6)),
        "pg_trigger" => new RowsTable(ForeignKeyTriggers.Rows, static catalog => 4.0 + (catalog.Image.Relations.Count * 0.5)),
        "pg_parameter_acl" => new RowsTable(CatalogScans.Parameters),
        "pg_init_privs" => new RowsTable(CatalogScans.InitialPrivileges),
        "pg_attrdef" => new RowsTable(CatalogScans.Defaults, static catalog => 50 + (catalog.Image.Relations.Count * 0.3)),
        "pg_inherits" => new RowsTable(CatalogScans.Inherits),
        "pg_partitioned_table" => new RowsTable(CatalogScans.PartitionedTables),
        "pg_sequence" => new RowsTable(CatalogScans.Sequences, static catalog => 10 + (catalog.Image.Relations.Count * 0.3)),
        "pg_rewrite" => new RowsTable(CatalogScans.Rules),
        "pg_depend" => new RowsTable(CatalogScans.Dependencies, static catalog => 2000 + (catalog.Image.Relations.Count * 4.0)),
        "pg_shdepend" => new RowsTable(SharedDependencyScans.Rows),
        "pg_description" => new CatalogTableSource(oid, CatalogScans.Comments),
        "pg_shdescription" => new RowsTable(CatalogScans.SharedComments),
        "pg_enum" => new RowsTable(CatalogScans.EnumLabels),
        "pg_statistic" => new RowsTable(CatalogScans.Statistics),
        "pg_statistic_ext" => new RowsTable(StatisticScans.Objects),
        "pg_statistic_ext_data" => new RowsTable(StatisticScans.Data),
        "pg_stats" => new RowsTable(StatisticScans.Columns),
        "pg_stats_ext" => new RowsTable(StatisticScans.Extended),
        "pg_stats_ext_exprs" => new RowsTable(StatisticScans.Expressions),
        "pg_stat_progress_analyze" => new RowsTable(ProgressScans.Analyze),
        "pg_stat_progress_vacuum" => new RowsTable(ProgressScans.Vacuum),
        "pg_stat_progress_create_index" => new RowsTable(ProgressScans.CreateIndex),
        "pg_stat_progress_cluster" => new RowsTable(ProgressScans.Cluster),
        "pg_stat_progress_copy" => new RowsTable(ProgressScans.Copy),
        "pg_authid" => new RowsTable(CatalogScans.Roles),
        "pg_auth_members" => new RowsTable(CatalogScans.Memberships),
        "pg_database" => new RowsTable(CatalogScans.Databases),
        "pg_db_role_setting" => new RowsTable(CatalogScans.RoleSettings),
        "pg_tablespace" => new RowsTable(CatalogScans.Tablespaces),
        "pg_proc" => new CatalogTableSource(oid, ObjectScans.Routines, aclColumn: 29),
        "pg_aggregate" => new CatalogTableSource(oid, ObjectScans.Aggregates),
        "pg_operator" or "pg_cast" or "pg_opclass" or "pg_opfamily" or "pg_amop" or "pg_amproc" or "pg_collation" or "pg_am" or "pg_conversion"
            or "pg_ts_config" or "pg_ts_dict" or "pg_ts_parser" or "pg_ts_template" => new CatalogTableSource(oid, context => ObjectScans.Of(context, oid)),
        "pg_ts_config_map" => new CatalogTableSource(oid, ObjectScans.TextSearchMappings),
        "pg_foreign_data_wrapper" => new RowsTable(context => ObjectScans.WithPrivileges(context, oid, 5)),
        "pg_foreign_server" => new RowsTable(context => ObjectScans.WithPrivileges(context, oid, 6)),
        "pg_policy" or "pg_user_mapping" or "pg_foreign_table" or "pg_publication" or "pg_publication_rel" or "pg_publication_namespace" => new RowsTable(context => ObjectScans.Of(context, oid)),
        "pg_extension" => new RowsTable(ExtensionRows.Scan),
        "pg_available_extensions" => new RowsTable(Extensions.ExtensionScans.Available),
        "pg_available_extension_versions" => new RowsTable(Extensions.ExtensionScans.AvailableVersions),
        "pg_largeobject_metadata" => new RowsTable(context => ObjectScans.WithPrivileges(context, oid, 2)),
        "pg_largeobject" => new RowsTable(ObjectScans.LargeObjectPages),
        "pg_default_acl" => new RowsTable(ObjectScans.DefaultPrivileges),
        "pg_range" => new CatalogTableSource(oid, CatalogScans.Ranges),
        "pg_language" => new CatalogTableSource(oid, null, aclColumn: 8),
        "sql_features" or "sql_implementation_info" or "sql_parts" or "sql_sizing" => new CatalogTableSource(oid, null),
        "pg_settings" => new RowsTable(MonitoringScans.Settings),
        "pg_locks" => new RowsTable(LockScans.Locks),
        "pg_prepared_xacts" => new RowsTable(LockScans.PreparedTransactions),
        "pg_stat_activity" => new RowsTable(MonitoringScans.Activity),
        "pg_timezone_names" => new RowsTable(TimeZoneScans.Names),
        "pg_timezone_abbrevs" => new RowsTable(TimeZoneScans.Abbreviations),
        "pg_config" => new RowsTable(static context => SystemFunctionRows.Of("pg_config", CatalogValue.Null, context)),
        "pg_stat_ssl" => new RowsTable(MonitoringScans.Encryption),
        "pg_stat_wal" => new RowsTable(MonitoringScans.Wal),
        "pg_stat_bgwriter" => new RowsTable(MonitoringScans.BackgroundWriter),
        "pg_stat_archiver" => new RowsTable(MonitoringScans.Archiver),
        "pg_prepared_statements" => new RowsTable(MonitoringScans.PreparedStatements),
        "pg_cursors" => new RowsTable(MonitoringScans.Cursors),
        _ => new RowsTable(static _ => []),
    };

    /// <summary>Rows from one function; <paramref name="count"/> says about how many: relations have so many columns, indexes and dependencies each.</summary>
    private sealed class RowsTable(Func<SystemScanContext, IEnumerable<CatalogValue[]>> rows, Func<CatalogView, double>? count = null) : SystemTable
    {
        public override IEnumerable<CatalogValue[]> Scan(SystemScanContext context) => rows(context);

        public override double EstimateRows(CatalogView catalog) => count?.Invoke(catalog) ?? base.EstimateRows(catalog);
    }

    /// <summary>Built-in rows from the embedded text, then rows of user objects, about <paramref name="userCount"/>.</summary>
    private sealed class CatalogTableSource(uint oid, Func<SystemScanContext, IEnumerable<CatalogValue[]>>? userRows, Func<CatalogView, double>? userCount = null, int aclColumn = -1) : SystemTable
    {
        private readonly Lazy<int> _builtinRows = new(() => CatalogTable.Open(BuiltinRelations.Find(oid)!.Name).RowCount);

        public override IEnumerable<CatalogValue[]> Scan(SystemScanContext context)
        {
            IEnumerable<CatalogValue[]> builtin = BuiltinRows.Read(BuiltinRelations.Find(oid)!);
            if (aclColumn >= 0)
                builtin = BuiltinPrivileges.Overlay(builtin, context.Catalog, oid, aclColumn);
            return userRows is null ? builtin : builtin.Concat(userRows(context));
        }

        public override double EstimateRows(CatalogView catalog) => _builtinRows.Value + (userCount?.Invoke(catalog) ?? 0);
    }
}
