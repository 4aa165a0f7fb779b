using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Format;

namespace Strata.Engine.Ddl;

/// <summary>
/// A command in several transactions, each of which others see before the next begins: what CONCURRENTLY is made of. Relations that it works on are locked for the session, so that they stay from one transaction to the
/// next. When a phase fails, what earlier ones did remains. For the session's thread.
/// </summary>
internal sealed class ConcurrentPhases(DdlContext context) : IDisposable
{
    private readonly List<uint> _kept = [];

    private LockManager Locks => context.Session.Engine.Transactions.Locks;

    private LockOwner Owner => context.Session.Transactions.Owner;

    /// <summary>Keeps a relation from being changed or dropped by others until the end of the command; readers and writers go on.</summary>
    public void Keep(uint relationOid)
    {
        Locks.Lock(Owner, LockTag.Relation(context.DatabaseOid, relationOid), RelationLockMode.ShareUpdateExclusive, session: true, WaitPolicy.Block, context.Cancellation);
        _kept.Add(relationOid);
    }

    /// <summary>Ends a phase: commits, and begins a transaction for the next.</summary>
    public void Next()
    {
        context.Session.Transactions.Commit(context.Cancellation);
        Owner.IsBuildingIndex = false;
        context.Session.Transactions.EnsureBegun();
    }

    /// <summary>
    /// Waits for all transactions that hold a table in a mode that conflicts with one: afterwards everybody has seen what the phases before have changed. Call it before the phase takes a snapshot, or two such commands
    /// would wait for each other.
    /// </summary>
    public void WaitForHolders(uint tableOid, RelationLockMode mode) => Locks.WaitForHolders(Owner, context.DatabaseOid, tableOid, mode, context.Cancellation);

    /// <summary>Waits for all sessions that use a snapshot older than one. Call it as <see cref="WaitForHolders"/>.</summary>
    public void WaitForOlderSnapshots(Lsn lsn) => context.Session.Engine.Transactions.WaitForOlderSnapshots(Owner, lsn, context.Cancellation);

    /// <summary>The phase takes snapshots for the sake of one table's index only.</summary>
    public void MarkBuilding() => Owner.IsBuildingIndex = true;

    public void Dispose()
    {
        Owner.IsBuildingIndex = false;
        foreach (uint oid in _kept)
            Locks.UnlockSession(Owner, LockTag.Relation(context.DatabaseOid, oid), RelationLockMode.ShareUpdateExclusive);
    }
}
