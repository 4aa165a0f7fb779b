namespace Strata.Format.Pages.Maps;

/// <summary>What the commit log says of a transaction; 2 bits.</summary>
public enum CommitStatus : byte
{
    /// <summary>Nothing: running in this compute's life, else aborted.</summary>
    None = 0,

    Committed = 1,

    Aborted = 2,

    /// <summary>As its top-level transaction, which <see cref="SubtransactionPage"/> names.</summary>
    Child = 3,
}
