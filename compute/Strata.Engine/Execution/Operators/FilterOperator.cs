using Strata.Engine.Expressions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Keeps the rows for which a condition is true.</summary>
internal sealed class FilterOperator(ExecutionState state, Operator input, ExpressionInstance condition) : UnaryOperator(input)
{
    private readonly ErrorSink _errors = new();

    protected override Batch? NextBatch(int rowsMax)
    {
        _errors.ThrowIfAny();
        while (Input.Next(rowsMax) is { } batch)
        {
            int before = batch.Count;
            Selection selection = condition.Filter(state.Evaluation, batch, batch.Selection, _errors);
            if (_errors.HasError)
                selection = selection.Below(_errors.Row);
            if (Statistics is not null)
                Statistics.RowsRemoved += before - selection.Count;
            if (!selection.IsEmpty)
            {
                batch.Select(selection);
                return batch;
            }

            _errors.ThrowIfAny();
            state.CheckCancel();
        }

        return null;
    }

    internal override void Prepare() => Input.Prepare();

    internal override void NextMorsel() => Input.NextMorsel();

    protected override void Clear() => _errors.Reset();

    public override void Dispose()
    {
        base.Dispose();
        condition.Dispose();
    }
}
