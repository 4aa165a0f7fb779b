using System.Collections.Concurrent;
using System.Globalization;
using Strata.Engine.Types;

namespace Strata.Engine.Transactions;

/// <summary>
/// Snapshots that transactions have exported for others to share (pg_export_snapshot): a snapshot is one LSN, and the exporter holds it until its end. Thread-safe.
/// </summary>
public sealed class ExportedSnapshots
{
    private readonly ConcurrentDictionary<string, (Transaction Exporter, ulong Lsn)> _snapshots = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Exports a transaction's snapshot under a new identifier, good until the transaction ends.</summary>
    public string Export(Transaction exporter, in Snapshot snapshot)
    {
        exporter.Register(snapshot);
        ulong lsn = snapshot.VisibleLsn.Value;
        string id = string.Create(CultureInfo.InvariantCulture, $"{lsn >> 32:X8}-{lsn & uint.MaxValue:X8}-{Interlocked.Increment(ref _count)}");
        _snapshots[id] = (exporter, lsn);
        exporter.HasExported = true;
        return id;
    }

    /// <summary>Makes a transaction see what an exported snapshot sees. Throws 22023 for an unknown one, also when its exporter has just ended.</summary>
    public void Import(Transaction importer, string id)
    {
        if (!_snapshots.TryGetValue(id, out (Transaction Exporter, ulong Lsn) found))
            throw Unknown(id);
        importer.Adopt(found.Lsn);
        // Nothing that the snapshot sees went away as long as the exporter held it until it was adopted.
        Interlocked.MemoryBarrier();
        if (!_snapshots.ContainsKey(id))
            throw Unknown(id);
    }

    private static SqlException Unknown(string id) => new(SqlState.InvalidParameterValue, $"invalid snapshot identifier: \"{id}\"");

    /// <summary>Forgets what a transaction exported: it ends.</summary>
    internal void Forget(Transaction exporter)
    {
        foreach ((string id, (Transaction owner, ulong _)) in _snapshots)
            if (ReferenceEquals(owner, exporter))
                _snapshots.TryRemove(id, out _);
    }
}
