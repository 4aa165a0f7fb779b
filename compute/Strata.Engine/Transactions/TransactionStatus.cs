namespace Strata.Engine.Transactions;

/// <summary>What is known of a transaction id.</summary>
public enum TransactionStatus
{
    /// <summary>Running, or committing and not yet visible.</summary>
    InProgress,

    /// <summary>Committed and visible to new snapshots.</summary>
    Committed,

    /// <summary>Aborted, or lost with an earlier life of the compute.</summary>
    Aborted,
}
