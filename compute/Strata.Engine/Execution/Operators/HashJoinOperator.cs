using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Joins by a hash table over the right input. For each batch of the left input it first delivers the matching pairs and then, for outer, semi and anti
/// joins, the left rows by whether they had a match; right and full joins end with the right rows that had none.
/// </summary>
internal sealed class HashJoinOperator : Operator
{
    private enum Step
    {
        Build,
        Pull,
        Pairs,
        LeftRows,
        RightRows,
        Done,
    }

    private readonly ExecutionState _state;
    private readonly JoinType _type;
    private readonly Operator _left;
    private readonly Operator _right;
    private readonly KeyBuilder _leftKey;
    private readonly KeyBuilder _rightKey;
    private readonly ExpressionInstance? _residual;
    private readonly int _leftColumns;
    private readonly int _rightColumns;
    private readonly RowStore _rows;
    private readonly KeyTable _table;
    private readonly RowAppender _pairs;
    private readonly RowAppender _single;
    private readonly ErrorSink _errors = new();
    private readonly int[] _pairLeft = new int[Batch.RowsMax];
    private readonly int[] _pairRight = new int[Batch.RowsMax];
    private readonly bool[] _leftMatched = new bool[Batch.RowsMax];
    private int[] _heads = new int[64];
    private int[] _nexts = new int[64];
    private bool[] _rightMatched = [];
    private Batch? _batch;
    private Step _step;
    private int _position;
    private int _chain;
    private int _rightRow;

    public HashJoinOperator(
        ExecutionState state, JoinType type, Operator left, Operator right, KeyBuilder leftKey, KeyBuilder rightKey, ExpressionInstance? residual,
        SqlType[] leftTypes, SqlType[] rightTypes)
    {
        _state = state;
        _type = type;
        _left = left;
        _right = right;
        _leftKey = leftKey;
        _rightKey = rightKey;
        _residual = residual;
        _leftColumns = leftTypes.Length;
        _rightColumns = rightTypes.Length;
        _rows = new RowStore(rightTypes, state.Memory);
        _table = new KeyTable(state.Memory);
        _pairs = new RowAppender(new Batch([.. leftTypes, .. rightTypes], state.Memory));
        _single = new RowAppender(new Batch(leftTypes, state.Memory));
    }

    private bool KeepsLeft => _type is JoinType.Left or JoinType.Full or JoinType.Semi or JoinType.Anti;

    private bool KeepsRight => _type is JoinType.Full or JoinType.Right;

    public override void Open()
    {
        Clear();
        _left.Open();
        _right.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        _errors.ThrowIfAny();
        while (true)
        {
            Batch? result = null;
            switch (_step)
            {
                case Step.Build:
                    Build();
                    _step = Step.Pull;
                    break;
                case Step.Pull:
                    _batch = CanMatch() ? _left.Next(rowsMax) : null;
                    _position = 0;
                    _chain = -2;
                    if (_batch is null)
                    {
                        _step = KeepsRight ? Step.RightRows : Step.Done;
                        _rightRow = 0;
                        break;
                    }

                    Array.Clear(_leftMatched, 0, _batch.Count);
                    _step = Step.Pairs;
                    break;
                case Step.Pairs:
                    result = NextPairs(rowsMax);
                    break;
                case Step.LeftRows:
                    result = NextLeftRows(rowsMax);
                    break;
                case Step.RightRows:
                    result = NextRightRows(rowsMax);
                    break;
                default:
                    return null;
            }

            if (result is not null)
                return result;
            _state.CheckCancel();
        }
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
        _left.Dispose();
        _right.Dispose();
        _residual?.Dispose();
        _rows.Dispose();
        _table.Dispose();
        _pairs.Output.Dispose();
        _single.Output.Dispose();
    }

    private void Clear()
    {
        _step = Step.Build;
        _batch = null;
        _rows.Clear();
        _table.Clear();
        _errors.Reset();
    }

    /// <summary>An empty right side ends inner and semi joins without reading the left one.</summary>
    private bool CanMatch() => _rows.Count > 0 || _type is JoinType.Left or JoinType.Full or JoinType.Anti;

    private void Build()
    {
        while (_right.Next(Batch.RowsMax) is { } batch)
        {
            _state.CheckCancel();
            int first = _rows.Append(batch);
            if (_rows.Count > _nexts.Length)
                Array.Resize(ref _nexts, Math.Max(_nexts.Length * 2, _rows.Count));
            for (int i = 0; i < batch.Count; i++)
            {
                ReadOnlySpan<byte> key = _rightKey.Build(batch, batch.Selection[i]);
                _nexts[first + i] = -1;
                // A null never equals anything; the row stays for right and full joins.
                if (_rightKey.HasNull)
                    continue;
                int number = _table.FindOrAdd(key, out bool added);
                if (number >= _heads.Length)
                    Array.Resize(ref _heads, _heads.Length * 2);
                _nexts[first + i] = added ? -1 : _heads[number];
                _heads[number] = first + i;
            }
        }

        ReverseChains();
        if (KeepsRight)
        {
            if (_rightMatched.Length < _rows.Count)
                _rightMatched = new bool[_rows.Count];
            Array.Clear(_rightMatched, 0, _rows.Count);
        }
    }

    /// <summary>Brings the rows of a key into the order of the input.</summary>
    private void ReverseChains()
    {
        for (int number = 0; number < _table.Count; number++)
        {
            int reversed = -1;
            for (int row = _heads[number]; row >= 0;)
            {
                int next = _nexts[row];
                _nexts[row] = reversed;
                reversed = row;
                row = next;
            }

            _heads[number] = reversed;
        }
    }

    private Batch? NextPairs(int rowsMax)
    {
        Batch batch = _batch!;
        int limit = Math.Min(rowsMax, Batch.RowsMax);
        int count = 0;
        // Without a residual condition the first match decides a semi or anti join.
        bool firstDecides = _residual is null && _type is (JoinType.Semi or JoinType.Anti);
        while (count < limit && _position < batch.Count)
        {
            if (_chain == -2)
            {
                ReadOnlySpan<byte> key = _leftKey.Build(batch, batch.Selection[_position]);
                int number = _leftKey.HasNull ? -1 : _table.Find(key);
                _chain = number < 0 ? -1 : _heads[number];
                if (firstDecides)
                {
                    _leftMatched[_position] = _chain >= 0;
                    _chain = -1;
                }
            }

            if (_chain < 0)
            {
                _position++;
                _chain = -2;
                continue;
            }

            _pairLeft[count] = _position;
            _pairRight[count++] = _chain;
            _chain = _nexts[_chain];
        }

        if (_position >= batch.Count)
        {
            _step = KeepsLeft ? Step.LeftRows : Step.Pull;
            _position = 0;
        }

        return count == 0 ? null : JoinPairs(count);
    }

    private Batch? JoinPairs(int count)
    {
        Batch batch = _batch!;
        _pairs.Begin(count);
        for (int i = 0; i < count; i++)
        {
            _pairs.Copy(batch, batch.Selection[_pairLeft[i]], 0, _leftColumns);
            _pairs.Copy(_rows.ChunkOf(_pairRight[i]), RowStore.Offset(_pairRight[i]), _leftColumns, _rightColumns);
            _pairs.EndRow();
        }

        Batch pairs = _pairs.Finish()!;
        Selection selection = pairs.Selection;
        if (_residual is not null)
        {
            selection = _residual.Filter(_state.Evaluation, pairs, selection, _errors);
            if (_errors.HasError)
            {
                selection = selection.Below(_errors.Row);
                if (selection.IsEmpty || _type is JoinType.Semi or JoinType.Anti)
                    _errors.ThrowIfAny();
            }
        }

        for (int i = 0; i < selection.Count; i++)
        {
            int pair = selection[i];
            _leftMatched[_pairLeft[pair]] = true;
            if (KeepsRight)
                _rightMatched[_pairRight[pair]] = true;
        }

        if (selection.IsEmpty || _type is JoinType.Semi or JoinType.Anti)
            return null;
        pairs.Select(selection);
        return pairs;
    }

    private Batch? NextLeftRows(int rowsMax)
    {
        Batch batch = _batch!;
        bool wanted = _type == JoinType.Semi;
        bool single = _type is JoinType.Semi or JoinType.Anti;
        RowAppender output = single ? _single : _pairs;
        output.Begin(Math.Min(rowsMax, batch.Count));
        for (; _position < batch.Count && output.Count < rowsMax; _position++)
        {
            if (_leftMatched[_position] != wanted)
                continue;
            output.Copy(batch, batch.Selection[_position], 0, _leftColumns);
            if (!single)
                output.Copy(null, 0, _leftColumns, _rightColumns);
            output.EndRow();
        }

        if (_position >= batch.Count)
            _step = Step.Pull;
        return output.Finish();
    }

    private Batch? NextRightRows(int rowsMax)
    {
        _pairs.Begin(Math.Min(rowsMax, 64));
        for (; _rightRow < _rows.Count && _pairs.Count < rowsMax; _rightRow++)
        {
            if (_rightMatched[_rightRow])
                continue;
            _pairs.Copy(null, 0, 0, _leftColumns);
            _pairs.Copy(_rows.ChunkOf(_rightRow), RowStore.Offset(_rightRow), _leftColumns, _rightColumns);
            _pairs.EndRow();
        }

        if (_rightRow >= _rows.Count)
            _step = Step.Done;
        return _pairs.Finish();
    }
}
