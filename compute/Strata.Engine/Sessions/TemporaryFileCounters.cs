using System.Collections.Concurrent;

namespace Strata.Engine.Sessions;

/// <summary>Temporary files that the sessions of each database have used since the endpoint was opened: <c>pg_stat_database</c> shows them. Thread-safe.</summary>
internal sealed class TemporaryFileCounters
{
    private readonly ConcurrentDictionary<uint, (long Files, long Bytes)> _counts = [];

    /// <summary>A file of a database's session went.</summary>
    public void Add(uint database, long bytes) =>
        _counts.AddOrUpdate(database, static (_, added) => (1, added), static (_, before, added) => (before.Files + 1, before.Bytes + added), bytes);

    /// <summary>Files and their bytes.</summary>
    public (long Files, long Bytes) Of(uint database) => _counts.GetValueOrDefault(database);
}
