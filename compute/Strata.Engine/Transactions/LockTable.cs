using Strata.Engine.Types;

namespace Strata.Engine.Transactions;

/// <summary>How an attempt to take a lock ended.</summary>
internal enum LockAttempt
{
    NotFree,
    Granted,
    AlreadyHeld,
}

/// <summary>
/// Locks that need a shared entry: strong relation locks, advisory locks, row locks. One lock guards it; who finds a lock free holds that for a few dictionary
/// operations. Thread-safe.
/// </summary>
internal sealed class LockTable(int maxLocks)
{
    private const int MaxPooled = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<LockTag, LockEntry> _entries = [];
    private readonly Stack<LockEntry> _pool = new();

    /// <summary>Number of lock tags in the table. Exact only under quiescence.</summary>
    public int Count => Volatile.Read(ref _count);

    private int _count;

    /// <summary>
    /// Grants the lock if it is free. Otherwise queues the owner (when <paramref name="queue"/>), whose slot is signalled at the grant. Throws 53200 when the table is full.
    /// </summary>
    public LockAttempt TryAcquire(LockOwner owner, in LockTag tag, byte mode, bool queue)
    {
        lock (_gate)
        {
            LockEntry entry = FindOrAdd(tag);
            if (entry.IsHeldBy(owner, mode))
                return LockAttempt.AlreadyHeld;
            if (entry.CanGrant(owner, mode, entry.Queue.Count))
            {
                entry.Grant(owner, mode);
                return LockAttempt.Granted;
            }
            if (queue)
            {
                WaitTarget wait = owner.LockWait;
                wait.Entry = entry;
                wait.Kind = tag.Kind;
                wait.Mode = mode;
                wait.Granted = false;
                owner.Slot.Reset();
                entry.Queue.Add(wait);
            }
            return LockAttempt.NotFree;
        }
    }

    /// <summary>Grants without asking: a fast-path lock that moves here.</summary>
    public void GrantMoved(LockOwner owner, in LockTag tag, byte mode)
    {
        lock (_gate)
            FindOrAdd(tag, force: true).Grant(owner, mode);
    }

    /// <summary>True when the owner's queued request was granted.</summary>
    public bool IsGranted(LockOwner owner)
    {
        lock (_gate)
            return owner.LockWait.Granted;
    }

    /// <summary>Gives a queued request up. Returns false when it was granted in the meantime.</summary>
    public bool TryLeaveQueue(LockOwner owner)
    {
        lock (_gate)
        {
            WaitTarget wait = owner.LockWait;
            if (wait.Granted)
                return false;
            LockEntry entry = wait.Entry!;
            entry.Queue.Remove(wait);
            wait.Entry = null;
            GrantQueued(entry);
            RemoveIfEmpty(entry);
            return true;
        }
    }

    public void Release(LockOwner owner, in LockTag tag, byte mode)
    {
        lock (_gate)
        {
            Format.Invariant.Check(_entries.TryGetValue(tag, out LockEntry? entry) && entry.Revoke(owner, mode));
            GrantQueued(entry);
            RemoveIfEmpty(entry);
        }
    }

    /// <summary>Gives a lock that one owner holds to another one, if it does; nobody else's turn comes by that.</summary>
    public void Transfer(LockOwner from, LockOwner to, in LockTag tag, byte mode)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(tag, out LockEntry? entry) && entry.Revoke(from, mode))
                entry.Grant(to, mode);
        }
    }

    /// <summary>Whether somebody else holds the lock in a mode that conflicts.</summary>
    public bool HasConflict(LockOwner owner, in LockTag tag, byte mode)
    {
        if (Count == 0)
            return false;
        lock (_gate)
        {
            return _entries.TryGetValue(tag, out LockEntry? entry) &&
                (entry.ModesOfOthers(owner) & LockConflicts.Of(tag.Kind, mode)) != 0;
        }
    }

    /// <summary>Makes a second tag name the same lock as a first one, if that is held or waited for: a row's new version inherits its locks.</summary>
    public void Alias(in LockTag existing, in LockTag added)
    {
        if (Count == 0)
            return;
        lock (_gate)
        {
            if (_entries.TryGetValue(existing, out LockEntry? entry) && _entries.TryAdd(added, entry))
            {
                entry.Tags.Add(added);
                Volatile.Write(ref _count, _entries.Count);
            }
        }
    }

    /// <summary>Adds those for whom a waiting owner waits: holders that conflict, and conflicting requests ahead of it.</summary>
    public void AddBlockers(WaitTarget wait, List<LockOwner> blockers)
    {
        lock (_gate)
        {
            LockEntry? entry = wait.Entry;
            if (entry is null || wait.Granted)
                return;
            ushort conflicts = LockConflicts.Of(entry.Tags[0].Kind, wait.Mode);
            foreach (LockEntry.Holder holder in entry.Holders)
            {
                if (holder.Owner != wait.Owner && (holder.Modes & conflicts) != 0)
                    blockers.Add(holder.Owner);
            }
            bool holds = entry.IndexOfHolder(wait.Owner) >= 0;
            foreach (WaitTarget ahead in entry.Queue)
            {
                if (ahead == wait || holds)
                    break;
                if (((1 << ahead.Mode) & conflicts) != 0)
                    blockers.Add(ahead.Owner);
            }
        }
    }

    /// <summary>Adds the owners other than one that hold a lock in one of some modes (a bit each).</summary>
    public void AddHolders(LockOwner asking, in LockTag tag, ushort modes, List<LockOwner> holders)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(tag, out LockEntry? entry))
                return;
            foreach (LockEntry.Holder holder in entry.Holders)
            {
                if (holder.Owner != asking && (holder.Modes & modes) != 0)
                    holders.Add(holder.Owner);
            }
        }
    }

    /// <summary>Copies all locks for <c>pg_locks</c>: tag, owner, mode, granted.</summary>
    public void CopyTo(List<(LockTag Tag, LockOwner Owner, byte Mode, bool Granted)> locks)
    {
        lock (_gate)
        {
            foreach ((LockTag tag, LockEntry entry) in _entries)
            {
                foreach (LockEntry.Holder holder in entry.Holders)
                {
                    for (byte mode = 1; mode <= (byte)RelationLockMode.AccessExclusive; mode++)
                    {
                        if ((holder.Modes & (1 << mode)) != 0)
                            locks.Add((tag, holder.Owner, mode, true));
                    }
                }
                foreach (WaitTarget wait in entry.Queue)
                    locks.Add((tag, wait.Owner, wait.Mode, false));
            }
        }
    }

    private LockEntry FindOrAdd(in LockTag tag, bool force = false)
    {
        if (_entries.TryGetValue(tag, out LockEntry? entry))
            return entry;
        if (_entries.Count >= maxLocks && !force)
            throw new SqlException(SqlState.OutOfMemory, "out of shared memory") { Hint = "You might need to commit more often: too many locks are held." };
        if (!_pool.TryPop(out entry))
            entry = new LockEntry();
        entry.Tags.Add(tag);
        _entries.Add(tag, entry);
        Volatile.Write(ref _count, _entries.Count);
        return entry;
    }

    private static void GrantQueued(LockEntry entry)
    {
        for (int i = 0; i < entry.Queue.Count; i++)
        {
            WaitTarget wait = entry.Queue[i];
            if (!entry.CanGrant(wait.Owner, wait.Mode, i))
                continue;
            entry.Grant(wait.Owner, wait.Mode);
            entry.Queue.RemoveAt(i--);
            wait.Granted = true;
            wait.Entry = null;
            wait.Owner.Slot.Signal();
        }
    }

    private void RemoveIfEmpty(LockEntry entry)
    {
        if (!entry.IsEmpty)
            return;
        foreach (LockTag tag in entry.Tags)
            _entries.Remove(tag);
        entry.Tags.Clear();
        if (_pool.Count < MaxPooled)
            _pool.Push(entry);
        Volatile.Write(ref _count, _entries.Count);
    }
}
