using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Spill;

/// <summary>
/// Reads rows of a <see cref="SpillableRows"/> by number. Chunks from disk are kept for the next calls, a few at a time, so rows that are read near each other cost one read. Not thread-safe.
/// </summary>
internal sealed unsafe class SpillableReader : IDisposable
{
    /// <summary>Chunks from disk that a reader keeps: what was read stays as it is for so many further chunks less one.</summary>
    public const int ChunksKept = 4;

    private readonly SelectionBuffer _slice = new();
    private readonly Loaded?[] _loaded = new Loaded?[ChunksKept];
    private readonly int _kept;
    private SpillableRows _rows;
    private Batch? _view;
    private int _victim;
    private int _generation = -1;

    private sealed class Loaded(SpillableRows rows) : IDisposable
    {
        public Batch Batch { get; } = new(rows.Types, rows.Account);

        public SpillBuffer Buffer { get; } = new(rows.Account);

        public int First { get; set; }

        public int Count { get; set; }

        public void Forget() => Count = 0;

        public void Dispose()
        {
            Batch.Dispose();
            Buffer.Dispose();
        }
    }

    /// <param name="rows">The rows.</param>
    /// <param name="isSequential">Rows are read in order: one chunk is enough.</param>
    public SpillableReader(SpillableRows rows, bool isSequential)
    {
        _rows = rows;
        _kept = isSequential ? 1 : ChunksKept;
    }

    /// <summary>Reads other rows of the same types from now on.</summary>
    public void Use(SpillableRows rows)
    {
        if (ReferenceEquals(rows, _rows))
            return;
        Free();
        _generation = -1;
        _rows = rows;
    }

    /// <summary>The chunk that a row stands in, and the row's place in it. It stays as it is for the next calls, see <see cref="ChunksKept"/>.</summary>
    public Batch ChunkOf(int row, out int offset)
    {
        if (row < _rows.ResidentCount)
        {
            offset = RowStore.Offset(row);
            return _rows.ResidentChunk(row);
        }

        return LoadedChunkOf(row, out offset);
    }

    /// <summary>Up to <paramref name="rowsMax"/> rows from <paramref name="next"/> on as a batch, valid until the next call; advances. Null at the end.</summary>
    public Batch? Read(ref int next, int rowsMax)
    {
        if (next >= _rows.Count)
            return null;
        Batch chunk = ChunkOf(next, out int offset);
        int count = Math.Min(rowsMax, chunk.StoredCount - offset);
        _view ??= new Batch(new Vector[_rows.Types.Length]);
        for (int i = 0; i < _view.Columns.Length; i++)
            _view.Columns[i] = chunk[i];
        _view.SetCount(chunk.StoredCount);
        if (count < chunk.StoredCount)
        {
            int* list = _slice.Reserve(count);
            for (int i = 0; i < count; i++)
                list[i] = offset + i;
            _view.Select(new Selection(list, count));
        }

        next += count;
        return _view;
    }

    /// <summary>Gives back what was loaded.</summary>
    public void Free()
    {
        for (int i = 0; i < _loaded.Length; i++)
        {
            _loaded[i]?.Dispose();
            _loaded[i] = null;
        }
    }

    public void Dispose()
    {
        Free();
        _slice.Dispose();
    }

    private Batch LoadedChunkOf(int row, out int offset)
    {
        if (_generation != _rows.Generation)
        {
            _generation = _rows.Generation;
            foreach (Loaded? old in _loaded)
                old?.Forget();
        }

        foreach (Loaded? known in _loaded)
        {
            if (known is null || row < known.First || row >= known.First + known.Count)
                continue;
            offset = row - known.First;
            return known.Batch;
        }

        Loaded loaded = _loaded[_victim] ??= new Loaded(_rows);
        _victim = (_victim + 1) % _kept;
        loaded.Count = 0;
        loaded.First = _rows.ReadChunk(row, _kept == 1, loaded.Batch, loaded.Buffer);
        loaded.Count = loaded.Batch.StoredCount;
        offset = row - loaded.First;
        return loaded.Batch;
    }
}
