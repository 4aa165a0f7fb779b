using Strata.Engine.Catalog;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Sessions.Results;

/// <summary>The rows of a query as DataRow messages, and what they were computed under. Immutable; thread-safe.</summary>
internal sealed class KeptResult
{
    /// <summary>DataRow messages, one after the other.</summary>
    public required byte[] Messages { get; init; }

    public required long RowCount { get; init; }

    /// <summary>Everything that committed at or below it is in the rows, nothing above.</summary>
    public required Lsn SnapshotLsn { get; init; }

    /// <summary>The tables that were read.</summary>
    public required HeapActivity[] Heaps { get; init; }

    /// <summary>Names of types, values of enums and the like are as here.</summary>
    public required CatalogView Catalog { get; init; }

    public required TypeSettings Settings { get; init; }

    public required SearchPath SearchPath { get; init; }

    /// <summary>
    /// Whether a snapshot of the present sees the very same rows of all the tables. The snapshot must have been taken before the call: then every commit that it sees has been noted. A later one shows as the
    /// last, and hides whether there was one between the two snapshots, so that it counts as one; that only happens to who reads an old snapshot.
    /// </summary>
    public bool IsSeenBy(in Snapshot reader, TransactionManager transactions)
    {
        Lsn both = reader.VisibleLsn < SnapshotLsn ? reader.VisibleLsn : SnapshotLsn;
        return transactions.PreparedCommitLsn <= both && Array.TrueForAll(Heaps, heap => heap.LastCommitLsn <= both);
    }

    /// <summary>Whether no snapshot to come can see the same rows.</summary>
    public bool IsOver(TransactionManager transactions) =>
        transactions.PreparedCommitLsn > SnapshotLsn || Array.Exists(Heaps, heap => heap.LastCommitLsn > SnapshotLsn);
}
