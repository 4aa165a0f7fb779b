using System.Collections.Concurrent;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions;

namespace Strata.Engine.Storage;

/// <summary>What access methods work with: pages, the log and transactions of one timeline. Shared by all sessions of an endpoint. Thread-safe.</summary>
public sealed class StorageContext(BufferPool pool, WalInserter wal, TransactionManager transactions)
{
    private readonly ConcurrentDictionary<(uint Database, ulong Storage), HeapSpace> _spaces = [];

    public BufferPool Pool { get; } = pool;

    public WalInserter Wal { get; } = wal;

    public TransactionManager Transactions { get; } = transactions;

    /// <summary>The free-space map; null offers nothing, so that heaps only grow. Set once, before use.</summary>
    public IFreeSpaceFinder? FreeSpace { get; set; }

    /// <summary>Forgets what is remembered of a storage that was dropped or truncated.</summary>
    public void Forget(uint database, ulong storage)
    {
        if (_spaces.TryRemove((database, storage), out HeapSpace? space))
            space.Reset();
    }

    /// <summary>What happened to a heap since its last vacuum.</summary>
    public HeapActivity ActivityOf(uint database, ulong storage) => SpaceOf(database, storage).Activity;

    /// <summary>A transaction fills a new storage with all rows that a table had in another: snapshots that do not see it get 40001 instead of no rows.</summary>
    public void NoteRewrite(uint database, ulong storage, ulong xid) => SpaceOf(database, storage).RewrittenBy = xid;

    internal HeapSpace SpaceOf(uint database, ulong storage) =>
        _spaces.TryGetValue((database, storage), out HeapSpace? space)
            ? space
            : _spaces.GetOrAdd((database, storage), static (key, context) => new HeapSpace(context, key.Database, key.Storage), this);
}
