namespace Strata.Format.Messages;

/// <summary>A candidate asks for a vote in <paramref name="Term"/>. Asking again with the same proposer id is answered alike.</summary>
/// <param name="Term">The term to win.</param>
/// <param name="ProposerId">Random id of this life of the candidate.</param>
/// <param name="Generation">Configuration generation.</param>
/// <param name="Members">The safekeepers with the incarnations that the candidate saw when the round began.</param>
public sealed record SafekeeperVoteRequest(
    ulong Term, UInt128 ProposerId, ulong Generation, SafekeeperMember[] Members) : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.VoteRequest;
}
