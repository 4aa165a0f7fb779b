using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// INTERSECT and EXCEPT, plain and ALL: counts each distinct row on both sides, then delivers the rows of the left side as often as the operation says.
/// </summary>
internal sealed class SetOperationOperator(
    ExecutionState state, Operator left, Operator right, SqlType[] types, KeyBuilder keys, bool isIntersect, bool isAll) : Operator
{
    private readonly KeyTable _table = new(state.Memory);
    private readonly RowStore _rows = new(types, state.Memory);
    private readonly RowAppender _output = new(new Batch(types, state.Memory));
    private long[] _left = new long[64];
    private long[] _right = new long[64];
    private bool _built;
    private int _next;
    private long _repeated;

    public override void Open()
    {
        Clear();
        left.Open();
        right.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        if (!_built)
            Build();
        _output.Begin(Math.Min(rowsMax, 64));
        while (_next < _rows.Count && _output.Count < rowsMax)
        {
            long times = Times(_left[_next], _right[_next]);
            if (_repeated >= times)
            {
                _next++;
                _repeated = 0;
                continue;
            }

            _output.Copy(_rows.ChunkOf(_next), RowStore.Offset(_next), 0, types.Length);
            _output.EndRow();
            _repeated++;
        }

        return _output.Finish();
    }

    public override void Rescan()
    {
        Clear();
        left.Rescan();
        right.Rescan();
    }

    public override void Close()
    {
        left.Close();
        right.Close();
        Clear();
    }

    public override void Dispose()
    {
        left.Dispose();
        right.Dispose();
        _table.Dispose();
        _rows.Dispose();
        _output.Output.Dispose();
    }

    private long Times(long leftCount, long rightCount)
    {
        if (isIntersect)
            return isAll ? Math.Min(leftCount, rightCount) : leftCount > 0 && rightCount > 0 ? 1 : 0;
        return isAll ? Math.Max(0, leftCount - rightCount) : leftCount > 0 && rightCount == 0 ? 1 : 0;
    }

    private void Clear()
    {
        _table.Clear();
        _rows.Clear();
        _built = false;
        _next = 0;
        _repeated = 0;
    }

    private void Build()
    {
        _built = true;
        while (left.Next(Batch.RowsMax) is { } batch)
        {
            state.CheckCancel();
            for (int i = 0; i < batch.Count; i++)
            {
                int row = batch.Selection[i];
                int number = _table.FindOrAdd(keys.Build(batch, row), out bool added);
                if (added)
                {
                    _rows.AppendRow(batch, row);
                    if (number >= _left.Length)
                    {
                        Array.Resize(ref _left, _left.Length * 2);
                        Array.Resize(ref _right, _right.Length * 2);
                    }

                    _left[number] = _right[number] = 0;
                }

                _left[number]++;
            }
        }

        while (right.Next(Batch.RowsMax) is { } batch)
        {
            state.CheckCancel();
            for (int i = 0; i < batch.Count; i++)
            {
                // Rows that the left side lacks never show.
                int number = _table.Find(keys.Build(batch, batch.Selection[i]));
                if (number >= 0)
                    _right[number]++;
            }
        }
    }
}
