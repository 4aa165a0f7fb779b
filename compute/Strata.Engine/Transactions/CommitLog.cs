using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Transactions;

/// <summary>Reads the commit log pages, live or as of an LSN, and makes new ones. Thread-safe.</summary>
internal sealed class CommitLog(BufferPool pool, WalInserter wal)
{
    private const int BytesPerChild = 4 * ByteWriter.MaxVarintBytes;

    /// <summary>What the log says of an id that is final (live), or said at an LSN: of a child, what it says of its top-level transaction.</summary>
    public CommitStatus StatusOf(ulong xid, ReadPoint readPoint)
    {
        CommitStatus status = StatusOfItself(xid, readPoint);
        if (status != CommitStatus.Child)
            return status;
        ulong top = TopOf(xid, readPoint);
        Invariant.Check(top != 0, "a child's top-level transaction is noted in the record that makes it one");
        return StatusOfItself(top, readPoint);
    }

    /// <summary>
    /// Makes ids share the outcome of a top-level transaction that has not ended, whatever that will be: for more sub-transactions than a commit record can name. Each record names some of them, and it does not matter
    /// if the rest is never written. Throws 54000 when one is too far from the top-level id.
    /// </summary>
    public void LinkChildren(ulong top, ReadOnlySpan<ulong> xids, CancellationToken cancellation)
    {
        if (xids[^1] - top > SubtransactionPage.DistanceMax)
            throw new SqlException(SqlState.ProgramLimitExceeded, "too many transactions since the first subtransaction of this one");
        for (int begin = 0, end; begin < xids.Length; begin = end)
        {
            end = begin + 1;
            while (end < xids.Length && IsOnSamePages(xids[begin], xids[end]))
                end++;
            LinkOfOnePage(top, xids[begin..end], cancellation);
        }
    }

    /// <summary>Makes sure that the pages of a range of ids, about to be handed out, are initialized.</summary>
    public void Prepare(ulong firstXid, ulong endXid, CancellationToken cancellation)
    {
        for (ulong block = firstXid / CommitLogPage.XidsPerPage; block <= (endXid - 1) / CommitLogPage.XidsPerPage; block++)
        {
            PageHandle page = pool.Pin(CommitLogPage.KeyOf(block * CommitLogPage.XidsPerPage), ReadPoint.Live, cancellation);
            try
            {
                Initialize(page, PageKind.CommitLog, cancellation);
            }
            finally
            {
                page.Unpin();
            }
        }
    }

    private static bool IsOnSamePages(ulong xid, ulong other) =>
        xid / SubtransactionPage.XidsPerPage == other / SubtransactionPage.XidsPerPage && xid / CommitLogPage.XidsPerPage == other / CommitLogPage.XidsPerPage;

    private CommitStatus StatusOfItself(ulong xid, ReadPoint readPoint)
    {
        PageHandle page = pool.Pin(CommitLogPage.KeyOf(xid), readPoint);
        page.LatchShared();
        CommitStatus status = PageFormat.IsNew(page.Bytes) ? CommitStatus.None : CommitLogPage.Get(page.Bytes, xid);
        page.UnlatchShared();
        page.Unpin();
        return status;
    }

    private ulong TopOf(ulong xid, ReadPoint readPoint)
    {
        PageHandle page = pool.Pin(SubtransactionPage.KeyOf(xid), readPoint);
        page.LatchShared();
        ulong top = PageFormat.IsNew(page.Bytes) ? 0 : SubtransactionPage.TopOf(page.Bytes, xid);
        page.UnlatchShared();
        page.Unpin();
        return top;
    }

    private void LinkOfOnePage(ulong top, ReadOnlySpan<ulong> xids, CancellationToken cancellation)
    {
        PageHandle statuses = pool.Pin(CommitLogPage.KeyOf(xids[0]), ReadPoint.Live, cancellation);
        try
        {
            PageHandle tops = pool.Pin(SubtransactionPage.KeyOf(xids[0]), ReadPoint.Live, cancellation);
            try
            {
                Initialize(tops, PageKind.Subtransactions, cancellation);
                wal.EnsureRoom(WalFormat.FixedHeaderBytes + 128 + (xids.Length * BytesPerChild), cancellation);
                statuses.LatchExclusive();
                tops.LatchExclusive();
                try
                {
                    WalRecordBuilder record = wal.Begin(WalRecordKind.Change, top);
                    ByteWriter change = record.BeginChange(statuses);
                    CommitLogSet.Encode(ref change, CommitStatus.Child, xids);
                    record.EndChange(in change);
                    change = record.BeginChange(tops);
                    SubtransactionSet.Encode(ref change, top, xids);
                    record.EndChange(in change);
                    record.Insert();
                }
                finally
                {
                    tops.UnlatchExclusive();
                    statuses.UnlatchExclusive();
                }
            }
            finally
            {
                tops.Unpin();
            }
        }
        finally
        {
            statuses.Unpin();
        }
    }

    /// <summary>Makes a page that was never written an empty one of its kind.</summary>
    private void Initialize(PageHandle page, PageKind kind, CancellationToken cancellation)
    {
        wal.EnsureRoom(WalFormat.FixedHeaderBytes + 64, cancellation);
        page.LatchExclusive();
        try
        {
            if (!PageFormat.IsNew(page.Bytes))
                return;
            WalRecordBuilder record = wal.Begin(WalRecordKind.Change, 0);
            ByteWriter change = record.BeginChange(page);
            PageInit.Encode(ref change, kind, page.Key.Block);
            record.EndChange(in change);
            record.Insert();
        }
        finally
        {
            page.UnlatchExclusive();
        }
    }
}
