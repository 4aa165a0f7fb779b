using System.Collections.Concurrent;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;

namespace Strata.Engine.Storage.FreeSpace;

/// <summary>
/// The one <see cref="RelationFile"/> and <see cref="FreeSpaceMap"/> of each storage in use: they keep what is handed out in memory, so there must not be two.
/// Thread-safe.
/// </summary>
public sealed class RelationFiles(BufferPool pool, WalInserter wal) : IFreeSpaceFinder
{
    private readonly ConcurrentDictionary<(uint Database, ulong Storage), Entry> _entries = new();

    private sealed class Entry(RelationFile file, FreeSpaceMap freeSpace)
    {
        public RelationFile File { get; } = file;

        public FreeSpaceMap FreeSpace { get; } = freeSpace;
    }

    /// <summary>The forks of a storage.</summary>
    public RelationFile Get(uint database, ulong storage) => Find(database, storage).File;

    /// <summary>The free-space map of a storage.</summary>
    public FreeSpaceMap FreeSpace(uint database, ulong storage) => Find(database, storage).FreeSpace;

    public uint? FindBlock(uint database, ulong storage, int bytes, CancellationToken cancellation) =>
        FreeSpace(database, storage).TryFind(bytes, out uint block, cancellation) ? block : null;

    public void Note(uint database, ulong storage, uint block, int freeBytes) => FreeSpace(database, storage).Note(block, freeBytes);

    /// <summary>Forgets a storage that was dropped.</summary>
    public void Forget(uint database, ulong storage) => _entries.TryRemove((database, storage), out _);

    private Entry Find(uint database, ulong storage)
    {
        if (_entries.TryGetValue((database, storage), out Entry? entry))
            return entry;
        var file = new RelationFile(pool, wal, database, storage);
        return _entries.GetOrAdd((database, storage), new Entry(file, new FreeSpaceMap(pool, wal, file)));
    }
}
