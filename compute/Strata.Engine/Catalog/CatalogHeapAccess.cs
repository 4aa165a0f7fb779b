using Strata.Engine.Storage;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
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
                var relation = new HeapRelation(storage, database, heap.Oid);
                var detoast = new Detoast(relation, ReadPoint.Live, cancellation);
                scan.Open(relation, snapshot, cancellation: cancellation);
                while (scan.NextPage(out ReadOnlySpan<HeapRowPointer> rows, cancellation))
                    foreach (HeapRowPointer row in rows)
                        loader.Add(heap, heap.Decode(row.Bytes, detoast), Pack(row.Tid));
                scan.Close();
            }
        }
        finally
        {
            storage.Transactions.Abort(transaction);
        }
    }

    /// <summary>Inserts a row; returns its place.</summary>
    public static ulong Insert(StorageContext storage, Transaction transaction, uint database, CatalogHeap heap, CatalogValue[] row, CancellationToken cancellation)
    {
        var relation = new HeapRelation(storage, database, heap.Oid);
        return Pack(relation.Insert(transaction, Image(relation, transaction, heap, row, cancellation), cancellation));
    }

    /// <summary>Replaces a row; returns the place of its new version.</summary>
    public static ulong Update(
        StorageContext storage, Transaction transaction, uint database, CatalogHeap heap, ulong place, CatalogValue[] row, CancellationToken cancellation)
    {
        var relation = new HeapRelation(storage, database, heap.Oid);
        // Catalogs have no index on disk: every update may stay on its page.
        HeapResult result = relation.Update(
            transaction, transaction.TakeFreshSnapshot(), Unpack(place), Image(relation, transaction, heap, row, cancellation), hotAllowed: true, keyChanged: false,
            out HeapUpdateOutcome outcome, cancellation);
        Check(result, heap);
        DropValues(relation, transaction, heap, place, outcome, cancellation);
        return Pack(outcome.Tid);
    }

    /// <summary>Deletes a row.</summary>
    public static void Delete(StorageContext storage, Transaction transaction, uint database, CatalogHeap heap, ulong place, CancellationToken cancellation)
    {
        var relation = new HeapRelation(storage, database, heap.Oid);
        Check(relation.Delete(transaction, transaction.TakeFreshSnapshot(), Unpack(place), out HeapUpdateOutcome outcome, cancellation), heap);
        DropValues(relation, transaction, heap, place, outcome, cancellation);
    }

    private static void DropValues(
        HeapRelation relation, Transaction transaction, CatalogHeap heap, ulong place, in HeapUpdateOutcome outcome, CancellationToken cancellation)
    {
        if (outcome.HadOutOfLine)
            ToastedRow.DeleteValues(relation, transaction, Unpack(place), _ => heap.Layout, [], cancellation);
    }

    // Objects are locked before they are changed, so nobody else can have changed the row: except where no lock covers it (a role, a comment).
    private static void Check(HeapResult result, CatalogHeap heap)
    {
        if (result != HeapResult.Ok)
            throw new Types.SqlException(Types.SqlState.InternalError, "tuple concurrently updated") { Detail = $"A row of catalog {heap.Oid} was changed by another transaction." };
    }

    private static RowImage Image(HeapRelation relation, Transaction transaction, CatalogHeap heap, CatalogValue[] row, CancellationToken cancellation)
    {
        byte[] body = heap.Encode(row, new CatalogToast(relation, transaction, cancellation), out RowFlags flags);
        return new RowImage(body, flags, heap.Layout.Version, heap.ColumnCount);
    }

    private static ulong Pack(Tid tid) => ((ulong)tid.Block << 16) | tid.Slot;

    private static Tid Unpack(ulong place) => new((uint)(place >> 16), (ushort)place);
}
