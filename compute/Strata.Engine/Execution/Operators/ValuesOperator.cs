using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Rows of expressions without columns.</summary>
internal sealed class ValuesOperator(ExecutionState state, SqlType[] types, ExpressionInstance[][] rows) : Operator
{
    private readonly Batch _output = new(types);
    private readonly Batch _single = SingleRow();
    private readonly ErrorSink _errors = new();
    private int _next;

    public override void Open()
    {
        _next = 0;
        _errors.Reset();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        _errors.ThrowIfAny();
        int count = Math.Min(Math.Min(rowsMax, Batch.RowsMax), rows.Length - _next);
        if (count <= 0)
            return null;
        state.CheckCancel();
        _output.Reset(count);
        int done = 0;
        for (; done < count && !_errors.HasError; done++)
        {
            ExpressionInstance[] row = rows[_next + done];
            for (int column = 0; column < row.Length && !_errors.HasError; column++)
            {
                Vector value = row[column].Evaluate(state.Evaluation, _single, new Selection(1), _errors);
                if (!_errors.HasError)
                    _output[column].CopyRow(value, 0, done);
            }

            if (_errors.HasError)
                break;
        }

        if (_errors.HasError && done == 0)
            _errors.ThrowIfAny();
        _next += done;
        _output.SetCount(done);
        return _output;
    }

    public override void Rescan() => Open();

    public override void Close()
    {
    }

    public override void Dispose()
    {
        _output.Dispose();
        foreach (ExpressionInstance[] row in rows)
        {
            foreach (ExpressionInstance expression in row)
                expression.Dispose();
        }
    }

    private static Batch SingleRow()
    {
        var batch = new Batch(Array.Empty<Vector>());
        batch.SetCount(1);
        return batch;
    }
}
