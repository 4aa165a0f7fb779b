namespace Strata.Engine.Storage.Heap;

/// <summary>
/// What happened to one heap since its last vacuum in this compute's life: tells autovacuum when a table is due. Counts are of attempts, whether committed or not. Thread-safe.
/// </summary>
public sealed class HeapActivity
{
    // PostgreSQL's defaults: autovacuum_vacuum_threshold, _scale_factor, _insert_threshold, _insert_scale_factor.
    private const long DeadThreshold = 50;
    private const long InsertThreshold = 1000;
    private const double ScaleFactor = 0.2;

    private long _inserted;
    private long _dead;

    /// <summary>Rows inserted, updates to another page included.</summary>
    public long Inserted => Volatile.Read(ref _inserted);

    /// <summary>Row versions that only vacuum removes: deletes, and updates that are not heap-only (pruning removes those).</summary>
    public long Dead => Volatile.Read(ref _dead);

    /// <summary>Whether a table of about so many rows is due for vacuum.</summary>
    public bool IsVacuumDue(double rows) =>
        Dead > DeadThreshold + ScaleFactor * rows || Inserted > InsertThreshold + ScaleFactor * rows;

    /// <summary>A vacuum begins: counts from here on.</summary>
    public void Reset()
    {
        Volatile.Write(ref _inserted, 0);
        Volatile.Write(ref _dead, 0);
    }

    internal void NoteInserted(int rows) => Interlocked.Add(ref _inserted, rows);

    internal void NoteDead() => Interlocked.Increment(ref _dead);
}
