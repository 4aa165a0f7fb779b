using System.Runtime.Intrinsics.X86;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Transactions;
using Strata.Engine.Transactions.Serializable;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Storage.Heap;

/// <summary>
/// A sequential scan, a page at a time: under the shared latch it finds the rows that the snapshot sees, then hands out pointers to them while it holds the pin. Rows are in physical order. Reused
/// from execution to execution; one thread at a time; allocates nothing after construction.
/// </summary>
public sealed unsafe class HeapScan
{
    private const int ReadAheadBlocks = 32;
    private const int CacheLineBytes = 64;
    private const int PointerBytesPrefetched = 256;

    private readonly HeapRowPointer[] _rows = new HeapRowPointer[HeapPage.MaxSlots];
    private readonly PageKey[] _ahead = new PageKey[ReadAheadBlocks];
    private HeapRelation? _heap;
    private Snapshot _snapshot;
    private SerializableTransaction? _reader;
    private bool _forUpdate;
    private PageHandle _page;
    private PageHandle _nextPage;
    private uint _next;
    private uint _end;
    private uint _announced;
    private int _pages;

    /// <summary>The block that the current rows are from.</summary>
    public uint Block { get; private set; }

    /// <summary>
    /// Begins a scan of blocks <paramref name="firstBlock"/> up to, not including, <paramref name="endBlock"/> (default: the end of the relation now; rows added later can't be visible).
    /// <paramref name="forUpdate"/> as in <see cref="HeapFetch.Fetch"/>.
    /// </summary>
    public void Open(
        HeapRelation heap, in Snapshot snapshot, bool forUpdate = false, uint firstBlock = 0, uint endBlock = uint.MaxValue, CancellationToken cancellation = default)
    {
        Close();
        heap.CheckReadable(snapshot);
        _heap = heap;
        _snapshot = snapshot;
        _reader = heap.Watch(snapshot.Owner);
        _reader?.ReadRelation(heap.Storage);
        _forUpdate = forUpdate && snapshot.ReadPoint.IsLive;
        _next = _announced = firstBlock;
        _end = Math.Min(endBlock, heap.CountBlocks(snapshot.ReadPoint, cancellation));
    }

    /// <summary>
    /// Goes to the next page that has visible rows. They stay valid until the next call or <see cref="Close"/>. False at the end.
    /// </summary>
    public bool NextPage(out ReadOnlySpan<HeapRowPointer> rows, CancellationToken cancellation = default)
    {
        Invariant.Check(_heap is not null);
        while (true)
        {
            ReleaseCurrent();
            if (_next >= _end)
            {
                rows = default;
                return false;
            }
            if (_next == _announced)
                Announce(cancellation);
            Block = _next;
            TakeAheadOrPin(cancellation);
            _next++;
            PinAhead();
            int count = CollectVisible(cancellation);
            if (count > 0)
            {
                rows = _rows.AsSpan(0, count);
                return true;
            }
        }
    }

    /// <summary>Lets go of all pages, whose rows are dead then; the scan goes on with the next page. For who keeps copies while a client is slow.</summary>
    public void ReleasePage()
    {
        ReleaseCurrent();
        if (_nextPage.IsValid)
            _nextPage.Unpin();
        _nextPage = default;
    }

    /// <summary>
    /// Hands the pin of the current page over: its rows stay valid until the caller unpins it, while the scan goes on (the span of the rows does not stay).
    /// </summary>
    public PageHandle TakePage()
    {
        PageHandle page = _page;
        Invariant.Check(page.IsValid);
        _page = default;
        return page;
    }

    /// <summary>Ends the scan; all rows that it handed out are dead.</summary>
    public void Close()
    {
        ReleasePage();
        if (_pages > 0)
            _heap!.Activity.NoteBlocks(_pages);
        _pages = 0;
        _heap = null;
        _reader = null;
        _snapshot = default;
    }

    /// <summary>
    /// Asks for all of a page's cache lines at once, rows in the order in which they are read (from the end of the page down), so that a scan of a table larger
    /// than the caches waits for memory once per page rather than once per row.
    /// </summary>
    private static void Prefetch(byte* page)
    {
        if (!Sse.IsSupported)
            return;
        for (int offset = 0; offset < PointerBytesPrefetched; offset += CacheLineBytes)
            Sse.Prefetch0(page + offset);
        for (int offset = PageFormat.PageSizeBytes - CacheLineBytes; offset >= PointerBytesPrefetched; offset -= CacheLineBytes)
            Sse.Prefetch0(page + offset);
    }

    private void ReleaseCurrent()
    {
        if (_page.IsValid)
            _page.Unpin();
        _page = default;
    }

    private void TakeAheadOrPin(CancellationToken cancellation)
    {
        _pages++;
        if (_nextPage.IsValid)
        {
            _page = _nextPage;
            _nextPage = default;
            return;
        }
        _page = _heap!.Context.Pool.Pin(_heap.KeyOf(_next), _snapshot.ReadPoint, cancellation);
        Prefetch(_page.Page);
    }

    /// <summary>Pins the page after the current one, if it is there, so that its bytes come into the caches while the current one is worked on.</summary>
    private void PinAhead()
    {
        if (_next < _end && _next != _announced && _heap!.Context.Pool.TryPinCached(_heap.KeyOf(_next), _snapshot.ReadPoint, out _nextPage))
            Prefetch(_nextPage.Page);
    }

    private void Announce(CancellationToken cancellation)
    {
        uint count = Math.Min(ReadAheadBlocks, _end - _next);
        for (uint i = 0; i < count; i++)
            _ahead[i] = _heap!.KeyOf(_next + i);
        _announced = _next + count;
        if (count > 1)
            _heap!.Context.Pool.ReadAhead(_ahead.AsSpan(0, (int)count), _snapshot.ReadPoint, cancellation);
    }

    private int CollectVisible(CancellationToken cancellation)
    {
        TransactionManager transactions = _heap!.Context.Transactions;
        if (_forUpdate && HeapPruner.IsWorthwhile(_page, transactions))
        {
            _heap.Context.Wal.EnsureRoom(HeapPruner.RecordBytes, cancellation);
            if (_page.TryLatchForCleanup())
            {
                try
                {
                    HeapPruner.Prune(_page, _heap.Context.Wal, transactions);
                }
                finally
                {
                    _page.UnlatchExclusive();
                }
            }
        }
        _page.LatchShared();
        try
        {
            ReadOnlySpan<byte> page = _page.Bytes;
            if (PageFormat.GetKind(page) != PageKind.Heap)
                return 0;
            byte* bytes = _page.Page;
            bool allVisible = (PageFormat.GetFlags(page) & PageFlags.HeapAllVisible) != 0;
            int slots = HeapPage.SlotCount(page), count = 0;
            HeapRowPointer[] rows = _rows;
            bool isLive = _snapshot.ReadPoint.IsLive;
            for (int slot = 1; slot <= slots; slot++)
            {
                if (!HeapPage.TryReadNormal(bytes, slot, out int offset, out int length))
                    continue;
                byte* row = bytes + offset;
                // The usual row is hinted and not deleted: everybody sees it.
                bool isVisible = allVisible || (isLive && (HeapVisibility.FlagsOf(row) & RowFlags.XminCommitted) != 0 && HeapVisibility.XmaxOf(row) == 0)
                    || HeapVisibility.IsVisible(row, _snapshot, transactions);
                if (_reader is not null && !allVisible)
                    HeapVisibility.NoteRead(row, isVisible, _reader);
                if (isVisible)
                    rows[count++] = new HeapRowPointer(row, length, new Tid(Block, (ushort)slot));
            }
            return count;
        }
        finally
        {
            _page.UnlatchShared();
        }
    }
}
