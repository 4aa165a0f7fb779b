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
    private readonly ConcurrentDictionary<(uint Database, ulong Storage), HeapActivity> _activities = [];

    public BufferPool Pool { get; } = pool;

    public WalInserter Wal { get; } = wal;

    public TransactionManager Transactions { get; } = transactions;

    /// <summary>The free-space map; null offers nothing, so that heaps only grow. Set once, before use.</summary>
    public IFreeSpaceFinder? FreeSpace { get; set; }

    /// <summary>Forgets what is remembered of a storage that was dropped.</summary>
    public void Forget(uint database, ulong storage)
    {
        ForgetHints(database, storage);
        _activities.TryRemove((database, storage), out _);
        Pool.ForgetReads(database, storage);
    }

    /// <summary>Forgets where a storage that was truncated has room.</summary>
    public void ForgetHints(uint database, ulong storage)
    {
        if (_spaces.TryRemove((database, storage), out HeapSpace? space))
            space.Reset();
    }

    /// <summary>What happened to a heap in this compute's life.</summary>
    public HeapActivity ActivityOf(uint database, ulong storage) => _activities.TryGetValue((database, storage), out HeapActivity? activity)
        ? activity
        : _activities.GetOrAdd((database, storage), static _ => new HeapActivity());

    internal HeapSpace SpaceOf(uint database, ulong storage) =>
        _spaces.TryGetValue((database, storage), out HeapSpace? space)
            ? space
            : _spaces.GetOrAdd((database, storage), static (key, context) => new HeapSpace(context, key.Database, key.Storage), this);
}
