using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// Raises what immutable calls of constants raise, if the query still has them when everything else is simplified, also where no row would ever reach them: PostgreSQL computes them while it
/// plans (eval_const_expressions). Comes last, so that columns that nobody reads are gone.
/// </summary>
internal sealed class ConstantErrors : IRewrite
{
    private const uint IntervalScaleOid = 1200;
    private const uint TimestampTzOfDateAndTimeOid = 1176;

    public RelationalNode Apply(RelationalNode root, RewriteContext context)
    {
        Visit(root, context.Functions);
        return root;
    }

    /// <summary>A node's expressions are simplified before the subqueries in them are planned.</summary>
    private static void Visit(RelationalNode node, IFunctionContext functions)
    {
        DepthGuard.Check();
        foreach (Expression expression in node.Expressions)
            Evaluate(expression, functions);
        foreach (Expression expression in node.Expressions)
        {
            if (expression.Any(static part => part is SubqueryExpression))
                VisitSubqueries(expression, functions);
        }

        foreach (RelationalNode input in node.Inputs)
            Visit(input, functions);
    }

    private static void VisitSubqueries(Expression expression, IFunctionContext functions)
    {
        foreach (Expression child in expression.Children)
            VisitSubqueries(child, functions);
        if (expression is SubqueryExpression subquery)
            Visit(subquery.Query, functions);
    }

    /// <summary>From the operands up, from left to right; subscripts before what they stand behind.</summary>
    private static void Evaluate(Expression expression, IFunctionContext functions)
    {
        DepthGuard.Check();
        if (ConstantFolding.IsConstantCall(expression))
        {
            ConstantFolding.Evaluate(expression, functions);
            return;
        }

        foreach (Expression child in InOrder(expression))
            Evaluate(child, functions);
        // The planner looks at the modifier to see whether the call changes anything.
        if (expression is FunctionExpression { Function.Oid: IntervalScaleOid, Arguments: [_, ConstantExpression { IsNull: false } modifier] })
            IntervalModifier.CheckPlanned(modifier.Value.Get<int>());
        // This function is written in SQL, and the sum in it is computed while PostgreSQL plans.
        if (expression is FunctionExpression { Function.Oid: TimestampTzOfDateAndTimeOid, Arguments: [ConstantExpression { IsNull: false } date, ConstantExpression { IsNull: false } time] })
            OverlapsFunctions.DateAndTime(date.Value.Get<int>(), time.Value.Get<long>());
    }

    private static IEnumerable<Expression> InOrder(Expression expression) => expression switch
    {
        SubscriptExpression { Upper: var upper, Lower: var lower, Container: var container } => [.. upper.OfType<Expression>(), .. lower.OfType<Expression>(), container],
        SubscriptStoreExpression { Upper: var upper, Lower: var lower, Container: var container, Value: var value } => [.. upper.OfType<Expression>(), .. lower.OfType<Expression>(), container, value],
        _ => expression.Children,
    };
}
