using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>Lets values through and reports the first row for which a subquery has several.</summary>
internal sealed class OnlyRowEvaluator(Evaluator operand, Evaluator rows) : Evaluator(operand.Type)
{
    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector counts = rows.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        for (int i = 0; i < selection.Count; i++)
        {
            if (!counts.IsNull(selection[i]) && counts.Get<long>(selection[i]) > 1)
            {
                errors.Report(selection[i], new SqlException(SqlState.CardinalityViolation, "more than one row returned by a subquery used as an expression"));
                break;
            }
        }

        return operand.Evaluate(context, batch, selection.Below(errors.Row), errors);
    }

    public override void Dispose()
    {
        operand.Dispose();
        rows.Dispose();
    }
}
