using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions.Serializable;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Transactions;

/// <summary>How a transaction stands.</summary>
public enum TransactionState
{
    /// <summary>Not begun, or over: the object may be begun again.</summary>
    Idle,
    Active,

    /// <summary>Its commit record has an LSN: it can't abort any more.</summary>
    Committing,
}

/// <summary>
/// One transaction of a session, with its savepoints. Used by the session's thread only, apart from what is marked. The object is reused by the session's next transaction.
/// </summary>
public sealed class Transaction
{
    private struct Level
    {
        public string? Name;
        public ulong Xid;
        public int OwnXids;
        public int HeldLocks;
        public int HeldRows;
        public int CommitDrops;
        public int AbortDrops;
        public int Invalidations;
        public Execution.Modify.DeferredConstraints.Mark Deferred;
    }

    private readonly TransactionManager _manager;
    private readonly Lock _waitersGate = new();
    private readonly List<WaitSlot> _waiters = [];
    private readonly List<(ulong Lsn, int Count)> _registered = [];
    private Level[] _levels = new Level[4];
    private int _depth;
    private ulong[] _ownXids = new ulong[4];
    private int _ownXidCount;
    private ulong _statementLsn;
    private bool _commandUsed;
    private byte[] _invalidations = [];
    private int _invalidationBytes;

    /// <summary>Lowest LSN of any snapshot in use, 0 for none. Read by other threads.</summary>
    internal ulong PublishedSnapshot;
    private bool _hasExported;

    internal Transaction(TransactionManager manager, LockOwner owner)
    {
        _manager = manager;
        Owner = owner;
    }

    /// <summary>What it changed so far, for the cumulative statistics.</summary>
    public TransactionActivity Activity { get; } = new();

    /// <summary>It was prepared, and goes on without the session that began it: <see cref="Activity"/> does not tell what it changed.</summary>
    internal bool WasPrepared { get; private set; }

    /// <summary>The session as lock holder.</summary>
    public LockOwner Owner { get; }

    public TransactionState State { get; internal set; }

    public IsolationLevel Isolation { get; private set; }

    /// <summary>The transaction in the conflict graph of SERIALIZABLE; null at the other levels.</summary>
    internal SerializableTransaction? Serializable { get; private set; }

    /// <summary>Under SERIALIZABLE READ ONLY: the first snapshot waits until it is one that can't take part in an anomaly.</summary>
    public bool IsDeferrable { get; set; }

    /// <summary>A snapshot has been taken: the isolation level is settled, and a read-only transaction stays one.</summary>
    public bool HasSnapshot { get; private set; }

    /// <summary>Checks of deferrable constraints that wait; made at the first use.</summary>
    public Execution.Modify.DeferredConstraints Deferred => _deferred ??= new Execution.Modify.DeferredConstraints();

    /// <summary>True when checks wait.</summary>
    public bool HasDeferred => _deferred is { HasPending: true };

    private Execution.Modify.DeferredConstraints? _deferred;

    /// <summary>A statement that writes must be refused with 25006.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>The transaction's id; 0 as long as it has written nothing.</summary>
    public ulong Xid => _ownXidCount == 0 ? 0 : _levels[0].Xid;

    /// <summary>The current command's number within the transaction.</summary>
    public uint CommandId { get; private set; }

    /// <summary>Savepoints that are open.</summary>
    public int SavepointDepth => _depth;

    /// <summary>When the transaction began (<c>now()</c>).</summary>
    public DateTimeOffset StartTime { get; private set; }

    /// <summary>The LSN of the commit record once there is one.</summary>
    public Lsn CommitLsn { get; internal set; }

    /// <summary>Something durable must be reached before the commit is acknowledged even if nothing was written: values taken from a sequence.</summary>
    internal Lsn RequiredLsn { get; private set; }

    /// <summary>The session left the commit wait without an answer: whoever advances the visible LSN releases the locks.</summary>
    internal bool Abandoned;

    /// <summary>Room for the pins of a commit.</summary>
    internal PageHandle[] CommitLogPages { get; } = new PageHandle[WalRecordBuilder.MaxPages];

    /// <summary>Storages to drop when the transaction commits (old versions, dropped relations).</summary>
    internal List<(uint Database, ulong Storage)> CommitDrops { get; } = [];

    /// <summary>Storages to drop when it aborts: those that it created.</summary>
    internal List<(uint Database, ulong Storage)> AbortDrops { get; } = [];

    /// <summary>What the catalog wants to be told at commit, in its own encoding.</summary>
    internal ReadOnlyMemory<byte> Invalidations => _invalidations.AsMemory(0, _invalidationBytes);

    /// <summary>Ids of the transaction and its live sub-transactions, ascending.</summary>
    internal ReadOnlySpan<ulong> OwnXids => _ownXids.AsSpan(0, _ownXidCount);

    /// <summary>
    /// The id to write into rows: the current sub-transaction's, handed out now if it has none. It may log and read pages: call it before latching.
    /// </summary>
    public ulong EnsureXid(CancellationToken cancellation = default)
    {
        ulong xid = _levels[_depth].Xid;
        return xid != 0 ? xid : AssignXid(cancellation);
    }

    /// <summary>True for the ids of this transaction and of its sub-transactions that were not rolled back.</summary>
    public bool IsOwn(ulong xid)
    {
        if (_ownXidCount == 0 || xid < _ownXids[0] || xid > _ownXids[_ownXidCount - 1])
            return false;
        return _ownXids[0] == xid || OwnXids.BinarySearch(xid) >= 0;
    }

    /// <summary>Notes that the current command wrote something, so that <see cref="AdvanceCommand"/> has a reason.</summary>
    internal void UseCommand() => _commandUsed = true;

    /// <summary>
    /// Ends a command: later ones see what it did. Does nothing when it wrote nothing. Throws 54000 after 2^32 - 2 commands.
    /// </summary>
    public void AdvanceCommand()
    {
        if (!_commandUsed)
            return;
        _commandUsed = false;
        if (CommandId == uint.MaxValue - 1)
            throw new SqlException(SqlState.ProgramLimitExceeded, "cannot have more than 2^32-2 commands in a transaction");
        CommandId++;
    }

    /// <summary>
    /// The snapshot for a statement: a new one under READ COMMITTED, otherwise the transaction's first. It holds until the next call or the end of the
    /// transaction; a cursor that lives longer registers its own.
    /// </summary>
    public Snapshot TakeSnapshot()
    {
        if (Isolation < IsolationLevel.RepeatableRead || _statementLsn == 0)
            _statementLsn = Serializable is not null ? BeginSerializable() : _manager.Snapshots.Publish(this, LowestRegistered());
        HasSnapshot = true;
        return new Snapshot(this, new Lsn(_statementLsn), CommandId);
    }

    /// <summary>
    /// Exports the snapshot of the running statement: others may see what it sees as long as this transaction lasts. Throws 25001 inside a savepoint.
    /// </summary>
    public string ExportSnapshot(uint database)
    {
        if (_depth > 0)
            throw new SqlException(SqlState.ActiveSqlTransaction, "cannot export a snapshot from a subtransaction");
        Register(_statementLsn == 0 ? TakeSnapshot() : CurrentSnapshot);
        _hasExported = true;
        return _manager.ExportedSnapshots.Add(this, _statementLsn, database);
    }

    /// <summary>
    /// Takes a snapshot that another transaction has exported as the first and only one. Throws 25001 when there is one already, 0A000 at READ COMMITTED, 22023 for an unknown name.
    /// </summary>
    public void ImportSnapshot(string name, uint database)
    {
        if (HasSnapshot || _depth > 0)
            throw new SqlException(SqlState.ActiveSqlTransaction, "SET TRANSACTION SNAPSHOT must be called before any query");
        if (Isolation < IsolationLevel.RepeatableRead)
            throw new SqlException(SqlState.FeatureNotSupported, "a snapshot-importing transaction must have isolation level SERIALIZABLE or REPEATABLE READ");
        _manager.ExportedSnapshots.Use(name, this, database, (exporter, lsn) =>
        {
            Volatile.Write(ref PublishedSnapshot, lsn);
            _statementLsn = Serializable is null ? lsn : _manager.Serializable.Begin(Serializable, ReadOnly, _ => lsn, exporter.Serializable);
        });
        HasSnapshot = true;
    }

    /// <summary>
    /// A snapshot of now whatever the isolation level: READ COMMITTED re-checks after a wait, and checks of foreign keys. The statement's own stays valid beside it.
    /// </summary>
    public Snapshot TakeFreshSnapshot()
    {
        if (_statementLsn == 0 && Serializable is not null)
            TakeSnapshot();
        ulong held = _statementLsn == 0 ? LowestRegistered() : Math.Min(_statementLsn, LowestRegistered());
        ulong lsn = _manager.Snapshots.Publish(this, held);
        if (_statementLsn == 0)
            _statementLsn = lsn;
        return new Snapshot(this, new Lsn(lsn), CommandId);
    }

    /// <summary>The snapshot last taken, at the current command. Only between <see cref="TakeSnapshot"/> and the end of the transaction.</summary>
    public Snapshot CurrentSnapshot
    {
        get
        {
            Invariant.Check(_statementLsn != 0);
            return new Snapshot(this, new Lsn(_statementLsn), CommandId);
        }
    }

    /// <summary>
    /// Under READ COMMITTED, lets go of the statement's snapshot between statements, so that vacuum need not wait for an idle transaction.
    /// </summary>
    public void ReleaseStatementSnapshot()
    {
        if (Isolation >= IsolationLevel.RepeatableRead)
            return;
        _statementLsn = 0;
        ulong lowest = LowestRegistered();
        Volatile.Write(ref PublishedSnapshot, lowest == ulong.MaxValue ? 0 : lowest);
    }

    /// <summary>Keeps a snapshot of this transaction valid beyond its statement, for a cursor. Pair with <see cref="Unregister"/>.</summary>
    public void Register(in Snapshot snapshot)
    {
        Invariant.Check(snapshot.Owner == this);
        for (int i = 0; i < _registered.Count; i++)
        {
            if (_registered[i].Lsn == snapshot.VisibleLsn.Value)
            {
                _registered[i] = (_registered[i].Lsn, _registered[i].Count + 1);
                return;
            }
        }
        _registered.Add((snapshot.VisibleLsn.Value, 1));
    }

    /// <summary>Ends <see cref="Register"/>; harmless after the end of the transaction.</summary>
    public void Unregister(in Snapshot snapshot)
    {
        for (int i = 0; i < _registered.Count; i++)
        {
            if (_registered[i].Lsn != snapshot.VisibleLsn.Value)
                continue;
            if (_registered[i].Count > 1)
                _registered[i] = (_registered[i].Lsn, _registered[i].Count - 1);
            else
                _registered.RemoveAt(i);
            return;
        }
    }

    /// <summary>Opens a savepoint (a sub-transaction); a name may occur more than once, the newest counts. Null for an internal one.</summary>
    public void DefineSavepoint(string? name)
    {
        Invariant.Check(State == TransactionState.Active);
        if (++_depth == _levels.Length)
            Array.Resize(ref _levels, _depth * 2);
        _levels[_depth] = new Level
        {
            Name = name,
            OwnXids = _ownXidCount,
            HeldLocks = Owner.HeldCount,
            HeldRows = Owner.HeldRowCount,
            CommitDrops = CommitDrops.Count,
            AbortDrops = AbortDrops.Count,
            Invalidations = _invalidationBytes,
            Deferred = _deferred?.Now ?? default,
        };
    }

    /// <summary>Closes a savepoint and those above it, keeping what was done. Throws 3B001 when there is none of that name.</summary>
    public void ReleaseSavepoint(string? name) => _depth = FindSavepoint(name) - 1;

    /// <summary>
    /// Undoes all since a savepoint, which stays open. Throws 3B001 when there is none of that name.
    /// </summary>
    public void RollbackToSavepoint(string? name)
    {
        int depth = FindSavepoint(name);
        Level level = _levels[depth];
        _manager.AbortSubtransactions(this, _ownXids.AsSpan(level.OwnXids, _ownXidCount - level.OwnXids));
        _ownXidCount = level.OwnXids;
        _manager.Locks.ReleaseFrom(Owner, level.HeldLocks, level.HeldRows);
        CommitDrops.RemoveRange(level.CommitDrops, CommitDrops.Count - level.CommitDrops);
        if (AbortDrops.Count > level.AbortDrops)
            _manager.DropStorages(AbortDrops, level.AbortDrops);
        _invalidationBytes = level.Invalidations;
        _deferred?.GoBackTo(level.Deferred);
        level.Xid = 0;
        _levels[depth] = level;
        _depth = depth;
        SignalWaiters();
    }

    /// <summary>Appends to what the commit record tells catalog caches.</summary>
    public void AddInvalidation(ReadOnlySpan<byte> invalidation)
    {
        if (_invalidations.Length - _invalidationBytes < invalidation.Length)
            Array.Resize(ref _invalidations, Math.Max(256, (_invalidationBytes + invalidation.Length) * 2));
        invalidation.CopyTo(_invalidations.AsSpan(_invalidationBytes));
        _invalidationBytes += invalidation.Length;
    }

    /// <summary>The storage goes when the transaction commits: its relation was dropped or rewritten.</summary>
    public void DropStorageAtCommit(uint database, ulong storage) => CommitDrops.Add((database, storage));

    /// <summary>The storage goes if the transaction (or the current savepoint) is rolled back: it was created here.</summary>
    public void DropStorageAtAbort(uint database, ulong storage) => AbortDrops.Add((database, storage));

    /// <summary>The commit may be acknowledged only when the log is durable up to here, whether or not the transaction writes.</summary>
    public void RequireDurable(Lsn lsn) => RequiredLsn = Lsn.MaxOf(RequiredLsn, lsn);

    /// <summary>It has exported a snapshot.</summary>
    internal bool HasExported => _hasExported;

    /// <summary>The relations of a database that it has locked.</summary>
    internal IEnumerable<uint> LockedRelations(uint database)
    {
        for (int i = 0; i < Owner.HeldCount; i++)
            if (Owner.Held[i].Tag is { Kind: LockKind.Relation } tag && tag.Database == database)
                yield return (uint)tag.Id;
    }

    /// <summary>What must be kept of it when it is prepared.</summary>
    internal PreparedState Describe(string gid, uint role, uint database, long now)
    {
        // Savepoints end here, with what was done in them kept.
        AdvanceCommand();
        _depth = 0;
        var locks = new List<(LockTag, byte)>();
        foreach (LockOwner.HeldLock held in Owner.Held.AsSpan(0, Owner.HeldCount))
            if (!held.Session)
                locks.Add((held.Tag, held.Mode));
        return new PreparedState(gid, role, database, now)
        {
            Isolation = Isolation,
            HasCatalogChanges = _invalidationBytes > 0,
            CommandId = CommandId,
            Xids = OwnXids.ToArray(),
            CommitDrops = [.. CommitDrops],
            AbortDrops = [.. AbortDrops],
            Locks = [.. locks],
            RowLocks = Owner.HeldRows.AsSpan(0, Owner.HeldRowCount).ToArray(),
        };
    }

    /// <summary>Becomes, from idle, what another transaction was before it was prepared; that one is as good as over then. Locks are the manager's affair.</summary>
    internal void TakeOver(Transaction other)
    {
        Begin(IsolationLevel.ReadCommitted, readOnly: false, other.StartTime);
        WasPrepared = true;
        Isolation = other.Isolation;
        (_ownXids, other._ownXids) = (other._ownXids, _ownXids);
        (_ownXidCount, other._ownXidCount) = (other._ownXidCount, 0);
        _levels[0].Xid = _ownXids[0];
        CommandId = other.CommandId;
        CommitDrops.AddRange(other.CommitDrops);
        AbortDrops.AddRange(other.AbortDrops);
        AddInvalidation(other.Invalidations.Span);
        Serializable = other.Serializable;
        other.Serializable = null;
        if (Serializable is { } known)
            known.Transaction = this;
    }

    /// <summary>Who waited for the ids of another transaction waits for this one, which has them now. They may be signalled once too often, which every waiter bears.</summary>
    internal void TakeWaiters(Transaction other)
    {
        lock (other._waitersGate)
        {
            lock (_waitersGate)
                _waiters.AddRange(other._waiters);
        }

        SignalWaiters();
    }

    /// <summary>Becomes, from idle, a transaction that was prepared in an earlier life.</summary>
    internal void Recover(PreparedState state)
    {
        Begin(IsolationLevel.ReadCommitted, readOnly: false, DateTimeOffset.UnixEpoch);
        WasPrepared = true;
        foreach (ulong xid in state.Xids)
            AddOwnXid(xid);
        _levels[0].Xid = state.Xids[0];
        CommandId = state.CommandId;
        CommitDrops.AddRange(state.CommitDrops);
        AbortDrops.AddRange(state.AbortDrops);
    }

    internal void Begin(IsolationLevel isolation, bool readOnly, DateTimeOffset now)
    {
        Invariant.Check(State == TransactionState.Idle);
        State = TransactionState.Active;
        HasSnapshot = false;
        Isolation = isolation;
        Serializable = isolation == IsolationLevel.Serializable ? new SerializableTransaction(_manager.Serializable, this) : null;
        IsDeferrable = false;
        ReadOnly = readOnly;
        StartTime = now;
        Owner.Transaction = this;
    }

    /// <summary>Forgets everything: the transaction is over and its outcome shows.</summary>
    internal void Reset()
    {
        if (_hasExported)
            _manager.ExportedSnapshots.Remove(this);
        _hasExported = false;
        Volatile.Write(ref PublishedSnapshot, 0);
        State = TransactionState.Idle;
        _deferred = null;
        _depth = 0;
        _levels[0] = default;
        _ownXidCount = 0;
        _statementLsn = 0;
        CommandId = 0;
        _commandUsed = false;
        _invalidationBytes = 0;
        _registered.Clear();
        CommitDrops.Clear();
        AbortDrops.Clear();
        CommitLsn = default;
        RequiredLsn = default;
        Abandoned = false;
        WasPrepared = false;
        Serializable = null;
        Owner.Transaction = null;
        Owner.NoteTransactionEnd();
    }

    /// <summary>Adds somebody who waits for one of this transaction's ids; false when that has ended. Any thread.</summary>
    internal bool TryAddWaiter(WaitSlot slot, ulong xid)
    {
        lock (_waitersGate)
        {
            if (_manager.Xids.OwnerOf(xid) != this)
                return false;
            _waiters.Add(slot);
            return true;
        }
    }

    /// <summary>Any thread.</summary>
    internal void RemoveWaiter(WaitSlot slot)
    {
        lock (_waitersGate)
            _waiters.Remove(slot);
    }

    /// <summary>Wakes all who wait for ids of this transaction; they look again. Any thread.</summary>
    internal void SignalWaiters()
    {
        lock (_waitersGate)
        {
            foreach (WaitSlot slot in _waiters)
                slot.Signal();
        }
    }

    private ulong AssignXid(CancellationToken cancellation)
    {
        Invariant.Check(State == TransactionState.Active);
        // A parent's id comes before its children's: the commit record lists them relative to it.
        if (_levels[0].Xid == 0)
            _levels[0].Xid = AddOwnXid(_manager.AssignXid(this, cancellation));
        if (_levels[_depth].Xid == 0)
            _levels[_depth].Xid = AddOwnXid(_manager.AssignXid(this, cancellation));
        if (_depth > 0)
            KeepTopXidBelowSavepoints();
        return _levels[_depth].Xid;
    }

    private ulong AddOwnXid(ulong xid)
    {
        if (_ownXidCount == _ownXids.Length)
            Array.Resize(ref _ownXids, _ownXidCount * 2);
        _ownXids[_ownXidCount++] = xid;
        if (Serializable is { } writer)
            _manager.Serializable.AddXid(writer, xid);
        return xid;
    }

    /// <summary>The top id may be handed out inside a savepoint; rolling back to that must not take it away.</summary>
    private void KeepTopXidBelowSavepoints()
    {
        for (int i = 1; i <= _depth; i++)
            _levels[i].OwnXids = Math.Max(_levels[i].OwnXids, 1);
    }

    /// <summary>The first snapshot of a serializable transaction. A deferrable one waits for a snapshot that is known to be safe, beside no one in whom it could see an anomaly.</summary>
    private ulong BeginSerializable()
    {
        while (true)
        {
            ulong lsn = _manager.Serializable.Begin(Serializable!, ReadOnly, static me => me._manager.Snapshots.Publish(me, me.LowestRegistered()));
            if (!ReadOnly || !IsDeferrable)
                return lsn;
            bool? safe;
            while ((safe = _manager.Serializable.IsSafe(Serializable!)) is null)
            {
                if (Owner.Slot.Wait(Timeout.InfiniteTimeSpan, SnapshotWaitCancellation) == WaitOutcome.Cancelled)
                    throw new OperationCanceledException(SnapshotWaitCancellation);
                Owner.Slot.Reset();
            }
            if (safe == true)
                return lsn;
            _manager.Serializable.End(Serializable!, committed: false);
            Serializable = new SerializableTransaction(_manager.Serializable, this);
        }
    }

    /// <summary>Ends the wait of a deferrable transaction for its snapshot.</summary>
    public CancellationToken SnapshotWaitCancellation { get; set; }

    /// <summary>Something became known of the snapshot of a deferrable transaction. Any thread.</summary>
    internal void SignalSnapshotWait() => Owner.Slot.Signal();

    private int FindSavepoint(string? name)
    {
        for (int depth = _depth; depth > 0; depth--)
        {
            if (_levels[depth].Name == name)
                return depth;
        }
        throw new SqlException(SqlState.InvalidSavepointSpecification, $"savepoint \"{name}\" does not exist");
    }

    private ulong LowestRegistered()
    {
        ulong lowest = ulong.MaxValue;
        foreach ((ulong lsn, _) in _registered)
            lowest = Math.Min(lowest, lsn);
        return lowest;
    }
}
