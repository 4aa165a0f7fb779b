using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Transactions;

/// <summary>Reads the commit log pages, live or as of an LSN, and makes new ones. Thread-safe.</summary>
internal sealed class CommitLog(BufferPool pool, WalInserter wal)
{
    /// <summary>What the log says of an id that is final (live), or said at an LSN.</summary>
    public CommitStatus StatusOf(ulong xid, ReadPoint readPoint)
    {
        PageHandle page = pool.Pin(CommitLogPage.KeyOf(xid), readPoint);
        page.LatchShared();
        CommitStatus status = PageFormat.IsNew(page.Bytes) ? CommitStatus.None : CommitLogPage.Get(page.Bytes, xid);
        page.UnlatchShared();
        page.Unpin();
        return status;
    }

    /// <summary>Makes sure that the pages of a range of ids, about to be handed out, are initialized.</summary>
    public void Prepare(ulong firstXid, ulong endXid, CancellationToken cancellation)
    {
        for (ulong block = firstXid / CommitLogPage.XidsPerPage; block <= (endXid - 1) / CommitLogPage.XidsPerPage; block++)
        {
            PageHandle page = pool.Pin(CommitLogPage.KeyOf(block * CommitLogPage.XidsPerPage), ReadPoint.Live, cancellation);
            try
            {
                wal.EnsureRoom(WalFormat.FixedHeaderBytes + 64, cancellation);
                page.LatchExclusive();
                try
                {
                    if (!PageFormat.IsNew(page.Bytes))
                        continue;
                    WalRecordBuilder record = wal.Begin(WalRecordKind.Change, 0);
                    ByteWriter change = record.BeginChange(page);
                    PageInit.Encode(ref change, PageKind.CommitLog, (uint)block);
                    record.EndChange(in change);
                    record.Insert();
                }
                finally
                {
                    page.UnlatchExclusive();
                }
            }
            finally
            {
                page.Unpin();
            }
        }
    }
}
