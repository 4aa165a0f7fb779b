namespace Strata.Format.Wal;

/// <summary>What a record is about; ids only grow and are never reused.</summary>
public enum WalRecordKind : byte
{
    /// <summary>Block changes only (heap, index, maps, metadata).</summary>
    Change = 1,

    /// <summary>A commit: its commit log change, tombstones of dropped storages, and a <see cref="CommitBody"/>.</summary>
    Commit = 2,

    /// <summary>A transaction's abort: its commit log change and a <see cref="CommitBody"/> without invalidations.</summary>
    Abort = 3,

    /// <summary>First record of a compute's term, with a <see cref="TermStartBody"/>.</summary>
    TermStart = 4,
}
