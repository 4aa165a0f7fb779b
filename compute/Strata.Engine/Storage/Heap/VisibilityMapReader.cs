using Strata.Engine.Storage.Buffers;
using Strata.Format.Pages;
using Strata.Format.Pages.Maps;

namespace Strata.Engine.Storage.Heap;

/// <summary>
/// Asks the visibility map whether every row of a heap page is visible to everybody, so that an index-only scan need not look at the page. The answer must be asked for after the index entry was
/// read: whoever deletes a row clears the bit in the same record, and whoever inserts one does so before its index entries are made. Keeps the last map page pinned until <see cref="Release"/>;
/// live state only. A mutable value; use it in place.
/// </summary>
public struct VisibilityMapReader
{
    private PageHandle _map;
    private uint _mapBlock;
    private uint _mapBlocks;

    /// <summary>Looks at how many map pages there are; call once before the first question of a scan.</summary>
    public void Open(HeapRelation heap, CancellationToken cancellation) => _mapBlocks = heap.CountMapBlocks(cancellation);

    /// <summary>Whether the map says that all rows of a block are visible to all.</summary>
    public bool IsAllVisible(HeapRelation heap, uint block, CancellationToken cancellation)
    {
        uint mapBlock = block / VisibilityPage.BlocksPerPage;
        if (mapBlock >= _mapBlocks)
            return false;
        if (!_map.IsValid || _mapBlock != mapBlock)
        {
            Release();
            _map = heap.PinMap(block, cancellation);
            _mapBlock = mapBlock;
        }

        _map.LatchShared();
        bool visible = !PageFormat.IsNew(_map.Bytes) && (VisibilityPage.Get(_map.Bytes, block) & VisibilityBits.AllVisible) != 0;
        _map.UnlatchShared();
        return visible;
    }

    /// <summary>Lets go of the map page.</summary>
    public void Release()
    {
        if (_map.IsValid)
            _map.Unpin();
        _map = default;
    }
}
