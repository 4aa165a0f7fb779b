using Strata.Engine.Ddl;
using Strata.Engine.Storage;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.FreeSpace;
using Strata.Engine.Storage.Heap;
using Strata.Format;
using Strata.Format.Pages;

namespace Strata.Engine.Catalog;

/// <summary>Storages behind relations: making, dropping and measuring them.</summary>
internal static class RelationStorage
{
    /// <summary>Makes the empty heap of a table; it goes away if the transaction rolls back.</summary>
    public static void CreateHeap(DdlContext context, RelationInfo table)
    {
        HeapRelation.CreateStorage(context.Session.Engine.Storage, context.Transaction, table.Database, table.Storage, context.Cancellation);
        // Large values make their storage themselves, but it goes with the table, at the same savepoint.
        context.Transaction.DropStorageAtAbort(table.Database, ToastStorage.Of(table.Storage));
    }

    /// <summary>Makes an empty B-tree; it goes away if the transaction rolls back.</summary>
    public static BTreeIndex CreateIndex(DdlContext context, uint database, ulong storage)
    {
        StorageContext engine = context.Session.Engine.Storage;
        HeapRelation.CreateStorage(engine, context.Transaction, database, storage, context.Cancellation);
        RelationFile file = context.Session.Engine.Files.Get(database, storage);
        BTreeIndex.Create(engine.Pool, engine.Wal, file, context.Transaction.EnsureXid(context.Cancellation), context.Cancellation);
        return context.Session.Engine.Handles.Index(database, storage);
    }

    /// <summary>The storage goes when the transaction commits.</summary>
    public static void Drop(DdlContext context, RelationInfo relation)
    {
        if (relation.Storage == 0)
            return;
        context.Transaction.DropStorageAtCommit(relation.Database, relation.Storage);
        if (HasHeap(relation))
            context.Transaction.DropStorageAtCommit(relation.Database, ToastStorage.Of(relation.Storage));
    }

    /// <summary>Size of a table's large values in bytes.</summary>
    public static long ToastSizeBytes(StorageContext storage, RelationInfo relation, CancellationToken cancellation) => relation.Storage == 0 || !HasHeap(relation)
        ? 0
        : (long)HeapRelation.CountBlocks(storage, relation.Database, ToastStorage.Of(relation.Storage), ReadPoint.Live, cancellation) * PageFormat.PageSizeBytes;

    private static bool HasHeap(RelationInfo relation) => relation.Index is null && relation.Kind != RelationKind.Sequence;

    /// <summary>Size of the main fork in bytes.</summary>
    public static long SizeBytes(StorageContext storage, RelationInfo relation, CancellationToken cancellation) => relation.Kind == RelationKind.Sequence
        ? PageFormat.PageSizeBytes
        : (long)HeapRelation.CountBlocks(storage, relation.Database, relation.Storage, ReadPoint.Live, cancellation) * PageFormat.PageSizeBytes;
}
