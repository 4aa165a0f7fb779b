using Strata.Engine.Statistics.Cumulative;

namespace Strata.Engine.Functions;

/// <summary>pg_stat_get_*, pg_stat_reset and their kin, over the cumulative statistics.</summary>
internal static class CumulativeStatisticsFunctions
{
    private const double MicrosecondsPerMillisecond = 1000;

    public static void Register(FunctionTable t)
    {
        RegisterRelations(t);
        RegisterDatabases(t);
        t.Add("pg_stat_reset", static (ref FunctionCall c) =>
        {
            c.Context.Catalog.ResetStatistics(0);
            c.ReturnNull();
        });
        t.Add("pg_stat_reset_single_table_counters", static (ref FunctionCall c) =>
        {
            c.Context.Catalog.ResetStatistics(c.Oid(0));
            c.ReturnNull();
        });
        // Counters are read as they are and added when a transaction ends: there is no snapshot to clear and nothing to flush.
        t.Add("pg_stat_clear_snapshot", static (ref FunctionCall c) => c.ReturnNull());
        t.Add("pg_stat_force_next_flush", static (ref FunctionCall c) => c.ReturnNull());
        t.Add("pg_stat_get_snapshot_timestamp", static (ref FunctionCall c) => c.ReturnNull());
    }

    private static void RegisterRelations(FunctionTable t)
    {
        Count(t, "pg_stat_get_numscans", RelationStatistic.Scans);
        Count(t, "pg_stat_get_tuples_returned", RelationStatistic.RowsReturned);
        Count(t, "pg_stat_get_tuples_fetched", RelationStatistic.RowsFetched);
        Count(t, "pg_stat_get_tuples_inserted", RelationStatistic.Inserted);
        Count(t, "pg_stat_get_tuples_updated", RelationStatistic.Updated);
        Count(t, "pg_stat_get_tuples_hot_updated", RelationStatistic.HotUpdated);
        Count(t, "pg_stat_get_tuples_deleted", RelationStatistic.Deleted);
        Count(t, "pg_stat_get_live_tuples", RelationStatistic.Live);
        Count(t, "pg_stat_get_dead_tuples", RelationStatistic.Dead);
        Count(t, "pg_stat_get_mod_since_analyze", RelationStatistic.ChangedSinceAnalyze);
        Count(t, "pg_stat_get_ins_since_vacuum", RelationStatistic.InsertedSinceVacuum);
        Count(t, "pg_stat_get_blocks_fetched", RelationStatistic.BlocksFetched);
        Count(t, "pg_stat_get_blocks_hit", RelationStatistic.BlocksHit);
        Count(t, "pg_stat_get_vacuum_count", RelationStatistic.Vacuums);
        Count(t, "pg_stat_get_autovacuum_count", RelationStatistic.Autovacuums);
        Count(t, "pg_stat_get_analyze_count", RelationStatistic.Analyzes);
        Count(t, "pg_stat_get_autoanalyze_count", RelationStatistic.Autoanalyzes);
        Count(t, "pg_stat_get_xact_tuples_inserted", RelationStatistic.InsertedInTransaction);
        Count(t, "pg_stat_get_xact_tuples_updated", RelationStatistic.UpdatedInTransaction);
        Count(t, "pg_stat_get_xact_tuples_hot_updated", RelationStatistic.HotUpdatedInTransaction);
        Count(t, "pg_stat_get_xact_tuples_deleted", RelationStatistic.DeletedInTransaction);
        Time(t, "pg_stat_get_last_vacuum_time", RelationStatistic.LastVacuum);
        Time(t, "pg_stat_get_last_autovacuum_time", RelationStatistic.LastAutovacuum);
        Time(t, "pg_stat_get_last_analyze_time", RelationStatistic.LastAnalyze);
        Time(t, "pg_stat_get_last_autoanalyze_time", RelationStatistic.LastAutoanalyze);
    }

    private static void RegisterDatabases(FunctionTable t)
    {
        t.Add("pg_stat_get_db_numbackends", static (ref FunctionCall c) => c.Return((int)c.Context.Catalog.DatabaseCounter(c.Oid(0), DatabaseStatistic.Backends)));
        Count(t, "pg_stat_get_db_xact_commit", DatabaseStatistic.Commits);
        Count(t, "pg_stat_get_db_xact_rollback", DatabaseStatistic.Rollbacks);
        Count(t, "pg_stat_get_db_blocks_fetched", DatabaseStatistic.BlocksFetched);
        Count(t, "pg_stat_get_db_blocks_hit", DatabaseStatistic.BlocksHit);
        Count(t, "pg_stat_get_db_tuples_returned", DatabaseStatistic.RowsReturned);
        Count(t, "pg_stat_get_db_tuples_fetched", DatabaseStatistic.RowsFetched);
        Count(t, "pg_stat_get_db_tuples_inserted", DatabaseStatistic.Inserted);
        Count(t, "pg_stat_get_db_tuples_updated", DatabaseStatistic.Updated);
        Count(t, "pg_stat_get_db_tuples_deleted", DatabaseStatistic.Deleted);
        Count(t, "pg_stat_get_db_temp_files", DatabaseStatistic.TemporaryFiles);
        Count(t, "pg_stat_get_db_temp_bytes", DatabaseStatistic.TemporaryBytes);
        Count(t, "pg_stat_get_db_deadlocks", DatabaseStatistic.Deadlocks);
        Count(t, "pg_stat_get_db_sessions", DatabaseStatistic.Sessions);
        Count(t, "pg_stat_get_db_sessions_abandoned", DatabaseStatistic.SessionsAbandoned);
        Count(t, "pg_stat_get_db_sessions_fatal", DatabaseStatistic.SessionsFatal);
        Count(t, "pg_stat_get_db_sessions_killed", DatabaseStatistic.SessionsKilled);
        Milliseconds(t, "pg_stat_get_db_session_time", DatabaseStatistic.SessionTime);
        Milliseconds(t, "pg_stat_get_db_active_time", DatabaseStatistic.ActiveTime);
        Milliseconds(t, "pg_stat_get_db_idle_in_transaction_time", DatabaseStatistic.IdleInTransactionTime);
        t.Add("pg_stat_get_db_stat_reset_time", static (ref FunctionCall c) => c.Return(c.Context.Catalog.DatabaseCounter(c.Oid(0), DatabaseStatistic.ResetAt)));
        // Recovery conflicts are of standbys that replay against their readers; readers of the past have pages of their own here.
        foreach (string conflict in (string[])["tablespace", "lock", "snapshot", "bufferpin", "startup_deadlock", "all"])
            t.Add($"pg_stat_get_db_conflict_{conflict}", static (ref FunctionCall c) => c.Return(0L));
        // As in PostgreSQL with track_io_timing off.
        t.Add("pg_stat_get_db_blk_read_time", static (ref FunctionCall c) => c.Return(0d));
        t.Add("pg_stat_get_db_blk_write_time", static (ref FunctionCall c) => c.Return(0d));
        // As in PostgreSQL without data checksums: a page that fails its check is fetched from elsewhere, below SQL.
        t.Add("pg_stat_get_db_checksum_failures", static (ref FunctionCall c) => c.ReturnNull());
        t.Add("pg_stat_get_db_checksum_last_failure", static (ref FunctionCall c) => c.ReturnNull());
    }

    private static void Count(FunctionTable t, string name, RelationStatistic item) => t.Add(name, (ref FunctionCall c) => c.Return(c.Context.Catalog.RelationCounter(c.Oid(0), item)));

    private static void Count(FunctionTable t, string name, DatabaseStatistic item) => t.Add(name, (ref FunctionCall c) => c.Return(c.Context.Catalog.DatabaseCounter(c.Oid(0), item)));

    private static void Milliseconds(FunctionTable t, string name, DatabaseStatistic item) =>
        t.Add(name, (ref FunctionCall c) => c.Return(c.Context.Catalog.DatabaseCounter(c.Oid(0), item) / MicrosecondsPerMillisecond));

    private static void Time(FunctionTable t, string name, RelationStatistic item) => t.Add(name, (ref FunctionCall c) =>
    {
        long at = c.Context.Catalog.RelationCounter(c.Oid(0), item);
        if (at == 0)
            c.ReturnNull();
        else
            c.Return(at);
    });
}
