using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Changes the sides of an inner hash join whose right side turns out far larger than it was thought to be: when so many of its rows are in the table, the left side is read as far as half of that. If it
/// ends before, its rows meet the table as it is, and then a table of their own meets the rest of the right side. If it does not, its rows are given out again and the join goes on as planned. One per
/// operator; not thread-safe.
/// </summary>
internal sealed class JoinSwitch : IDisposable
{
    private readonly ExecutionState _state;
    private readonly OperatorMemory _memory;
    private readonly Operator _left;
    private readonly Operator _right;
    private readonly HashJoinColumns _columns;
    private readonly SqlType[] _leftTypes;
    private readonly SqlType[] _rightTypes;
    private readonly RowStore _early;
    private readonly Batch _output;
    private HashJoinOperator? _rest;
    private bool _isDecided;
    private bool _isLeftDone;
    private int _chunk;

    public JoinSwitch(ExecutionState state, OperatorMemory memory, Operator left, Operator right, HashJoinColumns columns, SqlType[] leftTypes, SqlType[] rightTypes, long rowsMin)
    {
        _state = state;
        _memory = memory;
        _left = left;
        _right = right;
        _columns = columns;
        _leftTypes = leftTypes;
        _rightTypes = rightTypes;
        _early = new RowStore(leftTypes, memory.Account);
        _output = new Batch(new Vector[columns.LeftOutput.Length + columns.RightOutput.Length]);
        RowsMin = rowsMin;
    }

    /// <summary>Rows of the right side that contradict its estimate.</summary>
    public long RowsMin { get; }

    /// <summary>The sides have changed: the right side is not read further for the table.</summary>
    public bool IsSwitched { get; private set; }

    /// <summary>Looks at the left side, once; true when the sides change.</summary>
    public bool Decide(long rightRows)
    {
        if (_isDecided || rightRows <= RowsMin)
            return false;
        _isDecided = true;
        while (_early.Count <= rightRows / 2 && !_memory.MustSpill(_early.Count))
        {
            _state.CheckCancel();
            if (_left.Next(Batch.RowsMax) is not { } batch)
            {
                _isLeftDone = true;
                break;
            }

            _early.Append(batch);
        }

        return IsSwitched = _isLeftDone && _early.Count <= rightRows / 2;
    }

    /// <summary>The next rows of the left side: those that were read early first.</summary>
    public Batch? NextLeft(int rowsMax)
    {
        if (_chunk < _early.ChunkCount)
            return _early.Chunk(_chunk++);
        return _isLeftDone ? null : _left.Next(rowsMax);
    }

    /// <summary>Joins the rows of the right side that are not in the table with the left side; null at the end.</summary>
    public Batch? NextRest(int rowsMax)
    {
        if (_rest is null)
        {
            var columns = new HashJoinColumns(_columns.RightKeys, _columns.LeftKeys, _columns.RightOutput, _columns.LeftOutput, []);
            _rest = new HashJoinOperator(_state, JoinType.Inner, new Rest(_right), new Replay(_early), columns, null, [], _rightTypes, _leftTypes, null) { Owner = _state };
            _rest.Open();
        }

        if (_rest.Next(rowsMax) is not { } batch)
            return null;
        int left = _columns.LeftOutput.Length, right = _columns.RightOutput.Length;
        for (int i = 0; i < left; i++)
            _output.Columns[i] = batch[right + i];
        for (int i = 0; i < right; i++)
            _output.Columns[left + i] = batch[i];
        _output.SetCount(batch.StoredCount);
        _output.Select(batch.Selection);
        return _output;
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _rest?.Close();
        _rest?.Dispose();
        _rest = null;
        _early.Clear();
        _isDecided = false;
        _isLeftDone = false;
        IsSwitched = false;
        _chunk = 0;
    }

    public void Dispose()
    {
        _rest?.Dispose();
        _early.Dispose();
    }

    /// <summary>What is left of an input that its owner has opened and will close.</summary>
    private sealed class Rest(Operator input) : Operator
    {
        public override void Open()
        {
        }

        protected override Batch? NextBatch(int rowsMax) => input.Next(rowsMax);

        public override void Rescan() => throw new Format.InvariantViolationException("the rest of an input can't be read again");

        public override void Close()
        {
        }

        public override void Dispose()
        {
        }
    }

    /// <summary>The rows of a store.</summary>
    private sealed class Replay(RowStore store) : Operator
    {
        private int _next;

        public override void Open() => _next = 0;

        protected override Batch? NextBatch(int rowsMax) => _next < store.ChunkCount ? store.Chunk(_next++) : null;

        public override void Rescan() => _next = 0;

        public override void Close()
        {
        }

        public override void Dispose()
        {
        }
    }
}
