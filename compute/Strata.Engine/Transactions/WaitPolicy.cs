namespace Strata.Engine.Transactions;

/// <summary>What to do when a lock is not free.</summary>
public enum WaitPolicy
{
    /// <summary>Wait until it is.</summary>
    Block,

    /// <summary>SKIP LOCKED: report it and go on.</summary>
    Skip,

    /// <summary>NOWAIT: report it; the caller raises 55P03.</summary>
    Fail,
}
