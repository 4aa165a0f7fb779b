using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Transactions;

/// <summary>
/// Hands out transaction ids, OIDs and storage ids. A range's end is logged before any of its values is used, so no value is ever used twice, whatever is lost
/// with a compute; what a life leaves of its ranges is skipped. Thread-safe.
/// </summary>
internal sealed class CounterStore(BufferPool pool, WalInserter wal, CommitLog commitLog, TransactionOptions options)
{
    /// <summary>The first transaction id of a timeline: PostgreSQL's first normal one.</summary>
    public const ulong FirstXid = 3;

    /// <summary>The first OID of user objects; the binary's own objects lie below.</summary>
    public const ulong FirstOid = 16384;

    /// <summary>The first storage id of user objects; catalog heaps have fixed ids below.</summary>
    public const ulong FirstStorage = 16384;

    private const int RecordBytes = 128;

    private struct Range
    {
        public ulong Next;
        public ulong End;
    }

    private readonly Lock _xidGate = new();
    private readonly Lock _idGate = new();
    private Range _xids;
    private Range _oids;
    private Range _storages;

    /// <summary>The next transaction id that will be handed out.</summary>
    public ulong NextXid => Volatile.Read(ref _xids.Next);

    /// <summary>
    /// Writes the first record of this compute's term, which takes over the counters. <paramref name="time"/> is in microseconds since 2000-01-01 UTC.
    /// Returns its LSN.
    /// </summary>
    public Lsn Start(ulong term, long time, CancellationToken cancellation)
    {
        PageHandle page = pool.Pin(CountersPage.Key, ReadPoint.Live, cancellation);
        try
        {
            wal.EnsureRoom(RecordBytes, cancellation);
            page.LatchExclusive();
            try
            {
                bool init = PageFormat.IsNew(page.Bytes);
                _xids = Reserve(page, init, CounterId.NextXid, FirstXid, options.XidRange);
                _oids = Reserve(page, init, CounterId.NextOid, FirstOid, options.IdRange);
                _storages = Reserve(page, init, CounterId.NextStorage, FirstStorage, options.IdRange);
                WalRecordBuilder record = wal.Begin(WalRecordKind.TermStart, 0);
                ByteWriter change = record.BeginChange(page);
                CountersSet.Begin(ref change, init);
                CountersSet.Add(ref change, CounterId.NextXid, _xids.End);
                CountersSet.Add(ref change, CounterId.NextOid, _oids.End);
                CountersSet.Add(ref change, CounterId.NextStorage, _storages.End);
                if (init)
                    CountersSet.Add(ref change, CounterId.FormatLevel, WalFormat.FormatLevel);
                record.EndChange(in change);
                Span<byte> body = stackalloc byte[3 * ByteWriter.MaxVarintBytes];
                var writer = new ByteWriter(body);
                new TermStartBody(time, term, _xids.Next).Encode(ref writer);
                record.AddBody(writer.Written);
                return record.Insert();
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

    /// <summary>Makes the commit log pages of the first range; after <see cref="Start"/>.</summary>
    public void PrepareCommitLog(CancellationToken cancellation) => commitLog.Prepare(_xids.Next, _xids.End, cancellation);

    /// <summary>Hands out an id and registers it as running in one step, so that the table sees ids in ascending order.</summary>
    public ulong AssignXid(XidTable table, Transaction owner, CancellationToken cancellation)
    {
        lock (_xidGate)
        {
            if (_xids.Next == _xids.End)
            {
                // First the pages, then the ids: a page may be made and its ids never used, but not the other way round.
                commitLog.Prepare(_xids.End, _xids.End + (ulong)options.XidRange, cancellation);
                Extend(ref _xids, CounterId.NextXid, options.XidRange, cancellation);
            }
            ulong xid = _xids.Next;
            table.Add(xid, owner);
            Volatile.Write(ref _xids.Next, xid + 1);
            return xid;
        }
    }

    public uint NextOid(CancellationToken cancellation)
    {
        lock (_idGate)
            return checked((uint)Next(ref _oids, CounterId.NextOid, cancellation));
    }

    public ulong NextStorage(CancellationToken cancellation)
    {
        lock (_idGate)
            return Next(ref _storages, CounterId.NextStorage, cancellation);
    }

    private ulong Next(ref Range range, int counter, CancellationToken cancellation)
    {
        if (range.Next == range.End)
            Extend(ref range, counter, options.IdRange, cancellation);
        return range.Next++;
    }

    private static Range Reserve(PageHandle page, bool init, int counter, ulong first, int count)
    {
        ulong next = init ? first : Math.Max(first, CountersPage.Get(page.Bytes, counter));
        return new Range { Next = next, End = next + (ulong)count };
    }

    private void Extend(ref Range range, int counter, int count, CancellationToken cancellation)
    {
        PageHandle page = pool.Pin(CountersPage.Key, ReadPoint.Live, cancellation);
        try
        {
            wal.EnsureRoom(RecordBytes, cancellation);
            page.LatchExclusive();
            try
            {
                Invariant.Check(CountersPage.Get(page.Bytes, counter) == range.End);
                ulong end = range.End + (ulong)count;
                WalRecordBuilder record = wal.Begin(WalRecordKind.Change, 0);
                ByteWriter change = record.BeginChange(page);
                CountersSet.Begin(ref change);
                CountersSet.Add(ref change, counter, end);
                record.EndChange(in change);
                record.Insert();
                range.End = end;
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
