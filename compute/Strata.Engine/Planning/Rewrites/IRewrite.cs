using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>One equivalence-preserving transformation of logical algebra. Stateless between queries.</summary>
internal interface IRewrite
{
    /// <summary>The same query, closer to what should run.</summary>
    RelationalNode Apply(RelationalNode root, RewriteContext context);
}
