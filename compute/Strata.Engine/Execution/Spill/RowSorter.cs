using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Spill;

/// <summary>
/// Sorts rows by normalized keys; equal rows keep their order. What does not fit into the budget is sorted in parts, which are written to a file and merged. With a bound only that many rows
/// are kept. Add, <see cref="Complete"/>, read; <see cref="Clear"/> begins anew. Not thread-safe.
/// </summary>
internal sealed unsafe class RowSorter : IDisposable
{
    private const int BoundMax = 1 << 16;
    private const int CompactionSlack = 4096;
    private const int FirstItems = 64;
    private const int ItemsKeptMax = 1 << 16;
    private const int MergeWidthMin = 4;
    private const int MergeWidthMax = 64;

    private readonly ExecutionState _state;
    private readonly OperatorMemory _memory;
    private readonly SqlType[] _types;
    private readonly SqlType[] _runTypes;
    private readonly Batch _output;
    private readonly List<SpillRun> _runs = [];
    private Arena _keyBytes;
    private Arena? _spareKeys;
    private RowStore _rows;
    private RowStore? _spare;
    private SortItem* _items;
    private int _capacity;
    private int _count;
    private long _next;
    private long _total;
    private SpillFile? _file;
    private SpillMerge? _merge;
    private SpillBuffer? _buffer;
    private SpillWriter? _writer;
    private Batch? _chunk;
    private int[] _chunkRows = [];

    // With a bound, once more rows than that were there: the key of the last row that is wanted. No other row is needed from there on.
    private readonly KeyBuffer _worst = new();
    private readonly TopBound? _bound;
    private readonly int _firstSlot;

    /// <summary><paramref name="first"/>: the first column of the keys, when the sort may be bounded.</summary>
    public RowSorter(ExecutionState state, SqlType[] types, string name, KeyColumn? first = null)
    {
        if (first is { } column)
        {
            _firstSlot = column.Slot;
            _bound = new TopBound(column, types[column.Slot]);
        }

        _state = state;
        _types = types;
        _runTypes = [SqlType.Bytea, .. types];
        _memory = new OperatorMemory(state, name);
        _keyBytes = new Arena(_memory.Account);
        _rows = new RowStore(types, _memory.Account);
        _output = new Batch(types, _memory.Account);
    }

    /// <summary>Rows that are wanted, from the first of the order on. Set before the first row.</summary>
    public long Bound { get; set; } = long.MaxValue;

    /// <summary>How it was sorted, as EXPLAIN ANALYZE says it; after <see cref="Complete"/>.</summary>
    public SortReport Report { get; private set; }

    private bool IsBounded => Bound <= BoundMax;

    /// <summary>Adds the rows that count of a batch.</summary>
    public void Add(Batch batch, KeyBuilder keys)
    {
        Reserve(_count + batch.Count);
        if (_worst.Length > 0)
        {
            AddBetter(batch, keys);
        }
        else
        {
            int first = _rows.Append(batch);
            for (int i = 0; i < batch.Count; i++)
                AddKey(keys.Build(batch, batch.Selection[i]), first + i);
        }

        if (IsBounded && _count > (Bound * 2) + CompactionSlack)
            Compact((int)Bound);
        if (!_memory.MustSpill(_count))
            return;
        if (IsBounded && _count > Bound)
            Compact((int)Bound);
        if (_memory.MustSpill(_count))
            SpillSorted();
    }

    /// <summary>Adds the rows that come before the last one that is wanted so far; an equal one comes behind it.</summary>
    private void AddBetter(Batch batch, KeyBuilder keys)
    {
        Selection selection = _bound?.Apply(batch) ?? batch.Selection;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            ReadOnlySpan<byte> key = keys.Build(batch, row);
            if (key.SequenceCompareTo(_worst.Written) < 0)
                AddKey(key, _rows.AppendRow(batch, row));
        }
    }

    /// <summary>All rows are there.</summary>
    public void Complete()
    {
        long memory = _memory.Account.PeakBytes;
        if (_runs.Count == 0)
        {
            Order();
            _total = Math.Min(Bound, _count);
            Report = new SortReport(IsBounded ? "top-N heapsort" : "quicksort", IsDisk: false, memory);
            return;
        }

        if (_count > 0)
            SpillSorted();
        Trim();
        long disk = _file!.LengthBytes;
        int width = (int)Math.Clamp(_memory.BudgetBytes / (2L * _memory.ChunkBytes), MergeWidthMin, MergeWidthMax);
        while (_runs.Count > width)
        {
            MergePass(width);
            disk = Math.Max(disk, _file.LengthBytes);
        }

        _merge = new SpillMerge(_runTypes, _memory.Account, _runs);
        _total = Bound;
        Report = new SortReport("external merge", IsDisk: true, disk);
    }

    /// <summary>The next rows in order, valid until the next call; null at the end.</summary>
    public Batch? Next(int rowsMax)
    {
        int count = (int)Math.Min(Math.Min(rowsMax, Batch.RowsMax), _total - _next);
        if (count <= 0)
            return null;
        if (_merge is not null)
        {
            count = _merge.Read(_output, count, firstColumn: 1);
            if (count == 0)
                return null;
            _next += count;
            _output.SetCount(count);
            return _output;
        }

        if (_chunkRows.Length < count)
            _chunkRows = new int[Batch.RowsMax];
        for (int i = 0; i < count; i++)
            _chunkRows[i] = _items[_next + i].Row;
        for (int column = 0; column < _types.Length; column++)
            _rows.Gather(column, _chunkRows.AsSpan(0, count), _output[column]);
        _next += count;
        _output.SetCount(count);
        return _output;
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _merge?.Dispose();
        _merge = null;
        _writer?.Abandon();
        _file?.Dispose();
        _file = null;
        _runs.Clear();
        _rows.Clear();
        _spare?.Clear();
        _keyBytes.Reset();
        _spareKeys?.Reset();
        _count = 0;
        _next = 0;
        _total = 0;
        _worst.Clear();
        _bound?.Reset();
        Bound = long.MaxValue;
        if (_capacity > ItemsKeptMax)
            FreeItems();
        _memory.Account.ResetPeak();
    }

    public void Dispose()
    {
        Clear();
        FreeItems();
        _output.Dispose();
        _keyBytes.Dispose();
        _spareKeys?.Dispose();
        _rows.Dispose();
        _spare?.Dispose();
        _writer?.Dispose();
        _buffer?.Dispose();
        _chunk?.Dispose();
        _bound?.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Reserve(int items)
    {
        if (items <= _capacity)
            return;
        int capacity = Math.Max(Math.Max(FirstItems, items), (int)Math.Min(_capacity * 2L, Array.MaxLength));
        _memory.Account.Charge((long)(capacity - _capacity) * sizeof(SortItem));
        _items = (SortItem*)NativeMemory.Realloc(_items, (nuint)capacity * (nuint)sizeof(SortItem));
        _capacity = capacity;
    }

    private void FreeItems()
    {
        if (_capacity == 0)
            return;
        _memory.Account.Release((long)_capacity * sizeof(SortItem));
        NativeMemory.Free(_items);
        _items = null;
        _capacity = 0;
    }

    private void AddKey(ReadOnlySpan<byte> key, int row)
    {
        byte* copy = _keyBytes.Allocate(Math.Max(key.Length, 1));
        key.CopyTo(new Span<byte>(copy, key.Length));
        _items[_count++] = new SortItem { Prefix = KeyPrefix.Of(key), Key = copy, Length = key.Length, Row = row };
    }

    private void Order() => ItemSort.Sort(
        _items, _count, _count < ItemSort.ParallelMin ? null : _state.Services.Workers, _count < ItemSort.ParallelMin ? 0 : Operators.ParallelAggregateOperator.HelpersAllowed(_state));

    /// <summary>Drops all but the first rows of the order: their bytes move to fresh storage.</summary>
    private void Compact(int limit)
    {
        Order();
        _spare ??= new RowStore(_types, _memory.Account);
        _spareKeys ??= new Arena(_memory.Account);
        for (int i = 0; i < limit; i++)
        {
            ref SortItem item = ref _items[i];
            byte* key = _spareKeys.Allocate(Math.Max(item.Length, 1));
            Buffer.MemoryCopy(item.Key, key, item.Length, item.Length);
            item.Key = key;
            item.Row = _spare.AppendRow(_rows.ChunkOf(item.Row), RowStore.Offset(item.Row));
        }

        _count = limit;
        _worst.Clear();
        if (limit > 0)
        {
            _worst.Write(new ReadOnlySpan<byte>(_items[limit - 1].Key, _items[limit - 1].Length));
            _bound?.Set(_spare.ChunkOf(_items[limit - 1].Row)[_firstSlot], RowStore.Offset(_items[limit - 1].Row));
        }

        (_rows, _spare) = (_spare, _rows);
        (_keyBytes, _spareKeys) = (_spareKeys, _keyBytes);
        _spare.Clear();
        _spareKeys.Reset();
    }

    /// <summary>Writes the rows at hand in order as a run, and forgets them.</summary>
    private void SpillSorted()
    {
        _state.CheckCancel();
        Order();
        int count = (int)Math.Min(_count, Bound);
        _file ??= _state.Spill.CreateFile();
        SpillWriter writer = Writer();
        writer.Begin(_file);
        _chunk ??= new Batch(_runTypes, _memory.Account);
        int rowsPerChunk = (int)Math.Clamp(_memory.ChunkBytes / Math.Max(1, _memory.Account.UsedBytes / Math.Max(1, _count)), 1, Batch.RowsMax);
        if (_chunkRows.Length == 0)
            _chunkRows = new int[Batch.RowsMax];
        for (int first = 0; first < count; first += rowsPerChunk)
        {
            int rows = Math.Min(rowsPerChunk, count - first);
            Vector key = _chunk[0];
            key.Reset(rows);
            for (int i = 0; i < rows; i++)
            {
                ref SortItem item = ref _items[first + i];
                key.Set(i, new ByteView(item.Key, item.Length));
                _chunkRows[i] = item.Row;
            }

            for (int column = 0; column < _types.Length; column++)
                _rows.Gather(column, _chunkRows.AsSpan(0, rows), _chunk[column + 1]);
            _chunk.SetCount(rows);
            writer.WriteChunk(_chunk, new Selection(rows));
        }

        _runs.Add(writer.Finish());
        _rows.Clear();
        _keyBytes.Reset();
        _count = 0;
    }

    private SpillWriter Writer()
    {
        _buffer ??= new SpillBuffer(_memory.Account);
        _writer ??= new SpillWriter(_state.Spill, _runTypes, _memory.Account, _buffer);
        _writer.ChunkBytes = _memory.ChunkBytes;
        return _writer;
    }

    /// <summary>Gives back what only gathering needs.</summary>
    private void Trim()
    {
        FreeItems();
        _rows.Dispose();
        _spare?.Dispose();
        _keyBytes.Reset();
    }

    /// <summary>Merges each group of neighbouring runs to one, in a new file.</summary>
    private void MergePass(int width)
    {
        SpillFile target = _state.Spill.CreateFile();
        try
        {
            var merged = new List<SpillRun>();
            SpillWriter writer = Writer();
            for (int first = 0; first < _runs.Count; first += width)
            {
                _state.CheckCancel();
                writer.Begin(target);
                using var merge = new SpillMerge(_runTypes, _memory.Account, _runs[first..Math.Min(first + width, _runs.Count)]);
                merge.CopyTo(writer, Bound, _state);
                merged.Add(writer.Finish());
            }

            _runs.Clear();
            _runs.AddRange(merged);
            (_file, target) = (target, _file!);
        }
        finally
        {
            target.Dispose();
        }
    }
}
