using Strata.Engine.Storage.Buffers;
using Strata.Engine.Transactions;
using Strata.Engine.Transactions.Serializable;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Storage.Heap;

/// <summary>
/// Fetches rows by TID, as index scans do: from the version that the index names along its heap-only chain to the one that the snapshot sees. Keeps the last page pinned, so that fetches from one
/// page are cheap and <see cref="Row"/> stays valid until the next fetch or <see cref="Release"/>. A mutable value; use it in place.
/// </summary>
public unsafe struct HeapFetch
{
    private PageHandle _page;
    private uint _block;

    /// <summary>The row found. Its bytes stay where they are until the next call.</summary>
    public HeapRowPointer Row { get; private set; }

    /// <summary>After a fetch that found nothing: no snapshot, now or later, sees any version of the chain, so the index entry may be marked dead.</summary>
    public bool AllDead { get; private set; }

    /// <summary>
    /// Finds the version of a chain that the snapshot sees. <paramref name="forUpdate"/>: the row is going to be changed, so it is worth making room on its page if that is short (a statement
    /// that only reads never waits for the log).
    /// </summary>
    public bool Fetch(HeapRelation heap, Tid tid, in Snapshot snapshot, bool forUpdate = false, CancellationToken cancellation = default)
    {
        StorageContext context = heap.Context;
        if (!_page.IsValid || _block != tid.Block)
        {
            Release();
            heap.CheckReadable(snapshot);
            heap.Activity.NoteBlocks(1);
            _page = context.Pool.Pin(heap.KeyOf(tid.Block), snapshot.ReadPoint, cancellation);
            _block = tid.Block;
        }
        if (forUpdate && snapshot.ReadPoint.IsLive && HeapPruner.IsWorthwhile(_page, context.Transactions))
            Prune(context, cancellation);
        AllDead = false;
        bool isOver = false;
        _page.LatchShared();
        try
        {
            bool found = FollowChain(context.Transactions, tid, snapshot, heap.Watch(snapshot.Owner));
            isOver = true;
            return found;
        }
        finally
        {
            EndLook(isOver);
        }
    }

    /// <summary>
    /// Fetches exactly the version that the TID names, visible or not: for re-checks after a wait, which follow a chain of updates. False when there is no such row any more.
    /// </summary>
    public bool FetchVersion(HeapRelation heap, Tid tid, CancellationToken cancellation = default)
    {
        Release();
        _page = heap.Context.Pool.Pin(heap.KeyOf(tid.Block), ReadPoint.Live, cancellation);
        _block = tid.Block;
        _page.LatchShared();
        bool found = TryRow(tid.Slot, out byte* row, out int length);
        _page.UnlatchShared();
        Row = found ? new HeapRowPointer(row, length, tid) : default;
        return found;
    }

    /// <summary>
    /// Goes from a version along its updates to the one that the snapshot sees (PostgreSQL's heap_get_latest_tid); false when there is none. The TID is that of the last version looked at.
    /// </summary>
    public static bool TryFindLatest(HeapRelation heap, ref Tid tid, in Snapshot snapshot, CancellationToken cancellation = default)
    {
        var fetch = default(HeapFetch);
        try
        {
            while (fetch.FetchVersion(heap, tid, cancellation))
            {
                fetch._page.LatchShared();
                bool isVisible = HeapVisibility.IsVisible(fetch.Row.Address, snapshot, heap.Context.Transactions);
                Tid next = HeapVisibility.NextOf(fetch.Row.Address);
                fetch._page.UnlatchShared();
                if (isVisible)
                    return true;
                if (next.IsNone || next == tid || next == Tid.Moved)
                    return false;
                tid = next;
            }

            return false;
        }
        finally
        {
            fetch.Release();
        }
    }

    /// <summary>Fetches the version that the TID names if the snapshot sees it, without following a chain: <c>WHERE ctid = …</c>.</summary>
    public bool FetchExact(HeapRelation heap, Tid tid, in Snapshot snapshot, CancellationToken cancellation = default)
    {
        Release();
        _page = heap.Context.Pool.Pin(heap.KeyOf(tid.Block), snapshot.ReadPoint, cancellation);
        _block = tid.Block;
        bool isOver = false;
        _page.LatchShared();
        try
        {
            bool exists = TryRow(tid.Slot, out byte* row, out int length);
            bool found = exists && HeapVisibility.IsVisible(row, snapshot, heap.Context.Transactions);
            if (exists && heap.Watch(snapshot.Owner) is { } reader)
                NoteRead(reader, row, found, tid);
            Row = found ? new HeapRowPointer(row, length, tid) : default;
            isOver = true;
            return found;
        }
        finally
        {
            EndLook(isOver);
        }
    }

    // Under SERIALIZABLE a look may end the transaction. Its caller does not come to let go of the page then, and a page that stays pinned can never be dropped.
    private void EndLook(bool isOver)
    {
        _page.UnlatchShared();
        if (!isOver)
            Release();
    }

    /// <summary>Lets go of the page; the row is dead.</summary>
    public void Release()
    {
        if (_page.IsValid)
            _page.Unpin();
        _page = default;
        Row = default;
    }

    private readonly void Prune(StorageContext context, CancellationToken cancellation)
    {
        context.Wal.EnsureRoom(HeapPruner.RecordBytes, cancellation);
        if (!_page.TryLatchForCleanup())
            return;
        try
        {
            HeapPruner.Prune(_page, context.Wal, context.Transactions);
        }
        finally
        {
            _page.UnlatchExclusive();
        }
    }

    private readonly void NoteRead(SerializableTransaction reader, byte* row, bool isVisible, Tid tid)
    {
        HeapVisibility.NoteRead(row, isVisible, reader);
        if (isVisible)
            reader.ReadTuple(_page.Key.Storage, tid);
    }

    private bool FollowChain(TransactionManager transactions, Tid tid, in Snapshot snapshot, SerializableTransaction? reader)
    {
        ReadOnlySpan<byte> page = _page.Bytes;
        int slot = tid.Slot;
        bool first = true, allDead = snapshot.ReadPoint.IsLive;
        if (PageFormat.GetKind(page) == PageKind.Heap && slot >= 1 && slot <= HeapPage.SlotCount(page) && HeapPage.SlotState(page, slot) == HeapSlotState.Redirect)
        {
            slot = HeapPage.RedirectTarget(page, slot);
            first = false;
        }
        ulong previousXmax = 0;
        while (TryRow(slot, out byte* row, out int length))
        {
            // A link left by a rolled-back update may lead to a slot that has another row by now.
            bool heapOnly = (HeapVisibility.FlagsOf(row) & RowFlags.HeapOnly) != 0;
            if (heapOnly == first || (previousXmax != 0 && HeapVisibility.XminOf(row) != previousXmax))
                break;
            bool isVisible = HeapVisibility.IsVisible(row, snapshot, transactions);
            if (reader is not null)
                NoteRead(reader, row, isVisible, new Tid(tid.Block, (ushort)slot));
            if (isVisible)
            {
                Row = new HeapRowPointer(row, length, new Tid(tid.Block, (ushort)slot));
                return true;
            }
            allDead = allDead && HeapVisibility.IsDeadToAll(row, transactions);
            if ((HeapVisibility.FlagsOf(row) & RowFlags.HotUpdated) == 0)
                break;
            previousXmax = HeapVisibility.XmaxOf(row);
            slot = HeapVisibility.NextOf(row).Slot;
            first = false;
        }
        AllDead = allDead;
        Row = default;
        return false;
    }

    private readonly bool TryRow(int slot, out byte* row, out int length)
    {
        ReadOnlySpan<byte> page = _page.Bytes;
        if (PageFormat.GetKind(page) != PageKind.Heap || slot < 1 || slot > HeapPage.SlotCount(page) || HeapPage.SlotState(page, slot) != HeapSlotState.Normal)
        {
            row = null;
            length = 0;
            return false;
        }
        row = _page.Page + HeapPage.RowOffset(page, slot);
        length = HeapPage.RowLength(page, slot);
        return true;
    }
}
