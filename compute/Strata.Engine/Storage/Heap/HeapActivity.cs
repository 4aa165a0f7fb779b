using Strata.Format;

namespace Strata.Engine.Storage.Heap;

/// <summary>
/// What happened to one heap in this compute's life, ever growing: tells autovacuum when a table is due and users what their tables are used for (<c>pg_stat_user_tables</c>). Changes are
/// added when their transaction ends (<see cref="TransactionActivity"/>), scans at once. Thread-safe.
/// </summary>
public sealed class HeapActivity
{
    private long _inserted;
    private long _updated;
    private long _hotUpdated;
    private long _deleted;
    private long _changed;
    private long _live;
    private long _dead;
    private long _sequentialScans;
    private long _sequentialRows;
    private long _rowsFetched;
    private long _blocksFetched;
    private ulong _lastCommitLsn;

    /// <summary>LSN of the last commit of this life that changed rows here, 0 if there was none: set before the commit becomes visible.</summary>
    public Lsn LastCommitLsn => new(Volatile.Read(ref _lastCommitLsn));

    /// <summary>Rows inserted, whether committed or not.</summary>
    public long Inserted => Volatile.Read(ref _inserted);

    /// <summary>Rows updated, whether committed or not.</summary>
    public long Updated => Volatile.Read(ref _updated);

    /// <summary>Updates that changed no index.</summary>
    public long HotUpdated => Volatile.Read(ref _hotUpdated);

    /// <summary>Rows deleted, whether committed or not.</summary>
    public long Deleted => Volatile.Read(ref _deleted);

    /// <summary>Rows inserted, updated and deleted by transactions that committed.</summary>
    public long Changed => Volatile.Read(ref _changed);

    /// <summary>Committed insertions less committed deletions.</summary>
    public long LiveChange => Volatile.Read(ref _live);

    /// <summary>Row versions that only vacuum removes: deletes, updates that are not heap-only (pruning removes those), and what was inserted and rolled back.</summary>
    public long Dead => Volatile.Read(ref _dead);

    /// <summary>Sequential scans begun; each process of a parallel one counts.</summary>
    public long SequentialScans => Volatile.Read(ref _sequentialScans);

    /// <summary>Rows that sequential scans saw.</summary>
    public long SequentialRows => Volatile.Read(ref _sequentialRows);

    /// <summary>Rows fetched by the address that an index gave.</summary>
    public long RowsFetched => Volatile.Read(ref _rowsFetched);

    /// <summary>Pages that scans, fetches and changes asked for.</summary>
    public long BlocksFetched => Volatile.Read(ref _blocksFetched);

    /// <summary>In LSN order, under the lock of commits.</summary>
    internal void NoteCommit(Lsn lsn) => Volatile.Write(ref _lastCommitLsn, lsn.Value);

    internal void NoteSequentialScan() => Interlocked.Increment(ref _sequentialScans);

    internal void NoteSequentialRows(int rows) => Interlocked.Add(ref _sequentialRows, rows);

    internal void NoteFetched(int rows) => Interlocked.Add(ref _rowsFetched, rows);

    internal void NoteBlocks(int blocks) => Interlocked.Add(ref _blocksFetched, blocks);

    /// <summary>Adds what a transaction that ended did.</summary>
    internal void NoteChanges(in HeapChanges changes, bool committed)
    {
        Add(ref _inserted, changes.Inserted);
        Add(ref _updated, changes.Updated);
        Add(ref _hotUpdated, changes.HotUpdated);
        Add(ref _deleted, changes.Deleted);
        Add(ref _changed, committed ? changes.Inserted + changes.Updated + changes.Deleted : 0);
        Add(ref _live, committed ? changes.Inserted - changes.Deleted : 0);
        Add(ref _dead, committed ? changes.Deleted + changes.Updated - changes.HotUpdated : changes.Inserted + changes.Updated);
        NoteBlocks((int)Math.Min(changes.Inserted + changes.Updated + changes.Deleted, int.MaxValue));
    }

    private static void Add(ref long counter, long value)
    {
        if (value != 0)
            Interlocked.Add(ref counter, value);
    }
}
