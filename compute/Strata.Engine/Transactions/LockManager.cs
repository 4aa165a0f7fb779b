using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Transactions;

/// <summary>
/// Relation, object, advisory and row locks, and waits for transactions to end: all in memory, since only this compute writes. Finds deadlocks over all of them.
/// Thread-safe; an owner is used by its session's thread only.
/// </summary>
/// <remarks>
/// Weak relation locks (AccessShare, RowShare, RowExclusive), which do not conflict with each other, are noted with their owner only. Who wants a mode
/// that conflicts with them first announces it in a counter of the relation's hash, then moves such notes of all owners to the shared table; who finds the
/// counter raised goes to the shared table at once. So weak locks of different sessions touch no common memory but a counter that hardly ever changes.
/// </remarks>
public sealed class LockManager
{
    private const int StrongCounters = 1024;

    private readonly TimeProvider _time;
    private readonly XidTable _xids;
    private readonly TimeSpan _deadlockTimeout;
    private readonly LockTable _table;
    private readonly LockTable _rows;
    private readonly int[] _strong = new int[StrongCounters];
    private readonly Lock _graphGate = new();
    private readonly SlotTable<LockOwner> _owners = new();
    private int _created;

    internal LockManager(TimeProvider time, XidTable xids, TransactionOptions options)
    {
        _time = time;
        _xids = xids;
        _deadlockTimeout = options.DeadlockTimeout;
        _table = new LockTable(options.MaxLocks);
        _rows = new LockTable(options.MaxLocks);
    }

    /// <summary>A new session's identity, in a database (0 for none). Close it with <see cref="CloseOwner"/>.</summary>
    public LockOwner CreateOwner(uint database = 0)
    {
        var owner = new LockOwner(_time, Interlocked.Increment(ref _created)) { Database = database };
        _owners.Add(owner);
        return owner;
    }

    /// <summary>Releases everything that a session still holds and forgets it.</summary>
    public void CloseOwner(LockOwner owner)
    {
        ReleaseFrom(owner, 0, 0, includeSession: true);
        _owners.Remove(owner);
    }

    /// <summary>
    /// Locks a relation until the end of the transaction. Returns false only if it is not free and <paramref name="policy"/> is not to wait. Throws
    /// <see cref="SqlException"/> 40P01 (deadlock), 55P03 (lock_timeout), 53200, or <see cref="OperationCanceledException"/>.
    /// </summary>
    public bool LockRelation(
        LockOwner owner, uint database, uint relation, RelationLockMode mode, WaitPolicy policy = WaitPolicy.Block, CancellationToken cancellation = default) =>
        Acquire(owner, LockTag.Relation(database, relation), (byte)mode, session: false, policy, cancellation);

    /// <summary>Locks an object, name or advisory key, for the transaction or the session. Results and errors as <see cref="LockRelation"/>.</summary>
    public bool Lock(
        LockOwner owner, in LockTag tag, RelationLockMode mode, bool session = false, WaitPolicy policy = WaitPolicy.Block, CancellationToken cancellation = default) =>
        Acquire(owner, tag, (byte)mode, session, policy, cancellation);

    /// <summary>Releases one acquisition of a session-level lock. False when it was not held.</summary>
    public bool UnlockSession(LockOwner owner, in LockTag tag, RelationLockMode mode)
    {
        int index = owner.FindHeld(tag, (byte)mode, session: true);
        if (index < 0)
            return false;
        if (--owner.Held[index].Count == 0)
            ReleaseAt(owner, index);
        return true;
    }

    /// <summary>Releases all session-level advisory locks (<c>pg_advisory_unlock_all</c>).</summary>
    public void UnlockAllSession(LockOwner owner)
    {
        for (int i = owner.HeldCount - 1; i >= 0; i--)
        {
            if (owner.Held[i].Session)
                ReleaseAt(owner, i);
        }
    }

    /// <summary>True when the owner holds the relation lock in this mode or (fast check by the planner's assertions) a stronger one.</summary>
    public bool HoldsRelation(LockOwner owner, uint database, uint relation, RelationLockMode atLeast)
    {
        LockTag tag = LockTag.Relation(database, relation);
        for (int i = 0; i < owner.HeldCount; i++)
        {
            if (owner.Held[i].Tag == tag && owner.Held[i].Mode >= (byte)atLeast)
                return true;
        }
        return false;
    }

    /// <summary>All locks, for <c>pg_locks</c>.</summary>
    internal void CopyTo(List<(LockTag Tag, LockOwner Owner, byte Mode, bool Granted, bool IsFast)> locks)
    {
        var shared = new List<(LockTag Tag, LockOwner Owner, byte Mode, bool Granted)>();
        _table.CopyTo(shared);
        _rows.CopyTo(shared);
        foreach ((LockTag tag, LockOwner owner, byte mode, bool granted) in shared)
            locks.Add((tag, owner, mode, granted, false));
        foreach (LockOwner? owner in _owners.Slots)
        {
            if (owner is null)
                continue;
            lock (owner.FastGate)
            {
                for (int i = 0; i < owner.FastCount; i++)
                    for (byte mode = 0; mode < 16; mode++)
                        if ((owner.Fast[i].Modes & (1 << mode)) != 0)
                            locks.Add((owner.Fast[i].Tag, owner, mode, true, true));
            }
        }
    }

    /// <summary>
    /// Locks a row if it is free; call it with the row's page latched. When not free it does nothing: unlatch and use <see cref="WaitForRow"/>. <paramref name="added"/> is false when it
    /// was held already.
    /// </summary>
    internal bool TryLockRow(LockOwner owner, in LockTag tag, RowLockMode mode, out bool added)
    {
        LockAttempt attempt = _rows.TryAcquire(owner, tag, (byte)mode, queue: false);
        added = attempt == LockAttempt.Granted;
        if (added)
            owner.AddHeldRow(tag, (byte)mode);
        return attempt != LockAttempt.NotFree;
    }

    /// <summary>Waits for a row lock and takes it. Errors as <see cref="LockRelation"/>.</summary>
    internal void WaitForRow(LockOwner owner, in LockTag tag, RowLockMode mode, CancellationToken cancellation)
    {
        LockAttempt attempt = _rows.TryAcquire(owner, tag, (byte)mode, queue: true);
        if (attempt == LockAttempt.AlreadyHeld)
            return;
        if (attempt == LockAttempt.NotFree)
            Wait(owner, owner.LockWait, cancellation);
        owner.AddHeldRow(tag, (byte)mode);
    }

    /// <summary>Gives up a row lock that was taken a moment ago.</summary>
    internal void UnlockRow(LockOwner owner, in LockTag tag, RowLockMode mode)
    {
        for (int i = owner.HeldRowCount - 1; i >= 0; i--)
        {
            if (owner.HeldRows[i].Mode != (byte)mode || owner.HeldRows[i].Tag != tag)
                continue;
            Array.Copy(owner.HeldRows, i + 1, owner.HeldRows, i, --owner.HeldRowCount - i);
            _rows.Release(owner, tag, (byte)mode);
            return;
        }
        Invariant.Fail("a row lock is released that is not held");
    }

    /// <summary>Whether others hold a row lock that a writer must wait for. Call it with the page latched exclusively.</summary>
    internal bool RowIsLocked(LockOwner owner, in LockTag tag, RowLockMode mode) => _rows.HasConflict(owner, tag, (byte)mode);

    /// <summary>True when any row of any relation is locked: the quick test of writers.</summary>
    internal bool AnyRowLocks => _rows.Count != 0;

    /// <summary>Lets the new version of a row share the old one's locks. Call it with both pages latched exclusively.</summary>
    internal void InheritRowLocks(in LockTag oldTag, in LockTag newTag) => _rows.Alias(oldTag, newTag);

    /// <summary>Waits until a transaction id has ended, committed visibly or aborted. Errors as <see cref="LockRelation"/>.</summary>
    internal void WaitForXid(LockOwner owner, ulong xid, CancellationToken cancellation)
    {
        Transaction? holder = _xids.OwnerOf(xid);
        if (holder is null)
            return;
        Invariant.Check(holder.Owner != owner);
        owner.Slot.Reset();
        owner.XidWait.Xid = xid;
        if (!holder.TryAddWaiter(owner.Slot, xid))
            return;
        try
        {
            Wait(owner, owner.XidWait, cancellation);
        }
        finally
        {
            holder.RemoveWaiter(owner.Slot);
        }
    }

    /// <summary>
    /// Waits until every transaction is over that holds a relation now in a mode that conflicts with one, the asking owner's own aside. Takes no lock, and who comes later is not waited for. Errors as
    /// <see cref="LockRelation"/>.
    /// </summary>
    internal void WaitForHolders(LockOwner owner, uint database, uint relation, RelationLockMode mode, CancellationToken cancellation)
    {
        LockTag tag = LockTag.Relation(database, relation);
        foreach ((LockOwner holder, long number) in FindHolders(owner, tag, mode))
            WaitForEnd(owner, holder, number, cancellation);
        // A transaction that was prepared in the meantime is over for its session, but its locks are held on.
        foreach ((LockOwner holder, long number) in FindHolders(owner, tag, mode))
        {
            if (holder.IsPrepared)
                WaitForEnd(owner, holder, number, cancellation);
        }
    }

    // A lock that changes from its owner's notes to the table meanwhile is found in one of them, or twice: that never happens the other way round.
    private List<(LockOwner Owner, long Number)> FindHolders(LockOwner asking, in LockTag tag, RelationLockMode mode)
    {
        ushort modes = LockConflicts.Of(LockKind.Relation, (byte)mode);
        var numbers = new Dictionary<LockOwner, long>(ReferenceEqualityComparer.Instance);
        List<LockOwner> holders = [];
        foreach (LockOwner? owner in _owners.Slots)
        {
            if (owner is null || owner == asking)
                continue;
            // The number first: a transaction that begins after it has been read began after the question.
            numbers[owner] = owner.TransactionNumber;
            lock (owner.FastGate)
            {
                for (int i = 0; i < owner.FastCount; i++)
                {
                    if (owner.Fast[i].Tag == tag && (owner.Fast[i].Modes & modes) != 0)
                        holders.Add(owner);
                }
            }
        }
        _table.AddHolders(asking, tag, modes, holders);
        return [.. holders.Distinct().Where(numbers.ContainsKey).Select(holder => (holder, numbers[holder]))];
    }

    /// <summary>Waits until an owner's transaction is over, as far as it is not yet. Errors as <see cref="LockRelation"/>.</summary>
    internal void WaitForEnd(LockOwner owner, LockOwner holder, long number, CancellationToken cancellation)
    {
        Invariant.Check(holder != owner);
        owner.Slot.Reset();
        owner.EndWait.EndOf = holder;
        owner.EndWait.EndNumber = number;
        if (!holder.TryAddEndWaiter(owner.Slot, number))
            return;
        try
        {
            Wait(owner, owner.EndWait, cancellation);
        }
        finally
        {
            holder.RemoveEndWaiter(owner.Slot);
        }
    }

    /// <summary>Releases transaction-level locks acquired at or after positions of the owner's lists.</summary>
    internal void ReleaseFrom(LockOwner owner, int position, int rowPosition, bool includeSession = false)
    {
        while (owner.HeldRowCount > rowPosition)
        {
            (LockTag tag, byte mode) = owner.HeldRows[--owner.HeldRowCount];
            _rows.Release(owner, tag, mode);
        }
        for (int i = owner.HeldCount - 1; i >= position; i--)
        {
            if (includeSession || !owner.Held[i].Session)
                ReleaseAt(owner, i);
        }
    }

    /// <summary>Gives all transaction-level locks of an owner to another one that has none, without letting go of any in between.</summary>
    internal void Transfer(LockOwner from, LockOwner to)
    {
        lock (from.FastGate)
        {
            for (int i = 0; i < from.FastCount; i++)
            {
                for (byte mode = 0; mode < 16; mode++)
                    if ((from.Fast[i].Modes & (1 << mode)) != 0)
                        _table.GrantMoved(to, from.Fast[i].Tag, mode);
            }

            from.FastCount = 0;
        }

        int kept = 0;
        for (int i = 0; i < from.HeldCount; i++)
        {
            LockOwner.HeldLock held = from.Held[i];
            if (held.Session)
            {
                from.Held[kept++] = held;
                continue;
            }

            _table.Transfer(from, to, held.Tag, held.Mode);
            to.AddHeld(held.Tag, held.Mode, session: false);
        }

        Array.Clear(from.Held, kept, from.HeldCount - kept);
        from.HeldCount = kept;
        for (int i = 0; i < from.HeldRowCount; i++)
        {
            (LockTag tag, byte mode) = from.HeldRows[i];
            _rows.Transfer(from, to, tag, mode);
            to.AddHeldRow(tag, mode);
        }

        from.HeldRowCount = 0;
    }

    /// <summary>Takes the locks of a transaction that an earlier life prepared; nobody else has any yet but others of that kind.</summary>
    internal void Restore(LockOwner owner, ReadOnlySpan<(LockTag Tag, byte Mode)> locks, ReadOnlySpan<(LockTag Tag, byte Mode)> rows, CancellationToken cancellation)
    {
        foreach ((LockTag tag, byte mode) in locks)
            Acquire(owner, tag, mode, session: false, WaitPolicy.Block, cancellation);
        foreach ((LockTag tag, byte mode) in rows)
            Format.Invariant.Check(TryLockRow(owner, tag, (RowLockMode)mode, out _));
    }

    private bool Acquire(LockOwner owner, in LockTag tag, byte mode, bool session, WaitPolicy policy, CancellationToken cancellation)
    {
        int held = owner.FindHeld(tag, mode, session);
        if (held >= 0)
        {
            owner.Held[held].Count++;
            return true;
        }
        bool weak = tag.Kind == LockKind.Relation && !session && mode <= (byte)RelationLockMode.RowExclusive;
        if (weak && TryFastPath(owner, tag, mode))
        {
            owner.AddHeld(tag, mode, session);
            return true;
        }
        bool strong = IsStrong(tag, mode);
        if (strong)
        {
            Interlocked.Increment(ref StrongCounter(tag));
            MoveFastLocks(tag);
        }
        bool acquired = false;
        try
        {
            // AlreadyHeld: for the session, and now for the transaction too, or the other way round.
            acquired = _table.TryAcquire(owner, tag, mode, queue: policy == WaitPolicy.Block) != LockAttempt.NotFree;
            if (!acquired && policy == WaitPolicy.Block)
            {
                Wait(owner, owner.LockWait, cancellation);
                acquired = true;
            }
        }
        finally
        {
            if (!acquired && strong)
                Interlocked.Decrement(ref StrongCounter(tag));
        }
        if (acquired)
            owner.AddHeld(tag, mode, session);
        return acquired;
    }

    private LockTable TableOf(LockKind kind) => kind == LockKind.Row ? _rows : _table;

    private static bool IsStrong(in LockTag tag, byte mode) =>
        tag.Kind == LockKind.Relation && mode > (byte)RelationLockMode.ShareUpdateExclusive;

    private ref int StrongCounter(in LockTag tag) => ref _strong[tag.GetHashCode() & (StrongCounters - 1)];

    private bool TryFastPath(LockOwner owner, in LockTag tag, byte mode)
    {
        lock (owner.FastGate)
        {
            if (Volatile.Read(ref StrongCounter(tag)) != 0)
                return false;
            for (int i = 0; i < owner.FastCount; i++)
            {
                if (owner.Fast[i].Tag == tag)
                {
                    owner.Fast[i].Modes |= (ushort)(1 << mode);
                    return true;
                }
            }
            if (owner.FastCount == LockOwner.FastPathSlots)
                return false;
            owner.Fast[owner.FastCount++] = new LockOwner.FastLock { Tag = tag, Modes = (ushort)(1 << mode) };
            return true;
        }
    }

    /// <summary>Moves every owner's fast-path locks on a relation to the shared table, its counter being raised.</summary>
    private void MoveFastLocks(in LockTag tag)
    {
        foreach (LockOwner? owner in _owners.Slots)
        {
            if (owner is null)
                continue;
            lock (owner.FastGate)
            {
                for (int i = 0; i < owner.FastCount; i++)
                {
                    if (owner.Fast[i].Tag != tag)
                        continue;
                    for (byte mode = 1; mode <= (byte)RelationLockMode.RowExclusive; mode++)
                    {
                        if ((owner.Fast[i].Modes & (1 << mode)) != 0)
                            _table.GrantMoved(owner, tag, mode);
                    }
                    owner.Fast[i] = owner.Fast[--owner.FastCount];
                    break;
                }
            }
        }
    }

    private void ReleaseAt(LockOwner owner, int index)
    {
        LockOwner.HeldLock held = owner.Held[index];
        owner.RemoveHeldAt(index);
        // The same lock may be held for the session and for the transaction: the table knows it once.
        if (owner.FindHeld(held.Tag, held.Mode, !held.Session) >= 0)
            return;
        if (held.Tag.Kind == LockKind.Relation && TryReleaseFast(owner, held.Tag, held.Mode))
            return;
        _table.Release(owner, held.Tag, held.Mode);
        if (IsStrong(held.Tag, held.Mode))
            Interlocked.Decrement(ref StrongCounter(held.Tag));
    }

    private static bool TryReleaseFast(LockOwner owner, in LockTag tag, byte mode)
    {
        lock (owner.FastGate)
        {
            for (int i = 0; i < owner.FastCount; i++)
            {
                if (owner.Fast[i].Tag != tag || (owner.Fast[i].Modes & (1 << mode)) == 0)
                    continue;
                owner.Fast[i].Modes &= (ushort)~(1 << mode);
                if (owner.Fast[i].Modes == 0)
                    owner.Fast[i] = owner.Fast[--owner.FastCount];
                return true;
            }
            return false;
        }
    }

    private bool IsOver(LockOwner owner, WaitTarget target) =>
        target.Xid != 0 ? _xids.OwnerOf(target.Xid) is null
        : target.EndOf is { } holder ? holder.TransactionNumber != target.EndNumber
        : TableOf(target.Kind).IsGranted(owner);

    /// <summary>Waits until the target is over. On any other end the owner is no longer queued.</summary>
    private void Wait(LockOwner owner, WaitTarget target, CancellationToken cancellation)
    {
        lock (_graphGate)
        {
            owner.Waiting = target;
            owner.WaitNumber++;
        }
        if (target.Xid == 0 && target.Kind == LockKind.Relation)
        {
            foreach (LockOwner blocker in FindBlockers(owner))
                blocker.Yield?.Invoke();
        }
        long begin = _time.GetTimestamp();
        bool lookedForDeadlock = false;
        TimeSpan deadlockTimeout = owner.DeadlockTimeout ?? _deadlockTimeout;
        try
        {
            while (!IsOver(owner, target))
            {
                TimeSpan waited = _time.GetElapsedTime(begin);
                TimeSpan limit = lookedForDeadlock ? Timeout.InfiniteTimeSpan : Left(deadlockTimeout, waited);
                if (owner.LockTimeout > TimeSpan.Zero)
                {
                    TimeSpan left = Left(owner.LockTimeout, waited);
                    limit = limit == Timeout.InfiniteTimeSpan || left < limit ? left : limit;
                }
                switch (owner.Slot.Wait(limit, cancellation))
                {
                    case WaitOutcome.Signaled:
                        owner.Slot.Reset();
                        break;
                    case WaitOutcome.Cancelled:
                        if (GiveUp(owner, target))
                            throw new OperationCanceledException(cancellation);
                        return;
                    default:
                        waited = _time.GetElapsedTime(begin);
                        if (owner.LockTimeout > TimeSpan.Zero && waited >= owner.LockTimeout)
                        {
                            if (GiveUp(owner, target))
                                throw new SqlException(SqlState.LockNotAvailable, "canceling statement due to lock timeout");
                            return;
                        }
                        if (!lookedForDeadlock && waited >= deadlockTimeout)
                        {
                            lookedForDeadlock = true;
                            if (IsDeadlocked(owner) && GiveUp(owner, target))
                                throw new SqlException(SqlState.DeadlockDetected, "deadlock detected") { Hint = "See server log for query details." };
                        }
                        break;
                }
            }
        }
        finally
        {
            lock (_graphGate)
                owner.Waiting = null;
        }
    }

    private static TimeSpan Left(TimeSpan limit, TimeSpan waited) => limit > waited ? limit - waited : TimeSpan.Zero;

    private bool GiveUp(LockOwner owner, WaitTarget target) =>
        target.Xid != 0 || target.EndOf is not null || TableOf(target.Kind).TryLeaveQueue(owner);

    /// <summary>
    /// Looks for a cycle of waits through the owner. If there is one the owner stops waiting under the same lock, so that only one of the cycle gives up.
    /// </summary>
    private bool IsDeadlocked(LockOwner owner)
    {
        lock (_graphGate)
        {
            List<LockOwner> path = [owner];
            if (!FindCycle(owner, owner, path, []))
                return false;
            // Locks are granted without the graph's lock: look at every edge again before somebody is told to give up.
            for (int i = 0; i < path.Count; i++)
            {
                if (!BlockersOf(path[i]).Contains(path[(i + 1) % path.Count]))
                    return false;
            }
            owner.Waiting = null;
            return true;
        }
    }

    private bool FindCycle(LockOwner from, LockOwner start, List<LockOwner> path, HashSet<LockOwner> visited)
    {
        foreach (LockOwner blocker in BlockersOf(from))
        {
            if (blocker == start)
                return true;
            if (!visited.Add(blocker))
                continue;
            path.Add(blocker);
            if (FindCycle(blocker, start, path, visited))
                return true;
            path.RemoveAt(path.Count - 1);
        }
        return false;
    }

    /// <summary>Whom an owner waits for now: holders that conflict and conflicting requests before its own.</summary>
    internal IReadOnlyList<LockOwner> FindBlockers(LockOwner owner)
    {
        lock (_graphGate)
            return BlockersOf(owner);
    }

    private List<LockOwner> BlockersOf(LockOwner owner)
    {
        List<LockOwner> blockers = [];
        WaitTarget? waiting = owner.Waiting;
        if (waiting is null)
            return blockers;
        if (waiting.Xid != 0)
        {
            if (_xids.OwnerOf(waiting.Xid) is { } transaction)
                blockers.Add(transaction.Owner);
        }
        else if (waiting.EndOf is { } holder)
        {
            if (holder.TransactionNumber == waiting.EndNumber)
                blockers.Add(holder);
        }
        else
        {
            TableOf(waiting.Kind).AddBlockers(waiting, blockers);
        }
        return blockers;
    }
}
