using Strata.Engine.Functions;
using Strata.Engine.Planning.Estimation;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Plans;

/// <summary>
/// Plans of a statement with parameters, each of which is the one that would be made for the values at hand, as long as they meet as many rows as those that it was made for: a range of a hundred
/// keys is read in the same way wherever it lies. They save planning at each execution where the plan for all values is not good enough. Thread-safe.
/// </summary>
/// <remarks>
/// A variant holds for values that its probes measure about the same numbers for; where the plan for the very values has another form than the one with parameters (a pattern's prefix, a condition that
/// folds away), there is none. Compare SQL Server's parameter sensitive plans and Oracle's adaptive cursor sharing.
/// </remarks>
internal sealed class PlanVariants
{
    private const int VariantsMax = 8;
    private const int RefusalsMax = 3;
    private const double CostFactorMax = 1.05;

    private readonly Lock _gate = new();
    private Variant[] _variants = [];
    private int _refusals;

    private sealed record Variant(CachedPlan Plan, ParameterProbe[] Probes);

    /// <summary>More are worth making.</summary>
    public bool WantsMore => Volatile.Read(ref _refusals) < RefusalsMax && Volatile.Read(ref _variants).Length < VariantsMax;

    /// <summary>There are some.</summary>
    public bool Any => Volatile.Read(ref _variants).Length > 0;

    /// <summary>A plan for the values, or null.</summary>
    public CachedPlan? Find(ReadOnlySpan<Datum> values, IFunctionContext functions)
    {
        foreach (Variant variant in Volatile.Read(ref _variants))
        {
            bool holds = true;
            foreach (ParameterProbe probe in variant.Probes)
            {
                if (probe.Holds(values, functions))
                    continue;
                holds = false;
                break;
            }

            if (holds)
                return variant.Plan;
        }

        return null;
    }

    /// <summary>Keeps a plan with parameters that was made with a look at some values, if it is the one that was made for these values alone.</summary>
    public void Offer(CachedPlan plan, ParameterPeek peek, PhysicalPlan custom, ReadOnlySpan<Datum> values, IFunctionContext functions)
    {
        ParameterProbe[] probes = peek.Probes;
        bool isSame = !peek.IsOpaque && probes.Length > 0 && IsSameForm(plan.Plan, custom)
            && plan.Plan.Root.TotalCost <= custom.Root.TotalCost * CostFactorMax && custom.Root.TotalCost <= plan.Plan.Root.TotalCost * CostFactorMax;
        if (!isSame)
        {
            Refuse();
            return;
        }

        lock (_gate)
        {
            // Many sessions may have found at once that there is none.
            if (_variants.Length < VariantsMax && Find(values, functions) is null)
                Volatile.Write(ref _variants, [.. _variants, new Variant(plan, probes)]);
        }
    }

    /// <summary>Notes values that none could be made for.</summary>
    public void Refuse() => Interlocked.Increment(ref _refusals);

    private static bool IsSameForm(PhysicalPlan left, PhysicalPlan right)
    {
        if (left.Subplans.Count != right.Subplans.Count || !IsSameForm(left.Root, right.Root))
            return false;
        for (int i = 0; i < left.Subplans.Count; i++)
            if (!IsSameForm(left.Subplans[i].Plan, right.Subplans[i].Plan))
                return false;
        return true;
    }

    private static bool IsSameForm(PhysicalNode left, PhysicalNode right)
    {
        if (left.GetType() != right.GetType() || left.Inputs.Count != right.Inputs.Count)
            return false;
        for (int i = 0; i < left.Inputs.Count; i++)
            if (!IsSameForm(left.Inputs[i], right.Inputs[i]))
                return false;
        return true;
    }
}
