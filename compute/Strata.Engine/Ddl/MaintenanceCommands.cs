using Strata.Engine.Catalog;
using Strata.Engine.Sessions.Progress;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Vacuum;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>VACUUM and ANALYZE.</summary>
internal static class MaintenanceCommands
{
    // PostgreSQL's REL_TRUNCATE_MINIMUM and REL_TRUNCATE_FRACTION: from so many empty blocks at the end on, or from such a part of the table on, they are worth a lock.
    private const uint TruncatedBlocksMin = 1000;
    private const uint TruncatedShareMin = 16;

    public static void Vacuum(DdlContext context, VacuumStatement statement)
    {
        VacuumOptions options = VacuumOptions.Of(statement);
        bool full = options.Full;
        foreach (VacuumRelation target in Targets(context, statement))
        {
            RelationLockMode mode = full ? RelationLockMode.AccessExclusive : RelationLockMode.ShareUpdateExclusive;
            if (options.SkipLocked && !TryLock(context, target.Relation, mode, statement))
                continue;
            if (context.Find(target.Relation, mode) is not { } table)
            {
                if (statement.Relations.IsEmpty)
                    continue;
                throw context.Missing(target.Relation);
            }

            if (!MayMaintain(context, table, statement.IsVacuum))
                continue;
            if (full && table.PartitionKey is null)
                table = ClusterCommand.Rewrite(context, table, null, "VACUUM FULL");
            Maintain(context, table, statement.IsVacuum, options.Analyze, target.Columns.AsSpan().ToArray(), throttle: null, mayTruncate: options.Truncate ?? MayTruncate(table));
        }
    }

    // SKIP_LOCKED: rather not than later.
    private static bool TryLock(DdlContext context, RelationName name, RelationLockMode mode, VacuumStatement statement)
    {
        RelationInfo relation = context.View.ResolveRelation(context.Session.SearchPath, name.Schema, name.Name) ?? throw context.Missing(name);
        if (context.Session.Engine.Transactions.Locks.LockRelation(
            context.Transaction.Owner, context.DatabaseOid, relation.Oid, mode, WaitPolicy.Skip, context.Cancellation))
            return true;
        // Of partitions that nobody named, nothing is said.
        if (statement.Relations.IsEmpty || statement.Relations.Any(named => named.Relation.Name == name.Name))
            context.Session.Notice($"skipping {(statement.IsVacuum ? "vacuum" : "analyze")} of \"{relation.Name}\" --- lock not available", "WARNING", SqlState.LockNotAvailable.Code);
        return false;
    }

    /// <summary>Vacuums and analyzes a table that is locked, and notes that it was done.</summary>
    public static void Maintain(DdlContext context, RelationInfo table, bool vacuum, bool analyze, string[] columns, Action? throttle, bool mayTruncate = true)
    {
        if (table.PartitionKey is not null)
        {
            // It has no rows of its own: there is nothing to vacuum, and nothing that autovacuum counts.
            if (analyze)
                Analyze(context, table, columns, throttle);
            return;
        }

        TableActivity activity = context.Session.Engine.AutovacuumTables.ActivityOf(table.Database, table.Storage);
        TableActivityMark begin = activity.Mark();
        if (vacuum)
        {
            table = VacuumTable(context, table, throttle, mayTruncate);
            activity.NoteVacuumed(begin);
            NoteMaintained(context, table, vacuum: true, throttle is not null);
        }

        if (!analyze)
            return;
        Analyze(context, table, columns, throttle);
        activity.NoteAnalyzed(begin);
        NoteMaintained(context, context.View.FindRelation(table.Oid)!, vacuum: false, throttle is not null);
    }

    private static void NoteMaintained(DdlContext context, RelationInfo table, bool vacuum, bool isAutomatic) =>
        context.Session.Engine.Statistics.Of(context.DatabaseOid, table)?.NoteMaintained(vacuum, isAutomatic, table.Tuples, context.Session.Now());

    private static void Analyze(DdlContext context, RelationInfo table, string[] columns, Action? throttle)
    {
        using ProgressReport progress = context.Session.Engine.Progress.Begin(ProgressCommand.Analyze, context.Session, table.Oid);
        new AnalyzeCommand(context, progress) { Throttle = throttle, IsAutomatic = throttle is not null }.Analyze(table, columns);
    }

    private static List<VacuumRelation> Targets(DdlContext context, VacuumStatement statement)
    {
        var targets = new List<VacuumRelation>();
        foreach (VacuumRelation relation in statement.Relations)
        {
            RelationInfo named = context.View.ResolveRelation(context.Session.SearchPath, relation.Relation.Schema, relation.Relation.Name) ?? throw context.Missing(relation.Relation);
            targets.Add(relation);
            if (named.PartitionKey is not null)
                AddPartitions(context, targets, named, relation);
        }

        if (!statement.Relations.IsEmpty)
            return targets;
        foreach (RelationInfo relation in context.View.UserRelations)
            if (relation.Kind is RelationKind.Table or RelationKind.MaterializedView or RelationKind.PartitionedTable && context.Permissions.IsOwner(relation.OwnerOid)
                && (relation.Persistence != 't' || relation.SchemaOid == context.Session.Temporary.SchemaOid(context.View)))
                targets.Add(new VacuumRelation(new RelationName(null, context.View.FindSchema(relation.SchemaOid)!.Name, relation.Name, -1), [], -1));
        return targets;
    }

    private static void AddPartitions(DdlContext context, List<VacuumRelation> targets, RelationInfo table, VacuumRelation named)
    {
        foreach (RelationInfo partition in RelationTree.Descendants(context.View, table))
            if (partition.Kind == RelationKind.Table)
                targets.Add(named with { Relation = new RelationName(null, context.View.FindSchema(partition.SchemaOid)!.Name, partition.Name, named.Relation.Position) });
    }

    private static bool MayMaintain(DdlContext context, RelationInfo table, bool isVacuum)
    {
        string verb = isVacuum ? "vacuum" : "analyze";
        if (table.SystemTable is not null)
            return false;
        if (table.Kind is not (RelationKind.Table or RelationKind.MaterializedView or RelationKind.PartitionedTable))
        {
            context.Session.Notice($"skipping \"{table.Name}\" --- cannot {verb} non-tables or special system tables", "WARNING", "01000");
            return false;
        }

        if (context.Permissions.IsOwner(table.OwnerOid))
            return true;
        context.Session.Notice($"skipping \"{table.Name}\" --- only table or database owner can {verb} it", "WARNING", "01000");
        return false;
    }

    private static bool MayTruncate(RelationInfo table) =>
        table.Options is null || !Array.Exists(table.Options, static option => option is "vacuum_truncate=false" or "vacuum_truncate=off");

    // Only if nobody uses the table, and without waiting for that: those who come later would wait behind.
    private static uint TruncateTail(DdlContext context, RelationInfo table, TableVacuum vacuum, VacuumResult result)
    {
        if (result.EmptyTailBlocks == 0 || (result.EmptyTailBlocks < TruncatedBlocksMin && result.EmptyTailBlocks < result.Blocks / TruncatedShareMin))
            return 0;
        LockManager locks = context.Session.Engine.Transactions.Locks;
        LockOwner owner = context.Transaction.Owner;
        LockTag tag = LockTag.Relation(context.DatabaseOid, table.Oid);
        ulong xid = context.Transaction.EnsureXid(context.Cancellation);
        if (!locks.Lock(owner, tag, RelationLockMode.AccessExclusive, session: true, WaitPolicy.Skip, context.Cancellation))
            return 0;
        try
        {
            return vacuum.TruncateTail(xid, context.Cancellation);
        }
        finally
        {
            locks.UnlockSession(owner, tag, RelationLockMode.AccessExclusive);
        }
    }

    private static RelationInfo VacuumTable(DdlContext context, RelationInfo table, Action? throttle, bool mayTruncate)
    {
        BTreeIndex[] indexes = Array.ConvertAll(Array.FindAll(table.Indexes, static index => index.IsReady), index => context.Session.Engine.Handles.Index(table.Database, index.Storage));
        using ProgressReport progress = context.Session.Engine.Progress.Begin(ProgressCommand.Vacuum, context.Session, table.Oid);
        var vacuum = new TableVacuum(context.Session.Engine.Storage, context.Session.Engine.Files, table.Database, table.Storage, indexes, throttle) { Watch = state => Note(progress, state) };
        progress[VacuumProgress.BlocksTotal] = Storage.Heap.HeapRelation.CountBlocks(context.Session.Engine.Storage, table.Database, table.Storage, ReadPoint.Live, context.Cancellation);
        progress[VacuumProgress.DeadMax] = TableVacuum.DefaultMaxDeadTids;
        progress.Phase = VacuumProgress.Scanning;
        VacuumResult result = vacuum.Run(context.Cancellation);
        uint cut = mayTruncate ? TruncateTail(context, table, vacuum, result) : 0;
        progress.Phase = VacuumProgress.FinalCleanup;
        ulong toast = ToastStorage.Of(table.Storage);
        if (Storage.Heap.HeapRelation.CountBlocks(context.Session.Engine.Storage, table.Database, toast, ReadPoint.Live, context.Cancellation) > 0)
            new TableVacuum(context.Session.Engine.Storage, context.Session.Engine.Files, table.Database, toast, [], throttle).Run(context.Cancellation);
        float rows = (float)result.EstimatedRows(table.Tuples, (uint)table.Pages);
        RelationInfo changed = table with { Pages = (int)(result.Blocks - cut), Tuples = rows, AllVisiblePages = (int)result.AllVisibleBlocks };
        table = changed.Pages == table.Pages && changed.Tuples.Equals(table.Tuples) && changed.AllVisiblePages == table.AllVisiblePages ? table : context.Replace(table, changed);
        foreach (IndexInfo index in table.Indexes)
            NoteSize(context, context.View.FindRelation(index.Oid)!, rows);
        return context.View.FindRelation(table.Oid)!;
    }

    private static void Note(ProgressReport progress, in VacuumProgressState state)
    {
        progress.Phase = state.Step switch
        {
            VacuumStep.ScanningHeap => VacuumProgress.Scanning,
            VacuumStep.VacuumingIndexes => VacuumProgress.VacuumingIndexes,
            VacuumStep.VacuumingHeap => VacuumProgress.VacuumingHeap,
            _ => VacuumProgress.FinalCleanup,
        };
        progress[VacuumProgress.BlocksScanned] = state.ScannedBlocks;
        progress[VacuumProgress.BlocksVacuumed] = state.VacuumedBlocks;
        progress[VacuumProgress.IndexRounds] = state.IndexRounds;
        progress[VacuumProgress.Dead] = state.DeadRows;
    }

    /// <summary>Notes an index's size and number of entries.</summary>
    public static void NoteSize(DdlContext context, RelationInfo index, float rows)
    {
        int pages = (int)Storage.Heap.HeapRelation.CountBlocks(context.Session.Engine.Storage, index.Database, index.Storage, ReadPoint.Live, context.Cancellation);
        if (index.Pages != pages || !index.Tuples.Equals(rows))
            context.Replace(index, index with { Pages = pages, Tuples = rows });
    }
}
