using Strata.Format;

namespace Strata.Engine.Transactions;

/// <summary>
/// Knows the visible LSN, the snapshots in use and the prune horizon: the LSN at or below which every commit is visible to every snapshot that is or will be
/// in use. Thread-safe; taking a snapshot takes no lock.
/// </summary>
/// <remarks>
/// Taking a snapshot against computing the horizon, each in this order:
/// <code>
/// taker                                   computer
/// v = visible LSN                         h = least of visible LSN and registered snapshots
/// register v                              announce h (never lower than before)
/// full fence                              full fence
/// announced ≤ v ? use v : again           horizon = least of h and the registered snapshots, read again
/// </code>
/// Either the computer's second look sees the registration, or the taker sees the announcement.
/// </remarks>
internal sealed class SnapshotRegistry
{
    private readonly Lock _gate = new();
    private readonly SlotTable<Transaction> _transactions = new();
    private ulong _visible;
    private ulong _announced;
    private ulong _horizon;
    private ulong _computedAt;
    private uint _calls;

    /// <summary>Highest commit LSN that new snapshots see.</summary>
    public Lsn VisibleLsn => new(Volatile.Read(ref _visible));

    /// <summary>Advances the visible LSN; callers do so in LSN order.</summary>
    public void AdvanceVisible(Lsn lsn)
    {
        Invariant.Check(lsn.Value >= _visible);
        Volatile.Write(ref _visible, lsn.Value);
    }

    // Under the lock of the computation: it must not miss one that is registered while it looks.
    public void Add(Transaction transaction)
    {
        lock (_gate)
            _transactions.Add(transaction);
    }

    public void Remove(Transaction transaction)
    {
        lock (_gate)
            _transactions.Remove(transaction);
    }

    /// <summary>
    /// Takes a snapshot LSN for a transaction and publishes it, or the lower LSN that its cursors hold, as the one it needs.
    /// </summary>
    public ulong Publish(Transaction transaction, ulong lowestHeld)
    {
        while (true)
        {
            ulong lsn = Volatile.Read(ref _visible);
            Volatile.Write(ref transaction.PublishedSnapshot, Math.Min(lsn, lowestHeld));
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _announced) <= lsn)
                return lsn;
        }
    }

    /// <summary>
    /// The prune horizon. Computed again when the visible LSN moved since, or now and then when old snapshots hold it back.
    /// </summary>
    public Lsn Horizon()
    {
        ulong visibleNow = Volatile.Read(ref _visible);
        bool stale = Volatile.Read(ref _computedAt) != visibleNow ||
            (Volatile.Read(ref _horizon) != visibleNow && (_calls++ & 63) == 0);
        if (!stale || !_gate.TryEnter())
            return new Lsn(Volatile.Read(ref _horizon));
        try
        {
            return Compute();
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>The prune horizon of this moment.</summary>
    public Lsn Refresh()
    {
        lock (_gate)
            return Compute();
    }

    /// <summary>Transactions that use a snapshot below an LSN, each with the number of the transaction that its owner runs.</summary>
    public List<(Transaction Transaction, long Number)> FindOlder(Lsn lsn)
    {
        List<(Transaction, long)> found = [];
        foreach (Transaction? transaction in _transactions.Slots)
        {
            if (transaction is null)
                continue;
            long number = transaction.Owner.TransactionNumber;
            if (IsOlder(transaction, lsn))
                found.Add((transaction, number));
        }
        return found;
    }

    /// <summary>Whether a transaction uses a snapshot below an LSN.</summary>
    public static bool IsOlder(Transaction transaction, Lsn lsn)
    {
        ulong published = Volatile.Read(ref transaction.PublishedSnapshot);
        return published != 0 && published < lsn.Value;
    }

    private Lsn Compute()
    {
        ulong visible = Volatile.Read(ref _visible);
        ulong lowest = Lowest(visible);
        if (lowest > _announced)
            Volatile.Write(ref _announced, lowest);
        Interlocked.MemoryBarrier();
        lowest = Lowest(lowest);
        if (lowest > _horizon)
            Volatile.Write(ref _horizon, lowest);
        Volatile.Write(ref _computedAt, visible);
        return new Lsn(_horizon);
    }

    private ulong Lowest(ulong bound)
    {
        foreach (Transaction? transaction in _transactions.Slots)
        {
            if (transaction is null)
                continue;
            ulong published = Volatile.Read(ref transaction.PublishedSnapshot);
            if (published != 0 && published < bound)
                bound = published;
        }
        return bound;
    }
}
