using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>
/// Tells which trees may be computed for rows for which the statement as it was written would not compute them: an error would show. Stateless.
/// </summary>
internal static class SafeTree
{
    /// <summary>Nothing in the tree can fail for any row.</summary>
    public static bool CannotFail(RelationalNode node) => IsSafe(node, withArithmetic: false);

    /// <summary>Nothing in the tree can fail but for sums and products that outgrow their type.</summary>
    public static bool HardlyFails(RelationalNode node) => IsSafe(node, withArithmetic: true);

    private static bool IsSafe(RelationalNode node, bool withArithmetic)
    {
        bool isSafe = true;
        TreeWalker.VisitNodes(node, part =>
        {
            isSafe &= part switch
            {
                AggregateNode aggregate => aggregate.Calls.All(IsSafe),
                ScanNode or FilterNode or ProjectNode or JoinNode or SortNode or LimitNode or DistinctNode or SetOperationNode or CteScanNode or WithNode => true,
                WindowNode window => window.Calls.All(static call => call.Aggregate is null && call.Name is "row_number" or "rank" or "dense_rank"),
                ValuesNode values => values.IsConstant || withArithmetic,
                _ => false,
            };
            isSafe = isSafe && part.Expressions.All(expression => IsSafe(expression, withArithmetic));
        });
        return isSafe;
    }

    private static bool IsSafe(AggregateCall call) => call.Function.Function.Oid < CatalogOids.FirstUser
        && call.Function.Function.Name is "count" or "sum" or "avg" or "min" or "max" or "bool_and" or "bool_or" or "every" or "array_agg" or "string_agg";

    private static bool IsSafe(Expression expression, bool withArithmetic)
    {
        if (FilterOrder.CannotFail(expression))
            return true;
        return expression switch
        {
            SubqueryExpression { Kind: SubqueryKind.Exists or SubqueryKind.Any } => expression.Children.All(Below),
            ColumnExpression or ConstantExpression or ParameterExpression or RelabelExpression or BooleanExpression or BooleanTestExpression or NullTestExpression or CaseExpression
                or CoalesceExpression or DistinctFromExpression or CaseOperandExpression or TestExpression => expression.Children.All(Below),
            FunctionExpression { Operator: { UserFunction: null, Name: "=" or "<>" or "<" or "<=" or ">" or ">=" } } call => call.Arguments.All(Below),
            FunctionExpression { Operator: { UserFunction: null, Name: "+" or "-" or "*" } } call => withArithmetic && call.Arguments.All(Below),
            FunctionExpression { Form: CallForm.ImplicitCast, Function.Volatility: Volatility.Immutable } call => withArithmetic && call.Arguments.All(Below),
            FunctionExpression { Function: { Oid: < CatalogOids.FirstUser, Name: "lower" or "upper" or "length" or "abs" } } call => withArithmetic && call.Arguments.All(Below),
            _ => false,
        };

        bool Below(Expression child) => IsSafe(child, withArithmetic);
    }
}
