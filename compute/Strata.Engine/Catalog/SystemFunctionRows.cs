using System.Globalization;
using Strata.Engine.Sessions;
using Strata.Engine.Sessions.Progress;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format.Wal;
using Strata.Sql;

namespace Strata.Engine.Catalog;

/// <summary>
/// Rows of the functions beneath the views of the running system (<c>pg_cursor()</c>, <c>pg_lock_status()</c> …), in the order of their OUT parameters. What this architecture does not have
/// (files, replication slots, standbys) has no rows. Errors: <c>SqlException</c>.
/// </summary>
internal static class SystemFunctionRows
{
    /// <summary>Functions by the name of their implementation (<c>pg_proc.prosrc</c>).</summary>
    public static readonly string[] Names =
    [
        "pg_cursor", "pg_prepared_statement", "pg_prepared_xact", "pg_lock_status", "show_all_settings", "show_all_file_settings", "pg_timezone_names", "pg_timezone_abbrevs", "pg_get_keywords",
        "pg_stat_get_activity", "pg_stat_get_backend_idset", "pg_stat_get_progress_info", "pg_get_catalog_foreign_keys", "pg_tablespace_databases", "pg_hba_file_rules", "pg_ident_file_mappings",
        "pg_config", "pg_get_publication_tables", "pg_get_wal_resource_managers", "pg_get_replication_slots", "pg_stat_get_wal_senders", "pg_stat_get_subscription",
        "pg_show_replication_origin_status", "pg_get_shmem_allocations", "pg_stat_get_slru",
    ];

    /// <summary>The rows of a call, or of a view that several functions read; <paramref name="argument"/> is the call's only argument, null without.</summary>
    public static IEnumerable<CatalogValue[]> Of(string function, CatalogValue argument, SystemScanContext context) => function switch
    {
        "pg_cursor" => MonitoringScans.Cursors(context),
        "pg_prepared_statement" => MonitoringScans.PreparedStatements(context),
        "pg_prepared_xact" => PreparedTransactions(context),
        "pg_lock_status" => LockScans.Locks(context),
        "show_all_settings" => MonitoringScans.Settings(context),
        "pg_timezone_names" => TimeZoneScans.Names(context),
        "pg_timezone_abbrevs" => TimeZoneScans.Abbreviations(context),
        "pg_get_keywords" => KeyWords(),
        "pg_stat_get_activity" => Activity(context, argument),
        "pg_stat_get_backend_idset" => Backends(context),
        "pg_stat_get_progress_info" => Progress(context, argument.Text),
        "pg_get_catalog_foreign_keys" => CatalogForeignKeys(),
        "pg_tablespace_databases" => TablespaceDatabases(context, (uint)argument.Number),
        "pg_config" => Configuration(),
        "pg_get_publication_tables" => PublicationTables.Of(context.Catalog, argument.Text) ?? throw new SqlException(SqlState.UndefinedObject, $"publication \"{argument.Text}\" does not exist"),
        "pg_get_wal_resource_managers" => ResourceManagers(),
        "pg_stat_wal" => MonitoringScans.Wal(context),
        "pg_stat_archiver" => MonitoringScans.Archiver(context),
        "pg_stat_bgwriter" => MonitoringScans.BackgroundWriter(context),
        _ => [],
    };

    private static IEnumerable<CatalogValue[]> PreparedTransactions(SystemScanContext context)
    {
        foreach (PreparedTransaction prepared in context.Session?.Context.Engine.Prepared.All ?? [])
            yield return [(long)prepared.State.Xids[0], prepared.State.Gid, prepared.State.PreparedAt, prepared.State.Role, prepared.State.Database];
    }

    private static IEnumerable<CatalogValue[]> KeyWords()
    {
        foreach ((string word, KeywordCategory category, bool isBareLabel) in Keywords.All)
        {
            (char code, string description) = category switch
            {
                KeywordCategory.Unreserved => ('U', "unreserved"),
                KeywordCategory.ColumnName => ('C', "unreserved (cannot be function or type name)"),
                KeywordCategory.TypeOrFunctionName => ('T', "reserved (can be function or type name)"),
                _ => ('R', "reserved"),
            };
            yield return [word, code, isBareLabel, description, isBareLabel ? "can be bare label" : "requires AS"];
        }
    }

    private static readonly CatalogValue[] s_unencrypted = [default, false, default, default, default, default, default, default];

    // The columns of pg_stat_activity in another order, with those of pg_stat_ssl and pg_stat_gssapi.
    private static IEnumerable<CatalogValue[]> Activity(SystemScanContext context, CatalogValue process)
    {
        Dictionary<long, CatalogValue[]> encryption = MonitoringScans.Encryption(context).ToDictionary(static row => row[0].Number);
        foreach (CatalogValue[] row in MonitoringScans.Activity(context))
        {
            if (!process.IsNull && process.Number != -1 && process.Number != row[2].Number)
                continue;
            CatalogValue[] secure = encryption.GetValueOrDefault(row[2].Number) ?? s_unencrypted;
            yield return
            [
                row[0], row[2], row[4], row[6], row[16], row[20], row[14], row[15], row[11], row[12], row[10], row[13], row[7], row[8], row[9], row[17], row[18], row[21],
                .. secure[1..], false, CatalogValue.Null, false, row[3], row[19],
            ];
        }
    }

    private static IEnumerable<CatalogValue[]> Backends(SystemScanContext context)
    {
        foreach (SqlSession session in context.Session?.Context.Engine.Sessions ?? [])
            yield return [session.ProcessId];
    }

    private static IEnumerable<CatalogValue[]> TablespaceDatabases(SystemScanContext context, uint tablespace)
    {
        switch (tablespace)
        {
            case CatalogOids.DefaultTablespace:
                foreach (DatabaseInfo database in context.Catalog.Databases)
                    yield return [database.Oid];
                break;
            case CatalogOids.GlobalTablespace:
                context.Session?.Context.Notice("global tablespace never has databases", "WARNING", "01000");
                break;
            default:
                context.Session?.Context.Notice(string.Create(CultureInfo.InvariantCulture, $"{tablespace} is not a tablespace OID"), "WARNING", "01000");
                break;
        }
    }

    // What pg_config says of a build that noted nothing of itself but its version.
    private static IEnumerable<CatalogValue[]> Configuration()
    {
        string[] names =
        [
            "BINDIR", "DOCDIR", "HTMLDIR", "INCLUDEDIR", "PKGINCLUDEDIR", "INCLUDEDIR-SERVER", "LIBDIR", "PKGLIBDIR", "LOCALEDIR", "MANDIR", "SHAREDIR", "SYSCONFDIR", "PGXS", "CONFIGURE",
            "CC", "CPPFLAGS", "CFLAGS", "CFLAGS_SL", "LDFLAGS", "LDFLAGS_EX", "LDFLAGS_SL", "LIBS",
        ];
        foreach (string name in names)
            yield return [name, "not recorded"];
        yield return ["VERSION", Functions.SystemFunctions.VersionText];
    }

    private static IEnumerable<CatalogValue[]> ResourceManagers()
    {
        foreach (WalRecordKind kind in Enum.GetValues<WalRecordKind>())
            yield return [(long)kind, kind.ToString(), true];
    }

    private static IEnumerable<CatalogValue[]> CatalogForeignKeys()
    {
        CatalogTable table = CatalogTable.Open("catalog_foreign_keys");
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            yield return [row.Oid(0), row.Text(1)!.Trim('{', '}').Split(','), row.Oid(2), row.Text(3)!.Trim('{', '}').Split(','), row.Text(4) == "t", row.Text(5) == "t"];
        }
    }

    private static readonly string[] s_vacuumPhases =
    [
        "initializing", VacuumProgress.Scanning, VacuumProgress.VacuumingIndexes, VacuumProgress.VacuumingHeap, "cleaning up indexes", VacuumProgress.Truncating, VacuumProgress.FinalCleanup,
    ];

    private static readonly string[] s_analyzePhases =
    [
        "initializing", AnalyzeProgress.AcquiringSample, AnalyzeProgress.AcquiringInherited, AnalyzeProgress.ComputingStatistics, AnalyzeProgress.ComputingExtended, AnalyzeProgress.Finalizing,
    ];

    private static readonly string[] s_clusterPhases =
    [
        "initializing", ClusterProgress.Scanning, "index scanning heap", "sorting tuples", "writing new heap", ClusterProgress.Swapping, ClusterProgress.RebuildingIndexes, ClusterProgress.FinalCleanup,
    ];

    // PostgreSQL keeps numbers, which its views put in words; here it is the other way round.
    private static IEnumerable<CatalogValue[]> Progress(SystemScanContext context, string command)
    {
        const int Parameters = 20, Head = 3;
        (ProgressCommand Kind, string[] Phases, int First) shape = command.ToUpperInvariant() switch
        {
            "VACUUM" => (ProgressCommand.Vacuum, s_vacuumPhases, 1),
            "ANALYZE" => (ProgressCommand.Analyze, s_analyzePhases, 1),
            "CLUSTER" => (ProgressCommand.Cluster, s_clusterPhases, 2),
            "COPY" => (ProgressCommand.Copy, [], 0),
            "CREATE INDEX" => (ProgressCommand.CreateIndex, [], 9),
            "BASEBACKUP" => default,
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"invalid command name: \"{command}\""),
        };
        if (shape.Phases is null || context.Session is not { } session)
            yield break;
        foreach (ProgressReport report in session.Context.Engine.Progress.Of(shape.Kind))
        {
            var row = new CatalogValue[Head + Parameters];
            Array.Fill(row, 0L);
            row[0] = report.ProcessId;
            row[1] = report.Database;
            row[2] = report.Relation;
            if (shape.Phases.Length > 0)
                row[Head + shape.First - 1] = (long)Math.Max(0, Array.IndexOf(shape.Phases, report.Phase));
            (int Parameter, int Counter)[] places = shape.Kind switch
            {
                ProgressCommand.Vacuum => [(2, 0), (3, 1), (4, 2), (5, 3), (6, 4), (7, 5)],
                ProgressCommand.Analyze => [(2, 0), (3, 1), (4, 2), (5, 3), (6, 4), (7, 5), (8, 6)],
                ProgressCommand.Cluster => [(3, 0), (6, 1), (7, 2), (8, 3)],
                ProgressCommand.Copy => [(1, 0), (2, 1), (3, 2), (4, 3)],
                _ => [(7, 0), (16, 1), (17, 2), (12, 3), (13, 4), (14, 5), (15, 6)],
            };
            foreach ((int parameter, int counter) in places)
                row[Head + parameter - 1] = report[counter];
            yield return row;
        }
    }
}
