using Strata.Engine.Storage;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions.Serializable;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Transactions;

/// <summary>
/// Transactions of one timeline: ids, snapshots, commit order, what is known of an id. Thread-safe; a <see cref="Transaction"/> belongs to one session's thread.
/// </summary>
/// <remarks>
/// Commit, in this order: reserve the LSN, store it for the id and its sub-ids and queue it (all under one lock, so that the queue is in LSN order); publish;
/// wait for the quorum; tell the catalog; advance the visible LSN; end the ids and wake who waits for them; release locks; answer. From the reservation on a
/// transaction can't abort: a wait that ends otherwise leaves its outcome unknown (08007), and it becomes visible with the log all the same.
/// </remarks>
public sealed class TransactionManager
{
    private const int CommitBytes = 512;
    private const int DropsPerChange = 1024;
    private const int SubXidBytes = 2 * ByteWriter.MaxVarintBytes;
    private const int PruneEvery = 512;
    private static readonly DateTimeOffset s_epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly BufferPool _pool;
    private readonly WalInserter _wal;
    private readonly TimeProvider _time;
    private readonly CounterStore _counters;
    private readonly CommitLog _commitLog;
    private readonly TimeIndexWriter _timeIndex;
    private readonly Lock _commitGate = new();
    private readonly Queue<Transaction> _committing = new(256);
    private readonly Lock _idleGate = new();
    private readonly Stack<Transaction> _idle = new();
    private long _lastCommitTime;
    private int _sincePrune;
    private bool _started;
    private ulong _preparedCommitLsn;

    /// <param name="pool">Pages of the timeline.</param>
    /// <param name="wal">The log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="options">Settings.</param>
    public TransactionManager(BufferPool pool, WalInserter wal, TimeProvider time, TransactionOptions options)
    {
        _pool = pool;
        _wal = wal;
        _time = time;
        _commitLog = new CommitLog(pool, wal);
        _counters = new CounterStore(pool, wal, _commitLog, options);
        _timeIndex = new TimeIndexWriter(pool, wal, options);
        Locks = new LockManager(time, Xids, options);
        Sequences = new SequenceStore(pool, wal);
        IndexBirths = new IndexBirths(this);
        wal.Sink.DurableAdvanced = OnDurable;
    }

    /// <summary>Locks of all kinds.</summary>
    public LockManager Locks { get; }

    /// <summary>Sequence values.</summary>
    public SequenceStore Sequences { get; }

    /// <summary>
    /// Told of every commit that carries invalidations, in LSN order, before it becomes visible: its LSN and what <see cref="Transaction.AddInvalidation"/>
    /// gathered. Must be short and may not call back. Set before <see cref="Start"/>.
    /// </summary>
    public Action<Lsn, ReadOnlyMemory<byte>>? CommitVisible { get; set; }

    /// <summary>Highest commit LSN that a new snapshot sees; it is durable.</summary>
    public Lsn VisibleLsn => Snapshots.VisibleLsn;

    /// <summary>
    /// LSN of the last COMMIT PREPARED of this life: what such a transaction changed is not known, so it may be anything. Like <see cref="Storage.Heap.HeapActivity.LastCommitLsn"/> it is set before the commit becomes visible.
    /// </summary>
    internal Lsn PreparedCommitLsn => new(Volatile.Read(ref _preparedCommitLsn));

    /// <summary>The next transaction id that will be handed out.</summary>
    public ulong NextXid => _counters.NextXid;

    internal XidTable Xids { get; } = new();

    /// <summary>The conflict graph of SERIALIZABLE.</summary>
    internal SerializableManager Serializable { get; } = new();

    internal SnapshotRegistry Snapshots { get; } = new();

    internal ExportedSnapshots ExportedSnapshots { get; } = new();

    /// <summary>Indexes that are too new for old snapshots.</summary>
    internal IndexBirths IndexBirths { get; }

    /// <summary>
    /// Begins this compute's life: writes the first record of its term and waits until it is durable. Replays nothing: ids of earlier lives that the commit log
    /// does not show as committed are aborted. Throws <see cref="LostTermException"/> or <see cref="OperationCanceledException"/>.
    /// </summary>
    public void Start(ulong term, CancellationToken cancellation)
    {
        Invariant.Check(!_started);
        _started = true;
        long? indexed = _timeIndex.FindEnd(cancellation);
        _lastCommitTime = Math.Max(Now(), indexed ?? 0);
        Lsn lsn = _counters.Start(term, _lastCommitTime, cancellation);
        _counters.PrepareCommitLog(cancellation);
        _timeIndex.Prepare(cancellation);
        Lsn end = _wal.Sink.EndOfLog;
        switch (_wal.Sink.WaitDurable(end, cancellation))
        {
            case DurabilityWait.Cancelled:
                throw new OperationCanceledException(cancellation);
            case DurabilityWait.LostTerm:
                throw new LostTermException("the term was lost before its first record was durable");
            default:
                Snapshots.AdvanceVisible(Lsn.MaxOf(lsn, end));
                break;
        }
    }

    /// <summary>
    /// Begins a transaction. A session gives its own <paramref name="owner"/>; without one an internal owner is used and goes back at the end.
    /// </summary>
    public Transaction Begin(IsolationLevel isolation = IsolationLevel.ReadCommitted, bool readOnly = false, LockOwner? owner = null)
    {
        Invariant.Check(_started);
        Transaction transaction = owner is null ? RentInternal() : owner.Reusable ?? Create(owner);
        transaction.Begin(isolation, readOnly, _time.GetUtcNow());
        return transaction;
    }

    /// <summary>
    /// A session ends: releases all that it holds. Its transaction must be over; if the outcome of its last commit is unknown, its locks stay until that shows.
    /// </summary>
    public void CloseOwner(LockOwner owner)
    {
        lock (_commitGate)
        {
            if (owner.Reusable is { Abandoned: true })
            {
                owner.IsClosing = true;
                return;
            }
        }
        Locks.CloseOwner(owner);
        if (owner.Reusable is { } transaction)
            Snapshots.Remove(transaction);
        owner.Reusable = null;
    }

    /// <summary>
    /// Commits. When it returns, the transaction is durable and visible. Throws <see cref="SqlException"/> 08007 when the wait for the quorum was cancelled or the term lost: the
    /// outcome is unknown and the session must close. Any error before the commit record is appended aborts the transaction and is rethrown.
    /// </summary>
    public void Commit(Transaction transaction, CancellationToken cancellation = default)
    {
        Invariant.Check(transaction.State == TransactionState.Active);
        Lsn lsn;
        try
        {
            if (transaction.Xid == 0 && transaction.Serializable is { } reader)
                Serializable.Prepare(reader);
            lsn = transaction.Xid == 0 ? transaction.RequiredLsn : AppendCommit(transaction, cancellation);
        }
        catch (Exception) when (transaction.State == TransactionState.Active)
        {
            Abort(transaction);
            throw;
        }
        if (!lsn.IsZero && _wal.Sink.DurableLsn < lsn && _wal.Sink.WaitDurable(lsn, cancellation) != DurabilityWait.Durable)
        {
            LeaveUnknown(transaction);
            throw new SqlException(SqlState.TransactionResolutionUnknown, "the commit was not acknowledged by the storage; its outcome is unknown") { IsFatal = true };
        }
        if (transaction.State == TransactionState.Committing)
        {
            // Whoever learnt that the log is durable has mostly done it for all.
            if (VisibleLsn < lsn)
                AdvanceVisible();
            Invariant.Check(VisibleLsn >= lsn);
        }
        Finish(transaction, committed: true);
    }

    /// <summary>PREPARE TRANSACTION under SERIALIZABLE: from here on the transaction can't be made to fail. Throws 40001.</summary>
    internal void PrepareSerializable(Transaction transaction)
    {
        if (transaction.Serializable is { } prepared)
            Serializable.Prepare(prepared);
    }

    /// <summary>Ends the session's part in a transaction that is prepared: what it is and what it holds goes over to another object with an owner of its own, which is returned.</summary>
    internal Transaction Detach(Transaction transaction)
    {
        LockOwner owner = Locks.CreateOwner(transaction.Owner.Database);
        owner.IsPrepared = true;
        Transaction prepared = Create(owner);
        prepared.TakeOver(transaction);
        foreach (ulong xid in prepared.OwnXids)
            Xids.SetOwner(xid, prepared);
        Locks.Transfer(transaction.Owner, owner);
        prepared.TakeWaiters(transaction);
        transaction.Reset();
        return prepared;
    }

    /// <summary>Gives an id of an earlier life back to a prepared transaction; in ascending order, before this life hands out any.</summary>
    internal void AddRecoveredXid(ulong xid, Transaction owner) =>
        Xids.AddRecovered(xid, owner, NextXid, id => _commitLog.StatusOf(id, ReadPoint.Live) == CommitStatus.Committed);

    /// <summary>A transaction that an earlier life prepared. Its ids are to be added to the table, its locks to be taken.</summary>
    internal Transaction BeginRecovered(PreparedState state)
    {
        LockOwner owner = Locks.CreateOwner(state.Database);
        owner.IsPrepared = true;
        Transaction prepared = Create(owner);
        prepared.Recover(state);
        return prepared;
    }

    /// <summary>Rolls the transaction back. Never waits for the log's quorum.</summary>
    public void Abort(Transaction transaction)
    {
        Invariant.Check(transaction.State == TransactionState.Active);
        foreach (ulong xid in transaction.OwnXids)
            Xids.SetAborted(xid);
        EndXids(transaction);
        if (transaction.AbortDrops.Count > 0)
            DropStorages(transaction.AbortDrops, 0);
        Finish(transaction, committed: false);
    }

    /// <summary>What an id's transaction has come to, for who wants to write: a committed one that is not visible yet is still in progress.</summary>
    public TransactionStatus StatusOf(ulong xid, out Lsn commitLsn)
    {
        if (Xids.TryGet(xid, out commitLsn))
        {
            if (commitLsn == Lsn.Max)
                return TransactionStatus.Aborted;
            return commitLsn.IsZero || commitLsn > VisibleLsn ? TransactionStatus.InProgress : TransactionStatus.Committed;
        }
        return _commitLog.StatusOf(xid, ReadPoint.Live) == CommitStatus.Committed ? TransactionStatus.Committed : TransactionStatus.Aborted;
    }

    /// <summary>
    /// Whether an id's commit is seen at a snapshot LSN. <paramref name="isFinal"/> tells that it will never change for anybody, so that a hint may be set.
    /// </summary>
    public bool IsCommittedAt(ulong xid, Lsn snapshot, out bool isFinal)
    {
        if (Xids.TryGet(xid, out Lsn commitLsn))
        {
            if (commitLsn.IsZero || commitLsn > snapshot)
            {
                isFinal = commitLsn == Lsn.Max;
                return false;
            }
            isFinal = commitLsn <= Snapshots.Horizon();
            return true;
        }
        isFinal = true;
        return _commitLog.StatusOf(xid, ReadPoint.Live) == CommitStatus.Committed;
    }

    /// <summary>Whether the commit log as of a read point shows an id as committed.</summary>
    public bool IsCommittedInHistory(ulong xid, ReadPoint readPoint) => _commitLog.StatusOf(xid, readPoint) == CommitStatus.Committed;

    /// <summary>Whether an id is committed and every snapshot, now and later, sees it: what it deleted may be removed.</summary>
    public bool IsCommittedForAll(ulong xid)
    {
        if (Xids.TryGet(xid, out Lsn commitLsn))
            return !commitLsn.IsZero && commitLsn <= Snapshots.Horizon();
        return _commitLog.StatusOf(xid, ReadPoint.Live) == CommitStatus.Committed;
    }

    /// <summary>Whether an id is aborted: what it inserted may be removed at once.</summary>
    public bool IsAborted(ulong xid) => StatusOf(xid, out _) == TransactionStatus.Aborted;

    /// <summary>Every commit at or below this LSN is visible to every snapshot, now and later: the horizon of pruning and vacuum.</summary>
    public Lsn OldestSnapshotLsn() => Snapshots.Horizon();

    /// <summary>Computes the horizon anew, for vacuum: <see cref="OldestSnapshotLsn"/> may lag behind the end of a long transaction.</summary>
    public Lsn RefreshHorizon() => Snapshots.Refresh();

    /// <summary>The lowest id that runs now, or the next one. What lower ids stored is settled, and every snapshot that is taken from here on sees what came of it.</summary>
    internal ulong OldestRunningXid()
    {
        // The next id first: every lower one is in the table by then.
        ulong next = _counters.NextXid;
        return Math.Min(next, Xids.OldestRunning(next));
    }

    /// <summary>The ids below <paramref name="next"/>, the next one, whose changes a registered snapshot does not see, in ascending order.</summary>
    internal List<ulong> UnseenXids(Lsn snapshot, out ulong next)
    {
        next = _counters.NextXid;
        return Xids.UnseenAt(snapshot, next);
    }

    /// <summary>
    /// Waits until no session of the owner's database uses a snapshot any more that was taken before an LSN became visible. Who builds an index beside writers is not waited for, nor are the engine's own sessions. Errors as
    /// <see cref="LockManager.LockRelation"/>.
    /// </summary>
    internal void WaitForOlderSnapshots(LockOwner owner, Lsn lsn, CancellationToken cancellation)
    {
        foreach ((Transaction transaction, long number) in Snapshots.FindOlder(lsn))
        {
            LockOwner holder = transaction.Owner;
            bool concerns = holder != owner && holder.Database == owner.Database && !holder.IsBuildingIndex;
            // Waiting takes time: most of the others are through by the time their turn comes.
            if (concerns && SnapshotRegistry.IsOlder(transaction, lsn))
                Locks.WaitForEnd(owner, holder, number, cancellation);
        }
    }

    /// <summary>Whom a deferrable transaction waits for before it has its snapshot.</summary>
    internal IReadOnlyList<LockOwner> SnapshotBlockers(Transaction transaction) =>
        transaction is { IsDeferrable: true, Serializable: { } waiting } ? Serializable.BlockersOf(waiting) : [];

    /// <summary>A new OID for a catalog object.</summary>
    public uint NextOid(CancellationToken cancellation = default) => _counters.NextOid(cancellation);

    /// <summary>A new storage id, never used before on any branch that shares this history.</summary>
    public ulong NextStorageId(CancellationToken cancellation = default) => _counters.NextStorage(cancellation);

    /// <summary>Microseconds since 2000-01-01 UTC.</summary>
    public long Now() => (_time.GetUtcNow() - s_epoch).Ticks / TimeSpan.TicksPerMicrosecond;

    internal ulong AssignXid(Transaction transaction, CancellationToken cancellation) => _counters.AssignXid(Xids, transaction, cancellation);

    internal void AbortSubtransactions(Transaction transaction, ReadOnlySpan<ulong> xids)
    {
        foreach (ulong xid in xids)
        {
            Xids.SetAborted(xid);
            if (transaction.Serializable is not null)
                Serializable.RemoveXid(xid);
        }
        Xids.End(xids);
    }

    /// <summary>Logs that storages are gone, from a position of a list on, shortens the list and throws their pages away.</summary>
    internal void DropStorages(List<(uint Database, ulong Storage)> drops, int from)
    {
        drops.Sort(from, drops.Count - from, null);
        _wal.EnsureRoom(CommitBytes + (drops.Count - from) * ByteWriter.MaxVarintBytes * 3, CancellationToken.None);
        WalRecordBuilder record = _wal.Begin(WalRecordKind.Change, 0);
        AddDrops(ref record, drops, from);
        Lsn lsn = record.Insert();
        for (int i = from; i < drops.Count; i++)
            _pool.Discard(drops[i].Database, drops[i].Storage, fork: null, fromBlock: 0, lsn);
        drops.RemoveRange(from, drops.Count - from);
    }

    /// <summary>One change per database, or per <see cref="DropsPerChange"/> storages of it: a record has room for few changes, and dropping a schema or a database drops thousands.</summary>
    private static void AddDrops(ref WalRecordBuilder record, List<(uint Database, ulong Storage)> drops, int from)
    {
        Span<ulong> storages = stackalloc ulong[Math.Min(DropsPerChange, drops.Count - from)];
        for (int i = from; i < drops.Count;)
        {
            uint database = drops[i].Database;
            int count = 0;
            for (; i < drops.Count && drops[i].Database == database && count < storages.Length; i++)
            {
                if (count == 0 || drops[i].Storage != storages[count - 1])
                    storages[count++] = drops[i].Storage;
            }
            record.AddDropStorages(database, storages[..count]);
        }
    }

    private Lsn AppendCommit(Transaction transaction, CancellationToken cancellation)
    {
        ReadOnlySpan<ulong> xids = transaction.OwnXids;
        Span<PageHandle> pages = transaction.CommitLogPages;
        if (!FitsRecord(xids, pages.Length))
        {
            // As long as the top-level id is not committed, neither are those that are linked to it: one bit in the record decides for all.
            _commitLog.LinkChildren(xids[0], xids[1..], cancellation);
            xids = xids[..1];
        }
        int pinned = 0;
        bool latched = false;
        try
        {
            for (int begin = 0; begin < xids.Length; begin = EndOfPage(xids, begin))
            {
                pages[pinned] = _pool.Pin(CommitLogPage.KeyOf(xids[begin]), ReadPoint.Live, cancellation);
                pinned++;
            }
            int bytes = CommitBytes + xids.Length * SubXidBytes + transaction.Invalidations.Length + transaction.CommitDrops.Count * 32;
            if (bytes > WalFormat.MaxRecordBytes)
                throw new SqlException(SqlState.ProgramLimitExceeded, "the transaction has too many catalog changes");
            _wal.EnsureRoom(bytes, cancellation);
            foreach (PageHandle page in pages[..pinned])
                page.LatchExclusive();
            latched = true;
            return LogCommit(transaction, xids, pages[..pinned]);
        }
        finally
        {
            foreach (PageHandle page in pages[..pinned])
            {
                if (latched)
                    page.UnlatchExclusive();
                page.Unpin();
            }
        }
    }

    /// <summary>Whether a commit record can name the ids, beside half of a record for all else.</summary>
    private static bool FitsRecord(ReadOnlySpan<ulong> xids, int pagesMax)
    {
        int pages = 0;
        for (int begin = 0; begin < xids.Length && pages <= pagesMax; begin = EndOfPage(xids, begin))
            pages++;
        return pages <= pagesMax && xids.Length <= WalFormat.MaxRecordBytes / 2 / SubXidBytes;
    }

    /// <param name="transaction">The transaction.</param>
    /// <param name="xids">Its ids that the record names: all of them, or the first when the others are linked to that.</param>
    /// <param name="pages">Their pages of the commit log.</param>
    private Lsn LogCommit(Transaction transaction, ReadOnlySpan<ulong> xids, ReadOnlySpan<PageHandle> pages)
    {
        if (transaction.CommitDrops.Count > 1)
            transaction.CommitDrops.Sort();
        WalRecordBuilder record;
        Lsn lsn;
        long time;
        lock (_commitGate)
        {
            if (transaction.Serializable is { } writer)
                Serializable.Prepare(writer);
            time = _lastCommitTime = Math.Max(Now(), _lastCommitTime);
            record = _wal.Begin(WalRecordKind.Commit, xids[0]);
            int begin = 0;
            foreach (PageHandle page in pages)
            {
                int end = EndOfPage(xids, begin);
                ByteWriter change = record.BeginChange(page);
                CommitLogSet.Encode(ref change, CommitStatus.Committed, xids[begin..end]);
                record.EndChange(in change);
                begin = end;
            }
            AddDrops(ref record, transaction.CommitDrops, 0);
            record.AddCommitBody(time, xids[0], xids[1..], transaction.Invalidations.Span);
            lsn = record.Append();
            transaction.CommitLsn = lsn;
            transaction.State = TransactionState.Committing;
            if (transaction.WasPrepared)
                Volatile.Write(ref _preparedCommitLsn, lsn.Value);
            else
                transaction.Activity.NoteCommit(lsn);
            Xids.SetCommitted(transaction.OwnXids, lsn);
            if (transaction.Serializable is { } committed)
                Serializable.SetCommitLsn(committed, lsn);
            _committing.Enqueue(transaction);
        }
        record.Apply(lsn);
        return lsn;
    }

    private static int EndOfPage(ReadOnlySpan<ulong> xids, int begin)
    {
        ulong block = xids[begin] / CommitLogPage.XidsPerPage;
        int end = begin + 1;
        while (end < xids.Length && xids[end] / CommitLogPage.XidsPerPage == block)
            end++;
        return end;
    }

    private void OnDurable(Lsn durable)
    {
        // Committers advance on their own account; this is for commits that nobody waits for any more.
        if (_commitGate.TryEnter())
        {
            bool any = _committing.Count > 0;
            _commitGate.Exit();
            if (any)
                AdvanceVisible();
        }
    }

    /// <summary>Makes every durable commit visible, in LSN order.</summary>
    private void AdvanceVisible()
    {
        lock (_commitGate)
        {
            Lsn durable = _wal.Sink.DurableLsn;
            while (_committing.TryPeek(out Transaction? transaction) && transaction.CommitLsn <= durable)
            {
                _committing.Dequeue();
                if (transaction.Invalidations.Length > 0)
                    CommitVisible?.Invoke(transaction.CommitLsn, transaction.Invalidations);
                Snapshots.AdvanceVisible(transaction.CommitLsn);
                EndXids(transaction);
                if (transaction.Abandoned)
                    FinishAbandoned(transaction);
            }
        }
    }

    private void EndXids(Transaction transaction)
    {
        Xids.End(transaction.OwnXids);
        transaction.SignalWaiters();
        if (Interlocked.Increment(ref _sincePrune) >= PruneEvery)
        {
            Volatile.Write(ref _sincePrune, 0);
            Xids.Prune(Snapshots.Horizon());
        }
    }

    private void LeaveUnknown(Transaction transaction)
    {
        lock (_commitGate)
        {
            if (transaction.State == TransactionState.Committing && transaction.CommitLsn > VisibleLsn)
            {
                transaction.Abandoned = true;
                // The log may have become durable between the end of the wait and here, with nobody else left to notice.
                AdvanceVisible();
                return;
            }
        }
        Finish(transaction, committed: true);
    }

    /// <summary>The owner's session is gone or closing; its locks go now that the outcome shows.</summary>
    private void FinishAbandoned(Transaction transaction)
    {
        if (transaction.Serializable is { } committed)
            Serializable.End(committed, committed: true);
        transaction.Activity.End(committed: true);
        Locks.ReleaseFrom(transaction.Owner, 0, 0);
        transaction.Reset();
        if (transaction.Owner.IsClosing)
            CloseOwner(transaction.Owner);
    }

    private void Finish(Transaction transaction, bool committed)
    {
        LockOwner owner = transaction.Owner;
        bool wrote = transaction.State == TransactionState.Committing;
        if (wrote)
        {
            foreach ((uint database, ulong storage) in transaction.CommitDrops)
                _pool.Discard(database, storage, fork: null, fromBlock: 0, transaction.CommitLsn);
        }
        Lsn commitLsn = transaction.CommitLsn;
        if (transaction.Serializable is { } ended)
            Serializable.End(ended, committed);
        transaction.Activity.End(committed);
        Locks.ReleaseFrom(owner, 0, 0);
        transaction.Reset();
        if (owner.IsInternal)
        {
            lock (_idleGate)
                _idle.Push(transaction);
        }
        if (wrote && _timeIndex.IsDue(_lastCommitTime))
            _timeIndex.Add(_lastCommitTime, commitLsn, CancellationToken.None);
    }

    private Transaction RentInternal()
    {
        lock (_idleGate)
        {
            if (_idle.TryPop(out Transaction? idle))
                return idle;
        }
        LockOwner owner = Locks.CreateOwner();
        owner.IsInternal = true;
        return Create(owner);
    }

    private Transaction Create(LockOwner owner)
    {
        var transaction = new Transaction(this, owner);
        owner.Reusable = transaction;
        Snapshots.Add(transaction);
        return transaction;
    }
}
