using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>Plans window functions.</summary>
internal static class WindowPlanner
{
    /// <summary>The plan of a window node.</summary>
    public static PhysicalNode Plan(PlannerState state, WindowNode window, Func<RelationalNode, PhysicalNode> plan)
    {
        Format.Invariant.Check(state is not null && plan is not null && window.Calls.Count > 0);
        throw new SqlException(SqlState.FeatureNotSupported, "window functions are not supported");
    }
}
