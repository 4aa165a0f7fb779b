namespace Strata.Engine.Catalog;

/// <summary>Which code makes the rows of which built-in relation.</summary>
internal static class SystemTables
{
    /// <summary>The row source of a built-in table, or of a built-in view that has no SQL text.</summary>
    public static SystemTable Make(uint oid, string name) => name switch
    {
        "pg_class" => new RowsTable(CatalogScans.Classes),
        "pg_attribute" => new RowsTable(CatalogScans.Attributes),
        "pg_type" => new CatalogTableSource(oid, CatalogScans.Types),
        "pg_namespace" => new RowsTable(CatalogScans.Schemas),
        "pg_index" => new RowsTable(CatalogScans.Indexes),
        "pg_constraint" => new RowsTable(CatalogScans.Constraints),
        "pg_init_privs" => new RowsTable(CatalogScans.InitialPrivileges),
        "pg_attrdef" => new RowsTable(CatalogScans.Defaults),
        "pg_inherits" => new RowsTable(CatalogScans.Inherits),
        "pg_partitioned_table" => new RowsTable(CatalogScans.PartitionedTables),
        "pg_sequence" => new RowsTable(CatalogScans.Sequences),
        "pg_rewrite" => new RowsTable(CatalogScans.Rules),
        "pg_depend" => new RowsTable(CatalogScans.Dependencies),
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
        "pg_proc" => new CatalogTableSource(oid, ObjectScans.Routines),
        "pg_aggregate" => new CatalogTableSource(oid, ObjectScans.Aggregates),
        "pg_operator" or "pg_cast" or "pg_opclass" or "pg_opfamily" or "pg_amop" or "pg_amproc" or "pg_collation" or "pg_am" or "pg_conversion"
            or "pg_ts_config" or "pg_ts_dict" or "pg_ts_parser" or "pg_ts_template" => new CatalogTableSource(oid, context => ObjectScans.Of(context, oid)),
        "pg_ts_config_map" => new CatalogTableSource(oid, ObjectScans.TextSearchMappings),
        "pg_foreign_data_wrapper" => new RowsTable(context => ObjectScans.WithPrivileges(context, oid, 5)),
        "pg_foreign_server" => new RowsTable(context => ObjectScans.WithPrivileges(context, oid, 6)),
        "pg_policy" or "pg_user_mapping" or "pg_foreign_table" or "pg_publication" or "pg_publication_rel" or "pg_publication_namespace" => new RowsTable(context => ObjectScans.Of(context, oid)),
        "pg_largeobject_metadata" => new RowsTable(context => ObjectScans.WithPrivileges(context, oid, 2)),
        "pg_largeobject" => new RowsTable(ObjectScans.LargeObjectPages),
        "pg_default_acl" => new RowsTable(ObjectScans.DefaultPrivileges),
        "pg_range" => new CatalogTableSource(oid, CatalogScans.Ranges),
        "pg_language" or "sql_features" or "sql_implementation_info" or "sql_parts" or "sql_sizing" => new CatalogTableSource(oid, null),
        "pg_settings" => new RowsTable(MonitoringScans.Settings),
        "pg_locks" => new RowsTable(LockScans.Locks),
        "pg_prepared_xacts" => new RowsTable(LockScans.PreparedTransactions),
        "pg_stat_activity" => new RowsTable(MonitoringScans.Activity),
        "pg_stat_ssl" => new RowsTable(MonitoringScans.Encryption),
        "pg_stat_wal" => new RowsTable(MonitoringScans.Wal),
        "pg_stat_bgwriter" => new RowsTable(MonitoringScans.BackgroundWriter),
        "pg_stat_archiver" => new RowsTable(MonitoringScans.Archiver),
        "pg_prepared_statements" => new RowsTable(MonitoringScans.PreparedStatements),
        "pg_cursors" => new RowsTable(MonitoringScans.Cursors),
        _ => new RowsTable(static _ => []),
    };

    /// <summary>Rows from one function.</summary>
    private sealed class RowsTable(Func<SystemScanContext, IEnumerable<CatalogValue[]>> rows) : SystemTable
    {
        public override IEnumerable<CatalogValue[]> Scan(SystemScanContext context) => rows(context);
    }

    /// <summary>Built-in rows from the embedded text, then rows of user objects.</summary>
    private sealed class CatalogTableSource(uint oid, Func<SystemScanContext, IEnumerable<CatalogValue[]>>? userRows) : SystemTable
    {
        public override IEnumerable<CatalogValue[]> Scan(SystemScanContext context)
        {
            IEnumerable<CatalogValue[]> builtin = BuiltinRows.Read(BuiltinRelations.Find(oid)!);
            return userRows is null ? builtin : builtin.Concat(userRows(context));
        }
    }
}
