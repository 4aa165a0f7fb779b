using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>A column of the outer row that the inner side uses as a parameter.</summary>
internal readonly record struct OuterParameter(int Slot, int Parameter);

/// <summary>
/// Joins by running the right input once per left row, with the left row's columns as parameters. Output rows are collected over several left rows
/// but never more than the caller asked for.
/// </summary>
internal sealed class NestedLoopOperator(
    ExecutionState state, JoinType type, Operator left, Operator right, OuterParameter[] parameters, ExpressionInstance? condition,
    SqlType[] leftTypes, SqlType[] rightTypes) : Operator
{
    /// <summary>Counters of the operators of the right side when they are measured: each run of it is a loop of theirs.</summary>
    public IReadOnlyList<OperatorStatistics> Inner { get; init; } = [];

    /// <summary>What goes on with the left rows when they are many; null: the loop does.</summary>
    public Planning.Physical.HashAlternative? Alternative { get; init; }

    private readonly RowAppender _output = new(new Batch(type is JoinType.Semi or JoinType.Anti ? leftTypes : [.. leftTypes, .. rightTypes], state.Memory));
    private readonly Batch _pair = new(new Vector[leftTypes.Length + rightTypes.Length]);
    private readonly Vector[] _leftRow = MakeVectors(leftTypes);
    private readonly ErrorSink _errors = new();
    private Batch? _leftBatch;
    private int _position;
    private bool _inRow;
    private bool _matched;
    private bool _rightOpen;
    private Batch? _rightBatch;
    private Selection _rightRows;
    private int _rightPosition;
    private HashTakeover? _takeover;

    public override void Open()
    {
        Clear();
        left.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        _errors.ThrowIfAny();
        if (_takeover is { IsRunning: true })
            return _takeover.Next(rowsMax);
        int limit = Math.Min(rowsMax, Batch.RowsMax);
        _output.Begin(Math.Min(limit, 64));
        while (_output.Count < limit)
        {
            if (_leftBatch is null || _position >= _leftBatch.Count)
            {
                // Views of the output are copies, so the left batch may go.
                _leftBatch = left.Next(limit - _output.Count);
                _position = 0;
                if (_leftBatch is null)
                    break;
            }

            if (!_inRow && Alternative is not null && IsTakenOver())
                break;
            if (!_inRow)
                BeginRow();
            if (!Step(limit))
                continue;
            EndRow();
        }

        Batch? result = _output.Finish();
        if (result is not null)
            return result;
        _errors.ThrowIfAny();
        return _takeover is { IsRunning: true } ? _takeover.Next(rowsMax) : null;
    }

    internal override void Prepare() => left.Prepare();

    internal override void NextMorsel()
    {
        if (_takeover is { IsRunning: true })
            _takeover.NextMorsel();
        else
            left.NextMorsel();
    }

    /// <summary>True when the row at hand and all that follow are joined by a hash table.</summary>
    private bool IsTakenOver()
    {
        _takeover ??= new HashTakeover(state, Alternative!, left);
        if (!_takeover.Takes(_leftBatch!, _position))
            return false;
        if (Statistics is not null)
            Statistics.Adapted = $"Hash Join after {_takeover.RowsBefore - 1} rows";
        return true;
    }

    public override void Rescan()
    {
        Clear();
        // Parameters of loops around this one may have changed, so what the right side keeps from run to run is stale.
        if (_rightOpen)
            right.Close();
        _rightOpen = false;
        left.Rescan();
    }

    public override void Close()
    {
        left.Close();
        if (_rightOpen)
            right.Close();
        _rightOpen = false;
        Clear();
    }

    public override void Dispose()
    {
        _takeover?.Dispose();
        left.Dispose();
        right.Dispose();
        condition?.Dispose();
        _output.Output.Dispose();
        foreach (Vector vector in _leftRow)
            vector.Dispose();
    }

    private static Vector[] MakeVectors(SqlType[] types)
    {
        var vectors = new Vector[types.Length];
        for (int i = 0; i < types.Length; i++)
            vectors[i] = new Vector(types[i]);
        return vectors;
    }

    private void Clear()
    {
        _leftBatch = null;
        _position = 0;
        _inRow = false;
        _rightBatch = null;
        _errors.Reset();
        _takeover?.Clear();
    }

    private void RestartRight()
    {
        foreach (OperatorStatistics statistics in Inner)
            statistics.Restart();
        right.Rescan();
    }

    private void BeginRow()
    {
        int row = _leftBatch!.Selection[_position];
        foreach (OuterParameter parameter in parameters)
            state.Evaluation.SetParameter(parameter.Parameter, _leftBatch[parameter.Slot], row);
        if (_rightOpen)
            RestartRight();
        else
            right.Open();
        _rightOpen = true;
        _inRow = true;
        _matched = false;
        _rightBatch = null;
        if (condition is null)
            return;
        for (int i = 0; i < _leftRow.Length; i++)
        {
            _leftRow[i].ResetConstant();
            _leftRow[i].CopyRow(_leftBatch[i], row, 0);
        }
    }

    /// <summary>Adds rows for the current left row; true when there are no more.</summary>
    private bool Step(int limit)
    {
        if (_rightBatch is null || _rightPosition >= _rightRows.Count)
        {
            state.CheckCancel();
            int wanted = type is JoinType.Semi or JoinType.Anti ? (condition is null ? 1 : Batch.RowsMax) : limit - _output.Count;
            _rightBatch = right.Next(wanted);
            _rightPosition = 0;
            if (_rightBatch is null)
                return true;
            _rightRows = Matching(_rightBatch);
        }

        if (_rightRows.IsEmpty)
            return false;
        _matched = true;
        if (type is JoinType.Semi or JoinType.Anti)
            return true;
        int row = _leftBatch!.Selection[_position];
        while (_rightPosition < _rightRows.Count && _output.Count < limit)
        {
            _output.Copy(_leftBatch, row, 0, leftTypes.Length);
            _output.Copy(_rightBatch, _rightRows[_rightPosition++], leftTypes.Length, rightTypes.Length);
            _output.EndRow();
        }

        return false;
    }

    private Selection Matching(Batch batch)
    {
        if (condition is null)
            return batch.Selection;
        for (int i = 0; i < _leftRow.Length; i++)
            _pair.Columns[i] = _leftRow[i];
        for (int i = 0; i < rightTypes.Length; i++)
            _pair.Columns[leftTypes.Length + i] = batch[i];
        _pair.SetCount(batch.StoredCount);
        Selection matching = condition.Filter(state.Evaluation, _pair, batch.Selection, _errors);
        if (_errors.HasError)
        {
            // What was joined before is delivered first.
            if (_output.Count == 0 && matching.Below(_errors.Row).IsEmpty)
                _errors.ThrowIfAny();
            matching = matching.Below(_errors.Row);
        }

        return matching;
    }

    private void EndRow()
    {
        bool addLeft = type switch
        {
            JoinType.Semi => _matched,
            JoinType.Anti => !_matched,
            JoinType.Left => !_matched,
            _ => false,
        };
        if (addLeft)
        {
            _output.Copy(_leftBatch, _leftBatch!.Selection[_position], 0, leftTypes.Length);
            if (type == JoinType.Left)
                _output.Copy(null, 0, leftTypes.Length, rightTypes.Length);
            _output.EndRow();
        }

        _position++;
        _inRow = false;
        _rightBatch = null;
    }
}
