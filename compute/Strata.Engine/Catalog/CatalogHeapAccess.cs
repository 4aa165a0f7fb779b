using Strata.Engine.Storage;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Catalog;

/// <summary>Rows of the catalog heaps: the only place where catalogs meet the heap access method. A row's place is its TID in one number: block, then slot in the low 16 bits.</summary>
internal static class CatalogHeapAccess
{
    /// <summary>Makes the empty heaps of a new database, or with 0 those that all databases share.</summary>
    public static void Create(StorageContext storage, Transaction transaction, uint database, CancellationToken cancellation)
    {
        foreach (CatalogHeap heap in database == 0 ? CatalogHeap.Shared : CatalogHeap.OfDatabase)
            HeapRelation.CreateStorage(storage, transaction, database, heap.Oid, cancellation);
    }

    /// <summary>Reads every row that is committed now.</summary>
    public static void Load(StorageContext storage, uint database, CatalogHeap[] heaps, CatalogLoader loader, CancellationToken cancellation)
    {
        Transaction transaction = storage.Transactions.Begin();
        try
        {
            Snapshot snapshot = transaction.TakeSnapshot();
            var scan = new HeapScan();
            foreach (CatalogHeap heap in heaps)
            {
                scan.Open(new HeapRelation(storage, database, heap.Oid), snapshot, cancellation: cancellation);
                while (scan.NextPage(out ReadOnlySpan<HeapRowPointer> rows, cancellation))
                    foreach (HeapRowPointer row in rows)
                        loader.Add(heap, heap.Decode(row.Bytes), Pack(row.Tid));
                scan.Close();
            }
        }
        finally
        {
            storage.Transactions.Abort(transaction);
        }
    }

    /// <summary>Inserts a row; returns its place.</summary>
    public static ulong Insert(StorageContext storage, Transaction transaction, uint database, CatalogHeap heap, CatalogValue[] row, CancellationToken cancellation) =>
        Pack(new HeapRelation(storage, database, heap.Oid).Insert(transaction, Image(heap, row), cancellation));

    /// <summary>Replaces a row; returns the place of its new version.</summary>
    public static ulong Update(
        StorageContext storage, Transaction transaction, uint database, CatalogHeap heap, ulong place, CatalogValue[] row, CancellationToken cancellation)
    {
        // Catalogs have no index on disk: every update may stay on its page.
        HeapResult result = new HeapRelation(storage, database, heap.Oid).Update(
            transaction, transaction.TakeFreshSnapshot(), Unpack(place), Image(heap, row), hotAllowed: true, keyChanged: false, out HeapUpdateOutcome outcome, cancellation);
        Check(result, heap);
        return Pack(outcome.Tid);
    }

    /// <summary>Deletes a row.</summary>
    public static void Delete(StorageContext storage, Transaction transaction, uint database, CatalogHeap heap, ulong place, CancellationToken cancellation) =>
        Check(new HeapRelation(storage, database, heap.Oid).Delete(transaction, transaction.TakeFreshSnapshot(), Unpack(place), out _, cancellation), heap);

    // Objects are locked before they are changed, so nobody else can have changed the row: except where no lock covers it (a role, a comment).
    private static void Check(HeapResult result, CatalogHeap heap)
    {
        if (result != HeapResult.Ok)
            throw new Types.SqlException(Types.SqlState.InternalError, "tuple concurrently updated") { Detail = $"A row of catalog {heap.Oid} was changed by another transaction." };
    }

    private static RowImage Image(CatalogHeap heap, CatalogValue[] row)
    {
        RowFlags flags = Array.Exists(row, static value => value.IsNull) ? RowFlags.HasNulls : default;
        return new RowImage(heap.Encode(row), flags, heap.Layout.Version, heap.ColumnCount);
    }

    private static ulong Pack(Tid tid) => ((ulong)tid.Block << 16) | tid.Slot;

    private static Tid Unpack(ulong place) => new((uint)(place >> 16), (ushort)place);
}
