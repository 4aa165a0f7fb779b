using System.Collections.Concurrent;
using Strata.Engine.Storage;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.FreeSpace;
using Strata.Engine.Storage.Heap;

namespace Strata.Engine.Execution;

/// <summary>
/// The open heaps and B-trees of an endpoint, by storage id: one object each, shared by all sessions (a B-tree serializes unique insertions in
/// its own). Storage ids are never reused, so an entry never becomes wrong; <see cref="Forget"/> only frees memory. Thread-safe.
/// </summary>
public sealed class StorageHandles(StorageContext context, RelationFiles files)
{
    private readonly ConcurrentDictionary<(uint Database, ulong Storage), HeapRelation> _heaps = new();
    private readonly ConcurrentDictionary<(uint Database, ulong Storage), BTreeIndex> _indexes = new();

    /// <summary>The heap of a storage.</summary>
    public HeapRelation Heap(uint database, ulong storage) =>
        _heaps.TryGetValue((database, storage), out HeapRelation? heap) ? heap : _heaps.GetOrAdd((database, storage), new HeapRelation(context, database, storage) { IsWatched = true });

    /// <summary>The B-tree of a storage.</summary>
    public BTreeIndex Index(uint database, ulong storage) => _indexes.TryGetValue((database, storage), out BTreeIndex? index)
        ? index
        : _indexes.GetOrAdd((database, storage), new BTreeIndex(context.Pool, context.Wal, files.Get(database, storage)) { Serializable = context.Transactions.Serializable });

    /// <summary>Drops the objects of a storage that is gone.</summary>
    public void Forget(uint database, ulong storage)
    {
        _heaps.TryRemove((database, storage), out _);
        _indexes.TryRemove((database, storage), out _);
    }
}
