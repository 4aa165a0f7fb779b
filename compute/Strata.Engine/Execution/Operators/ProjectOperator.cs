using Strata.Engine.Expressions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Computes columns; slots given as non-negative numbers are passed on without copying.</summary>
internal sealed class ProjectOperator(ExecutionState state, Operator input, int[] passed, ExpressionInstance?[] computed) : UnaryOperator(input)
{
    private readonly Batch _output = new(new Vector[passed.Length]);
    private readonly ErrorSink _errors = new();

    protected override Batch? NextBatch(int rowsMax)
    {
        _errors.ThrowIfAny();
        if (Input.Next(rowsMax) is not { } batch)
            return null;
        Selection selection = batch.Selection;
        for (int i = 0; i < passed.Length; i++)
        {
            _output.Columns[i] = passed[i] >= 0
                ? batch[passed[i]]
                : computed[i]!.Evaluate(state.Evaluation, batch, selection, _errors);
        }

        _output.SetCount(batch.StoredCount);
        _output.Select(BatchErrors.Cut(_errors, selection));
        return _output;
    }

    internal override void Prepare() => Input.Prepare();

    internal override void NextMorsel() => Input.NextMorsel();

    protected override void Clear() => _errors.Reset();

    public override void Dispose()
    {
        base.Dispose();
        foreach (ExpressionInstance? expression in computed)
            expression?.Dispose();
    }
}
