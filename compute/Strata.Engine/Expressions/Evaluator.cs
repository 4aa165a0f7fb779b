using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>
/// One node of an <see cref="ExpressionInstance"/>. Evaluators keep to the selection, report errors by row and never throw
/// <see cref="SqlException"/>. Callers clip the selection below <see cref="ErrorSink.Row"/> after each operand.
/// </summary>
internal abstract class Evaluator(SqlType type) : IDisposable
{
    public SqlType Type { get; } = type;

    public abstract Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors);

    /// <summary>Rows for which the boolean result is true. Overridden where it is cheaper than computing a vector.</summary>
    public virtual unsafe Selection Filter(
        EvaluationContext context, Batch batch, Selection selection, ErrorSink errors, SelectionBuffer buffer)
    {
        Vector result = Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        return BooleanSelection.SelectTrue(result, selection, buffer);
    }

    public abstract void Dispose();
}
