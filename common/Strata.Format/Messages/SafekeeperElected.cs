namespace Strata.Format.Messages;

/// <summary>
/// The leader of a term tells a safekeeper where its log and theirs part: the safekeeper truncates there, adopts the history and takes appends from there.
/// </summary>
/// <param name="Term">The term that was won.</param>
/// <param name="ProposerId">Who won it.</param>
/// <param name="StartStreamingAt">Highest common point of both logs: the first append begins here.</param>
/// <param name="BaseLsn">For a safekeeper that has no log: where it shall begin. Equals <paramref name="StartStreamingAt"/> then.</param>
/// <param name="History">The leader's terms, ending with <paramref name="Term"/>.</param>
/// <param name="CatchUpLsn">How far a safekeeper that lost its directory must come before it may vote again, if <paramref name="Members"/> names its incarnation.</param>
/// <param name="Round">Number of this list of members within the term; answers name it once it is durable.</param>
/// <param name="Generation">Configuration generation.</param>
/// <param name="Members">The incarnations that the votes were asked with, or that were learned since.</param>
public sealed record SafekeeperElected(
    ulong Term, UInt128 ProposerId, Lsn StartStreamingAt, Lsn BaseLsn, TermHistory History, Lsn CatchUpLsn, uint Round, ulong Generation,
    SafekeeperMember[] Members)
    : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.Elected;
}
