using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.FreeSpace;

/// <summary>
/// Finds heap pages with room. The map lives in memory, one byte per block, loaded from the FreeSpace fork at first use; vacuum writes what changed
/// back with <see cref="Save"/>. It is advice: the caller looks at the page. Thread-safe; not to be
/// called with a page latched, except <see cref="Note"/>.
/// </summary>
public sealed class FreeSpaceMap(BufferPool pool, WalInserter wal, RelationFile file)
{
    private const int RecordBytes = 8 * 1024;
    private const int MaxEntriesPerRecord = 1024;

    private readonly Lock _lock = new();
    private byte[] _categories = [];
    private byte[] _saved = [];
    private int _next;
    private bool _loaded;

    /// <summary>
    /// Finds a block believed to have <paramref name="freeBytes"/> free and takes it out of the map: whoever gets it fills it up, and so concurrent inserters
    /// come to different pages. Vacuum puts it back when it has room again.
    /// </summary>
    public bool TryFind(int freeBytes, out uint block, CancellationToken cancellation = default)
    {
        // A page of this category has at least that many bytes: round the need up.
        int category = (freeBytes + FreeSpacePage.CategoryBytes - 1) / FreeSpacePage.CategoryBytes;
        block = 0;
        if (category > byte.MaxValue)
            return false;
        Load(cancellation);
        lock (_lock)
        {
            int start = _next < _categories.Length ? _next : 0;
            int found = _categories.AsSpan(start).IndexOfAnyInRange((byte)Math.Max(category, 1), byte.MaxValue);
            if (found >= 0)
                found += start;
            else
                found = _categories.AsSpan(0, start).IndexOfAnyInRange((byte)Math.Max(category, 1), byte.MaxValue);
            if (found < 0)
                return false;
            _next = found + 1;
            _categories[found] = 0;
            block = (uint)found;
            return true;
        }
    }

    /// <summary>Notes in memory how many bytes a page has free. Never waits.</summary>
    public void Note(uint block, int freeBytes)
    {
        byte category = FreeSpacePage.CategoryOf(freeBytes);
        lock (_lock)
        {
            if (!_loaded && category == 0)
                return;
            if (block >= _categories.Length)
            {
                if (category == 0)
                    return;
                Array.Resize(ref _categories, Math.Max((int)block + 1, _categories.Length * 2));
            }
            _categories[block] = category;
        }
    }

    /// <summary>Forgets blocks that were truncated.</summary>
    public void Truncate(uint blocks)
    {
        lock (_lock)
        {
            if (blocks < _categories.Length)
                Array.Resize(ref _categories, (int)blocks);
        }
    }

    /// <summary>Logs what differs from the FreeSpace fork, leaving out differences too small to matter.</summary>
    public void Save(CancellationToken cancellation = default)
    {
        Load(cancellation);
        byte[] categories;
        lock (_lock)
            categories = [.. _categories];
        Array.Resize(ref categories, Math.Max(categories.Length, _saved.Length));
        Array.Resize(ref _saved, categories.Length);
        var changed = new List<uint>();
        for (uint block = 0; block < categories.Length; block++)
        {
            if (Math.Abs(categories[block] - _saved[block]) <= 1 && categories[block] != 0)
                continue;
            if (categories[block] == _saved[block])
                continue;
            if (changed.Count > 0 && (changed.Count == MaxEntriesPerRecord || changed[0] / FreeSpacePage.BlocksPerPage != block / FreeSpacePage.BlocksPerPage))
                SaveEntries(changed, categories, cancellation);
            changed.Add(block);
        }
        if (changed.Count > 0)
            SaveEntries(changed, categories, cancellation);
    }

    private void SaveEntries(List<uint> blocks, byte[] categories, CancellationToken cancellation)
    {
        uint mapBlock = blocks[0] / FreeSpacePage.BlocksPerPage;
        MapPages.EnsureInitialized(pool, wal, file, Fork.FreeSpace, PageKind.FreeSpace, mapBlock, cancellation);
        wal.EnsureRoom(RecordBytes, cancellation);
        PageHandle page = pool.Pin(file.KeyOf(Fork.FreeSpace, mapBlock), ReadPoint.Live, cancellation);
        page.LatchExclusive();
        WalRecordBuilder record = wal.Begin(WalRecordKind.Change, 0);
        ByteWriter change = record.BeginChange(page);
        FreeSpaceSet.Begin(ref change);
        foreach (uint block in blocks)
        {
            FreeSpaceSet.Add(ref change, block, categories[block]);
            _saved[block] = categories[block];
        }
        record.EndChange(in change);
        record.Insert();
        page.UnlatchExclusive();
        page.Unpin();
        blocks.Clear();
    }

    private void Load(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _loaded))
            return;
        uint mapBlocks = file.Blocks(Fork.FreeSpace, ReadPoint.Live, cancellation);
        uint heapBlocks = file.Blocks(Fork.Main, ReadPoint.Live, cancellation);
        var loaded = new byte[heapBlocks];
        for (uint mapBlock = 0; mapBlock < mapBlocks; mapBlock++)
        {
            uint first = mapBlock * FreeSpacePage.BlocksPerPage;
            if (first >= heapBlocks)
                break;
            PageHandle page = pool.Pin(file.KeyOf(Fork.FreeSpace, mapBlock), ReadPoint.Live, cancellation);
            page.LatchShared();
            if (!PageFormat.IsNew(page.Bytes))
            {
                int count = (int)Math.Min(FreeSpacePage.BlocksPerPage, heapBlocks - first);
                FreeSpacePage.Categories(page.Bytes)[..count].CopyTo(loaded.AsSpan((int)first));
            }
            page.UnlatchShared();
            page.Unpin();
        }
        lock (_lock)
        {
            if (_loaded)
                return;
            _saved = [.. loaded];
            if (_categories.Length > loaded.Length)
                Array.Resize(ref loaded, _categories.Length);
            // What was noted meanwhile is newer.
            for (int i = 0; i < _categories.Length; i++)
            {
                if (_categories[i] != 0)
                    loaded[i] = _categories[i];
            }
            _categories = loaded;
            Volatile.Write(ref _loaded, true);
        }
    }
}
