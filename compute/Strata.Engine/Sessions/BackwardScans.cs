using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Sessions;

/// <summary>Which plans a cursor without SCROLL or NO SCROLL may read backwards: those that PostgreSQL could (ExecSupportsBackwardScan), so that clients see the same errors.</summary>
internal static class BackwardScans
{
    /// <summary>True for scans, sorts and what only passes rows of them on.</summary>
    public static bool Supports(PhysicalNode node) => node switch
    {
        ProjectPlan project => Supports(project.Input),
        FilterPlan filter => Supports(filter.Input),
        LimitPlan limit => Supports(limit.Input),
        AppendPlan append => append.Parts.All(Supports),
        SortPlan or ValuesPlan or OneRowPlan or FunctionScanPlan or CteScanPlan => true,
        SeqScanPlan or IndexScanPlan or SystemScanPlan => true,
        _ => false,
    };
}
