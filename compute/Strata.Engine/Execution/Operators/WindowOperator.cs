using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Computes window functions over an input sorted by partition and order. All rows are kept; results are computed partition by partition.
/// </summary>
internal sealed unsafe class WindowOperator : Operator
{
    private readonly ExecutionState _state;
    private readonly Operator _input;
    private readonly KeyBuilder _partition;
    private readonly KeyBuilder _order;
    private readonly WindowTask[] _tasks;
    private readonly int _inputColumns;
    private readonly RowStore _rows;
    private readonly RowStore _results;
    private readonly Batch _output;
    private readonly Batch _line;
    private readonly SelectionBuffer _slice = new();
    private readonly Vector[] _values;
    private readonly WindowPartition _current = new();
    private readonly WindowFrame[] _frames;
    private readonly WindowAggregation?[] _aggregations;
    private bool _built;
    private int _next;

    public WindowOperator(
        ExecutionState state, Operator input, SqlType[] inputTypes, KeyBuilder partition, KeyBuilder order, WindowTask[] tasks)
    {
        _state = state;
        _input = input;
        _partition = partition;
        _order = order;
        _tasks = tasks;
        _inputColumns = inputTypes.Length;
        SqlType[] resultTypes = tasks.Select(task => task.Type).ToArray();
        _rows = new RowStore(inputTypes, state.Memory);
        _results = new RowStore(resultTypes, state.Memory);
        _output = new Batch(new Vector[inputTypes.Length + tasks.Length]);
        _frames = tasks.Select(task => new WindowFrame(task, _current, _rows)).ToArray();
        _aggregations = tasks.Select(task => task.Aggregate is null ? null : new WindowAggregation(task, _current, _rows, state.Memory)).ToArray();
        _values = resultTypes.Select(type => new Vector(type)).ToArray();
        _line = new Batch(_values);
    }

    public override void Open()
    {
        Clear();
        _input.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        if (!_built)
            Build();
        if (_next >= _rows.Count)
            return null;
        Batch inputs = _rows.ChunkOf(_next);
        Batch results = _results.ChunkOf(_next);
        int offset = RowStore.Offset(_next);
        int count = Math.Min(rowsMax, inputs.StoredCount - offset);
        for (int i = 0; i < _inputColumns; i++)
            _output.Columns[i] = inputs[i];
        for (int i = 0; i < _tasks.Length; i++)
            _output.Columns[_inputColumns + i] = results[i];
        _output.SetCount(inputs.StoredCount);
        int* rows = _slice.Reserve(count);
        for (int i = 0; i < count; i++)
            rows[i] = offset + i;
        _output.Select(new Selection(rows, count));
        _next += count;
        return _output;
    }

    public override void Rescan()
    {
        Clear();
        _input.Rescan();
    }

    public override void Close()
    {
        _input.Close();
        Clear();
    }

    public override void Dispose()
    {
        _input.Dispose();
        _rows.Dispose();
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

    private void Clear()
    {
        _rows.Clear();
        _results.Clear();
        foreach (WindowAggregation? aggregation in _aggregations)
            aggregation?.Clear();
        _built = false;
        _next = 0;
    }

    private void Build()
    {
        _built = true;
        var starts = new List<int>();
        byte[] lastPartition = [];
        byte[] lastOrder = [];
        var peers = new List<int>();
        while (_input.Next(Batch.RowsMax) is { } batch)
        {
            _state.CheckCancel();
            int first = _rows.Append(batch);
            for (int i = 0; i < batch.Count; i++)
            {
                ReadOnlySpan<byte> key = _partition.Build(batch, batch.Selection[i]);
                bool isNew = first + i == 0 || !key.SequenceEqual(lastPartition);
                if (isNew)
                {
                    lastPartition = key.ToArray();
                    starts.Add(first + i);
                }

                ReadOnlySpan<byte> order = _order.Build(batch, batch.Selection[i]);
                bool isPeer = !isNew && order.SequenceEqual(lastOrder);
                if (!isPeer)
                    lastOrder = order.ToArray();
                // A row's peer group is named by its first row.
                peers.Add(isPeer ? peers[^1] : first + i);
            }
        }

        starts.Add(_rows.Count);
        (long Start, long End)[] offsets = _tasks.Select(OffsetsOf).ToArray();
        for (int p = 0; p + 1 < starts.Count; p++)
        {
            _current.Begin(starts[p], starts[p + 1], peers);
            Compute(offsets);
        }
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

    private void Compute((long Start, long End)[] offsets)
    {
        for (int t = 0; t < _tasks.Length; t++)
        {
            _frames[t].Begin(offsets[t].Start, offsets[t].End);
            _aggregations[t]?.Begin(_state.Evaluation.Functions);
        }

        for (int row = _current.Start; row < _current.End; row++)
        {
            _state.CheckCancel();
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
            }

            _line.SetCount(1);
            _results.AppendRow(_line, 0);
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
            value.CopyRow(_rows.ChunkOf((int)other)[task.ArgumentSlots[0]], RowStore.Offset((int)other), 0);
        else if (task.ArgumentSlots.Length > 2)
            value.CopyRow(_rows.ChunkOf(row)[task.ArgumentSlots[2]], RowStore.Offset(row), 0);
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
            value.CopyRow(_rows.ChunkOf(found)[task.ArgumentSlots[0]], RowStore.Offset(found), 0);
    }

    private bool TryInteger(int slot, int row, out int number)
    {
        Vector vector = _rows.ChunkOf(row)[slot];
        int offset = RowStore.Offset(row);
        number = 0;
        if (vector.IsNull(offset))
            return false;
        number = vector.Get<int>(offset);
        return true;
    }
}
