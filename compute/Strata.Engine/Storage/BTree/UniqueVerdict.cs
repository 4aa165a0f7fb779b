namespace Strata.Engine.Storage.BTree;

/// <summary>What a unique check found at a row that has the key.</summary>
public enum UniqueVerdict
{
    /// <summary>No version of the row counts: deleted, or inserted by an aborted transaction.</summary>
    Dead,

    /// <summary>As <see cref="Dead"/>, and no snapshot sees any version, now or later: the entry may be marked dead and removed.</summary>
    DeadToAll,

    /// <summary>A version is live: the key is taken.</summary>
    Live,

    /// <summary>It depends on a transaction that has not ended: wait for it and try again.</summary>
    InProgress,
}
