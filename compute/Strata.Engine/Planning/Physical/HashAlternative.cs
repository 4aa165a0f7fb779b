namespace Strata.Engine.Planning.Physical;

/// <summary>What a nested loop over an index goes on with when its left side turns out to have many rows: a hash join of those that are left. Immutable.</summary>
/// <param name="Join">A hash join whose left side is a <see cref="RestPlan"/>.</param>
/// <param name="Slots">The slots of the loop's columns in the join.</param>
/// <param name="RowsMin">Left rows after which this is cheaper.</param>
internal sealed record HashAlternative(HashJoinPlan Join, int[] Slots, long RowsMin);
