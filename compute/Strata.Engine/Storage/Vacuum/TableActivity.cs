namespace Strata.Engine.Storage.Vacuum;

/// <summary>
/// What happened to a table since it was last vacuumed and analyzed, in memory: lost with the compute's life, like all cumulative statistics.
/// Rolled-back insertions and updates leave dead rows. Thread-safe.
/// </summary>
public sealed class TableActivity
{
    private long _inserted;
    private long _dead;
    private long _changed;
    private long _insertedAtVacuum;
    private long _deadAtVacuum;
    private long _changedAtAnalyze;

    /// <summary>Rows inserted since the last vacuum.</summary>
    public long InsertedSinceVacuum => Volatile.Read(ref _inserted) - Volatile.Read(ref _insertedAtVacuum);

    /// <summary>Row versions that were replaced or deleted since the last vacuum; pruning may have freed some already.</summary>
    public long DeadSinceVacuum => Volatile.Read(ref _dead) - Volatile.Read(ref _deadAtVacuum);

    /// <summary>Rows that committed transactions inserted, updated or deleted since the last analyze.</summary>
    public long ChangedSinceAnalyze => Volatile.Read(ref _changed) - Volatile.Read(ref _changedAtAnalyze);

    public void NoteInserted(long rows) => Interlocked.Add(ref _inserted, rows);

    /// <summary>Row versions that only vacuum removes.</summary>
    public void NoteDead(long rows) => Interlocked.Add(ref _dead, rows);

    /// <summary>Rows that are other ones now, there or gone: what an analyze would like to know.</summary>
    public void NoteChanged(long rows) => Interlocked.Add(ref _changed, rows);

    /// <summary>A vacuum that began now has ended well: what is counted at its begin is dealt with.</summary>
    public void NoteVacuumed(in TableActivityMark begin)
    {
        Volatile.Write(ref _insertedAtVacuum, begin.Inserted);
        Volatile.Write(ref _deadAtVacuum, begin.Dead);
    }

    /// <summary>An analyze that began at <paramref name="begin"/> has ended well.</summary>
    public void NoteAnalyzed(in TableActivityMark begin) => Volatile.Write(ref _changedAtAnalyze, begin.Changed);

    /// <summary>The counters now, to be handed back at the end of what begins now.</summary>
    public TableActivityMark Mark() => new(Volatile.Read(ref _inserted), Volatile.Read(ref _dead), Volatile.Read(ref _changed));
}
