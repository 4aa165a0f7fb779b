using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Spill;

/// <summary>
/// Rows in the order in which they were added, read by number. The first ones stay in memory; once the budget is used up, further ones go to a file in chunks of <see cref="Batch.RowsMax"/>.
/// Each reader has a <see cref="SpillableReader"/>. Not thread-safe.
/// </summary>
internal sealed class SpillableRows : IDisposable
{
    private readonly SpillScope _scope;
    private readonly OperatorMemory _memory;
    private readonly RowStore _resident;
    private readonly List<(long Start, long End)> _chunks = [];
    private Batch? _tail;
    private SpillBuffer? _buffer;
    private SpillFile? _file;
    private int _tailStart;
    private readonly SelectionBuffer _selected = new();

    /// <summary>A store of a statement's operator.</summary>
    public SpillableRows(ExecutionState state, SqlType[] types, string name)
        : this(state.Spill, types, new OperatorMemory(state, name))
    {
    }

    /// <summary>A store with an account and files of its own.</summary>
    public SpillableRows(SpillScope scope, SqlType[] types, OperatorMemory memory)
    {
        _scope = scope;
        _memory = memory;
        _resident = new RowStore(types, memory.Account);
    }

    /// <summary>Types of the columns.</summary>
    public SqlType[] Types => _resident.Types;

    /// <summary>Rows added.</summary>
    public int Count { get; private set; }

    /// <summary>Grows when rows are forgotten: readers look again then.</summary>
    internal int Generation { get; private set; }

    /// <summary>Account of what is in memory.</summary>
    internal MemoryAccount Account => _memory.Account;

    /// <summary>Rows at the front that stay in memory.</summary>
    internal int ResidentCount => _resident.Count;

    /// <summary>Bytes on disk.</summary>
    public long DiskBytes => _file?.LengthBytes ?? 0;

    /// <summary>Copies the rows that count of a batch.</summary>
    public void Append(Batch batch)
    {
        if (Count > int.MaxValue - Batch.RowsMax)
            throw new SqlException(SqlState.ProgramLimitExceeded, "too many rows to be kept");
        if (_tail is null)
        {
            _resident.Append(batch);
            Count = _resident.Count;
            if (_memory.MustSpill(Count))
                BeginSpill();
            return;
        }

        Selection selection = batch.Selection;
        for (int i = 0; i < selection.Count;)
        {
            int start = _tail.StoredCount;
            int rows = Math.Min(selection.Count - i, Batch.RowsMax - start);
            for (int column = 0; column < Types.Length; column++)
            {
                _tail[column].EnsureCapacity(start + rows, start);
                _tail[column].CopyRows(batch[column], selection, i, rows, start);
            }

            _tail.SetCount(start + rows);
            Count += rows;
            i += rows;
            if (start + rows == Batch.RowsMax)
                WriteTail();
        }
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        Generation++;
        Count = 0;
        _tailStart = 0;
        _resident.Clear();
        _chunks.Clear();
        _tail?.Dispose();
        _tail = null;
        _buffer?.Free();
        _file?.Dispose();
        _file = null;
    }

    public void Dispose()
    {
        Clear();
        _resident.Dispose();
        _selected.Dispose();
        _buffer?.Dispose();
    }

    /// <summary>A chunk of the rows that stay in memory; it stays where it is until <see cref="Clear"/>.</summary>
    internal Batch ResidentChunk(int row) => _resident.ChunkOf(row);

    /// <summary>Copies the rows behind the resident ones that stand in one chunk with a row, for a reader to keep. Returns the number of the first.</summary>
    internal unsafe int ReadChunk(int row, bool isSequential, Batch target, SpillBuffer buffer)
    {
        Format.Invariant.Check(row >= _resident.Count && row < Count);
        int index = (row - _resident.Count) / Batch.RowsMax;
        if (index < _chunks.Count)
        {
            (long start, long end) = _chunks[index];
            Span<byte> body = buffer.Reset((int)(end - start));
            _file!.Read(start, body);
            Show(buffer, target);
            return _resident.Count + (index * Batch.RowsMax);
        }

        // The tail goes on growing, and goes to the file when it is full: readers copy what it is now, those that read in order only what they have not seen.
        int first = isSequential ? row : _tailStart;
        int count = Count - first;
        int* rows = _selected.Reserve(count);
        for (int i = 0; i < count; i++)
            rows[i] = first - _tailStart + i;
        buffer.Clear();
        SpillFormat.Write(_tail!, new Selection(rows, count), Types.Length, buffer);
        Show(buffer, target);
        return first;
    }

    private static unsafe void Show(SpillBuffer buffer, Batch target) =>
        SpillFormat.Read(buffer.Start + SpillFormat.HeaderBytes, *(int*)(buffer.Start + 4), target);

    private void BeginSpill()
    {
        _tail = new Batch(Types, _memory.Account);
        _tail.Reset(0);
        _tailStart = Count;
        _buffer ??= new SpillBuffer(_memory.Account);
        _file = _scope.CreateFile();
    }

    private void WriteTail()
    {
        long start = _file!.LengthBytes;
        _buffer!.Clear();
        SpillFormat.Write(_tail!, new Selection(_tail!.StoredCount), Types.Length, _buffer);
        _file.Append(_buffer.Written);
        _chunks.Add((start, _file.LengthBytes));
        _tail.Reset(0);
        _tailStart = Count;
    }
}
