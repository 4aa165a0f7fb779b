using Strata.Engine.Expressions;

namespace Strata.Engine.Planning;

/// <summary>A condition of a join search. Immutable.</summary>
/// <param name="Expression">The condition.</param>
/// <param name="Mask">The relations that it reads.</param>
/// <param name="CanHash">It is an equality that a hash join may use.</param>
/// <param name="Share">The share of pairs that it keeps.</param>
/// <param name="Class">Number of its class of equal columns, of which one condition suffices in each join; -1 for none.</param>
internal sealed record JoinCondition(Expression Expression, ulong Mask, bool CanHash, double Share, int Class = -1);
