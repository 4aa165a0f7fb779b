using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Sorts an input that comes in the order of its first sort keys: rows with equal first keys are a group, which is sorted by all keys and delivered before the next is read. So the first rows come early, and
/// no more than a group is held. Equal rows keep their order.
/// </summary>
internal sealed unsafe class IncrementalSortOperator(
    ExecutionState state, Operator input, SqlType[] types, KeyBuilder keys, KeyBuilder presortedKeys, Func<long>? bound) : UnaryOperator(input)
{
    private const int FirstPullRows = 64;

    private readonly Batch _output = new(types, state.Memory);
    private readonly Arena _keyBytes = new(state.Memory);
    private readonly RowStore _rows = new(types, state.Memory);
    private readonly KeyBuffer _group = new();
    private SortItem[] _items = new SortItem[64];
    private int[] _order = [];
    private Batch? _batch;
    private int _position;
    private int _count;
    private int _next;
    private int _pullRows;
    private bool _inputDone;
    private long _left;

    protected override Batch? NextBatch(int rowsMax)
    {
        if (_left < 0)
            _left = bound?.Invoke() ?? long.MaxValue;
        if (_next >= _count && !SortGroup())
            return null;
        int count = (int)Math.Min(Math.Min(rowsMax, Batch.RowsMax), Math.Min(_count - _next, _left));
        if (count <= 0)
            return null;
        if (_order.Length < count)
            _order = new int[Batch.RowsMax];
        for (int i = 0; i < count; i++)
            _order[i] = _items[_next + i].Row;
        for (int column = 0; column < types.Length; column++)
            _rows.Gather(column, _order.AsSpan(0, count), _output[column]);
        _next += count;
        _left -= count;
        _output.SetCount(count);
        return _output;
    }

    public override void Dispose()
    {
        base.Dispose();
        _output.Dispose();
        _keyBytes.Dispose();
        _rows.Dispose();
    }

    protected override void Clear()
    {
        ForgetGroup();
        _batch = null;
        _position = 0;
        _inputDone = false;
        _pullRows = FirstPullRows;
        _left = -1;
    }

    private void ForgetGroup()
    {
        _rows.Clear();
        _keyBytes.Reset();
        _count = 0;
        _next = 0;
    }

    /// <summary>Reads and sorts the next group; false at the end.</summary>
    private bool SortGroup()
    {
        ForgetGroup();
        if (_left <= 0)
            return false;
        _group.Clear();
        while (Pull() is { } batch)
        {
            int first = _position;
            int end = first;
            for (; end < batch.Count; end++)
            {
                ReadOnlySpan<byte> key = presortedKeys.Build(batch, batch.Selection[end]);
                if (_count == 0 && end == first)
                    _group.Write(key);
                else if (!key.SequenceEqual(_group.Written))
                    break;
            }

            Add(batch, first, end);
            _position = end;
            if (end < batch.Count)
                break;
        }

        if (_count == 0)
            return false;
        _items.AsSpan(0, _count).Sort(default(SortItem.ByKey));
        return true;
    }

    private Batch? Pull()
    {
        if (_batch is not null && _position < _batch.Count)
            return _batch;
        if (_inputDone)
            return null;
        state.CheckCancel();
        _batch = Input.Next(_pullRows);
        _pullRows = Math.Min(Batch.RowsMax, _pullRows * 2);
        _position = 0;
        _inputDone = _batch is null;
        return _batch;
    }

    private void Add(Batch batch, int first, int end)
    {
        if (_count + end - first > _items.Length)
            Array.Resize(ref _items, Math.Max(_items.Length * 2, _count + end - first));
        for (int i = first; i < end; i++)
        {
            int row = batch.Selection[i];
            ReadOnlySpan<byte> key = keys.Build(batch, row);
            byte* copy = _keyBytes.Allocate(Math.Max(key.Length, 1));
            key.CopyTo(new Span<byte>(copy, key.Length));
            // The first keys are equal within a group: what tells rows apart stands behind them.
            ReadOnlySpan<byte> rest = key[Math.Min(_group.Length, key.Length)..];
            _items[_count++] = new SortItem
            {
                Prefix = KeyPrefix.Of(rest),
                Key = copy,
                Length = key.Length,
                Row = _rows.AppendRow(batch, row),
            };
        }
    }
}
