using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Sessions.Plans;

/// <summary><c>plan_cache_mode</c>.</summary>
internal enum PlanCacheMode
{
    Auto,
    ForceGeneric,
    ForceCustom,
}

/// <summary>
/// Whether a prepared statement is planned for the values of each execution or once for all: as PostgreSQL decides, by the costs of the first five custom plans. One per statement; for its session's thread.
/// </summary>
/// <remarks>A statement whose generic plan is cheap whatever the values are, a read by key for instance, never has a custom one: planning would cost more than it.</remarks>
internal sealed class PlanChoice
{
    /// <summary>Custom plans before costs are compared.</summary>
    private const int TrialsMin = 5;

    /// <summary>Below this cost it does not matter which plan is the best one.</summary>
    public const double CheapCost = 100;

    // PostgreSQL's estimate of what planning costs.
    private const double PlanningCost = 1000 * 0.0025;

    private double _customCosts;
    private long _plannedCount;

    /// <summary>Executions with a plan of their own.</summary>
    public long CustomPlans { get; private set; }

    /// <summary>Executions with the plan for all values.</summary>
    public long GenericPlans { get; private set; }

    /// <summary>Decides for an execution.</summary>
    public bool IsCustom(CachedPlan generic, PlanCacheMode mode)
    {
        bool custom = generic.ParameterOids.Length > 0 && mode switch
        {
            PlanCacheMode.ForceGeneric => false,
            PlanCacheMode.ForceCustom => true,
            _ => generic.Plan.Root.TotalCost > CheapCost && (CustomPlans < TrialsMin || _customCosts / _plannedCount < generic.Plan.Root.TotalCost),
        };
        if (!custom)
            GenericPlans++;
        return custom;
    }

    /// <summary>Custom plans have been tried, and are still made: a variant would be used often.</summary>
    public bool IsTried => CustomPlans >= TrialsMin;

    /// <summary>Notes an execution with a plan that was made before for values like its own.</summary>
    public void NoteVariant() => CustomPlans++;

    /// <summary>Notes what a custom plan costs.</summary>
    public void NoteCustom(PhysicalPlan plan)
    {
        CustomPlans++;
        _plannedCount++;
        _customCosts += plan.Root.TotalCost + (PlanningCost * (plan.Relations.Count + 1));
    }
}
