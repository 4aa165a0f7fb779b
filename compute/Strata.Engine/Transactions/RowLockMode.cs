namespace Strata.Engine.Transactions;

/// <summary>PostgreSQL's four strengths of row locks, weakest first.</summary>
public enum RowLockMode : byte
{
    /// <summary>FOR KEY SHARE: the key may not change and the row may not go; foreign keys take it on the referenced row.</summary>
    KeyShare = 1,

    /// <summary>FOR SHARE</summary>
    Share = 2,

    /// <summary>FOR NO KEY UPDATE: what an UPDATE takes that changes no key column.</summary>
    NoKeyUpdate = 3,

    /// <summary>FOR UPDATE: what a DELETE takes, and an UPDATE that changes a key column.</summary>
    Update = 4,
}
