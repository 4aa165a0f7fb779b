namespace Strata.Engine.Storage.Heap;

/// <summary>What became of an attempt to change or lock a row version. The names are PostgreSQL's (TM_Result).</summary>
public enum HeapResult
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>The version is not visible to the statement: the caller asked for a row that it can't have seen.</summary>
    Invisible,

    /// <summary>The statement itself, or a later command of the transaction, changed the row already.</summary>
    SelfModified,

    /// <summary>A transaction that has committed replaced it: look at the newer version (READ COMMITTED; above that 40001 is thrown).</summary>
    Updated,

    /// <summary>A transaction that has committed deleted it.</summary>
    Deleted,

    /// <summary>A transaction that has committed moved the row to another partition. Callers do not get it: 40001 is thrown at every level.</summary>
    Moved,

    /// <summary>It is locked or being changed, and the caller did not want to wait.</summary>
    WouldBlock,
}
