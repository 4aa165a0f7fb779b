using Strata.Engine.Execution.Keys;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Joins two inputs that come in the order of their keys. Right rows with the key at hand are kept, so that left rows with that key meet all of them. Rows with a null key match nothing.
/// </summary>
internal sealed class MergeJoinOperator(
    ExecutionState state, JoinType type, Operator left, Operator right, KeyBuilder leftKeys, KeyBuilder rightKeys, SqlType[] leftTypes, SqlType[] rightTypes) : Operator
{
    private readonly RowAppender _output = new(new Batch(type is JoinType.Semi or JoinType.Anti ? leftTypes : [.. leftTypes, .. rightTypes], state.Memory));
    private readonly RowStore _group = new(rightTypes, state.Memory);
    private readonly KeyBuffer _groupKey = new();
    private readonly KeyBuffer _leftKey = new();
    private Batch? _leftBatch;
    private Batch? _rightBatch;
    private int _leftAt;
    private int _rightAt;
    private int _groupAt;
    private bool _hasGroup;
    private bool _inRow;
    private bool _matches;
    private bool _rightDone;

    public override void Open()
    {
        Clear();
        left.Open();
        right.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        int limit = Math.Min(rowsMax, Batch.RowsMax);
        _output.Begin(Math.Min(limit, 64));
        while (_output.Count < limit)
        {
            if (_leftBatch is null || _leftAt >= _leftBatch.Count)
            {
                state.CheckCancel();
                // Rows of the output are copies, so the left batch may go.
                _leftBatch = IsOver() ? null : left.Next(limit - _output.Count);
                _leftAt = 0;
                if (_leftBatch is null)
                    break;
            }

            if (!_inRow)
                BeginRow();
            if (Emit(limit))
                EndRow();
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
        _output.Output.Dispose();
        _group.Dispose();
    }

    /// <summary>No left row can match any more, and none comes out without a match.</summary>
    private bool IsOver() => _rightDone && !_hasGroup && (type is JoinType.Inner or JoinType.Semi);

    private void Clear()
    {
        _leftBatch = _rightBatch = null;
        _leftAt = _rightAt = 0;
        _hasGroup = _inRow = _matches = _rightDone = false;
        _group.Clear();
        _groupKey.Clear();
    }

    private void BeginRow()
    {
        _inRow = true;
        _groupAt = 0;
        ReadOnlySpan<byte> key = leftKeys.Build(_leftBatch!, _leftBatch!.Selection[_leftAt]);
        _matches = false;
        if (leftKeys.HasNull)
            return;
        if (_hasGroup && key.SequenceEqual(_groupKey.Written))
        {
            _matches = true;
            return;
        }

        _leftKey.Clear();
        _leftKey.Write(key);
        if (!_hasGroup || _leftKey.Written.SequenceCompareTo(_groupKey.Written) > 0)
            _matches = AdvanceTo();
    }

    /// <summary>Skips right rows with lesser keys; gathers those with the left row's key. False when there are none.</summary>
    private bool AdvanceTo()
    {
        _group.Clear();
        _hasGroup = false;
        while (NextRight())
        {
            int row = _rightBatch!.Selection[_rightAt];
            ReadOnlySpan<byte> key = rightKeys.Build(_rightBatch, row);
            int order = rightKeys.HasNull ? -1 : key.SequenceCompareTo(_leftKey.Written);
            if (order > 0)
                return _hasGroup;
            if (order == 0)
            {
                if (!_hasGroup)
                {
                    _groupKey.Clear();
                    _groupKey.Write(key);
                    _hasGroup = true;
                }

                // Semi and anti joins only ask whether there is one.
                if (type is JoinType.Inner or JoinType.Left)
                    _group.AppendRow(_rightBatch, row);
            }

            _rightAt++;
        }

        return _hasGroup;
    }

    private bool NextRight()
    {
        if (_rightBatch is not null && _rightAt < _rightBatch.Count)
            return true;
        if (_rightDone)
            return false;
        state.CheckCancel();
        _rightBatch = right.Next(Batch.RowsMax);
        _rightAt = 0;
        _rightDone = _rightBatch is null;
        return !_rightDone;
    }

    /// <summary>Adds rows for the current left row; true when there are no more.</summary>
    private bool Emit(int limit)
    {
        int row = _leftBatch!.Selection[_leftAt];
        if (type is JoinType.Semi or JoinType.Anti)
        {
            if (_matches == (type == JoinType.Semi))
                AddRow(row, -1);
            return true;
        }

        if (!_matches)
        {
            if (type == JoinType.Left)
                AddRow(row, -1);
            return true;
        }

        while (_groupAt < _group.Count && _output.Count < limit)
            AddRow(row, _groupAt++);
        return _groupAt >= _group.Count;
    }

    private void AddRow(int leftRow, int groupRow)
    {
        _output.Copy(_leftBatch, leftRow, 0, leftTypes.Length);
        if (type is JoinType.Inner or JoinType.Left)
        {
            if (groupRow < 0)
                _output.Copy(null, 0, leftTypes.Length, rightTypes.Length);
            else
                _output.Copy(_group.ChunkOf(groupRow), RowStore.Offset(groupRow), leftTypes.Length, rightTypes.Length);
        }

        _output.EndRow();
    }

    private void EndRow()
    {
        _leftAt++;
        _inRow = false;
    }
}
