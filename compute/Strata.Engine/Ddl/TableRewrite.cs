using System.Text;
using Strata.Engine.Catalog;
using Strata.Engine.Sessions.Progress;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>Writes all rows of a table anew into another storage, some columns computed (ADD COLUMN with a volatile default, ALTER COLUMN TYPE) or in another order (CLUSTER, VACUUM FULL).</summary>
internal sealed class TableRewrite(DdlContext context)
{
    /// <summary>How far CLUSTER or VACUUM FULL is; null for others.</summary>
    public ProgressReport? Progress { get; init; }

    public bool IsEmpty(RelationInfo table) => table.Storage == 0 ||
        context.Session.Engine.Handles.Heap(table.Database, table.Storage).CountBlocks(ReadPoint.Live, context.Cancellation) == 0;

    /// <summary>
    /// Copies the rows of <paramref name="before"/> to a new storage in the shape of <paramref name="after"/>, which is in force already; <paramref name="expressions"/> gives values of columns by number, as SQL over the old columns,
    /// and <paramref name="order"/> the keys of ORDER BY. Then builds the indexes anew. Returns the entry that is in force.
    /// </summary>
    public RelationInfo Rewrite(RelationInfo before, RelationInfo after, Dictionary<int, string> expressions, string? order = null)
    {
        // The old rows stay readable under a second name while the new ones are written; nobody else sees it, and it goes away before the command ends.
        RelationInfo current = context.View.FindRelation(after.Oid)!;
        var source = before with
        {
            Oid = context.NewOid(),
            Name = $"pg_rewrite_{after.Oid}",
            // Defaults stay with the table: a default's row exists once.
            Columns = Array.ConvertAll(before.Columns, static c => c with { Default = null, DefaultOid = 0, Identity = '\0', Generated = '\0' }),
            Parents = [],
            IsPartition = false,
            PartitionBound = null,
            Indexes = [],
            ReferencedBy = [],
            Constraints = [],
            Dependencies = [],
            Statistics = [],
            RowTypeOid = 0,
        };
        context.Session.Engine.Statistics.Of(context.DatabaseOid, before);
        ulong storage = context.NewStorage();
        RelationInfo target = context.Replace(current, current with { Storage = storage, Columns = WithoutMissingValues(current.Columns) });
        RelationStorage.CreateHeap(context, target);
        context.Session.Engine.Handles.Heap(target.Database, storage).NoteRewrite(context.Transaction.EnsureXid(context.Cancellation));
        context.Changes.Create(source, context.Cancellation);
        var columns = new StringBuilder();
        var values = new StringBuilder();
        foreach (ColumnInfo column in target.Columns)
        {
            if (column.IsDropped || column.Generated != '\0')
                continue;
            string name = TypeNames.QuoteIdentifier(column.Name);
            columns.Append(columns.Length > 0 ? ", " : "").Append(name);
            values.Append(values.Length > 0 ? ", " : "").Append(expressions.TryGetValue(column.Number, out string? expression) ? expression : name);
        }

        string overriding = Array.Exists(target.Columns, static c => c.Identity == 'a') ? " OVERRIDING SYSTEM VALUE" : "";
        // Indexes are built afterwards: the new rows must not go into the old ones.
        RelationInfo bare = HideIndexes(target);
        // Constraints held for the old rows; the caller checks those that the change may break.
        ConstraintInfo[] constraints = bare.Constraints;
        if (constraints.Length > 0)
            bare = context.Replace(bare, bare with { Constraints = [] });
        uint blocks = context.Session.Engine.Handles.Heap(before.Database, before.Storage).CountBlocks(ReadPoint.Live, context.Cancellation);
        if (Progress is not null)
        {
            Progress[ClusterProgress.BlocksTotal] = blocks;
            Progress[ClusterProgress.NewStorage] = (long)storage;
            Progress.Phase = ClusterProgress.Scanning;
        }

        // Under the table's name, by which expressions may call its columns.
        long rows = new InternalQuery(context).Run(
            $"INSERT INTO {context.Session.Catalog.QualifiedName(bare)} ({columns}){overriding} SELECT {values} FROM {context.Session.Catalog.QualifiedName(source)} AS {TypeNames.QuoteIdentifier(before.Name)}{(order is null ? "" : " ORDER BY " + order)}");
        if (Progress is not null)
        {
            Progress[ClusterProgress.BlocksScanned] = blocks;
            Progress[ClusterProgress.RowsWritten] = rows;
            Progress.Phase = ClusterProgress.Swapping;
        }

        if (constraints.Length > 0)
            bare = context.Replace(context.View.FindRelation(bare.Oid)!, context.View.FindRelation(bare.Oid)! with { Constraints = constraints });
        context.Changes.Drop(context.View.FindRelation(source.Oid)!, context.Cancellation);
        RelationStorage.Drop(context, before);
        if (Progress is not null)
            Progress.Phase = ClusterProgress.RebuildingIndexes;
        ShowIndexes(target);
        if (Progress is not null)
            Progress.Phase = ClusterProgress.FinalCleanup;
        return context.View.FindRelation(after.Oid)!;
    }

    private static ColumnInfo[] WithoutMissingValues(ColumnInfo[] columns) => Array.ConvertAll(columns, static c => c.MissingValue is null ? c : c with { MissingValue = null });

    private readonly List<RelationInfo> _hidden = [];

    private RelationInfo HideIndexes(RelationInfo table)
    {
        foreach (IndexInfo index in table.Indexes)
        {
            RelationInfo relation = context.View.FindRelation(index.Oid)!;
            _hidden.Add(relation);
            context.Changes.Drop(relation, context.Cancellation);
        }

        return context.View.FindRelation(table.Oid)!;
    }

    private void ShowIndexes(RelationInfo table)
    {
        foreach (RelationInfo relation in _hidden)
        {
            RelationInfo rebuilt = relation with { Storage = context.NewStorage() };
            rebuilt = rebuilt with { Index = ColumnTypeChange.Retyped(context, rebuilt.Index! with { Storage = rebuilt.Storage, IsReady = true, IsValid = true }, context.View.FindRelation(table.Oid)!) };
            IndexCommands.Fill(context, context.View.FindRelation(table.Oid)!, rebuilt);
            Progress?.Add(ClusterProgress.IndexesBuilt, 1);
            context.Transaction.DropStorageAtCommit(relation.Database, relation.Storage);
            context.Changes.Create(ColumnTypeChange.RetypedColumns(context, rebuilt), context.Cancellation);
        }
    }
}
