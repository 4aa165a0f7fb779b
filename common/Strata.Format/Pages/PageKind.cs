namespace Strata.Format.Pages;

/// <summary>What a page holds; ids only grow and are never reused.</summary>
public enum PageKind : byte
{
    /// <summary>Never initialized: all zeros.</summary>
    None = 0,

    /// <summary>Raw bytes that <see cref="Ops.ByteRange"/> changes edit.</summary>
    Generic = 1,

    /// <summary>Sizes of a storage's forks.</summary>
    RelationMeta = 2,

    /// <summary>Row versions.</summary>
    Heap = 3,

    /// <summary>Leaf or internal page of a B-tree.</summary>
    BTree = 4,

    /// <summary>Block 0 of a B-tree: where its root is.</summary>
    BTreeMeta = 5,

    /// <summary>Commit log.</summary>
    CommitLog = 6,

    /// <summary>Free-space map.</summary>
    FreeSpace = 7,

    /// <summary>Visibility map.</summary>
    Visibility = 8,

    /// <summary>Counters.</summary>
    Counters = 9,

    /// <summary>Commit time → LSN.</summary>
    TimeIndex = 10,

    /// <summary>A sequence.</summary>
    Sequence = 11,

    /// <summary>Sub-transactions of large transactions.</summary>
    Subtransactions = 12,
}
