using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Execution;

/// <summary>
/// Judges the row behind an index entry for a unique check, as PostgreSQL's dirty snapshot does: versions of running transactions count as
/// "wait and see". A value on the stack; not thread-safe.
/// </summary>
internal ref struct HeapUniqueCheck(HeapRelation heap, Transaction transaction, CancellationToken cancellation) : IUniqueCheck
{
    /// <summary>The version that was found live, after a verdict of Live.</summary>
    public Tid LiveTid { get; private set; }

    /// <summary>The version that the last verdict of Live or InProgress was about.</summary>
    public Tid JudgedTid { get; private set; }

    public unsafe UniqueVerdict Judge(Tid tid, out ulong waitXid)
    {
        TransactionManager transactions = heap.Context.Transactions;
        PageHandle page = heap.Context.Pool.Pin(heap.KeyOf(tid.Block), ReadPoint.Live, cancellation);
        page.LatchShared();
        try
        {
            return Follow(page, tid, transactions, out waitXid);
        }
        finally
        {
            page.UnlatchShared();
            page.Unpin();
        }
    }

    private unsafe UniqueVerdict Follow(PageHandle page, Tid tid, TransactionManager transactions, out ulong waitXid)
    {
        waitXid = 0;
        ReadOnlySpan<byte> bytes = page.Bytes;
        int slot = tid.Slot;
        bool first = true;
        if (PageFormat.GetKind(bytes) != PageKind.Heap)
            return UniqueVerdict.Dead;
        if (slot >= 1 && slot <= HeapPage.SlotCount(bytes) && HeapPage.SlotState(bytes, slot) == HeapSlotState.Redirect)
        {
            slot = HeapPage.RedirectTarget(bytes, slot);
            first = false;
        }

        ulong previousXmax = 0;
        while (slot >= 1 && slot <= HeapPage.SlotCount(bytes) && HeapPage.SlotState(bytes, slot) == HeapSlotState.Normal)
        {
            byte* row = page.Page + HeapPage.RowOffset(bytes, slot);
            RowFlags flags = HeapVisibility.FlagsOf(row);
            // A link left by a rolled-back update may lead to a slot that has another row by now.
            if (((flags & RowFlags.HeapOnly) != 0) == first || (previousXmax != 0 && HeapVisibility.XminOf(row) != previousXmax))
                break;
            switch (JudgeVersion(row, transactions, out waitXid))
            {
                case UniqueVerdict.Live:
                    JudgedTid = LiveTid = new Tid(tid.Block, (ushort)slot);
                    return UniqueVerdict.Live;
                case UniqueVerdict.InProgress:
                    JudgedTid = new Tid(tid.Block, (ushort)slot);
                    return UniqueVerdict.InProgress;
            }

            if ((flags & RowFlags.HotUpdated) == 0)
                break;
            previousXmax = HeapVisibility.XmaxOf(row);
            slot = HeapVisibility.NextOf(row).Slot;
            first = false;
        }

        return UniqueVerdict.Dead;
    }

    private readonly unsafe UniqueVerdict JudgeVersion(byte* row, TransactionManager transactions, out ulong waitXid)
    {
        waitXid = 0;
        RowFlags flags = HeapVisibility.FlagsOf(row);
        if ((flags & RowFlags.XminAborted) != 0)
            return UniqueVerdict.Dead;
        ulong xmin = HeapVisibility.XminOf(row);
        if ((flags & RowFlags.XminCommitted) == 0 && !transaction.IsOwn(xmin))
        {
            switch (transactions.StatusOf(xmin, out _))
            {
                case TransactionStatus.InProgress:
                    waitXid = xmin;
                    return UniqueVerdict.InProgress;
                case TransactionStatus.Aborted:
                    return UniqueVerdict.Dead;
            }
        }

        ulong xmax = HeapVisibility.XmaxOf(row);
        if (xmax == 0 || (flags & RowFlags.XmaxAborted) != 0)
            return UniqueVerdict.Live;
        if ((flags & RowFlags.XmaxCommitted) != 0 || transaction.IsOwn(xmax))
            return UniqueVerdict.Dead;
        switch (transactions.StatusOf(xmax, out _))
        {
            case TransactionStatus.InProgress:
                waitXid = xmax;
                return UniqueVerdict.InProgress;
            case TransactionStatus.Aborted:
                return UniqueVerdict.Live;
            default:
                return UniqueVerdict.Dead;
        }
    }
}
