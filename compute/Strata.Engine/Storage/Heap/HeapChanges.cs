namespace Strata.Engine.Storage.Heap;

/// <summary>Rows of one heap that one transaction inserted, updated (heap-only among them) and deleted, those that it rolled back to a savepoint included.</summary>
public readonly record struct HeapChanges(long Inserted, long Updated, long HotUpdated, long Deleted);
