using System.Collections.Concurrent;
using Strata.Engine.Catalog;
using Strata.Engine.Statistics.Cumulative;
using Strata.Engine.Storage.Vacuum;

namespace Strata.Engine.Sessions;

/// <summary>
/// The endpoint's cumulative statistics (<c>pg_stat_*</c>): counters in memory, which end with the compute's life. Changes count when their transaction ends; a rollback to a savepoint is not taken
/// back. Thread-safe.
/// </summary>
internal sealed class CumulativeStatistics(EngineInstance engine)
{
    private readonly ConcurrentDictionary<(uint Database, uint Relation), RelationStatistics> _relations = [];
    private readonly ConcurrentDictionary<uint, DatabaseStatistics> _databases = [];

    public DatabaseStatistics OfDatabase(uint database) => _databases.TryGetValue(database, out DatabaseStatistics? found)
        ? found
        : _databases.GetOrAdd(database, _ => new DatabaseStatistics { [DatabaseStatistic.ResetAt] = engine.StartTimestamp });

    /// <summary>The counters of a table or an index; null for a relation that stores nothing.</summary>
    public RelationStatistics? Of(uint sessionDatabase, RelationInfo relation)
    {
        if (relation.Storage == 0 || relation.Kind is not (RelationKind.Table or RelationKind.MaterializedView or RelationKind.Index or RelationKind.Toast))
            return null;
        uint database = relation.Oid >= CatalogOids.FirstUser ? relation.Database : relation.IsShared ? 0 : sessionDatabase;
        RelationStatistics statistics = _relations.GetOrAdd((database, relation.Oid), static _ => new RelationStatistics());
        bool isIndex = relation.Kind == RelationKind.Index;
        statistics.Follow(
            engine.Storage.Pool, database, relation.Storage, isIndex ? null : engine.Storage.ActivityOf(database, relation.Storage),
            isIndex ? engine.Handles.Index(database, relation.Storage).Activity : null);
        return statistics;
    }

    /// <summary>One counter of a relation, 0 where there is nothing to count.</summary>
    public long Get(SessionContext session, RelationInfo relation, RelationStatistic item)
    {
        if (Of(session.DatabaseOid, relation) is not { } statistics)
            return 0;
        RelationTotals totals = statistics.Totals;
        return item switch
        {
            RelationStatistic.Scans => totals.Scans,
            RelationStatistic.RowsReturned => totals.RowsReturned,
            RelationStatistic.RowsFetched => totals.RowsFetched,
            RelationStatistic.Inserted => totals.Inserted,
            RelationStatistic.Updated => totals.Updated,
            RelationStatistic.HotUpdated => totals.HotUpdated,
            RelationStatistic.Deleted => totals.Deleted,
            RelationStatistic.Live => statistics.Live(relation.Tuples),
            RelationStatistic.Dead => ActivityOf(relation)?.DeadSinceVacuum ?? 0,
            RelationStatistic.ChangedSinceAnalyze => ActivityOf(relation)?.ChangedSinceAnalyze ?? 0,
            RelationStatistic.InsertedSinceVacuum => ActivityOf(relation)?.InsertedSinceVacuum ?? 0,
            RelationStatistic.BlocksFetched => Math.Max(totals.BlocksFetched, totals.BlocksRead),
            RelationStatistic.BlocksHit => Math.Max(0, totals.BlocksFetched - totals.BlocksRead),
            RelationStatistic.Vacuums => statistics.Maintained(vacuum: true, isAutomatic: false).Count,
            RelationStatistic.Autovacuums => statistics.Maintained(vacuum: true, isAutomatic: true).Count,
            RelationStatistic.Analyzes => statistics.Maintained(vacuum: false, isAutomatic: false).Count,
            RelationStatistic.Autoanalyzes => statistics.Maintained(vacuum: false, isAutomatic: true).Count,
            RelationStatistic.LastVacuum => statistics.Maintained(vacuum: true, isAutomatic: false).At,
            RelationStatistic.LastAutovacuum => statistics.Maintained(vacuum: true, isAutomatic: true).At,
            RelationStatistic.LastAnalyze => statistics.Maintained(vacuum: false, isAutomatic: false).At,
            RelationStatistic.LastAutoanalyze => statistics.Maintained(vacuum: false, isAutomatic: true).At,
            _ => InTransaction(session, statistics, item),
        };
    }

    private static long InTransaction(SessionContext session, RelationStatistics statistics, RelationStatistic item)
    {
        if (statistics.Heap is not { } heap || !session.Transactions.IsActive)
            return 0;
        Storage.Heap.HeapChanges changes = session.Transactions.Current.Activity.ChangesOf(heap);
        return item switch
        {
            RelationStatistic.InsertedInTransaction => changes.Inserted,
            RelationStatistic.UpdatedInTransaction => changes.Updated,
            RelationStatistic.HotUpdatedInTransaction => changes.HotUpdated,
            _ => changes.Deleted,
        };
    }

    private TableActivity? ActivityOf(RelationInfo relation) =>
        relation.Kind == RelationKind.Index ? null : engine.AutovacuumTables.ActivityOf(relation.Database, relation.Storage);

    /// <summary>One counter of a database.</summary>
    public long Get(uint database, DatabaseStatistic item)
    {
        DatabaseStatistics statistics = OfDatabase(database);
        switch (item)
        {
            case DatabaseStatistic.Backends:
                return engine.Sessions.Count(session => session.Context.DatabaseOid == database);
            case DatabaseStatistic.TemporaryFiles:
                return engine.TemporaryFileCounters.Of(database).Files;
            case DatabaseStatistic.TemporaryBytes:
                return engine.TemporaryFileCounters.Of(database).Bytes;
            case DatabaseStatistic.SessionTime or DatabaseStatistic.ActiveTime or DatabaseStatistic.IdleInTransactionTime:
                return statistics[item] + engine.Sessions.Where(session => session.Context.DatabaseOid == database).Sum(session => session.Activity.Time(item, engine.Transactions.Now()));
            case DatabaseStatistic.BlocksFetched or DatabaseStatistic.BlocksHit or DatabaseStatistic.RowsReturned or DatabaseStatistic.RowsFetched or DatabaseStatistic.Inserted
                or DatabaseStatistic.Updated or DatabaseStatistic.Deleted:
                return statistics[item] + SumOverRelations(database, item);
            default:
                return statistics[item];
        }
    }

    private long SumOverRelations(uint database, DatabaseStatistic item)
    {
        long sum = 0;
        foreach (((uint Database, uint) key, RelationStatistics statistics) in _relations)
        {
            if (key.Database != database)
                continue;
            sum += Of(statistics.Totals, item);
        }

        return sum;
    }

    private static long Of(in RelationTotals totals, DatabaseStatistic item) => item switch
    {
        DatabaseStatistic.BlocksFetched => Math.Max(totals.BlocksFetched, totals.BlocksRead),
        DatabaseStatistic.BlocksHit => Math.Max(0, totals.BlocksFetched - totals.BlocksRead),
        DatabaseStatistic.RowsReturned => totals.RowsReturned,
        DatabaseStatistic.RowsFetched => totals.RowsFetched,
        DatabaseStatistic.Inserted => totals.Inserted,
        DatabaseStatistic.Updated => totals.Updated,
        _ => totals.Deleted,
    };

    /// <summary>
    /// Looks at all relations of a loaded database, so that what their present storages count is not lost with them; the counts of relations that are gone stay with the database.
    /// </summary>
    public void Visit(DatabaseImage database)
    {
        foreach (RelationInfo relation in database.Relations.Values)
            Of(database.DatabaseOid, relation);
        foreach ((uint Database, uint Relation) key in _relations.Keys)
        {
            if (key.Database != database.DatabaseOid || key.Relation < CatalogOids.FirstUser || database.Relations.ContainsKey(key.Relation) || !_relations.TryRemove(key, out RelationStatistics? gone))
                continue;
            for (DatabaseStatistic item = DatabaseStatistic.BlocksFetched; item <= DatabaseStatistic.Deleted; item++)
                OfDatabase(key.Database).Add(item, Of(gone.Totals, item));
        }
    }

    /// <summary>Begins all counts of a database anew, those of its relations included.</summary>
    public void Reset(uint database)
    {
        OfDatabase(database).Reset(engine.Transactions.Now());
        foreach (((uint Database, uint) key, RelationStatistics statistics) in _relations)
            if (key.Database == database)
                statistics.Reset();
    }
}
