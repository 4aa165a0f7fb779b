using Strata.Engine.Expressions;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Planning.Explain;

/// <summary>The compiled expressions of plan nodes, each with the columns that its slots stand for. Stateless.</summary>
internal static class PlanExpressions
{
    public static IEnumerable<(Expression Expression, IReadOnlyList<int> Layout)> Of(PhysicalNode node)
    {
        switch (node)
        {
            case FilterPlan filter:
                return [(filter.Condition.Expression, filter.Input.Columns)];
            case ProjectPlan project:
                return project.Computed.OfType<CompiledExpression>().Select(computed => (computed.Expression, project.Input.Columns));
            case AggregatePlan aggregate:
                return aggregate.Calls.SelectMany(static call => call.Filter is null ? call.Arguments : [.. call.Arguments, call.Filter]).Select(e => (e.Expression, aggregate.Input.Columns));
            case LimitPlan limit:
                return new[] { limit.Limit, limit.Offset }.OfType<CompiledExpression>().Select(static e => (e.Expression, (IReadOnlyList<int>)[]));
            case NestedLoopPlan { Condition: { } condition } loop:
                return [(condition.Expression, [.. loop.Left.Columns, .. loop.Right.Columns])];
            case HashJoinPlan { Residual: { } residual } hash:
                return [(residual.Expression, [.. hash.LeftOutput, .. hash.LeftResidual, .. hash.RightOutput])];
            case TableScanPlan { Filter: { } filter } scan:
                return [(filter.Expression, scan is SeqScanPlan seq ? seq.DecodedColumns : scan.Columns)];
            case ValuesPlan values:
                return values.Constants.Count > 0
                    ? values.Constants.SelectMany(static row => row).Select(static e => (e, (IReadOnlyList<int>)[]))
                    : values.ValueRows.SelectMany(static row => row).Select(static e => (e.Expression, (IReadOnlyList<int>)[]));
            case FunctionScanPlan function:
                return function.Calls.SelectMany(static call => call.Arguments).Select(static e => (e.Expression, (IReadOnlyList<int>)[]));
            case ProjectSetPlan set:
                return set.Calls.SelectMany(static call => call.Arguments).Select(e => (e.Expression, set.Input.Columns));
            default:
                return [];
        }
    }

    /// <summary>The plans of the subqueries in a node's expressions.</summary>
    public static IEnumerable<PhysicalNode> Subplans(PhysicalNode node)
    {
        var found = new List<PhysicalNode>();
        foreach ((Expression expression, IReadOnlyList<int> _) in Of(node))
            Add(expression, found);
        return found;
    }

    private static void Add(Expression expression, List<PhysicalNode> found)
    {
        if (expression is SubplanExpression subplan && !found.Contains(subplan.Plan))
            found.Add(subplan.Plan);
        foreach (Expression child in expression.Children)
            Add(child, found);
    }
}
