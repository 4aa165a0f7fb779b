using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>Leaves DISTINCT out where no two rows of its input can be equal: its columns have those of a unique key, or the groups of an aggregation (Paulley and Larson, ICDE 1994).</summary>
internal sealed class DistinctElimination : IRewrite
{
    public RelationalNode Apply(RelationalNode root, RewriteContext context) =>
        TreeWalker.MapNodes(root, static node => node is DistinctNode { IsOn: false } distinct && UniqueInput.IsDistinct(distinct.Input, distinct.Keys.ToHashSet()) ? distinct.Input : node);
}
