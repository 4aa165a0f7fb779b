using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// Turns comparisons by order with ANY and ALL of a subquery into comparisons with its greatest or least value (<see cref="ExtremeComparison"/>), which is computed once, or unnested as other scalar
/// subqueries are. A comparison with ALL is NOT of the contrary one with ANY. Where an unknown result counts as false the comparison with the value is all; conditions with ANY that read outer columns stay
/// there, since they become semi joins.
/// </summary>
internal sealed class QuantifiedComparison : IRewrite
{
    public RelationalNode Apply(RelationalNode root, RewriteContext context) => TreeWalker.MapNodes(root, node =>
    {
        if (!node.Expressions.Any(static expression => expression.Any(IsQuantified)))
            return node;
        return node is FilterNode filter
            ? new FilterNode(filter.Input, [.. filter.Conjuncts.Select(condition => Condition(condition, context))])
            : node.MapExpressions(expression => expression.Transform(part => Value(part, context)));
    });

    private static bool IsQuantified(Expression expression) => expression is SubqueryExpression { Kind: SubqueryKind.Any or SubqueryKind.All };

    /// <summary>A condition, whose unknown result counts as false.</summary>
    private static Expression Condition(Expression condition, RewriteContext context)
    {
        if (condition is not SubqueryExpression { Kind: SubqueryKind.Any } any)
            return condition.Transform(part => Value(part, context));
        if (TreeWalker.OuterColumns(any.Query).Count == 0 && ExtremeComparison.Of(any) is { } comparison)
            return comparison.IsTrue(context);
        return any.MapChildren(test => test.Transform(part => Value(part, context)));
    }

    private static Expression Value(Expression part, RewriteContext context)
    {
        if (part is not SubqueryExpression subquery || !IsQuantified(part))
            return part;
        if (subquery.Kind == SubqueryKind.Any)
            return ExtremeComparison.Of(subquery)?.Value(context) ?? part;
        if (Contrary(subquery) is not { } contrary)
            return part;
        if (ExtremeComparison.Of(contrary) is { } opposite)
            return BooleanExpression.Not(opposite.Value(context));
        // = ANY is hashed, and known to joins.
        return contrary.Comparison is FunctionExpression { Operator: { Name: "=", CanHash: true } } ? BooleanExpression.Not(contrary) : part;
    }

    /// <summary>The ANY that holds exactly where an ALL does not, both being unknown together; null when the operator has no contrary.</summary>
    private static SubqueryExpression? Contrary(SubqueryExpression all)
    {
        if (all.Comparison is not FunctionExpression { Operator: { UserFunction: null, NegatorOid: not 0 } written } call
            || BuiltinRegistry.Operator(written.NegatorOid) is not { Function: { } function } negator)
            return null;
        var comparison = new FunctionExpression(function, SqlType.Boolean, call.Arguments) { Operator = negator, Form = call.Form };
        return new SubqueryExpression(SubqueryKind.Any, all.Query, all.Columns, all.Type, all.Tests, comparison) { Position = all.Position, Written = all.Written };
    }
}
