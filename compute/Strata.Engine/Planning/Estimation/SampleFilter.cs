using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Statistics;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Estimation;

/// <summary>Tries conditions on the rows of a sample. Stateless.</summary>
internal static class SampleFilter
{
    /// <summary>True when a condition can be evaluated while a statement is planned: it depends on nothing but columns and built-in functions.</summary>
    public static bool IsPure(Expression expression) =>
        !expression.IsVolatile && !expression.ContainsSet && !expression.Any(static part => part
            is FunctionExpression { Function.Routine: not null }
            or SubqueryExpression or ParameterExpression or HostedExpression or SlotExpression or TestExpression or CaseOperandExpression or CurrentOfExpression);

    /// <summary>The rows for which a condition (over slots by column number less 1) holds, as bits; null when it can't be evaluated or fails for a row.</summary>
    public static ulong[]? Matches(Expression overSlots, RowSample sample, IFunctionContext functions)
    {
        bool isKnown = true;
        overSlots.Any(part => part is SlotExpression slot && !(isKnown &= sample.Knows((short)(slot.Slot + 1))));
        if (!isKnown)
            return null;
        var result = new ulong[(sample.Rows + 63) / 64];
        try
        {
            using var context = new EvaluationContext { Functions = functions };
            using ExpressionInstance instance = CompiledExpression.Compile(overSlots).CreateInstance();
            var errors = new ErrorSink();
            int first = 0;
            foreach (Batch batch in sample.Chunks)
            {
                Selection kept = instance.Filter(context, batch, new Selection(batch.StoredCount), errors);
                if (errors.HasError)
                    return null;
                for (int i = 0; i < kept.Count; i++)
                {
                    int row = first + kept[i];
                    result[row >> 6] |= 1UL << row;
                }

                first += batch.StoredCount;
            }

            return result;
        }
        catch (SqlException)
        {
            // What fails for a row of the sample fails, if ever, when the statement runs.
            return null;
        }
    }
}
