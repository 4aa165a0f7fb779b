using Strata.Format;

namespace Strata.Engine.Storage.Heap;

/// <summary>
/// What a transaction changed so far, heap by heap: added to the heaps' <see cref="HeapActivity"/> when it ends, because only then it is known which rows live. Reused by the session's next
/// transaction, allocates nothing in the steady state. For the transaction's thread.
/// </summary>
public sealed class TransactionActivity
{
    private struct Entry
    {
        public HeapActivity Heap;
        public HeapChanges Changes;
    }

    private Entry[] _entries = new Entry[4];
    private int _count;
    private int _last;

    internal void NoteInserted(HeapActivity heap, int rows)
    {
        ref HeapChanges changes = ref Of(heap);
        changes = changes with { Inserted = changes.Inserted + rows };
    }

    internal void NoteUpdated(HeapActivity heap, bool isHot)
    {
        ref HeapChanges changes = ref Of(heap);
        changes = changes with { Updated = changes.Updated + 1, HotUpdated = changes.HotUpdated + (isHot ? 1 : 0) };
    }

    internal void NoteDeleted(HeapActivity heap)
    {
        ref HeapChanges changes = ref Of(heap);
        changes = changes with { Deleted = changes.Deleted + 1 };
    }

    /// <summary>What the transaction changed in a heap so far.</summary>
    public HeapChanges ChangesOf(HeapActivity heap)
    {
        for (int i = 0; i < _count; i++)
            if (_entries[i].Heap == heap)
                return _entries[i].Changes;
        return default;
    }

    /// <summary>The transaction commits at an LSN and is not visible yet: the heaps that it changed, perhaps only before a rollback to a savepoint, are told.</summary>
    internal void NoteCommit(Lsn lsn)
    {
        for (int i = 0; i < _count; i++)
            _entries[i].Heap.NoteCommit(lsn);
    }

    /// <summary>The transaction ended.</summary>
    internal void End(bool committed)
    {
        for (int i = 0; i < _count; i++)
        {
            _entries[i].Heap.NoteChanges(_entries[i].Changes, committed);
            _entries[i] = default;
        }

        _count = 0;
        _last = 0;
    }

    private ref HeapChanges Of(HeapActivity heap)
    {
        // Rows of one table mostly come one after the other.
        if (_last < _count && _entries[_last].Heap == heap)
            return ref _entries[_last].Changes;
        for (_last = 0; _last < _count; _last++)
            if (_entries[_last].Heap == heap)
                return ref _entries[_last].Changes;
        if (_count == _entries.Length)
            Array.Resize(ref _entries, _count * 2);
        _entries[_count].Heap = heap;
        return ref _entries[_count++].Changes;
    }
}
