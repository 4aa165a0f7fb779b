namespace Strata.Format.Messages;

/// <summary>Why a vote was refused.</summary>
public enum SafekeeperVoteRefusal : byte
{
    None = 0,

    /// <summary>It has voted in this term or seen a higher one.</summary>
    Term = 1,

    /// <summary>It lost its directory and has not caught up yet.</summary>
    NotCaughtUp = 2,

    /// <summary>The candidate's configuration, or an incarnation in it, is outdated.</summary>
    Configuration = 3,
}

/// <summary>Answer to a vote request; a vote that is given was made durable first.</summary>
/// <param name="Member">Who answers.</param>
/// <param name="Term">Highest term that it has seen.</param>
/// <param name="RequestTerm">The term that was asked for.</param>
/// <param name="Refusal">None when the vote is given.</param>
/// <param name="FlushLsn">End of its durable log.</param>
/// <param name="CommitLsn">What it knows to be committed.</param>
/// <param name="LocalStartLsn">Where its local log begins; below is in the object store.</param>
/// <param name="History">Terms of its log.</param>
/// <param name="Generation">Configuration generation that it knows.</param>
/// <param name="KnownMembers">Incarnations that it knows.</param>
public sealed record SafekeeperVoteResponse(
    SafekeeperMember Member, ulong Term, ulong RequestTerm, SafekeeperVoteRefusal Refusal, Lsn FlushLsn, Lsn CommitLsn, Lsn LocalStartLsn,
    TermHistory History, ulong Generation, SafekeeperMember[] KnownMembers) : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.VoteResponse;

    public bool Granted => Refusal == SafekeeperVoteRefusal.None;
}
