using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// Tells which outer joins do nothing: their right side is not read above and meets each left row once at most, so that every left row comes out once whatever it meets (PostgreSQL's remove_useless_joins). Used
/// by <see cref="ColumnPruning"/>, which knows what is read. Stateless.
/// </summary>
internal static class JoinElimination
{
    /// <summary>True when the left side alone gives the join's rows to one who reads these columns.</summary>
    public static bool IsUseless(JoinNode join, HashSet<int> needed) =>
        join.Type == JoinType.Left && !needed.Overlaps(join.Right.Columns) && !join.Conjuncts.Any(static condition => condition.IsVolatile)
        && TreeWalker.Volatility(join.Right) != Functions.Volatility.Volatile && UniqueInput.IsUnique(join.Right, join.Conjuncts);
}
