using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Ddl;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Vacuum;
using Strata.Engine.Transactions;
using Strata.Format;

namespace Strata.Engine.Sessions;

/// <summary>The tables that autovacuum looks after, and how it maintains one: as the commands do, in a session of its own. <see cref="ActivityOf"/> from any thread; the rest from autovacuum's.</summary>
internal sealed class AutovacuumTables(EngineInstance engine) : IAutovacuumTables
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(uint Database, ulong Storage), (long Inserted, long Dead, long Changed)> _seen = [];

    /// <summary>What has changed in the tables since they were maintained.</summary>
    public TableActivities Activities { get; } = new();

    /// <summary>A table's activity, brought up to date with what its heap counted.</summary>
    public TableActivity ActivityOf(uint database, ulong storage)
    {
        TableActivity activity = Activities.Of(database, storage);
        HeapActivity heap = engine.Storage.ActivityOf(database, storage);
        lock (_gate)
        {
            (long inserted, long dead, long changed) = _seen.GetValueOrDefault((database, storage));
            (long insertedNow, long deadNow, long changedNow) = (heap.Inserted, heap.Dead, heap.Changed);
            if (insertedNow > inserted)
                activity.NoteInserted(insertedNow - inserted);
            if (deadNow > dead)
                activity.NoteDead(deadNow - dead);
            if (changedNow > changed)
                activity.NoteChanged(changedNow - changed);
            _seen[(database, storage)] = (insertedNow, deadNow, changedNow);
        }

        return activity;
    }

    /// <summary>A storage is gone.</summary>
    public void Forget(uint database, ulong storage)
    {
        Activities.Forget(database, storage);
        lock (_gate)
            _seen.Remove((database, storage));
    }

    public void List(List<AutovacuumTable> tables)
    {
        ListCatalogs(0, CatalogHeap.Shared, tables);
        foreach (DatabaseImage database in engine.Catalog.LoadedDatabases)
        {
            ListCatalogs(database.DatabaseOid, CatalogHeap.OfDatabase, tables);
            engine.Statistics.Visit(database);
            foreach (RelationInfo table in database.Relations.Values)
                if (table.Kind == RelationKind.Table && table.Persistence != 't')
                {
                    ActivityOf(table.Database, table.Storage);
                    tables.Add(new AutovacuumTable(table.Database, table.Oid, table.Storage, table.Tuples, Thresholds(table.Options)));
                }
        }
    }

    private void ListCatalogs(uint database, CatalogHeap[] heaps, List<AutovacuumTable> tables)
    {
        foreach (CatalogHeap heap in heaps)
        {
            ActivityOf(database, heap.Oid);
            tables.Add(new AutovacuumTable(database, heap.Oid, heap.Oid, 0, s_catalogThresholds));
        }
    }

    // Catalogs have no statistics to renew, and inserts alone leave nothing to clean.
    private static readonly AutovacuumThresholds s_catalogThresholds = new() { InsertRows = -1, AnalyzeRows = double.MaxValue };

    private static AutovacuumThresholds Thresholds(string[]? options)
    {
        AutovacuumThresholds thresholds = AutovacuumThresholds.Default;
        foreach (string option in options ?? [])
        {
            string[] parts = option.Split('=', 2);
            thresholds = parts[0] switch
            {
                "autovacuum_enabled" => thresholds with { Enabled = parts[1] is "true" or "on" or "1" },
                "autovacuum_vacuum_threshold" => thresholds with { VacuumRows = Number(parts[1]) },
                "autovacuum_vacuum_scale_factor" => thresholds with { VacuumFraction = Number(parts[1]) },
                "autovacuum_vacuum_insert_threshold" => thresholds with { InsertRows = Number(parts[1]) },
                "autovacuum_vacuum_insert_scale_factor" => thresholds with { InsertFraction = Number(parts[1]) },
                "autovacuum_analyze_threshold" => thresholds with { AnalyzeRows = Number(parts[1]) },
                "autovacuum_analyze_scale_factor" => thresholds with { AnalyzeFraction = Number(parts[1]) },
                _ => thresholds,
            };
        }

        return thresholds;
    }

    private static double Number(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out double value) ? value : 0;

    public bool Maintain(in AutovacuumTable table, bool vacuum, bool analyze, Action throttle, CancellationToken cancellation)
    {
        if (table.Oid < CatalogOids.FirstUser)
        {
            new TableVacuum(engine.Storage, engine.Files, table.Database, table.Storage, [], throttle).Run(cancellation);
            if (HeapRelation.CountBlocks(engine.Storage, table.Database, ToastStorage.Of(table.Storage), ReadPoint.Live, cancellation) > 0)
                new TableVacuum(engine.Storage, engine.Files, table.Database, ToastStorage.Of(table.Storage), [], throttle).Run(cancellation);
            return true;
        }

        using SqlSession session = SessionOpener.OpenInternal(engine, table.Database);
        using var stop = new YieldToken(cancellation);
        SessionContext context = session.Context;
        context.Cancellation = stop.Token;
        context.StatementTimestamp = context.Now();
        context.Transactions.EnsureBegun();
        try
        {
            // Whoever wants to analyze, index or change the table does not wait for it: autovacuum comes back at its next round.
            context.Transactions.Current.Owner.Yield = stop.Yield;
            bool locked = engine.Transactions.Locks.LockRelation(
                context.Transactions.Current.Owner, table.Database, table.Oid, RelationLockMode.ShareUpdateExclusive, WaitPolicy.Skip, stop.Token);
            if (!locked || context.View.FindRelation(table.Oid) is not { } relation || relation.Storage != table.Storage)
            {
                context.Transactions.Rollback();
                return false;
            }

            MaintenanceCommands.Maintain(new DdlContext(context, ""), relation, vacuum, analyze, [], throttle);
            context.Transactions.Commit(cancellation);
            return true;
        }
        catch (OperationCanceledException) when (stop.HasYielded)
        {
            context.Transactions.Rollback();
            return false;
        }
        catch
        {
            context.Transactions.Rollback();
            throw;
        }
    }

    /// <summary>Ends one table's maintenance: with the engine, or when a session asks for the table. The asking may come when all is over.</summary>
    private sealed class YieldToken(CancellationToken outer) : IDisposable
    {
        private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        private readonly Lock _gate = new();
        private bool _isOver;

        public CancellationToken Token => _source.Token;

        public bool HasYielded { get; private set; }

        public void Yield()
        {
            lock (_gate)
            {
                if (_isOver)
                    return;
                HasYielded = true;
                _source.Cancel();
            }
        }

        public void Dispose()
        {
            lock (_gate)
                _isOver = true;
            _source.Dispose();
        }
    }
}
