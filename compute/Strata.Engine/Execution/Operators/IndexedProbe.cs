using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// The other half of an adaptive hash join: when its right side has ended with few rows, the left rows are looked up through an index for each of them, and the left side is never read. Made when it is
/// needed; not thread-safe.
/// </summary>
internal sealed class IndexedProbe : IDisposable
{
    private readonly ExecutionState _state;
    private readonly IndexAlternative _plan;
    private readonly RowAppender _output;
    private readonly Batch _left;
    private readonly int _rightCount;
    private Operator? _inner;
    private IReadOnlyList<OperatorStatistics> _measured = [];
    private bool _isOpen;
    private bool _inRow;
    private int _row;

    public IndexedProbe(ExecutionState state, IndexAlternative plan, SqlType[] types)
    {
        _state = state;
        _plan = plan;
        _output = new RowAppender(new Batch(types, state.Memory));
        _left = new Batch(new Vector[plan.LeftSlots.Length]);
        _rightCount = types.Length - plan.LeftSlots.Length;
    }

    /// <summary>The next joined rows, or null at the end.</summary>
    public Batch? Next(JoinHashTable table, int rowsMax)
    {
        int limit = Math.Min(rowsMax, Batch.RowsMax);
        _output.Begin(Math.Min(limit, 64));
        while (_output.Count < limit && (_inRow || _row < table.RowCount))
        {
            if (!_inRow)
                BeginRow(table);
            _state.CheckCancel();
            if (_inner!.Next(limit - _output.Count) is not { } batch)
            {
                _inRow = false;
                _row++;
                continue;
            }

            for (int i = 0; i < _left.Columns.Length; i++)
                _left.Columns[i] = batch[_plan.LeftSlots[i]];
            Batch right = table.Rows.ChunkOf(_row);
            int offset = RowStore.Offset(_row);
            Selection selection = batch.Selection;
            for (int i = 0; i < selection.Count; i++)
            {
                _output.Copy(_left, selection[i], 0, _left.Columns.Length);
                _output.Copy(right, offset, _left.Columns.Length, _rightCount);
                _output.EndRow();
            }
        }

        return _output.Finish();
    }

    /// <summary>Ends; it may begin again with another table.</summary>
    public void Close()
    {
        if (_isOpen)
            _inner!.Close();
        _isOpen = false;
        _inRow = false;
        _row = 0;
    }

    public void Dispose()
    {
        _inner?.Dispose();
        _output.Output.Dispose();
    }

    private void BeginRow(JoinHashTable table)
    {
        Batch row = table.Rows.ChunkOf(_row);
        foreach ((int column, int parameter) in _plan.Parameters)
            _state.Evaluation.SetParameter(parameter, row[column], RowStore.Offset(_row));
        if (_inner is null)
        {
            _inner = _state.Builder!.Create(_plan.Inner);
            _measured = _state.Builder.StatisticsOf(_plan.Inner);
        }

        foreach (OperatorStatistics statistics in _measured)
            statistics.Restart();
        if (_isOpen)
            _inner.Rescan();
        else
            _inner.Open();
        _isOpen = true;
        _inRow = true;
    }
}
