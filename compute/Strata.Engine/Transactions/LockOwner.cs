namespace Strata.Engine.Transactions;

/// <summary>
/// One session as lock holder and waiter. It outlives transactions: session-level advisory locks belong to it. Its own thread uses it; other threads
/// read what it waits for, move its fast-path locks to the shared table and wake it.
/// </summary>
public sealed class LockOwner
{
    /// <summary>Weak relation locks that are held without an entry in the shared table.</summary>
    internal const int FastPathSlots = 16;

    internal struct FastLock
    {
        public LockTag Tag;
        public ushort Modes;
    }

    /// <summary>A lock held, in the order of acquisition.</summary>
    internal struct HeldLock
    {
        public LockTag Tag;
        public byte Mode;
        public bool Session;
        public int Count;
    }

    internal readonly FastLock[] Fast = new FastLock[FastPathSlots];
    internal readonly Lock FastGate = new();
    internal int FastCount;

    internal HeldLock[] Held = new HeldLock[8];
    internal int HeldCount;

    /// <summary>Row locks held, in the order of acquisition: there may be millions, so nothing searches them but from the end.</summary>
    internal (LockTag Tag, byte Mode)[] HeldRows = new (LockTag, byte)[4];
    internal int HeldRowCount;

    /// <summary>What the owner waits for, or null. Written under the graph's lock.</summary>
    internal WaitTarget? Waiting;

    /// <summary>Changes with every wait: a deadlock is one only if nobody in the cycle moved meanwhile.</summary>
    internal long WaitNumber;

    internal LockOwner(TimeProvider time, int seed)
    {
        Seed = seed;
        Slot = new WaitSlot(time);
        LockWait = new WaitTarget(this);
        XidWait = new WaitTarget(this);
        EndWait = new WaitTarget(this);
    }

    internal WaitSlot Slot { get; }

    /// <summary>A number that differs between owners: spreads sessions over pages to insert into.</summary>
    internal int Seed { get; }

    internal WaitTarget LockWait { get; }

    internal WaitTarget XidWait { get; }

    internal WaitTarget EndWait { get; }

    private readonly Lock _endGate = new();
    private readonly List<WaitSlot> _endWaiters = [];
    private int _endWaiterCount;
    private long _transactionNumber;

    /// <summary>Grows with the end of every transaction. Any thread.</summary>
    internal long TransactionNumber => Volatile.Read(ref _transactionNumber);

    /// <summary>The database of the session; 0 for the engine's own sessions and for owners without one.</summary>
    internal uint Database { get; init; }

    /// <summary>Holds what a prepared transaction holds: there is no session behind it.</summary>
    internal bool IsPrepared { get; set; }

    /// <summary>In the middle of building an index beside writers: what its snapshot sees matters to its own table only, so other such builds need not wait for it. Any thread.</summary>
    internal bool IsBuildingIndex
    {
        get => Volatile.Read(ref _isBuildingIndex);
        set => Volatile.Write(ref _isBuildingIndex, value);
    }

    private bool _isBuildingIndex;

    /// <summary>The owner's transaction is over, locks and all: wakes who waits for that.</summary>
    internal void NoteTransactionEnd()
    {
        // The increment is a full fence: either it is seen by who adds himself now, or the count is seen here.
        Interlocked.Increment(ref _transactionNumber);
        if (Volatile.Read(ref _endWaiterCount) == 0)
            return;
        lock (_endGate)
        {
            foreach (WaitSlot slot in _endWaiters)
                slot.Signal();
        }
    }

    /// <summary>Adds somebody who waits for the end of a transaction; false when it is over. Any thread.</summary>
    internal bool TryAddEndWaiter(WaitSlot slot, long number)
    {
        lock (_endGate)
        {
            _endWaiters.Add(slot);
            Interlocked.Increment(ref _endWaiterCount);
            if (TransactionNumber == number)
                return true;
        }
        RemoveEndWaiter(slot);
        return false;
    }

    /// <summary>Any thread.</summary>
    internal void RemoveEndWaiter(WaitSlot slot)
    {
        lock (_endGate)
        {
            if (_endWaiters.Remove(slot))
                Interlocked.Decrement(ref _endWaiterCount);
        }
    }

    /// <summary>The transaction that runs in the session now; null between transactions.</summary>
    public Transaction? Transaction { get; internal set; }

    /// <summary>The session's transaction object, begun again for each transaction.</summary>
    internal Transaction? Reusable { get; set; }

    /// <summary>Made by the transaction manager for a transaction without a session.</summary>
    internal bool IsInternal { get; set; }

    /// <summary>The session is gone and waits only for the outcome of its last commit.</summary>
    internal bool IsClosing { get; set; }

    /// <summary><c>lock_timeout</c>; infinite by default.</summary>
    public TimeSpan LockTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary><c>deadlock_timeout</c>; null for the endpoint's default.</summary>
    public TimeSpan? DeadlockTimeout { get; set; }

    /// <summary>
    /// Called when another session begins to wait for a relation that this one holds: work that can be done later lets go of it then. Null for whoever goes on whatever others want. Called by other threads,
    /// perhaps more than once.
    /// </summary>
    internal Action? Yield { get; set; }

    /// <summary>Index of a held lock or -1. Recent ones first: a statement asks again for what it just took.</summary>
    internal int FindHeld(in LockTag tag, byte mode, bool session)
    {
        for (int i = HeldCount - 1; i >= 0; i--)
        {
            ref HeldLock held = ref Held[i];
            if (held.Mode == mode && held.Session == session && held.Tag == tag)
                return i;
        }
        return -1;
    }

    /// <summary>True while advisory locks are held that outlive the transaction. For the session's thread.</summary>
    internal bool HoldsSessionLocks
    {
        get
        {
            for (int i = 0; i < HeldCount; i++)
            {
                if (Held[i].Session)
                    return true;
            }
            return false;
        }
    }

    /// <summary>Whether a lock is held for the session and for the transaction at once.</summary>
    internal bool HoldsInSessionToo()
    {
        for (int i = 0; i < HeldCount; i++)
        {
            if (!Held[i].Session)
                continue;
            for (int j = 0; j < HeldCount; j++)
            {
                if (!Held[j].Session && Held[j].Tag == Held[i].Tag)
                    return true;
            }
        }

        return false;
    }

    internal void AddHeld(in LockTag tag, byte mode, bool session)
    {
        if (HeldCount == Held.Length)
            Array.Resize(ref Held, HeldCount * 2);
        Held[HeldCount++] = new HeldLock { Tag = tag, Mode = mode, Session = session, Count = 1 };
    }

    internal void AddHeldRow(in LockTag tag, byte mode)
    {
        if (HeldRowCount == HeldRows.Length)
            Array.Resize(ref HeldRows, HeldRowCount * 2);
        HeldRows[HeldRowCount++] = (tag, mode);
    }

    internal void RemoveHeldAt(int index)
    {
        Array.Copy(Held, index + 1, Held, index, --HeldCount - index);
        Held[HeldCount] = default;
    }
}
