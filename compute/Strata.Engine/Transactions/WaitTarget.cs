namespace Strata.Engine.Transactions;

/// <summary>
/// What an owner waits for: a place in a lock's queue, the end of a transaction id, or the end of the transaction that another owner runs. One of each per owner, reused.
/// </summary>
internal sealed class WaitTarget(LockOwner owner)
{
    public LockOwner Owner { get; } = owner;

    /// <summary>The lock whose queue this is in, or null.</summary>
    public LockEntry? Entry;

    /// <summary>Which table the lock is in.</summary>
    public LockKind Kind;

    /// <summary>The mode wanted of <see cref="Entry"/>.</summary>
    public byte Mode;

    /// <summary>The transaction id waited for, 0 when a lock is.</summary>
    public ulong Xid;

    /// <summary>The owner whose transaction is waited for, null when something else is.</summary>
    public LockOwner? EndOf;

    /// <summary>Which of its transactions: <see cref="LockOwner.TransactionNumber"/>.</summary>
    public long EndNumber;

    /// <summary>Set under the table's lock when the lock is granted.</summary>
    public bool Granted;
}
