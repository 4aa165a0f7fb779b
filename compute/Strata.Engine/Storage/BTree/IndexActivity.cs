namespace Strata.Engine.Storage.BTree;

/// <summary>What an index was used for in this compute's life (<c>pg_stat_user_indexes</c>), ever growing. Thread-safe.</summary>
public sealed class IndexActivity
{
    private long _scans;
    private long _entriesRead;
    private long _rowsFetched;
    private long _blocksFetched;

    /// <summary>Scans begun.</summary>
    public long Scans => Volatile.Read(ref _scans);

    /// <summary>Entries that scans returned.</summary>
    public long EntriesRead => Volatile.Read(ref _entriesRead);

    /// <summary>Live rows that plain index scans fetched by them.</summary>
    public long RowsFetched => Volatile.Read(ref _rowsFetched);

    /// <summary>Pages that descents asked for.</summary>
    public long BlocksFetched => Volatile.Read(ref _blocksFetched);

    internal void NoteScan() => Interlocked.Increment(ref _scans);

    internal void NoteRead(int entries, int rows)
    {
        if (entries > 0)
            Interlocked.Add(ref _entriesRead, entries);
        if (rows > 0)
            Interlocked.Add(ref _rowsFetched, rows);
    }

    internal void NoteBlocks(int blocks) => Interlocked.Add(ref _blocksFetched, blocks);
}
