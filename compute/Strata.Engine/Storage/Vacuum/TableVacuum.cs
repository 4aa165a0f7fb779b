using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.FreeSpace;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.Vacuum;

/// <summary>
/// Vacuums one table: prunes its pages, removes entries of dead rows from its indexes, frees their line pointers, marks pages visible to all and notes
/// free space. Runs beside readers and writers, under a lock that keeps other vacuums and DDL out (ShareUpdateExclusive). Used by one thread, once.
/// </summary>
/// <remarks>
/// The order is what makes it safe: a line pointer becomes unused, and so may be given to another row, only after no index names it any more. Stopping
/// anywhere loses nothing; the next vacuum goes on.
/// </remarks>
public sealed unsafe class TableVacuum
{
    /// <summary>Memory for dead rows before indexes are cleaned, in units of 8 bytes: 16 MB, enough for the rows of half a million pages.</summary>
    public const int DefaultMaxDeadTids = 2 << 20;

    private const int RecordBytes = HeapPrune.MaxBytes + 512;
    private const int ReadAheadBlocks = 32;

    /// <summary>Heap pages that one record marks; the map's page is one more.</summary>
    private const int VisiblePagesMax = WalRecordBuilder.MaxPages - 1;

    private readonly StorageContext _context;
    private readonly RelationFile _file;
    private readonly FreeSpaceMap _freeSpace;
    private readonly IReadOnlyList<BTreeIndex> _indexes;
    private readonly Action? _throttle;
    private readonly DeadTids _dead;
    private readonly List<uint> _visible = new(VisiblePagesMax);
    private readonly PageHandle[] _visiblePages = new PageHandle[VisiblePagesMax];
    private uint _readyMap = uint.MaxValue;
    private uint _scanned;
    private uint _visited;
    private uint _vacuumed;
    private int _indexRounds;
    private long _liveRows;
    private long _freed;
    private long _removedEntries;
    private uint _allVisible;
    private uint _emptyTail;
    private long _mapBlocks = -1;

    /// <param name="context">Pages, log, transactions.</param>
    /// <param name="files">The relation files of the engine.</param>
    /// <param name="database">The table's database.</param>
    /// <param name="storage">The table's storage.</param>
    /// <param name="indexes">All indexes of the table, invalid ones too.</param>
    /// <param name="throttle">Called before every page, with nothing latched or pinned: autovacuum waits there.</param>
    /// <param name="maxDeadTids">Memory for dead rows, in units of 8 bytes.</param>
    public TableVacuum(
        StorageContext context, RelationFiles files, uint database, ulong storage, IReadOnlyList<BTreeIndex> indexes, Action? throttle = null,
        int maxDeadTids = DefaultMaxDeadTids)
    {
        _context = context;
        _file = files.Get(database, storage);
        _freeSpace = files.FreeSpace(database, storage);
        _indexes = indexes;
        _throttle = throttle;
        _dead = new DeadTids(maxDeadTids);
    }

    /// <summary>Told how far it is, after each page and when another step begins.</summary>
    public Action<VacuumProgressState>? Watch { get; init; }

    private void Tell(VacuumStep step) => Watch?.Invoke(new VacuumProgressState(step, _visited, _vacuumed, _indexRounds, _dead.Count));

    /// <summary>Vacuums the table.</summary>
    public VacuumResult Run(CancellationToken cancellation = default)
    {
        _context.Transactions.RefreshHorizon();
        uint blocks = _file.Blocks(Fork.Main, ReadPoint.Live, cancellation);
        for (uint block = 0; block < blocks; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            _visited = block + 1;
            Tell(VacuumStep.ScanningHeap);
            if (IsAllVisible(block, cancellation))
            {
                _allVisible++;
                _emptyTail = 0;
                continue;
            }
            _throttle?.Invoke();
            ReadAhead(block, blocks, cancellation);
            ScanPage(block, cancellation);
            if (_dead.IsFull)
                RemoveDead(cancellation);
        }
        MarkVisible(cancellation);
        RemoveDead(cancellation);
        Tell(VacuumStep.FinalCleanup);
        _freeSpace.Save(cancellation);
        return new VacuumResult
        {
            Blocks = blocks,
            ScannedBlocks = _scanned,
            ScannedLiveRows = _liveRows,
            FreedSlots = _freed,
            RemovedEntries = _removedEntries,
            AllVisibleBlocks = _allVisible,
            EmptyTailBlocks = _emptyTail,
        };
    }

    /// <summary>
    /// Cuts empty blocks off the end of the table and returns how many. The caller holds an access-exclusive lock on it.
    /// </summary>
    public uint TruncateTail(ulong xid, CancellationToken cancellation = default)
    {
        uint blocks = _file.Blocks(Fork.Main, ReadPoint.Live, cancellation), kept = blocks;
        while (kept > 0 && IsEmpty(kept - 1, cancellation))
            kept--;
        if (kept == blocks)
            return 0;
        _context.ForgetHints(_file.Database, _file.Storage);
        _freeSpace.Truncate(kept);
        _freeSpace.Save(cancellation);
        _file.Truncate(Fork.Main, kept, xid, cancellation);
        _context.ForgetHints(_file.Database, _file.Storage);
        return blocks - kept;
    }

    private void ScanPage(uint block, CancellationToken cancellation)
    {
        _context.Wal.EnsureRoom(RecordBytes, cancellation);
        PageHandle page = _context.Pool.Pin(_file.KeyOf(Fork.Main, block), ReadPoint.Live, cancellation);
        _scanned++;
        bool cleanup = page.TryLatchForCleanup();
        if (!cleanup)
            page.LatchExclusive();
        bool mayBeVisible;
        try
        {
            if (PageFormat.IsNew(page.Bytes))
            {
                _emptyTail++;
                return;
            }
            bool isPlain = HeapPruner.IsPlainlyLive(page);
            if (cleanup && !isPlain)
            {
                HeapPruner.Prune(page, _context.Wal, _context.Transactions);
                if (_indexes.Count == 0)
                    FreeDeadSlots(page);
            }
            int live = isPlain ? HeapPage.SlotCount(page.Bytes) : CountRows(page.Bytes, block, _indexes.Count > 0);
            _liveRows += live;
            mayBeVisible = isPlain || IsAllVisible(page);
            // Dead line pointers do not count: they are freed before anything is cut.
            _emptyTail = live == 0 ? _emptyTail + 1 : 0;
            _freeSpace.Note(block, HeapPage.UsableBytes(page.Bytes));
        }
        finally
        {
            page.UnlatchExclusive();
            page.Unpin();
        }
        if (mayBeVisible)
            NoteVisible(block, cancellation);
    }

    /// <summary>Counts row versions and collects dead line pointers.</summary>
    private int CountRows(ReadOnlySpan<byte> page, uint block, bool collect)
    {
        int live = 0;
        for (int slot = 1, count = HeapPage.SlotCount(page); slot <= count; slot++)
        {
            HeapSlotState state = HeapPage.SlotState(page, slot);
            if (state == HeapSlotState.Normal)
                live++;
            else if (state == HeapSlotState.Dead && collect)
                _dead.Add(new Tid(block, (ushort)slot));
        }
        return live;
    }

    /// <summary>Second and third step: indexes forget the dead rows, then their line pointers are free.</summary>
    private void RemoveDead(CancellationToken cancellation)
    {
        if (_dead.Count == 0)
            return;
        Tell(VacuumStep.VacuumingIndexes);
        foreach (BTreeIndex index in _indexes)
            _removedEntries += new BTreeVacuum(index, _context.Transactions).Run(_dead, cancellation).RemovedEntries;
        _indexRounds++;
        for (int i = 0; i < _dead.BlockCount; i++)
        {
            _vacuumed++;
            Tell(VacuumStep.VacuumingHeap);
            cancellation.ThrowIfCancellationRequested();
            _throttle?.Invoke();
            FreePage(_dead.BlockAt(i), cancellation);
        }
        MarkVisible(cancellation);
        _dead.Clear();
    }

    private void FreePage(uint block, CancellationToken cancellation)
    {
        _context.Wal.EnsureRoom(RecordBytes, cancellation);
        PageHandle page = _context.Pool.Pin(_file.KeyOf(Fork.Main, block), ReadPoint.Live, cancellation);
        // Freeing lays rows out anew, so nobody may be reading them. A page in use keeps its dead line pointers until the next vacuum.
        bool latched = page.TryLatchForCleanup();
        if (latched)
        {
            FreeDeadSlots(page);
            _freeSpace.Note(block, HeapPage.UsableBytes(page.Bytes));
            page.UnlatchExclusive();
        }
        page.Unpin();
        if (latched)
            NoteVisible(block, cancellation);
    }

    /// <summary>
    /// Frees the dead line pointers that this vacuum collected from the page (all dead ones when there is no index): one that died since may still be in an index.
    /// </summary>
    private void FreeDeadSlots(PageHandle page)
    {
        Span<ushort> slots = stackalloc ushort[HeapPage.MaxSlots];
        int count = 0;
        uint block = page.Key.Block;
        for (int slot = 1, all = HeapPage.SlotCount(page.Bytes); slot <= all; slot++)
        {
            if (HeapPage.SlotState(page.Bytes, slot) == HeapSlotState.Dead &&
                (_indexes.Count == 0 || _dead.Contains(new Tid(block, (ushort)slot))))
                slots[count++] = (ushort)slot;
        }
        if (count == 0)
            return;
        WalRecordBuilder record = _context.Wal.Begin(WalRecordKind.Change, 0);
        ByteWriter change = record.BeginChange(page);
        HeapPrune.Encode(ref change, HeapPage.GetPruneXid(page.Bytes), [], [], slots[..count], truncateSlots: true);
        record.EndChange(in change);
        record.Insert();
        _freed += count;
    }

    /// <summary>Puts a page with those that are marked in one record.</summary>
    private void NoteVisible(uint block, CancellationToken cancellation)
    {
        if (_visible.Count == VisiblePagesMax || (_visible.Count > 0 && _visible[0] / VisibilityPage.BlocksPerPage != block / VisibilityPage.BlocksPerPage))
            MarkVisible(cancellation);
        _visible.Add(block);
    }

    /// <summary>Marks the pages noted, in one record with their bits in the visibility map, if all that is on them is visible to everyone still.</summary>
    private void MarkVisible(CancellationToken cancellation)
    {
        if (_visible.Count == 0)
            return;
        uint mapBlock = _visible[0] / VisibilityPage.BlocksPerPage;
        if (_readyMap != mapBlock)
            MapPages.EnsureInitialized(_context.Pool, _context.Wal, _file, Fork.Visibility, PageKind.Visibility, mapBlock, cancellation);
        _readyMap = mapBlock;
        Span<PageHandle> pages = _visiblePages.AsSpan(0, _visible.Count);
        PageHandle map = default;
        int pinned = 0;
        try
        {
            // In ascending order, as all latches of several pages are taken.
            _visible.Sort();
            for (; pinned < pages.Length; pinned++)
                pages[pinned] = _context.Pool.Pin(_file.KeyOf(Fork.Main, _visible[pinned]), ReadPoint.Live, cancellation);
            map = _context.Pool.Pin(_file.KeyOf(Fork.Visibility, mapBlock), ReadPoint.Live, cancellation);
            _context.Wal.EnsureRoom(RecordBytes, cancellation);
            MarkVisible(pages, map);
        }
        finally
        {
            foreach (PageHandle page in pages[..pinned])
                page.Unpin();
            if (map.IsValid)
                map.Unpin();
            _visible.Clear();
        }
    }

    private void MarkVisible(ReadOnlySpan<PageHandle> pages, PageHandle map)
    {
        foreach (PageHandle page in pages)
            page.LatchExclusive();
        map.LatchExclusive();
        Span<bool> isMarked = stackalloc bool[VisiblePagesMax];
        int count = 0;
        for (int i = 0; i < pages.Length; i++)
        {
            isMarked[i] = (PageFormat.GetFlags(pages[i].Bytes) & PageFlags.HeapAllVisible) == 0 && (HeapPruner.IsPlainlyLive(pages[i]) || IsAllVisible(pages[i]));
            count += isMarked[i] ? 1 : 0;
        }
        if (count > 0)
        {
            WalRecordBuilder record = _context.Wal.Begin(WalRecordKind.Change, 0);
            ByteWriter change;
            for (int i = 0; i < pages.Length; i++)
            {
                if (!isMarked[i])
                    continue;
                change = record.BeginChange(pages[i]);
                HeapSetAllVisible.Encode(ref change);
                record.EndChange(in change);
            }
            change = record.BeginChange(map);
            VisibilitySet.Begin(ref change);
            for (int i = 0; i < pages.Length; i++)
            {
                if (isMarked[i])
                    VisibilitySet.Add(ref change, _visible[i], VisibilityBits.AllVisible);
            }
            record.EndChange(in change);
            record.Insert();
            _allVisible += (uint)count;
        }
        map.UnlatchExclusive();
        foreach (PageHandle page in pages)
            page.UnlatchExclusive();
    }

    private bool IsAllVisible(PageHandle page)
    {
        ReadOnlySpan<byte> bytes = page.Bytes;
        if (PageFormat.IsNew(bytes))
            return false;
        int count = HeapPage.SlotCount(bytes);
        for (int slot = 1; slot <= count; slot++)
        {
            HeapSlotState state = HeapPage.SlotState(bytes, slot);
            bool visible = state is HeapSlotState.Unused or HeapSlotState.Redirect ||
                (state == HeapSlotState.Normal && HeapVisibility.IsVisibleToAll(page.Page + HeapPage.RowOffset(bytes, slot), _context.Transactions));
            if (!visible)
                return false;
        }
        return count > 0;
    }

    private bool IsAllVisible(uint block, CancellationToken cancellation)
    {
        uint mapBlock = block / VisibilityPage.BlocksPerPage;
        if (_mapBlocks < 0)
            _mapBlocks = _file.Blocks(Fork.Visibility, ReadPoint.Live, cancellation);
        if (mapBlock >= _mapBlocks)
            return false;
        PageHandle map = _context.Pool.Pin(_file.KeyOf(Fork.Visibility, mapBlock), ReadPoint.Live, cancellation);
        map.LatchShared();
        bool visible = !PageFormat.IsNew(map.Bytes) && (VisibilityPage.Get(map.Bytes, block) & VisibilityBits.AllVisible) != 0;
        map.UnlatchShared();
        map.Unpin();
        return visible;
    }

    private bool IsEmpty(uint block, CancellationToken cancellation)
    {
        PageHandle page = _context.Pool.Pin(_file.KeyOf(Fork.Main, block), ReadPoint.Live, cancellation);
        page.LatchShared();
        bool empty = PageFormat.IsNew(page.Bytes) || HeapPage.SlotCount(page.Bytes) == 0;
        page.UnlatchShared();
        page.Unpin();
        return empty;
    }

    private void ReadAhead(uint block, uint blocks, CancellationToken cancellation)
    {
        if (block % ReadAheadBlocks != 0)
            return;
        Span<PageKey> keys = stackalloc PageKey[ReadAheadBlocks];
        int count = (int)Math.Min(ReadAheadBlocks, blocks - block);
        for (int i = 0; i < count; i++)
            keys[i] = _file.KeyOf(Fork.Main, block + (uint)i);
        _context.Pool.ReadAhead(keys[..count], ReadPoint.Live, cancellation);
    }
}
