using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning;

/// <summary>Which expressions tell nothing about their arguments but their value: not by an error, nor by anything else (PostgreSQL's contain_leaked_vars).</summary>
internal static class Leakproof
{
    public static bool Is(Expression expression)
    {
        Vectors.DepthGuard.Check();
        bool own = expression switch
        {
            FunctionExpression call => call.Function.Routine?.IsLeakProof ?? call.Function.IsLeakProof,
            ArrayComparisonExpression comparison => comparison.Operator.Function is { } function && (function.Routine?.IsLeakProof ?? function.IsLeakProof),
            DistinctFromExpression distinct => distinct.Equality.Function is { IsLeakProof: true },
            NullIfExpression nullIf => nullIf.Equality.Function is { IsLeakProof: true },
            ColumnExpression or ConstantExpression or ParameterExpression or RelabelExpression or BooleanExpression or NullTestExpression or BooleanTestExpression or CaseExpression
                or CaseOperandExpression or CoalesceExpression or ArrayExpression or RowExpression or SqlValueExpression => true,
            _ => false,
        };
        if (!own)
            return false;
        foreach (Expression child in expression.Children)
            if (!Is(child))
                return false;
        return true;
    }
}
