using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Planning;

/// <summary>
/// Marks the inner hash joins that may change their sides while they run (<see cref="Execution.Operators.JoinSwitch"/>): nothing in their inputs may show that the left one is read before the right one has
/// ended. Runs over a finished plan. Stateless.
/// </summary>
internal static class JoinSwitchPlanner
{
    private const double ContradictionFactor = 4;
    private const long RowsMin = 32768;

    /// <summary>Marks joins in a tree.</summary>
    public static void Run(PhysicalNode node)
    {
        if (node is HashJoinPlan { Type: JoinType.Inner, Residual: null, MatchesNulls: false, LeftKeys.Length: > 0 } join && IsQuiet(join.Left) && IsQuiet(join.Right))
            join.SwitchRowsMin = Math.Max(RowsMin, (long)Math.Min(int.MaxValue, join.Right.Rows * ContradictionFactor));
        if (node is WithPlan with)
        {
            foreach ((_, _, PhysicalNode plan) in with.Items)
                Run(plan);
        }

        foreach (PhysicalNode input in node.Inputs)
            Run(input);
    }

    private static bool IsQuiet(PhysicalNode node) => node switch
    {
        SeqScanPlan { ForUpdate: false } scan => IsQuiet(scan.Filter),
        IndexScanPlan { ForUpdate: false } index => IsQuiet(index.Filter),
        FilterPlan filter => IsQuiet(filter.Condition) && IsQuiet(filter.Input),
        ProjectPlan project => project.Computed.All(IsQuiet) && IsQuiet(project.Input),
        HashJoinPlan join => IsQuiet(join.Residual) && IsQuiet(join.Left) && IsQuiet(join.Right),
        AggregatePlan aggregate => aggregate.Calls.All(static call => IsQuiet(call.Filter) && call.Arguments.All(IsQuiet)) && IsQuiet(aggregate.Input),
        FunctionScanPlan function => function.Calls.All(static call => call.Function is { Volatility: not Volatility.Volatile, Routine: null }),
        ValuesPlan => true,
        _ => false,
    };

    private static bool IsQuiet(CompiledExpression? expression) =>
        expression is null || (!expression.Expression.IsVolatile && !expression.Expression.Any(static part => part is HostedExpression));
}
