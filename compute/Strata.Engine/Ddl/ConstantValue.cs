using Strata.Engine.Expressions;
using Strata.Engine.Sessions;
using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>Evaluates expressions without columns.</summary>
internal static class ConstantValue
{
    /// <summary>The value of a bound expression in a session. Throws what the expression raises.</summary>
    public static Datum Of(Expression expression, SessionContext session)
    {
        using ExpressionInstance instance = CompiledExpression.Compile(expression).CreateInstance();
        using var evaluation = new EvaluationContext { Functions = session };
        return instance.EvaluateScalar(evaluation);
    }
}
