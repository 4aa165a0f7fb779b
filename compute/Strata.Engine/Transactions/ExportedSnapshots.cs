using System.Globalization;
using Strata.Engine.Types;

namespace Strata.Engine.Transactions;

/// <summary>
/// Snapshots that transactions have exported (<c>pg_export_snapshot</c>), by name. An export holds as long as its transaction, which keeps what the snapshot sees from being pruned. Thread-safe.
/// </summary>
internal sealed class ExportedSnapshots
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (Transaction Owner, ulong Lsn, uint Database)> _byName = new(StringComparer.Ordinal);
    private ulong _next;

    /// <summary>Exports a snapshot LSN that <paramref name="owner"/> keeps registered; returns its name, in PostgreSQL's form.</summary>
    public string Add(Transaction owner, ulong lsn, uint database)
    {
        lock (_gate)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{(uint)owner.Owner.Seed:X8}-{++_next:X8}-1");
            _byName.Add(name, (owner, lsn, database));
            return name;
        }
    }

    /// <summary>
    /// Gives an exported LSN to <paramref name="publish"/> while its owner surely still holds it. Throws 22023 when there is none of that name, 0A000 for one of another database or one that is weaker than
    /// the importer.
    /// </summary>
    public void Use(string name, Transaction importer, uint database, Action<Transaction, ulong> publish)
    {
        lock (_gate)
        {
            if (!_byName.TryGetValue(name, out (Transaction Owner, ulong Lsn, uint Database) found))
                throw new SqlException(SqlState.InvalidParameterValue, $"invalid snapshot identifier: \"{name}\"");
            if (importer.Isolation == IsolationLevel.Serializable && found.Owner.Isolation != IsolationLevel.Serializable)
                throw new SqlException(SqlState.FeatureNotSupported, "a serializable transaction cannot import a snapshot from a non-serializable transaction");
            if (importer.Isolation == IsolationLevel.Serializable && !importer.ReadOnly && found.Owner.ReadOnly)
                throw new SqlException(SqlState.FeatureNotSupported, "a non-read-only serializable transaction cannot import a snapshot from a read-only transaction");
            if (found.Database != database)
                throw new SqlException(SqlState.FeatureNotSupported, "cannot import a snapshot from a different database");
            publish(found.Owner, found.Lsn);
        }
    }

    /// <summary>The transaction ends: nobody can import its snapshots any more.</summary>
    public void Remove(Transaction owner)
    {
        lock (_gate)
        {
            foreach ((string name, (Transaction holder, _, _)) in _byName)
                if (holder == owner)
                    _byName.Remove(name);
        }
    }
}
