using Strata.Format;

namespace Strata.Engine.Planning;

/// <summary>
/// What the session's settings say to the planner. A method that is off gets <see cref="DisabledCost"/> on top of its cost, so that it is still taken where nothing else gives the result.
/// Immutable; equal settings may share plans.
/// </summary>
/// <param name="Disabled">Methods that are off.</param>
/// <param name="JoinOrderSeed">Joins are ordered at random by this seed; 0: by cost.</param>
public sealed record PlannerSettings(PlannerMethods Disabled, int JoinOrderSeed = 0)
{
    /// <summary>The transaction's snapshot, when there are indexes that are too new for it; zero otherwise.</summary>
    public Lsn OldSnapshot { get; init; }

    /// <summary>PostgreSQL's disable_cost.</summary>
    public const double DisabledCost = 1e10;

    /// <summary>Everything on.</summary>
    public static PlannerSettings Default { get; } = new(PlannerMethods.None);

    /// <summary>True when the method may be used freely.</summary>
    public bool Allows(PlannerMethods method) => (Disabled & method) == 0;

    /// <summary>What is added to the cost of a method.</summary>
    public double CostOf(PlannerMethods method) => Allows(method) ? 0 : DisabledCost;
}
