using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning;

/// <summary>A relation to join.</summary>
/// <param name="Node">Its tree.</param>
/// <param name="Type">Inner, or semi or anti when it only decides which rows of the others stay.</param>
/// <param name="Conditions">The conditions of a semi or anti join.</param>
internal sealed record JoinLeaf(RelationalNode Node, JoinType Type, IReadOnlyList<Expression> Conditions);
