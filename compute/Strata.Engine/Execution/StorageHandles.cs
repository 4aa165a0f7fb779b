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
    private readonly ConcurrentDictionary<ulong, HeapRelation> _heaps = new();
    private readonly ConcurrentDictionary<ulong, BTreeIndex> _indexes = new();

    /// <summary>The heap of a storage.</summary>
    public HeapRelation Heap(uint database, ulong storage) =>
        _heaps.TryGetValue(storage, out HeapRelation? heap) ? heap : _heaps.GetOrAdd(storage, new HeapRelation(context, database, storage));

    /// <summary>The B-tree of a storage.</summary>
    public BTreeIndex Index(uint database, ulong storage) => _indexes.TryGetValue(storage, out BTreeIndex? index)
        ? index
        : _indexes.GetOrAdd(storage, new BTreeIndex(context.Pool, context.Wal, files.Get(database, storage)));

    /// <summary>Drops the objects of a storage that is gone.</summary>
    public void Forget(ulong storage)
    {
        _heaps.TryRemove(storage, out _);
        _indexes.TryRemove(storage, out _);
    }
}
