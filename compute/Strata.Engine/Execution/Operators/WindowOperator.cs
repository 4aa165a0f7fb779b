using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Computes window functions over an input sorted by partition and order. Whole partitions are kept, a few small ones or one large one at a time; results are computed as rows are asked for.
/// </summary>
internal sealed unsafe class WindowOperator : UnaryOperator
{
    // Of each row its peer group and the group's place are kept: three numbers.
    private const int RowOverheadBytes = 3 * sizeof(int);

    private readonly ExecutionState _state;
    private readonly KeyBuilder _partition;
    private readonly KeyBuilder _order;
    private readonly WindowTask[] _tasks;
    private readonly int _inputColumns;
    private readonly OperatorMemory _memory;
    private readonly SpillableRows _rows;
    private readonly SpillableReader _reader;
    private readonly RowStore _ahead;
    private readonly Batch _results;
    private readonly Batch _output;
    private readonly SelectionBuffer _slice = new();
    private readonly Vector[] _values;
    private readonly WindowPartition _current = new();
    private readonly WindowFrame[] _frames;
    private readonly WindowAggregation?[] _aggregations;
    private readonly List<int> _starts = [];
    private readonly List<int> _peers = [];
    private readonly KeyBuffer _lastPartition = new();
    private readonly KeyBuffer _lastOrder = new();
    private (long Start, long End)[]? _offsets;
    private long _overheadCharge;
    private bool _inputEnded;
    private int _partitionNumber;
    private int _end;
    private int _next;

    public WindowOperator(
        ExecutionState state, Operator input, SqlType[] inputTypes, KeyBuilder partition, KeyBuilder order, WindowTask[] tasks)
        : base(input)
    {
        _state = state;
        _partition = partition;
        _order = order;
        _tasks = tasks;
        _inputColumns = inputTypes.Length;
        SqlType[] resultTypes = tasks.Select(task => task.Type).ToArray();
        _memory = new OperatorMemory(state, "WindowAgg");
        _rows = new SpillableRows(state.Spill, inputTypes, _memory);
        _reader = new SpillableReader(_rows, isSequential: false);
        _ahead = new RowStore(inputTypes, _memory.Account);
        _results = new Batch(resultTypes, _memory.Account);
        _output = new Batch(new Vector[inputTypes.Length + tasks.Length]);
        _frames = tasks.Select(task => new WindowFrame(task, _current, _reader)).ToArray();
        _aggregations = tasks.Select(task => task.Aggregate is null ? null : new WindowAggregation(task, _current, _reader, _memory.Account)).ToArray();
        _values = resultTypes.Select(type => new Vector(type, _memory.Account)).ToArray();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        if (_next >= _end && !ReadPartitions())
            return null;
        Batch inputs = _reader.ChunkOf(_next, out int offset);
        int stored = inputs.StoredCount;
        int count = Math.Min(Math.Min(rowsMax, stored - offset), _end - _next);
        _results.Reset(stored);
        for (int i = 0; i < count; i++)
            ComputeRow(_next + i, offset + i);

        // Frames may have looked at other chunks meanwhile.
        inputs = _reader.ChunkOf(_next, out int place);
        Format.Invariant.Check(place == offset && inputs.StoredCount == stored);
        for (int i = 0; i < _inputColumns; i++)
            _output.Columns[i] = inputs[i];
        for (int i = 0; i < _tasks.Length; i++)
            _output.Columns[_inputColumns + i] = _results[i];
        _output.SetCount(stored);
        int* rows = _slice.Reserve(count);
        for (int i = 0; i < count; i++)
            rows[i] = offset + i;
        _output.Select(new Selection(rows, count));
        _next += count;
        return _output;
    }

    public override void Dispose()
    {
        base.Dispose();
        _rows.Dispose();
        _reader.Dispose();
        _ahead.Dispose();
        _results.Dispose();
        _slice.Dispose();
        foreach (WindowAggregation? aggregation in _aggregations)
            aggregation?.Dispose();
        foreach (Vector value in _values)
            value.Dispose();
        foreach (WindowTask task in _tasks)
        {
            task.StartOffset?.Dispose();
            task.EndOffset?.Dispose();
            task.Range?.IsStartNegative?.Dispose();
            task.Range?.IsEndNegative?.Dispose();
        }
    }

    protected override void Clear()
    {
        ClearRows();
        _ahead.Clear();
        _reader.Free();
        _offsets = null;
        _inputEnded = false;
        _lastPartition.Clear();
        _lastOrder.Clear();
    }

    private void ClearRows()
    {
        _rows.Clear();
        _starts.Clear();
        _peers.Clear();
        _memory.Account.Release(_overheadCharge);
        _overheadCharge = 0;
        foreach (WindowAggregation? aggregation in _aggregations)
            aggregation?.Clear();
        _partitionNumber = -1;
        _end = 0;
        _next = 0;
    }

    /// <summary>Reads partitions until at least one is complete and there is a batch of rows; false at the end.</summary>
    private bool ReadPartitions()
    {
        ClearRows();
        _offsets ??= _tasks.Select(OffsetsOf).ToArray();
        TakeAhead();
        while (!_inputEnded && (_starts.Count < 2 || _starts[^1] < Batch.RowsMax))
        {
            if (Input.Next(Batch.RowsMax) is not { } batch)
            {
                _inputEnded = true;
                break;
            }

            _state.CheckCancel();
            AddRows(batch);
        }

        if (_rows.Count == 0)
            return false;
        // The last partition may go on: its rows wait for the next round.
        if (_inputEnded)
            _starts.Add(_rows.Count);
        else
            PutLastAhead();
        _end = _starts[^1];
        return true;
    }

    private void AddRows(Batch batch)
    {
        long bytes = (long)batch.Count * RowOverheadBytes;
        _memory.Account.Charge(bytes);
        _overheadCharge += bytes;
        int first = _rows.Count;
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> key = _partition.Build(batch, batch.Selection[i]);
            bool isNew = first + i == 0 || !key.SequenceEqual(_lastPartition.Written);
            if (isNew)
            {
                _lastPartition.Clear();
                _lastPartition.Write(key);
                _starts.Add(first + i);
            }

            ReadOnlySpan<byte> order = _order.Build(batch, batch.Selection[i]);
            bool isPeer = !isNew && order.SequenceEqual(_lastOrder.Written);
            if (!isPeer)
            {
                _lastOrder.Clear();
                _lastOrder.Write(order);
            }

            // A row's peer group is named by its first row.
            _peers.Add(isPeer ? _peers[^1] : first + i);
        }

        _rows.Append(batch);
    }

    /// <summary>The rows of the partition that has begun last, which are fewer than a batch, are kept for the next round.</summary>
    private void PutLastAhead()
    {
        _ahead.Clear();
        for (int row = _starts[^1]; row < _rows.Count; row++)
        {
            Batch chunk = _reader.ChunkOf(row, out int offset);
            _ahead.AppendRow(chunk, offset);
        }
    }

    private void TakeAhead()
    {
        for (int i = 0; i < _ahead.ChunkCount; i++)
            AddRows(_ahead.Chunk(i));
        _ahead.Clear();
    }

    private (long Start, long End) OffsetsOf(WindowTask task)
    {
        if (task.Range is not { } range)
            return (Offset(task.StartOffset, "starting"), Offset(task.EndOffset, "ending"));
        CheckRange(task.StartOffset, range.IsStartNegative, "starting");
        CheckRange(task.EndOffset, range.IsEndNegative, "ending");
        return default;
    }

    private void CheckRange(ExpressionInstance? offset, ExpressionInstance? isNegative, string which)
    {
        if (offset is null)
            return;
        if (offset.EvaluateScalar(_state.Evaluation).IsNull)
            throw new SqlException(SqlState.NullValueNotAllowed, $"frame {which} offset must not be null");
        Datum negative = isNegative!.EvaluateScalar(_state.Evaluation);
        if (!negative.IsNull && negative.AsBoolean)
            throw new SqlException(SqlState.InvalidPrecedingOrFollowingSize, "invalid preceding or following size in window function");
    }

    private long Offset(ExpressionInstance? expression, string which)
    {
        if (expression is null)
            return 0;
        Datum value = expression.EvaluateScalar(_state.Evaluation);
        if (value.IsNull)
            throw new SqlException(SqlState.NullValueNotAllowed, $"frame {which} offset must not be null");
        long offset = value.Get<long>();
        return offset >= 0
            ? offset
            : throw new SqlException(SqlState.InvalidPrecedingOrFollowingSize, $"frame {which} offset must not be negative");
    }

    private void ComputeRow(int row, int place)
    {
        _state.CheckCancel();
        if (_partitionNumber < 0 || row >= _current.End)
            BeginPartition();
        for (int t = 0; t < _tasks.Length; t++)
        {
            WindowTask task = _tasks[t];
            Vector value = _values[t];
            value.Reset(1);
            if (_aggregations[t] is { } aggregation)
            {
                _frames[t].Compute(row);
                aggregation.Compute(_frames[t], value);
            }
            else
            {
                ComputeFunction(task, _frames[t], row, value);
            }

            _results[t].CopyRow(value, 0, place);
        }
    }

    private void BeginPartition()
    {
        _partitionNumber++;
        _current.Begin(_starts[_partitionNumber], _starts[_partitionNumber + 1], _peers);
        for (int t = 0; t < _tasks.Length; t++)
        {
            _frames[t].Begin(_offsets![t].Start, _offsets[t].End);
            _aggregations[t]?.Begin(_state.Evaluation.Functions);
        }
    }

    private void ComputeFunction(WindowTask task, WindowFrame frame, int row, Vector value)
    {
        int start = _current.Start;
        switch (task.Kind)
        {
            case WindowFunctionKind.RowNumber:
                value.Set(0, (long)(row - start + 1));
                break;
            case WindowFunctionKind.Rank:
                value.Set(0, (long)(_current.PeersOf(row).Start - start + 1));
                break;
            case WindowFunctionKind.DenseRank:
                value.Set(0, (long)_current.GroupOf(row) + 1);
                break;
            case WindowFunctionKind.PercentRank:
                value.Set(0, _current.Count <= 1 ? 0d : (double)(_current.PeersOf(row).Start - start) / (_current.Count - 1));
                break;
            case WindowFunctionKind.CumulativeDistribution:
                value.Set(0, (double)(_current.PeersOf(row).End - start) / _current.Count);
                break;
            case WindowFunctionKind.Tile:
                ComputeTile(task, row, value);
                break;
            case WindowFunctionKind.Lag or WindowFunctionKind.Lead:
                ComputeShift(task, row, value);
                break;
            default:
                ComputeFrameValue(task, frame, row, value);
                break;
        }
    }

    private void ComputeTile(WindowTask task, int row, Vector value)
    {
        // The number of tiles is that of the partition's first row.
        if (!TryInteger(task.ArgumentSlots[0], _current.Start, out int tiles))
        {
            value.SetNull(0);
            return;
        }

        if (tiles <= 0)
            throw new SqlException(new SqlState("22014"), "argument of ntile must be greater than zero");
        int size = _current.Count / tiles;
        int larger = _current.Count % tiles;
        int place = row - _current.Start;
        int boundary = larger * (size + 1);
        value.Set(0, place < boundary ? (place / (size + 1)) + 1 : size == 0 ? place + 1 : larger + ((place - boundary) / size) + 1);
    }

    private void ComputeShift(WindowTask task, int row, Vector value)
    {
        int distance = 1;
        if (task.ArgumentSlots.Length > 1 && !TryInteger(task.ArgumentSlots[1], row, out distance))
        {
            value.SetNull(0);
            return;
        }

        long other = task.Kind == WindowFunctionKind.Lag ? (long)row - distance : (long)row + distance;
        if (other >= _current.Start && other < _current.End)
            CopyArgument(task.ArgumentSlots[0], (int)other, value);
        else if (task.ArgumentSlots.Length > 2)
            CopyArgument(task.ArgumentSlots[2], row, value);
        else
            value.SetNull(0);
    }

    private void ComputeFrameValue(WindowTask task, WindowFrame frame, int row, Vector value)
    {
        frame.Compute(row);
        int nth = 1;
        if (task.Kind == WindowFunctionKind.NthValue)
        {
            if (!TryInteger(task.ArgumentSlots[1], row, out nth))
            {
                value.SetNull(0);
                return;
            }

            if (nth <= 0)
                throw new SqlException(new SqlState("22016"), "argument of nth_value must be greater than zero");
        }

        int found = frame.RowAt(nth - 1, fromEnd: task.Kind == WindowFunctionKind.LastValue);
        if (found < 0)
            value.SetNull(0);
        else
            CopyArgument(task.ArgumentSlots[0], found, value);
    }

    private void CopyArgument(int slot, int row, Vector value)
    {
        Batch chunk = _reader.ChunkOf(row, out int offset);
        value.CopyRow(chunk[slot], offset, 0);
    }

    private bool TryInteger(int slot, int row, out int number)
    {
        Vector vector = _reader.ChunkOf(row, out int offset)[slot];
        number = 0;
        if (vector.IsNull(offset))
            return false;
        number = vector.Get<int>(offset);
        return true;
    }
}
