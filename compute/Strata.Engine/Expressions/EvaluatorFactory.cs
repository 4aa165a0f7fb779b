using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>Makes the evaluator of each kind of expression.</summary>
internal static class EvaluatorFactory
{
    public static Evaluator Create(Expression expression)
    {
        Vectors.DepthGuard.Check();
        return expression switch
        {
            ConstantExpression constant => new ConstantEvaluator(constant),
            SlotExpression slot => new SlotEvaluator(slot),
            ParameterExpression parameter => new ParameterEvaluator(parameter),
            _ => throw new SqlException(SqlState.FeatureNotSupported, $"expression {expression.GetType().Name} is not supported here"),
        };
    }
}
