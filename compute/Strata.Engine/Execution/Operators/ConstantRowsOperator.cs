using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Rows of constants: nothing is evaluated.</summary>
internal sealed class ConstantRowsOperator(ExecutionState state, SqlType[] types, IReadOnlyList<IReadOnlyList<Expression>> rows) : Operator
{
    private readonly Batch _output = new(types);
    private int _next;

    public override void Open() => _next = 0;

    protected override Batch? NextBatch(int rowsMax)
    {
        int count = Math.Min(Math.Min(rowsMax, Batch.RowsMax), rows.Count - _next);
        if (count <= 0)
            return null;
        state.CheckCancel();
        _output.Reset(count);
        for (int i = 0; i < count; i++)
        {
            IReadOnlyList<Expression> row = rows[_next + i];
            for (int column = 0; column < row.Count; column++)
                ((ConstantExpression)row[column]).Value.Store(_output[column], i);
        }

        _next += count;
        _output.SetCount(count);
        return _output;
    }

    public override void Rescan() => Open();

    public override void Close()
    {
    }

    public override void Dispose() => _output.Dispose();
}
