using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Transactions;

/// <summary>
/// Keeps the sparse map from commit time to LSN: at most one entry per interval, written after the commit that it names. Thread-safe.
/// </summary>
internal sealed class TimeIndexWriter(BufferPool pool, WalInserter wal, TransactionOptions options)
{
    private const int RecordBytes = 256;

    private readonly Lock _gate = new();
    private readonly long _intervalMicroseconds = (long)options.TimeIndexInterval.TotalMicroseconds;
    private uint _tailBlock;
    private long _lastTime = long.MinValue;
    private bool _isEmpty;

    /// <summary>
    /// Finds the end of the index. Returns a time, in microseconds since 2000-01-01 UTC, that no earlier commit of the timeline is above, or null when
    /// there is no entry.
    /// </summary>
    public long? FindEnd(CancellationToken cancellation)
    {
        PageHandle meta = pool.Pin(RelationMetaPage.KeyOf(0, SystemStorage.TimeIndex), ReadPoint.Live, cancellation);
        meta.LatchShared();
        uint blocks = PageFormat.IsNew(meta.Bytes) ? 0 : RelationMetaPage.GetBlocks(meta.Bytes, Fork.Main);
        meta.UnlatchShared();
        meta.Unpin();
        _isEmpty = blocks == 0;
        if (_isEmpty)
            return null;
        for (_tailBlock = blocks - 1; ; _tailBlock--)
        {
            PageHandle tail = pool.Pin(TimeIndexPage.KeyOf(_tailBlock), ReadPoint.Live, cancellation);
            tail.LatchShared();
            int count = TimeIndexPage.Count(tail.Bytes);
            if (count > 0)
                _lastTime = TimeIndexPage.GetTime(tail.Bytes, count - 1);
            tail.UnlatchShared();
            tail.Unpin();
            if (count > 0)
            {
                _tailBlock = blocks - 1;
                // A commit within the interval after an entry has none of its own.
                return _lastTime + _intervalMicroseconds;
            }
            if (_tailBlock == 0)
                return null;
        }
    }

    /// <summary>Makes the first page if there is none; after the first record of the term.</summary>
    public void Prepare(CancellationToken cancellation)
    {
        if (_isEmpty)
            AddPage(0, cancellation);
    }

    /// <summary>Whether a commit at this time should get an entry.</summary>
    public bool IsDue(long time) => time - Volatile.Read(ref _lastTime) >= _intervalMicroseconds || Volatile.Read(ref _lastTime) == long.MinValue;

    /// <summary>Adds an entry if it is still due. Gives up, rather than wait, when somebody else is at it.</summary>
    public void Add(long time, Lsn lsn, CancellationToken cancellation)
    {
        if (!_gate.TryEnter())
            return;
        try
        {
            if (!IsDue(time))
                return;
            if (!TryAppend(time, lsn, cancellation))
            {
                AddPage(_tailBlock + 1, cancellation);
                Invariant.Check(TryAppend(time, lsn, cancellation));
            }
            Volatile.Write(ref _lastTime, time);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private bool TryAppend(long time, Lsn lsn, CancellationToken cancellation)
    {
        PageHandle page = pool.Pin(TimeIndexPage.KeyOf(_tailBlock), ReadPoint.Live, cancellation);
        try
        {
            wal.EnsureRoom(RecordBytes, cancellation);
            page.LatchExclusive();
            try
            {
                if (TimeIndexPage.Count(page.Bytes) == TimeIndexPage.Capacity)
                    return false;
                WalRecordBuilder record = wal.Begin(WalRecordKind.Change, 0);
                ByteWriter change = record.BeginChange(page);
                TimeIndexAppend.Encode(ref change, time, lsn);
                record.EndChange(in change);
                record.Insert();
                return true;
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

    private void AddPage(uint block, CancellationToken cancellation)
    {
        PageHandle page = pool.Pin(TimeIndexPage.KeyOf(block), ReadPoint.Live, cancellation);
        PageHandle meta = pool.Pin(RelationMetaPage.KeyOf(0, SystemStorage.TimeIndex), ReadPoint.Live, cancellation);
        try
        {
            wal.EnsureRoom(RecordBytes, cancellation);
            page.LatchExclusive();
            meta.LatchExclusive();
            WalRecordBuilder record = wal.Begin(WalRecordKind.Change, 0);
            ByteWriter change = record.BeginChange(page);
            PageInit.Encode(ref change, PageKind.TimeIndex, block);
            record.EndChange(in change);
            change = record.BeginChange(meta);
            RelationMetaSet.Begin(ref change, init: PageFormat.IsNew(meta.Bytes));
            RelationMetaSet.Add(ref change, Fork.Main, block + 1);
            record.EndChange(in change);
            record.Insert();
            meta.UnlatchExclusive();
            page.UnlatchExclusive();
            _tailBlock = block;
        }
        finally
        {
            meta.Unpin();
            page.Unpin();
        }
    }
}
