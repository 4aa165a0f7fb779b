using System.Collections.Concurrent;
using Strata.Format;

namespace Strata.Engine.Transactions;

/// <summary>
/// Which indexes were filled lately, and by whom. A new index has the rows that its builder saw: who uses an older snapshot may see rows, or versions of rows, that are gone and not in it, and must read the table instead (what
/// <c>indcheckxmin</c> is for in PostgreSQL). In memory only: no snapshot outlives the compute. Thread-safe.
/// </summary>
internal sealed class IndexBirths(TransactionManager transactions)
{
    private readonly ConcurrentDictionary<ulong, ulong> _builders = new();

    /// <summary>Notes that an index was filled by a transaction id.</summary>
    public void Note(ulong storage, ulong xid) => _builders[storage] = xid;

    /// <summary>Whether there may be an index that a snapshot must not use. Forgets those that every snapshot may.</summary>
    public bool Any(Lsn snapshot)
    {
        if (_builders.IsEmpty)
            return false;
        bool any = false;
        foreach ((ulong storage, ulong xid) in _builders)
        {
            if (transactions.IsCommittedForAll(xid) || transactions.IsAborted(xid))
                _builders.TryRemove(storage, out _);
            else
                any |= !transactions.IsCommittedAt(xid, snapshot, out _);
        }
        return any;
    }

    /// <summary>Whether an index has all that a snapshot sees.</summary>
    public bool IsComplete(ulong storage, Lsn snapshot) => !_builders.TryGetValue(storage, out ulong xid) || transactions.IsCommittedAt(xid, snapshot, out _);
}
