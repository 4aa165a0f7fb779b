namespace Strata.Engine.Storage.BTree;

/// <summary>What a vacuum of an index did and found.</summary>
/// <param name="RemovedEntries">Entries that were removed.</param>
/// <param name="Entries">Entries that stay.</param>
/// <param name="UnlinkedPages">Empty leaves that were taken out of the tree.</param>
/// <param name="RecycledPages">Pages that may be used again from now on.</param>
public readonly record struct BTreeVacuumResult(long RemovedEntries, long Entries, int UnlinkedPages, int RecycledPages);
