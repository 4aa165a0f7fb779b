using System.Collections.Concurrent;

namespace Strata.Engine.Storage.Vacuum;

/// <summary>The activity of every table in use, by storage. Thread-safe.</summary>
public sealed class TableActivities
{
    private readonly ConcurrentDictionary<(uint Database, ulong Storage), TableActivity> _tables = new();

    /// <summary>The one object of a table; kept by whoever counts often.</summary>
    public TableActivity Of(uint database, ulong storage) =>
        _tables.TryGetValue((database, storage), out TableActivity? activity)
            ? activity
            : _tables.GetOrAdd((database, storage), static _ => new TableActivity());

    /// <summary>Forgets a table that was dropped.</summary>
    public void Forget(uint database, ulong storage) => _tables.TryRemove((database, storage), out _);
}
