namespace Strata.Format.Pages.Ops;

/// <summary>What a change does. Ids only grow, are never reused and stay below 128; each has its file in this folder.</summary>
public enum PageOp : byte
{
    /// <summary>Not an operation.</summary>
    None = 0,

    /// <summary><see cref="Ops.PageInit"/></summary>
    PageInit = 1,

    /// <summary><see cref="Ops.ByteRange"/></summary>
    ByteRange = 2,

    /// <summary><see cref="Tombstone"/>: the fork ends at the key's block.</summary>
    Truncate = 3,

    /// <summary><see cref="Tombstone"/>: the storage is gone, all forks.</summary>
    DropStorage = 4,

    /// <summary><see cref="Tombstone"/>: all storages of the key's database are gone.</summary>
    DropDatabase = 5,

    /// <summary><see cref="Ops.HeapInsert"/></summary>
    HeapInsert = 16,

    /// <summary><see cref="Ops.HeapInsert"/> as the first change of a page.</summary>
    HeapInsertInit = 17,

    /// <summary><see cref="Ops.HeapMultiInsert"/></summary>
    HeapMultiInsert = 18,

    /// <summary><see cref="Ops.HeapMultiInsert"/> as the first change of a page.</summary>
    HeapMultiInsertInit = 19,

    /// <summary><see cref="Ops.HeapDelete"/>: also the old side of an update to another page.</summary>
    HeapDelete = 20,

    /// <summary><see cref="Ops.HeapUpdate"/>: both versions on one page.</summary>
    HeapUpdate = 21,

    /// <summary><see cref="Ops.HeapPrune"/></summary>
    HeapPrune = 22,

    /// <summary><see cref="Ops.HeapSetAllVisible"/></summary>
    HeapSetAllVisible = 23,

    /// <summary><see cref="Ops.BTreeInit"/></summary>
    BTreeInit = 32,

    /// <summary><see cref="Ops.BTreeInsert"/></summary>
    BTreeInsert = 33,

    /// <summary><see cref="Ops.BTreeSplitLeft"/></summary>
    BTreeSplitLeft = 34,

    /// <summary><see cref="Ops.BTreeSetLinks"/></summary>
    BTreeSetLinks = 35,

    /// <summary><see cref="Ops.BTreeSetFlags"/></summary>
    BTreeSetFlags = 36,

    /// <summary><see cref="Ops.BTreeDeleteItems"/></summary>
    BTreeDeleteItems = 37,

    /// <summary><see cref="Ops.BTreeRemoveChild"/></summary>
    BTreeRemoveChild = 38,

    /// <summary><see cref="Ops.BTreeMarkDeleted"/></summary>
    BTreeMarkDeleted = 39,

    /// <summary><see cref="Ops.BTreeMetaSet"/></summary>
    BTreeMetaSet = 40,

    /// <summary><see cref="Ops.BTreeMetaSet"/> as the first change of a page.</summary>
    BTreeMetaInit = 41,

    /// <summary><see cref="Ops.BTreeInsertMany"/></summary>
    BTreeInsertMany = 42,

    /// <summary><see cref="Ops.CommitLogSet"/></summary>
    CommitLogSet = 48,

    /// <summary><see cref="Ops.FreeSpaceSet"/></summary>
    FreeSpaceSet = 49,

    /// <summary><see cref="Ops.VisibilitySet"/></summary>
    VisibilitySet = 50,

    /// <summary><see cref="Ops.RelationMetaSet"/></summary>
    RelationMetaSet = 51,

    /// <summary><see cref="Ops.RelationMetaSet"/> as the first change of a page.</summary>
    RelationMetaInit = 52,

    /// <summary><see cref="Ops.CountersSet"/></summary>
    CountersSet = 53,

    /// <summary><see cref="Ops.CountersSet"/> as the first change of a page.</summary>
    CountersInit = 54,

    /// <summary><see cref="Ops.SequenceSet"/></summary>
    SequenceSet = 55,

    /// <summary><see cref="Ops.SequenceSet"/> as the first change of a page.</summary>
    SequenceInit = 56,

    /// <summary><see cref="Ops.TimeIndexAppend"/></summary>
    TimeIndexAppend = 57,

    /// <summary><see cref="Ops.SubtransactionSet"/></summary>
    SubtransactionSet = 58,
}
