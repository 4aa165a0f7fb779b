using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Remembers the rows of its input by the values of the parameters that it runs with, so that a nested loop runs the input once for each different value. When the rows outgrow the statement's work
/// memory all are forgotten. Memory lasts until <see cref="Close"/>: other parameters of the input must not change before.
/// </summary>
internal sealed class MemoizeOperator : Operator
{
    private const int Incomplete = -1;

    private enum Step
    {
        Begin,
        Replay,
        Read,
        Done,
    }

    private readonly ExecutionState _state;
    private readonly Operator _input;
    private readonly int[] _parameters;
    private readonly SqlType[] _types;
    private readonly bool _isSingleRow;
    private readonly HashKeyBuilder _keys;
    private readonly Batch _key;
    private readonly OperatorMemory _memory;
    private readonly KeyTable _table;
    private readonly RowStore _rows;
    private readonly Batch _output;
    private readonly int[] _numbers = new int[Batch.RowsMax];
    private (int First, int Count)[] _entries = new (int, int)[64];
    private Step _step;
    private int _entry;
    private int _at;
    private bool _inputOpen;

    public MemoizeOperator(ExecutionState state, Operator input, int[] parameters, SqlType[] types, bool isSingleRow)
    {
        _state = state;
        _input = input;
        _parameters = parameters;
        _types = types;
        _isSingleRow = isSingleRow;
        _memory = new OperatorMemory(state, "Memoize", isHash: true);
        _table = new KeyTable(_memory.Account);
        _rows = new RowStore(types, _memory.Account);
        _output = new Batch(types, state.Memory);
        _keys = new HashKeyBuilder([.. Enumerable.Range(0, parameters.Length)]);
        _key = new Batch(new Vector[parameters.Length]);
    }

    public override void Open()
    {
        _step = Step.Begin;
        Forget();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        if (_step == Step.Begin)
            Begin();
        switch (_step)
        {
            case Step.Replay:
                return Replay(rowsMax);
            case Step.Read:
                return Read(rowsMax);
            default:
                return null;
        }
    }

    public override void Rescan() => _step = Step.Begin;

    public override void Close()
    {
        if (_inputOpen)
            _input.Close();
        _inputOpen = false;
        Forget();
        _step = Step.Begin;
    }

    public override void Dispose()
    {
        _input.Dispose();
        _table.Dispose();
        _rows.Dispose();
        _output.Dispose();
    }

    private void Forget()
    {
        _table.Clear();
        _rows.Clear();
    }

    private void Begin()
    {
        for (int i = 0; i < _parameters.Length; i++)
            _key.Columns[i] = _state.Evaluation.Parameters[_parameters[i]];
        _key.SetCount(1);
        if (Statistics is not null)
            Statistics.CacheBytes = Math.Max(Statistics.CacheBytes, _memory.Account.UsedBytes);
        if (_memory.Account.UsedBytes > _memory.BudgetBytes)
        {
            if (Statistics is not null)
                Statistics.CacheEvictions += _table.Count;
            Forget();
        }

        _entry = _table.FindOrAdd(_keys.Build(_key, 0), out bool added);
        if (!added && _entries[_entry].Count != Incomplete)
        {
            _at = 0;
            _step = Step.Replay;
            if (Statistics is not null)
                Statistics.CacheHits++;
            return;
        }

        if (Statistics is not null)
            Statistics.CacheMisses++;
        if (_entry >= _entries.Length)
            Array.Resize(ref _entries, _entries.Length * 2);
        // Whoever stops before the end leaves the entry open: it is read anew next time.
        _entries[_entry] = (_rows.Count, Incomplete);
        if (_inputOpen)
            _input.Rescan();
        else
            _input.Open();
        _inputOpen = true;
        _step = Step.Read;
    }

    private Batch? Replay(int rowsMax)
    {
        (int first, int count) = _entries[_entry];
        int rows = Math.Min(Math.Min(rowsMax, Batch.RowsMax), count - _at);
        if (rows <= 0)
        {
            _step = Step.Done;
            return null;
        }

        for (int i = 0; i < rows; i++)
            _numbers[i] = first + _at + i;
        for (int column = 0; column < _types.Length; column++)
            _rows.Gather(column, _numbers.AsSpan(0, rows), _output[column]);
        _output.SetCount(rows);
        _at += rows;
        return _output;
    }

    private Batch? Read(int rowsMax)
    {
        Batch? batch = _input.Next(rowsMax);
        if (batch is not null)
        {
            _rows.Append(batch);
            if (!_isSingleRow)
                return batch;
        }

        ref (int First, int Count) entry = ref _entries[_entry];
        entry.Count = _rows.Count - entry.First;
        _step = Step.Done;
        return batch;
    }
}
