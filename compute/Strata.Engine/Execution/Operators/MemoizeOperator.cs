using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Remembers the rows of its input by the values of the parameters that it runs with, so that a nested loop runs the input once for each different value. When the rows outgrow the statement's work
/// memory all are forgotten. Memory lasts until <see cref="Close"/>: other parameters of the input must not change before.
/// </summary>
internal sealed class MemoizeOperator(ExecutionState state, Operator input, int[] parameters, SqlType[] parameterTypes, SqlType[] types, bool isSingleRow) : Operator
{
    private const int EntryBytes = 64;
    private const int Incomplete = -1;

    private enum Step
    {
        Begin,
        Replay,
        Read,
        Done,
    }

    private readonly HashKeyBuilder _keys = new([.. Enumerable.Range(0, parameters.Length)]);
    private readonly Batch _key = new(new Vector[parameterTypes.Length]);
    private readonly KeyTable _table = new(state.Memory);
    private readonly RowStore _rows = new(types, state.Memory);
    private readonly Batch _output = new(types, state.Memory);
    private readonly int[] _numbers = new int[Batch.RowsMax];
    private (int First, int Count)[] _entries = new (int, int)[64];
    private Step _step;
    private int _entry;
    private int _at;
    private bool _inputOpen;
    private long _hits;
    private long _misses;
    private long _evictions;

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
            input.Close();
        _inputOpen = false;
        if (Statistics is not null && _misses > 0)
        {
            Statistics.Notes.Add($"Hits: {_hits}  Misses: {_misses}  Evictions: {_evictions}  Overflows: 0");
            _hits = _misses = _evictions = 0;
        }

        Forget();
        _step = Step.Begin;
    }

    public override void Dispose()
    {
        input.Dispose();
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
        for (int i = 0; i < parameters.Length; i++)
            _key.Columns[i] = state.Evaluation.Parameters[parameters[i]];
        _key.SetCount(1);
        if (_table.SizeBytes + (_rows.Count * (long)RowBytes()) > state.Services.WorkMemoryBytes)
        {
            _evictions += _table.Count;
            Forget();
        }

        _entry = _table.FindOrAdd(_keys.Build(_key, 0), out bool added);
        if (!added && _entries[_entry].Count != Incomplete)
        {
            _hits++;
            _at = 0;
            _step = Step.Replay;
            return;
        }

        _misses++;
        if (_entry >= _entries.Length)
            Array.Resize(ref _entries, _entries.Length * 2);
        // Whoever stops before the end leaves the entry open: it is read anew next time.
        _entries[_entry] = (_rows.Count, Incomplete);
        if (_inputOpen)
            input.Rescan();
        else
            input.Open();
        _inputOpen = true;
        _step = Step.Read;
    }

    private int RowBytes()
    {
        int bytes = EntryBytes / 4;
        foreach (SqlType type in types)
            bytes += type.Physical.WidthBytes();
        return bytes;
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
        for (int column = 0; column < types.Length; column++)
            _rows.Gather(column, _numbers.AsSpan(0, rows), _output[column]);
        _output.SetCount(rows);
        _at += rows;
        return _output;
    }

    private Batch? Read(int rowsMax)
    {
        Batch? batch = input.Next(rowsMax);
        if (batch is not null)
        {
            _rows.Append(batch);
            if (!isSingleRow)
                return batch;
        }

        ref (int First, int Count) entry = ref _entries[_entry];
        entry.Count = _rows.Count - entry.First;
        _step = Step.Done;
        return batch;
    }
}
