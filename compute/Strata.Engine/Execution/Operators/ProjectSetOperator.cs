using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Set-returning calls in a target list: each input row becomes as many rows as its longest call gives, none when all are empty. Passed columns are
/// repeated.
/// </summary>
internal sealed class ProjectSetOperator(ExecutionState state, Operator input, int[] passed, SetCall[] calls, SqlType[] types) : UnaryOperator(input)
{
    private readonly RowAppender _output = new(new Batch(types, state.Memory));
    private readonly Batch _passedRow = new(new Vector[passed.Length]);
    private readonly ErrorSink _errors = new();
    private Batch? _batch;
    private int _position;
    private bool _inRow;

    protected override Batch? NextBatch(int rowsMax)
    {
        state.CheckCancel();
        _errors.ThrowIfAny();
        int limit = Math.Min(rowsMax, Batch.RowsMax);
        _output.Begin(Math.Min(limit, 64));
        while (_output.Count < limit)
        {
            if (_batch is null || _position >= _batch.Count)
            {
                if (_output.Count > 0 || !Pull(limit))
                    break;
            }

            int row = _batch!.Selection[_position];
            if (!_inRow)
            {
                foreach (SetCall call in calls)
                    call.Start(row, state.Evaluation.Functions);
                _inRow = true;
            }

            if (AddRow(row))
                continue;
            _inRow = false;
            _position++;
        }

        return _output.Finish();
    }

    public override void Dispose()
    {
        base.Dispose();
        _output.Output.Dispose();
        foreach (SetCall call in calls)
            call.Dispose();
    }

    protected override void Clear()
    {
        _batch = null;
        _inRow = false;
        _errors.Reset();
    }

    private bool Pull(int rowsMax)
    {
        state.CheckCancel();
        _batch = Input.Next(rowsMax);
        _position = 0;
        if (_batch is null)
            return false;
        foreach (SetCall call in calls)
            call.Bind(state.Evaluation, _batch, _batch.Selection, _errors);
        if (_errors.HasError)
            _batch.Select(BatchErrors.Cut(_errors, _batch.Selection));
        for (int i = 0; i < passed.Length; i++)
            _passedRow.Columns[i] = _batch[passed[i]];
        return true;
    }

    /// <summary>Adds one output row; false when all calls are at their end.</summary>
    private bool AddRow(int row)
    {
        bool any = false;
        int target = _output.Count;
        for (int i = 0; i < calls.Length; i++)
        {
            Vector column = _output.Output[passed.Length + i];
            column.EnsureCapacity(target + 1, target);
            if (calls[i].Read(_output.Output.Columns.AsSpan(passed.Length + i, 1), target, 1, row) > 0)
                any = true;
            else
                column.SetNull(target);
        }

        if (!any)
        {
            for (int i = 0; i < calls.Length; i++)
                _output.Output[passed.Length + i].SetValid(target);
            return false;
        }

        _output.Copy(_passedRow, row, 0, passed.Length);
        _output.EndRow();
        return true;
    }
}
