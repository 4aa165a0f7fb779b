using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>Lets values through and reports the first row without one.</summary>
internal sealed class NotNullEvaluator(Evaluator operand, string column) : Evaluator(operand.Type)
{
    public override Vector Evaluate(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Vector value = operand.Evaluate(context, batch, selection, errors);
        selection = selection.Below(errors.Row);
        for (int i = 0; i < selection.Count; i++)
        {
            if (value.IsNull(selection[i]))
            {
                errors.Report(selection[i], new SqlException(SqlState.NullValueNotAllowed, $"null is not allowed in column \"{column}\""));
                break;
            }
        }

        return value;
    }

    public override void Dispose() => operand.Dispose();
}
