using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>What subqueries cost that run for each outer row. For one planning.</summary>
internal sealed class UnnestingCost(PlannerState state)
{
    // Setting parameters, opening and reading a plan for one row, and looking up what is remembered of equal values.
    private const double RunCost = 1.5;
    private const double LookupCost = 0.3;

    /// <summary>A subquery as it is: once for each different combination of the outer values, which are remembered.</summary>
    public double OfRuns(SubqueryExpression subquery, double rows, IReadOnlyCollection<int> outer)
    {
        PhysicalNode plan = Trial(() =>
        {
            var map = new Dictionary<int, int>();
            foreach (int column in outer)
                map.Add(column, state.AddParameter(state.Metadata[column].Type));
            return state.Builder.Plan(ExpressionPlanner.Parameterize(subquery.Query, map));
        });
        double share = subquery.Kind == SubqueryKind.Exists ? CostModel.ScannedShare(JoinType.Semi, plan.Rows) : 1;
        double distinct = 1;
        foreach (int column in outer)
            distinct *= Math.Max(1, state.Selectivity.DistinctOf(column));
        return plan.StartupCost + (Math.Min(rows, distinct) * (CostModel.AgainCost(plan, share) + RunCost)) + (rows * LookupCost);
    }

    /// <summary>Makes a plan that may not be taken: what it adds to the statement's list of subplans goes again.</summary>
    public T Trial<T>(Func<T> plan)
    {
        int known = state.Plan.Subplans.Count;
        T result = plan();
        state.Plan.Subplans.RemoveRange(known, state.Plan.Subplans.Count - known);
        return result;
    }
}
