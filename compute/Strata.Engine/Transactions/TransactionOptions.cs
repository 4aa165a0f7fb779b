namespace Strata.Engine.Transactions;

/// <summary>Settings of a transaction manager.</summary>
public sealed record TransactionOptions
{
    /// <summary>How long a lock wait lasts before a deadlock is looked for (<c>deadlock_timeout</c>).</summary>
    public TimeSpan DeadlockTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Most lock tags in each shared lock table; beyond it a statement gets 53200.</summary>
    public int MaxLocks { get; init; } = 1_000_000;

    /// <summary>Transaction ids reserved by one record.</summary>
    public int XidRange { get; init; } = 16 * 1024;

    /// <summary>OIDs and storage ids reserved by one record.</summary>
    public int IdRange { get; init; } = 1024;

    /// <summary>Least time between two entries of the time index.</summary>
    public TimeSpan TimeIndexInterval { get; init; } = TimeSpan.FromSeconds(1);
}
