using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Input rows of a hash table that found no room in memory for their keys, split by the keys' hashes. The parts are read one after the other once the table at hand has served; what finds no room again is split
/// on the next level. Not thread-safe.
/// </summary>
internal sealed class DeferredRows : IDisposable
{
    private readonly SpillPartitions _partitions;
    private readonly SpillReader _reader;
    private readonly Stack<(SpillRun Rows, int Level)> _pending = new();
    private readonly sbyte[] _parts = new sbyte[Batch.RowsMax];
    private SpillRun? _current;
    private long _liveBytes;

    public DeferredRows(ExecutionState state, SqlType[] types, OperatorMemory memory)
    {
        _partitions = new SpillPartitions(state, types, memory);
        _reader = new SpillReader(types, memory.Account);
    }

    /// <summary>Level of the splitting at hand.</summary>
    public int Level { get; private set; } = -1;

    /// <summary>Parts so far, and the first table.</summary>
    public int Batches { get; private set; } = 1;

    /// <summary>The most bytes on disk at a time.</summary>
    public long DiskBytes { get; private set; }

    /// <summary>Where each row of the batch at hand goes, by position: filled before <see cref="Append"/>.</summary>
    public Span<sbyte> Parts => _parts;

    /// <summary>Begins to take rows in; false when they were split so often that it is of no use any more.</summary>
    public bool TryBeginLevel()
    {
        if (Level + 1 >= SpillPartitions.LevelsMax)
            return false;
        Level++;
        return true;
    }

    /// <summary>Takes the selected rows that have a part.</summary>
    public void Append(Batch batch, Selection selection) => _partitions.Append(batch, selection, _parts);

    /// <summary>All rows of this level are there.</summary>
    public void EndLevel()
    {
        foreach (SpillRun? part in _partitions.Finish())
        {
            if (part is not { } rows)
                continue;
            _pending.Push((rows, Level));
            _liveBytes += rows.End - rows.Start;
            Batches++;
        }

        DiskBytes = Math.Max(DiskBytes, _liveBytes);
    }

    /// <summary>Goes to the next part; false when there is none.</summary>
    public bool TryOpenPart()
    {
        EndPart();
        if (!_pending.TryPop(out (SpillRun Rows, int Level) next))
            return false;
        _current = next.Rows;
        Level = next.Level;
        _reader.Open(next.Rows);
        return true;
    }

    /// <summary>The next rows of the part, or null.</summary>
    public Batch? NextRows(int rowsMax) => _reader.Next(rowsMax);

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        EndPart();
        while (_pending.TryPop(out (SpillRun Rows, int Level) left))
            left.Rows.File.Dispose();
        _partitions.Abandon();
        _reader.Free();
        Level = -1;
        Batches = 1;
        DiskBytes = 0;
        _liveBytes = 0;
    }

    public void Dispose()
    {
        Clear();
        _partitions.Dispose();
        _reader.Dispose();
    }

    private void EndPart()
    {
        if (_current is not { } current)
            return;
        _liveBytes -= current.End - current.Start;
        current.File.Dispose();
        _current = null;
    }
}
