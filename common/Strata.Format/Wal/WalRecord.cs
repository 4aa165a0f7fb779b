namespace Strata.Format.Wal;

/// <summary>What a record is about; ids only grow and are never reused.</summary>
public enum WalRecordKind : byte
{
    /// <summary>Block changes only (heap, index, maps, metadata).</summary>
    Change = 1,

    /// <summary>A commit: its commit log change plus time, sub-transactions, dropped storages, invalidations.</summary>
    Commit = 2,

    /// <summary>A transaction's abort.</summary>
    Abort = 3,

    /// <summary>First record of a compute's term: time, first xid of this life, reserved counter ranges.</summary>
    TermStart = 4,
}
