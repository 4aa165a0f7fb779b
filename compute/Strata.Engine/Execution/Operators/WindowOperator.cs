using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Execution.Operators;

/// <summary>The window functions that are no aggregates.</summary>
internal enum WindowFunctionKind
{
    Aggregate,
    RowNumber,
    Rank,
    DenseRank,
    PercentRank,
    CumulativeDistribution,
    Tile,
    Lag,
    Lead,
    FirstValue,
    LastValue,
    NthValue,
}

/// <summary>One window function as the operator runs it; arguments are slots of the input, frame offsets column-free.</summary>
internal sealed record WindowTask(
    WindowFunctionKind Kind, SqlType Type, AggregateFunction? Aggregate, int[] ArgumentSlots, int FilterSlot, FrameUnit Unit, FrameBoundKind Start,
    ExpressionInstance? StartOffset, FrameBoundKind End, ExpressionInstance? EndOffset, FrameExclusion Exclusion);

/// <summary>
/// Computes window functions over an input sorted by partition and order. All rows are kept; results are computed partition by partition. Aggregates whose
/// frame begins at the partition's start grow with the frame; others are computed anew for each row.
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
    private readonly AggregateContext _context;
    private readonly SelectionBuffer _slice = new();
    private readonly SelectionBuffer _frame = new();
    private readonly ErrorSink _errors = new();
    private readonly Vector[] _values;
    private int[] _peers = [];
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
        _context = new AggregateContext(state.Memory);
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
        _context.Dispose();
        _slice.Dispose();
        _frame.Dispose();
        foreach (Vector value in _values)
            value.Dispose();
        foreach (WindowTask task in _tasks)
        {
            task.StartOffset?.Dispose();
            task.EndOffset?.Dispose();
        }
    }

    private void Clear()
    {
        _rows.Clear();
        _results.Clear();
        _context.Reset();
        _built = false;
        _next = 0;
    }

    private void Build()
    {
        _built = true;
        _context.Functions = _state.Evaluation.Functions;
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

        _peers = [.. peers];
        starts.Add(_rows.Count);
        (long Start, long End)[] offsets = _tasks.Select(task => (Offset(task.StartOffset, "starting"), Offset(task.EndOffset, "ending"))).ToArray();
        for (int p = 0; p + 1 < starts.Count; p++)
            Compute(starts[p], starts[p + 1], offsets);
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

    private void Compute(int start, int end, (long Start, long End)[] offsets)
    {
        var running = new RunningAggregate[_tasks.Length];
        for (int row = start; row < end; row++)
        {
            _state.CheckCancel();
            for (int t = 0; t < _tasks.Length; t++)
            {
                WindowTask task = _tasks[t];
                Vector value = _values[t];
                value.Reset(1);
                if (task.Kind == WindowFunctionKind.Aggregate)
                    ComputeAggregate(task, ref running[t], start, end, row, offsets[t], value);
                else
                    ComputeFunction(task, start, end, row, offsets[t], value);
            }

            _line.SetCount(1);
            _results.AppendRow(_line, 0);
        }
    }

    private struct RunningAggregate
    {
        public byte* State;
        public int End;
    }

    private (int Start, int End) FrameOf(WindowTask task, int start, int end, int row, (long Start, long End) offsets)
    {
        int from = task.Start switch
        {
            FrameBoundKind.UnboundedPreceding => start,
            FrameBoundKind.CurrentRow => task.Unit == FrameUnit.Rows ? row : _peers[row],
            FrameBoundKind.Preceding => task.Unit == FrameUnit.Rows ? Clamp(row - offsets.Start, start, end) : GroupStart(row, -offsets.Start, start, end),
            FrameBoundKind.Following => task.Unit == FrameUnit.Rows ? Clamp(row + offsets.Start, start, end) : GroupStart(row, offsets.Start, start, end),
            _ => end,
        };
        int to = task.End switch
        {
            FrameBoundKind.UnboundedFollowing => end,
            FrameBoundKind.CurrentRow => task.Unit == FrameUnit.Rows ? row + 1 : PeerEnd(row, end),
            FrameBoundKind.Preceding => task.Unit == FrameUnit.Rows ? Clamp(row - offsets.End + 1, start, end) : GroupEnd(row, -offsets.End, start, end),
            FrameBoundKind.Following => task.Unit == FrameUnit.Rows ? Clamp(row + offsets.End + 1, start, end) : GroupEnd(row, offsets.End, start, end),
            _ => start,
        };
        return (from, Math.Max(from, to));
    }

    private static int Clamp(long row, int start, int end) => (int)Math.Clamp(row, start, end);

    private int PeerEnd(int row, int end)
    {
        int group = _peers[row];
        while (row < end && _peers[row] == group)
            row++;
        return row;
    }

    /// <summary>First row of the peer group so many groups away; the partition's bound when there is none.</summary>
    private int GroupStart(int row, long groups, int start, int end)
    {
        int first = _peers[row];
        for (; groups < 0; groups++)
        {
            if (first == start)
                return start;
            first = _peers[first - 1];
        }

        for (; groups > 0; groups--)
        {
            first = PeerEnd(first, end);
            if (first == end)
                return end;
        }

        return first;
    }

    private int GroupEnd(int row, long groups, int start, int end)
    {
        if (groups < 0)
        {
            int first = _peers[row];
            for (; groups < -1; groups++)
            {
                if (first == start)
                    return start;
                first = _peers[first - 1];
            }

            return first;
        }

        int last = GroupStart(row, groups, start, end);
        return last == end ? end : PeerEnd(last, end);
    }

    private bool IsExcluded(WindowTask task, int row, int other) => task.Exclusion switch
    {
        FrameExclusion.CurrentRow => other == row,
        FrameExclusion.Group => _peers[other] == _peers[row],
        FrameExclusion.Ties => other != row && _peers[other] == _peers[row],
        _ => false,
    };

    private void ComputeAggregate(
        WindowTask task, ref RunningAggregate running, int start, int end, int row, (long Start, long End) offsets, Vector value)
    {
        (int from, int to) = FrameOf(task, start, end, row, offsets);
        bool grows = task.Start == FrameBoundKind.UnboundedPreceding && task.Exclusion == FrameExclusion.None;
        if (!grows || running.State == null || running.End > to)
        {
            running.State = NewState(task.Aggregate!);
            running.End = from;
        }

        for (; running.End < to; running.End++)
        {
            if (!grows && IsExcluded(task, row, running.End))
                continue;
            AddRow(task, running.State, running.End);
        }

        task.Aggregate!.Finish(_context, running.State, value, 0, _errors);
        _errors.ThrowIfAny();
    }

    private byte* NewState(AggregateFunction aggregate)
    {
        byte* state = _context.Arena.Allocate(Math.Max(8, aggregate.StateSizeBytes));
        NativeMemory.Clear(state, (nuint)aggregate.StateSizeBytes);
        aggregate.Initialize(_context, state);
        return state;
    }

    private void AddRow(WindowTask task, byte* state, int row)
    {
        Batch chunk = _rows.ChunkOf(row);
        int offset = RowStore.Offset(row);
        if (task.FilterSlot >= 0 && (chunk[task.FilterSlot].IsNull(offset) || chunk[task.FilterSlot].Get<byte>(offset) == 0))
            return;
        int count = task.ArgumentSlots.Length;
        Vector[] arguments = new Vector[count];
        for (int i = 0; i < count; i++)
            arguments[i] = chunk[task.ArgumentSlots[i]];
        int* rows = _frame.Reserve(1);
        rows[0] = offset;
        task.Aggregate!.UpdateSingle(_context, arguments, new Selection(rows, 1), state, _errors);
        _errors.ThrowIfAny();
    }

    private void ComputeFunction(WindowTask task, int start, int end, int row, (long Start, long End) offsets, Vector value)
    {
        switch (task.Kind)
        {
            case WindowFunctionKind.RowNumber:
                value.Set(0, (long)(row - start + 1));
                break;
            case WindowFunctionKind.Rank:
                value.Set(0, (long)(_peers[row] - start + 1));
                break;
            case WindowFunctionKind.DenseRank:
                long rank = 1;
                for (int i = start + 1; i <= row; i++)
                    rank += _peers[i] == i ? 1 : 0;
                value.Set(0, rank);
                break;
            case WindowFunctionKind.PercentRank:
                value.Set(0, end - start <= 1 ? 0d : (double)(_peers[row] - start) / (end - start - 1));
                break;
            case WindowFunctionKind.CumulativeDistribution:
                value.Set(0, (double)(PeerEnd(row, end) - start) / (end - start));
                break;
            case WindowFunctionKind.Tile:
                ComputeTile(task, start, end, row, value);
                break;
            case WindowFunctionKind.Lag or WindowFunctionKind.Lead:
                ComputeShift(task, start, end, row, value);
                break;
            default:
                ComputeFrameValue(task, start, end, row, offsets, value);
                break;
        }
    }

    private void ComputeTile(WindowTask task, int start, int end, int row, Vector value)
    {
        if (!TryInteger(task.ArgumentSlots[0], row, out int tiles))
        {
            value.SetNull(0);
            return;
        }

        if (tiles <= 0)
            throw new SqlException(new SqlState("22014"), "argument of ntile must be greater than zero");
        int rows = end - start;
        int size = rows / tiles;
        int larger = rows % tiles;
        int place = row - start;
        int boundary = larger * (size + 1);
        value.Set(0, place < boundary ? (place / (size + 1)) + 1 : size == 0 ? place + 1 : larger + ((place - boundary) / size) + 1);
    }

    private void ComputeShift(WindowTask task, int start, int end, int row, Vector value)
    {
        int distance = 1;
        if (task.ArgumentSlots.Length > 1 && !TryInteger(task.ArgumentSlots[1], row, out distance))
        {
            value.SetNull(0);
            return;
        }

        long other = task.Kind == WindowFunctionKind.Lag ? (long)row - distance : (long)row + distance;
        if (other >= start && other < end)
            value.CopyRow(_rows.ChunkOf((int)other)[task.ArgumentSlots[0]], RowStore.Offset((int)other), 0);
        else if (task.ArgumentSlots.Length > 2)
            value.CopyRow(_rows.ChunkOf(row)[task.ArgumentSlots[2]], RowStore.Offset(row), 0);
        else
            value.SetNull(0);
    }

    private void ComputeFrameValue(WindowTask task, int start, int end, int row, (long Start, long End) offsets, Vector value)
    {
        (int from, int to) = FrameOf(task, start, end, row, offsets);
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

        int found = -1;
        bool backwards = task.Kind == WindowFunctionKind.LastValue;
        for (int i = 0; i < to - from && nth > 0; i++)
        {
            int other = backwards ? to - 1 - i : from + i;
            if (IsExcluded(task, row, other))
                continue;
            if (--nth == 0)
                found = other;
        }

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
