using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>
/// Marks what several threads may share: pipelines over one large scan through filters, projections and the probe sides of joins. Aggregations whose result does not depend on how the rows are split (no
/// sums of floats) get groups in each thread; other aggregations, sorts and hash builds get the pipeline's rows in the order of the scan. Runs over a finished plan.
/// </summary>
internal sealed class ParallelPlanner(PlannerState state)
{
    /// <summary>Marks what lies in a tree. Inner sides of loops run too often to be worth it.</summary>
    public void Run(PhysicalNode node)
    {
        if (state.Plan.IsWriting)
            return;
        if (node is AggregatePlan { IsSorted: false } aggregate && DrivingScan(aggregate.Input) is { } scan && aggregate.Calls.All(IsSplittable))
        {
            aggregate.DrivingScan = scan;
            RunBuiltSides(aggregate.Input);
            return;
        }

        switch (node)
        {
            case AggregatePlan { Input: var input } other when DrivingScan(input) is { } shared:
                other.GatheredScan = shared;
                RunBuiltSides(input);
                return;
            case SortPlan { Input: var input, BoundLimit: null } sort when DrivingScan(input) is { } shared:
                sort.GatheredScan = shared;
                RunBuiltSides(input);
                return;
            case HashJoinPlan join:
                RunBuilt(join);
                Run(join.Left);
                return;
        }

        if (node is WithPlan with)
        {
            foreach ((_, _, PhysicalNode plan) in with.Items)
                Run(plan);
        }

        if (node is NestedLoopPlan loop)
        {
            Run(loop.Left);
            return;
        }

        foreach (PhysicalNode input in node.Inputs)
            Run(input);
    }

    /// <summary>Hash tables on the way to the driving scan are built before the helpers start, so aggregations below them may have helpers too.</summary>
    private void RunBuiltSides(PhysicalNode node)
    {
        if (node is HashJoinPlan join)
            RunBuilt(join);
        if (node is JoinPlan { Left: var left })
            RunBuiltSides(left);
        else if (node is UnaryPlan { Input: var input })
            RunBuiltSides(input);
    }

    private void RunBuilt(HashJoinPlan join)
    {
        join.GatheredScan = DrivingScan(join.Right);
        if (join.GatheredScan is null)
            Run(join.Right);
        else
            RunBuiltSides(join.Right);
    }

    private SeqScanPlan? DrivingScan(PhysicalNode node)
    {
        switch (node)
        {
            case SeqScanPlan { ForUpdate: false } scan:
                return state.SizeOf(scan.Relation).Pages >= state.Context.Services.ParallelScanPagesMin && IsSafe(scan.Filter) ? scan : null;
            case FilterPlan filter:
                return IsSafe(filter.Condition) ? DrivingScan(filter.Input) : null;
            case ProjectPlan project:
                return project.Computed.All(IsSafe) ? DrivingScan(project.Input) : null;
            case HashJoinPlan { Type: JoinType.Inner or JoinType.Left or JoinType.Semi or JoinType.Anti } join:
                return IsSafe(join.Residual) ? DrivingScan(join.Left) : null;
            case NestedLoopPlan { Type: JoinType.Inner or JoinType.Left or JoinType.Semi or JoinType.Anti } loop:
                return IsSafe(loop.Condition) && IsOwnInput(loop.Right) ? DrivingScan(loop.Left) : null;
            default:
                return null;
        }
    }

    /// <summary>An inner side that each copy can run for itself.</summary>
    private static bool IsOwnInput(PhysicalNode node) => node switch
    {
        IndexScanPlan index => IsSafe(index.Filter) && IsSafe(index.Lower) && IsSafe(index.Upper)
            && index.Equalities.All(equality => equality.Values.All(IsSafe)),
        MemoizePlan memoize => IsOwnInput(memoize.Input),
        FilterPlan filter => IsSafe(filter.Condition) && IsOwnInput(filter.Input),
        ProjectPlan project => project.Computed.All(IsSafe) && IsOwnInput(project.Input),
        _ => false,
    };

    private static bool IsSplittable(AggregateCallPlan call)
    {
        if (call.IsDistinct || call.Order.Length > 0 || !call.Function.CanCombine || call.Function.IsOrderSensitive || !IsSafe(call.Filter)
            || !call.Arguments.All(IsSafe))
            return false;
        if (call.Function.Function.Name is "count")
            return true;
        SqlType argument = call.Arguments[0].Type;
        bool isExact = argument.Oid is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 or TypeOid.Boolean or TypeOid.Date or TypeOid.Timestamp or TypeOid.TimestampTz
            or TypeOid.Text or TypeOid.VarChar;
        return call.Function.Function.Name switch
        {
            "sum" or "avg" => isExact || argument.Oid == TypeOid.Numeric,
            // Equal numerics may look different: which of them is the smallest would depend on the split.
            "min" or "max" => isExact || (argument.Oid == TypeOid.Numeric && argument.Typmod >= 0),
            "bool_and" or "bool_or" or "every" or "bit_and" or "bit_or" or "bit_xor" => isExact,
            _ => false,
        };
    }

    private static bool IsSafe(CompiledExpression? expression) => expression is null || IsSafe(expression.Expression);

    private static bool IsSafe(Expression expression) =>
        !expression.IsVolatile && !expression.Any(part => part is HostedExpression);
}
