using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Ddl;

/// <summary>
/// Building an index beside writers of its table: CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY.
/// <code>
/// 1  the index is in the catalog, not ready     writers break no heap-only chains for it any more
///    wait for transactions that write the table
/// 2  filled from a snapshot, ready              writers add their rows
///    wait for transactions that write the table
/// 3  rows that were stored meanwhile by who did not know of it are added
///    wait for snapshots older than the third phase's: they may see rows that are gone and not in it
/// 4  valid: queries use it
/// </code>
/// What fails leaves an index that is not valid, as PostgreSQL does. For the session's thread.
/// </summary>
internal sealed class ConcurrentIndexBuild(DdlContext context, ConcurrentPhases phases, string words)
{
    /// <summary>Phases 2 and 3 for indexes of a table that phase 1 has put into the catalog. Returns in a new transaction, in which they may be marked valid.</summary>
    public void Run(uint tableOid, params ReadOnlySpan<uint> indexOids)
    {
        phases.Next();
        phases.WaitForHolders(tableOid, RelationLockMode.Share);
        var settled = new ulong[indexOids.Length];
        for (int i = 0; i < settled.Length; i++)
        {
            settled[i] = Fill(tableOid, indexOids[i]);
            phases.Next();
        }

        phases.WaitForHolders(tableOid, RelationLockMode.Share);
        Lsn seen = default;
        for (int i = 0; i < settled.Length; i++)
        {
            seen = AddMissing(tableOid, indexOids[i], settled[i]);
            phases.Next();
        }

        phases.WaitForOlderSnapshots(seen);
    }

    /// <summary>Marks an index valid.</summary>
    public void MarkValid(uint indexOid)
    {
        RelationInfo index = context.View.FindRelation(indexOid)!;
        context.Replace(index, index with { Index = index.Index! with { IsValid = true } });
    }

    // In a storage of its own, so that a failure leaves the empty one.
    private ulong Fill(uint tableOid, uint indexOid)
    {
        phases.MarkBuilding();
        ulong settled = context.Session.Engine.Transactions.OldestRunningXid();
        RelationInfo index = context.View.FindRelation(indexOid)!;
        ulong storage = context.NewStorage();
        RelationInfo filled = index with { Storage = storage, Index = index.Index! with { Storage = storage, IsReady = true } };
        IndexCommands.Fill(context, context.View.FindRelation(tableOid)!, filled, words);
        RelationStorage.Drop(context, index);
        context.Replace(index, filled);
        return settled;
    }

    private Lsn AddMissing(uint tableOid, uint indexOid, ulong settled)
    {
        phases.MarkBuilding();
        Snapshot snapshot = context.Transaction.TakeFreshSnapshot();
        using var completion = new IndexCompletion(context, context.View.FindRelation(tableOid)!, context.View.FindRelation(indexOid)!.Index!, snapshot, words);
        completion.Run(settled);
        return snapshot.VisibleLsn;
    }
}
