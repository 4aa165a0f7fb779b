using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>
/// A compiled expression with its scratch vectors. The steady state allocates nothing. Not thread-safe.
/// </summary>
public sealed class ExpressionInstance : IDisposable
{
    private readonly Evaluator _root;
    private readonly SelectionBuffer _filtered = new();

    internal ExpressionInstance(Expression expression) => _root = EvaluatorFactory.Create(expression);

    public SqlType Type => _root.Type;

    /// <summary>
    /// Computes the selected rows. Other rows of the result are undefined, and so are rows at or above <c>errors.Row</c>. The result is the
    /// instance's (or the batch's own column) and lives until the next call or the batch's end.
    /// </summary>
    public Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors) =>
        _root.Evaluate(context, batch, selection.Below(errors.Row), errors);

    /// <summary>
    /// The selected rows below the first failing row for which the (boolean) expression is true. The list is the instance's and lives
    /// until its next call.
    /// </summary>
    public Selection Filter(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors) =>
        _root.Filter(context, batch, selection.Below(errors.Row), errors, _filtered);

    /// <summary>Computes one value without input columns (a default, a limit, a bound parameter).</summary>
    public Datum EvaluateScalar(EvaluationContext context)
    {
        var errors = new ErrorSink();
        using var batch = new Batch(ReadOnlySpan<SqlType>.Empty);
        batch.SetCount(1);
        Vector value = Evaluate(context, batch, new Selection(1), errors);
        errors.ThrowIfAny();
        return Datum.FromVector(value, 0);
    }

    public void Dispose()
    {
        _root.Dispose();
        _filtered.Dispose();
    }
}
