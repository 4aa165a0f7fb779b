using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Planning;

/// <summary>
/// Gives joins the algorithm that they change to when the size of an input contradicts its estimate, as adaptive joins of SQL Server do: a hash join whose built side has hardly a row looks the others up
/// through an index, a nested loop over an index whose outer side does not end goes on as a hash join. The bound is where both would cost the same, with a margin. For one join; stateless.
/// </summary>
internal sealed class AdaptiveJoins(PlannerState state, JoinBuilder builder)
{
    // What can be read in less time is not worth a second plan.
    private const double ScanCostMin = 200;
    private const double Margin = 2;
    private const double OuterRowsMin = 1024;
    private const double ContradictionFactor = 4;

    // A row that a loop begins with, beside the index scan itself.
    private const double LoopRowCost = 0.5;

    private bool IsAllowed => state.Settings.Allows(PlannerMethods.Adaptive) && !state.Plan.IsWriting && !state.Plan.Relations.Any(static access => access.IsRowLocked || access.IsWritten);

    /// <summary>The hash join with its left side, one relation, to be read by an index when few rows are built; <paramref name="make"/> makes it anew with further columns in its result.</summary>
    public PhysicalNode WithIndex(HashJoinPlan join, ParameterizedSide? side, Func<IReadOnlyCollection<int>, PhysicalNode?> make)
    {
        if (side is null || !IsAllowed || join.Type != JoinType.Inner || join.MatchesNulls || join.Left.TotalCost < ScanCostMin || !state.Settings.Allows(PlannerMethods.NestedLoop))
            return join;
        double rows = join.Left.TotalCost / Margin / (side.AgainCost(1) + LoopRowCost);
        // It was thought of, and would have been chosen.
        if (rows < 1 || join.Right.Rows < rows)
            return join;
        if (!side.Parameters.Keys.All(join.RightOutput.Contains) && make([.. side.Parameters.Keys]) is HashJoinPlan wider)
            join = wider;
        if (!side.Parameters.Keys.All(join.RightOutput.Contains) || !join.LeftOutput.All(side.Plan.Produces) || join.LeftResidual.Count > 0)
            return join;
        List<int> right = [.. join.RightOutput];
        join.Alternative = new IndexAlternative(
            side.Plan, [.. side.Parameters.Select(parameter => (right.IndexOf(parameter.Key), parameter.Value))], [.. join.LeftOutput.Select(side.Plan.SlotOf)], (long)rows);
        return join;
    }

    /// <summary>The loop over an index with a hash join of its left side and the whole relation, should there be many left rows.</summary>
    public void AddHash(NestedLoopPlan loop, ParameterizedSide side, PhysicalNode inner, RelationalNode tree, IReadOnlyList<Expression> conditions)
    {
        if (!IsAllowed || loop.Type is not (JoinType.Inner or JoinType.Semi or JoinType.Anti) || inner.TotalCost < ScanCostMin || TreeWalker.Volatility(tree) == Volatility.Volatile
            || !state.Settings.Allows(PlannerMethods.HashJoin) || inner is not TableScanPlan)
            return;
        double whole = inner.TotalCost + CostModel.HashJoin(0, inner.Rows, 1, 0);
        double rows = Math.Max(Math.Max(OuterRowsMin, loop.Left.Rows * ContradictionFactor), Margin * whole / (side.AgainCost(CostModel.ScannedShare(loop.Type, side.Plan.Rows)) + LoopRowCost));
        var rest = new RestPlan { Columns = loop.Left.Columns, Rows = rows };
        if (builder.Hash(loop.Type, rest, inner, conditions, null, loop.Rows) is HashJoinPlan join && loop.Columns.All(join.Produces))
            loop.Alternative = new HashAlternative(join, [.. loop.Columns.Select(join.SlotOf)], (long)rows);
    }
}
