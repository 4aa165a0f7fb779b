using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Transactions;

/// <summary>
/// Makes SERIALIZABLE true: remembers when serializable transactions last wrote each relation, and refuses a commit that read an older state of one. Called under the commit gate only.
/// </summary>
/// <remarks>
/// <para>Backward validation. A serializable transaction reads one snapshot and writes at its commit's LSN. If nothing that it read was written by another serializable transaction in between, it could as well
/// have run as a whole at its commit; so serializable transactions are equivalent to running one by one in the order of their commits. One that writes nothing runs as a whole at its
/// snapshot, which holds exactly the commits before it, and needs no check (READ ONLY DEFERRABLE therefore need not wait).</para>
/// <para>What is read and written is kept by relation (OID; a copied database shares them, which only makes for more conflicts). That raises 40001 for some transactions that PostgreSQL, with its finer SIREAD locks, lets pass; it never lets one pass that must not.</para>
/// </remarks>
internal sealed class SerializableConflicts
{
    private const int PruneAbove = 4096;

    private readonly Dictionary<uint, Lsn> _lastWrites = [];

    /// <summary>Throws 40001 when a relation that the transaction read was written by a serializable transaction after its snapshot.</summary>
    public void Validate(SerializableAccess access)
    {
        foreach (uint read in access.Reads)
        {
            if (_lastWrites.TryGetValue(read, out Lsn written) && written > access.Snapshot)
            {
                throw new SqlException(SqlState.SerializationFailure, "could not serialize access due to read/write dependencies among transactions")
                {
                    Detail = "Reason code: Canceled on identification as a pivot, during commit attempt.",
                    Hint = "The transaction might succeed if retried.",
                };
            }
        }
    }

    /// <summary>Notes the writes of a transaction that commits at an LSN. Writes at or below <paramref name="horizon"/> can't conflict any more.</summary>
    public void Add(SerializableAccess access, Lsn lsn, Lsn horizon)
    {
        foreach (uint written in access.Writes)
            _lastWrites[written] = lsn;
        if (_lastWrites.Count <= PruneAbove)
            return;
        foreach ((uint key, Lsn last) in _lastWrites)
        {
            if (last <= horizon)
                _lastWrites.Remove(key);
        }
    }
}
