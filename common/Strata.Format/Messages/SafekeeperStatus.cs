namespace Strata.Format.Messages;

/// <summary>A timeline as one safekeeper sees it.</summary>
/// <param name="Exists">Whether the safekeeper has the timeline; all that follows is zero otherwise.</param>
/// <param name="MayVote">False until a safekeeper that lost its directory has caught up.</param>
/// <param name="Term">Highest term seen.</param>
/// <param name="LastLogTerm">Term of the end of its log.</param>
/// <param name="TimelineStartLsn">Where the timeline begins.</param>
/// <param name="LocalStartLsn">Where the local log begins.</param>
/// <param name="FlushLsn">End of the durable log; comparable only together with <paramref name="LastLogTerm"/>.</param>
/// <param name="CommitLsn">What it knows to be committed.</param>
/// <param name="UploadedLsn">Sealed segments up to here are in the object store.</param>
/// <param name="RemoteConsistentLsn">What the page server reported durable.</param>
/// <param name="IngestedLsn">What the page server reported applied.</param>
public sealed record SafekeeperStatus(
    SafekeeperMember Member, bool Exists, bool MayVote, ulong Term, ulong LastLogTerm, Lsn TimelineStartLsn, Lsn LocalStartLsn, Lsn FlushLsn,
    Lsn CommitLsn, Lsn UploadedLsn, Lsn RemoteConsistentLsn, Lsn IngestedLsn) : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.Status;
}
