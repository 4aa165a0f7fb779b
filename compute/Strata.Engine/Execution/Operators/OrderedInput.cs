using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Rows of an aggregate with ORDER BY: kept until all are there, then sorted by group and order and fed. Not thread-safe.</summary>
internal sealed unsafe class OrderedInput : IDisposable
{
    private readonly ExecutionState _state;
    private readonly AggregateTask _task;
    private readonly RowSorter _sorter;
    private readonly KeyBuilder _order;
    private readonly KeyBuffer _key = new();
    private readonly Vector _groups;
    private readonly Batch _line;
    private readonly Vector[] _arguments;
    private readonly SelectionBuffer _run = new();
    private readonly List<long> _counts = [];
    private byte[] _lastKey = [];
    private int _lastLength = -1;
    private int _lastGroup = -1;

    public OrderedInput(ExecutionState state, AggregateTask task)
    {
        _state = state;
        _task = task;
        SqlType[] types = [SqlType.Int4, .. task.Arguments.Select(static argument => argument.Type)];
        _sorter = new RowSorter(state, types, "TupleSort main");
        _order = new KeyBuilder([new KeyColumn(0), .. task.Order.Select(static column => column with { Slot = column.Slot + 1 })]);
        _groups = new Vector(SqlType.Int4);
        _line = new Batch(new Vector[types.Length]);
        _arguments = new Vector[task.ArgumentCount];
    }

    /// <summary>Keeps rows; none named they are of group 0.</summary>
    public void Add(Vector[] arguments, Selection selection, int[]? groupOfRow)
    {
        _groups.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
        {
            int group = groupOfRow is null ? 0 : groupOfRow[selection[i]];
            _groups.Set(selection[i], group);
            Count(group, arguments.Length == 0 || arguments[0].IsNull(selection[i]) ? 0 : 1);
        }

        _line.Columns[0] = _groups;
        for (int i = 0; i < arguments.Length; i++)
            _line.Columns[i + 1] = arguments[i];
        _line.SetCount(selection.End);
        _line.Select(selection);
        _sorter.Add(_line, _order);
    }

    /// <summary>Feeds the rows in order.</summary>
    public void Replay(AggregateContext context, nint[] groupStates, int stateOffset, ErrorSink errors)
    {
        _sorter.Complete();
        _lastLength = -1;
        _lastGroup = -1;
        while (_sorter.Next(Batch.RowsMax) is { } batch)
        {
            _state.CheckCancel();
            for (int i = 0; i < _arguments.Length; i++)
                _arguments[i] = batch[i + 1];
            int* rows = _run.Reserve(batch.Count);
            for (int first = 0; first < batch.Count;)
            {
                int group = batch[0].Get<int>(first);
                int count = 0;
                int row = first;
                for (; row < batch.Count && batch[0].Get<int>(row) == group; row++)
                {
                    if (!_task.IsDistinct || IsNew(group, row))
                        rows[count++] = row;
                }

                context.RowsOfGroup = _counts[group];
                if (count > 0)
                    _task.Function.UpdateSingle(context, _arguments, new Selection(rows, count), (byte*)groupStates[group] + stateOffset, errors);
                errors.ThrowIfAny();
                first = row;
            }
        }
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _sorter.Clear();
        _counts.Clear();
    }

    private void Count(int group, int rows)
    {
        while (_counts.Count <= group)
            _counts.Add(0);
        _counts[group] += rows;
    }

    public void Dispose()
    {
        _sorter.Dispose();
        _groups.Dispose();
        _run.Dispose();
    }

    /// <summary>True when the row's values differ from those of the row before it in its group.</summary>
    private bool IsNew(int group, int row)
    {
        _key.Clear();
        foreach (Vector argument in _arguments)
            KeyEncoder.Append(argument, row, false, false, _key);
        ReadOnlySpan<byte> key = _key.Written;
        if (group == _lastGroup && _lastLength == key.Length && key.SequenceEqual(_lastKey.AsSpan(0, _lastLength)))
            return false;
        if (_lastKey.Length < key.Length)
            _lastKey = new byte[key.Length * 2];
        key.CopyTo(_lastKey);
        _lastLength = key.Length;
        _lastGroup = group;
        return true;
    }
}
