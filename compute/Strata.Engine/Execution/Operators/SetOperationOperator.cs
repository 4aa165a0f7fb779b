using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// INTERSECT and EXCEPT, plain and ALL: counts each distinct row on both sides, then delivers the rows of the left side as often as the operation says. Rows of both sides that find no room are put off and worked
/// on part by part.
/// </summary>
internal sealed class SetOperationOperator : Operator
{
    private readonly ExecutionState _state;
    private readonly Operator _left;
    private readonly Operator _right;
    private readonly SqlType[] _types;
    private readonly KeyBuilder _keys;
    private readonly bool _isIntersect;
    private readonly bool _isAll;
    private readonly OperatorMemory _memory;
    private readonly KeyTable _table;
    private readonly RowStore _rows;
    private readonly RowAppender _output;
    private readonly Stack<Pair> _pending = new();
    private readonly sbyte[] _parts = new sbyte[Batch.RowsMax];
    private SpillPartitions? _leftParts;
    private SpillPartitions? _rightParts;
    private SpillReader? _reader;
    private Pair? _current;
    private Counts[] _counts = new Counts[64];
    private long _countsCharge;
    private bool _isFull;
    private bool _built;
    private int _level;
    private int _next;
    private long _repeated;

    private sealed record Pair(SpillRun Left, SpillRun? Right, int Level);

    private record struct Counts(long Left, long Right);

    public SetOperationOperator(ExecutionState state, Operator left, Operator right, SqlType[] types, KeyBuilder keys, bool isIntersect, bool isAll)
    {
        _state = state;
        _left = left;
        _right = right;
        _types = types;
        _keys = keys;
        _isIntersect = isIntersect;
        _isAll = isAll;
        _memory = new OperatorMemory(state, "SetOp hash table", isHash: true);
        _table = new KeyTable(_memory.Account);
        _rows = new RowStore(types, _memory.Account);
        _output = new RowAppender(new Batch(types, _memory.Account));
    }

    public override void Open()
    {
        Clear();
        _left.Open();
        _right.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        if (!_built)
            Build();
        do
        {
            if (NextRows(rowsMax) is { } batch)
                return batch;
        }
        while (BuildNextPair());
        return null;
    }

    private Batch? NextRows(int rowsMax)
    {
        _output.Begin(Math.Min(rowsMax, 64));
        while (_next < _rows.Count && _output.Count < rowsMax)
        {
            if (_repeated >= Times(_counts[_next]))
            {
                _next++;
                _repeated = 0;
                continue;
            }

            _output.Copy(_rows.ChunkOf(_next), RowStore.Offset(_next), 0, _types.Length);
            _output.EndRow();
            _repeated++;
        }

        return _output.Finish();
    }

    public override void Rescan()
    {
        Clear();
        _left.Rescan();
        _right.Rescan();
    }

    public override void Close()
    {
        _left.Close();
        _right.Close();
        Clear();
    }

    public override void Dispose()
    {
        Clear();
        _left.Dispose();
        _right.Dispose();
        _table.Dispose();
        _rows.Dispose();
        _output.Output.Dispose();
        _leftParts?.Dispose();
        _rightParts?.Dispose();
        _reader?.Dispose();
    }

    private long Times(Counts counts)
    {
        if (_isIntersect)
            return _isAll ? Math.Min(counts.Left, counts.Right) : counts is { Left: > 0, Right: > 0 } ? 1 : 0;
        return _isAll ? Math.Max(0, counts.Left - counts.Right) : counts is { Left: > 0, Right: 0 } ? 1 : 0;
    }

    private void Clear()
    {
        ClearTable();
        EndPair();
        while (_pending.TryPop(out Pair? pair))
            Drop(pair);
        _leftParts?.Abandon();
        _rightParts?.Abandon();
        _reader?.Free();
        _memory.Account.Release(_countsCharge);
        _countsCharge = 0;
        if (_counts.Length > Batch.RowsMax)
            _counts = new Counts[64];
        _built = false;
        _level = 0;
    }

    private void ClearTable()
    {
        _table.Clear();
        _rows.Clear();
        _isFull = false;
        _next = 0;
        _repeated = 0;
    }

    private void Build()
    {
        _built = true;
        while (_left.Next(Batch.RowsMax) is { } batch)
            AddLeft(batch);
        while (_right.Next(Batch.RowsMax) is { } batch)
            AddRight(batch);
        PushPairs();
    }

    /// <summary>Works on rows that were put off; false when there are none left.</summary>
    private bool BuildNextPair()
    {
        EndPair();
        if (!_pending.TryPop(out Pair? pair))
            return false;
        _current = pair;
        ClearTable();
        _level = pair.Level + 1;
        _reader ??= new SpillReader(_types, _memory.Account);
        _reader.Open(pair.Left);
        while (_reader.Next() is { } batch)
            AddLeft(batch);
        if (pair.Right is { } right)
        {
            _reader.Open(right);
            while (_reader.Next() is { } batch)
                AddRight(batch);
        }

        PushPairs();
        return true;
    }

    private void AddLeft(Batch batch)
    {
        _state.CheckCancel();
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection[i];
            ReadOnlySpan<byte> key = _keys.Build(batch, row);
            int number;
            _parts[i] = SpillPartitions.None;
            if (_isFull)
            {
                number = _table.Find(key);
                if (number < 0)
                {
                    _parts[i] = SpillPartitions.Of(VectorHash.Bytes(key), _level);
                    continue;
                }
            }
            else
            {
                number = _table.FindOrAdd(key, out bool added);
                if (added)
                    AddRow(batch, row, number);
            }

            _counts[number].Left++;
        }

        if (_isFull)
            _leftParts!.Append(batch, batch.Selection, _parts);
        else if (_level < SpillPartitions.LevelsMax && _memory.MustSpill(_rows.Count))
            MakeFull();
    }

    private void AddRow(Batch batch, int row, int number)
    {
        _rows.AppendRow(batch, row);
        if (number >= _counts.Length)
        {
            long bytes = (long)_counts.Length * Marshal.SizeOf<Counts>();
            _memory.Account.Charge(bytes);
            _countsCharge += bytes;
            Array.Resize(ref _counts, _counts.Length * 2);
        }

        _counts[number] = default;
    }

    private void MakeFull()
    {
        _isFull = true;
        _leftParts ??= new SpillPartitions(_state, _types, _memory);
        _rightParts ??= new SpillPartitions(_state, _types, _memory);
    }

    private void AddRight(Batch batch)
    {
        _state.CheckCancel();
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> key = _keys.Build(batch, batch.Selection[i]);
            int number = _table.Find(key);
            if (number >= 0)
                _counts[number].Right++;
            if (!_isFull)
                continue;
            // Rows that the left side lacks never show.
            sbyte part = number >= 0 ? SpillPartitions.None : SpillPartitions.Of(VectorHash.Bytes(key), _level);
            _parts[i] = part >= 0 && _leftParts!.Rows(part) > 0 ? part : SpillPartitions.None;
        }

        if (_isFull)
            _rightParts!.Append(batch, batch.Selection, _parts);
    }

    private void PushPairs()
    {
        if (!_isFull)
            return;
        SpillRun?[] left = _leftParts!.Finish();
        SpillRun?[] right = _rightParts!.Finish();
        for (int part = 0; part < left.Length; part++)
        {
            if (left[part] is { } rows)
                _pending.Push(new Pair(rows, right[part], _level));
        }
    }

    private void EndPair()
    {
        if (_current is not null)
            Drop(_current);
        _current = null;
    }

    private static void Drop(Pair pair)
    {
        pair.Left.File.Dispose();
        pair.Right?.File.Dispose();
    }
}
