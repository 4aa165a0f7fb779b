using Strata.Format;
using Strata.Format.Messages;

namespace Strata.Safekeeper.Consensus;

/// <summary>
/// What a safekeeper remembers durably about a timeline besides the log itself. Immutable: a change is a new state that
/// <see cref="Storage.ControlFile"/> writes before anything that depends on it leaves the process.
/// </summary>
/// <param name="Project">Owner of the timeline.</param>
/// <param name="Timeline">The timeline.</param>
/// <param name="TimelineStartLsn">Where the timeline's log begins.</param>
/// <param name="LocalStartLsn">Where the local log begins, a record boundary; what is below is in the object store.</param>
public sealed record AcceptorState(ProjectId Project, TimelineId Timeline, Lsn TimelineStartLsn, Lsn LocalStartLsn)
{
    /// <summary>Highest term seen.</summary>
    public ulong Term { get; init; }

    /// <summary>The candidate that got the vote of <see cref="Term"/>, or its leader; 0 when none yet.</summary>
    public UInt128 VotedFor { get; init; }

    /// <summary>Terms of the log. May name a term that begins past the log's end: a leader's, whose log is still being copied.</summary>
    public TermHistory History { get; init; } = TermHistory.Begin(TimelineStartLsn);

    /// <summary>Highest configuration generation seen.</summary>
    public ulong Generation { get; init; }

    /// <summary>Highest incarnation seen of each safekeeper.</summary>
    public SafekeeperMember[] Members { get; init; } = [];

    /// <summary>False while the log may lack what this safekeeper once acknowledged (its directory was lost).</summary>
    public bool MayVote { get; init; } = true;

    /// <summary>A truncation that was decided: to be carried out again after a crash. Zero when none.</summary>
    public Lsn PendingTruncation { get; init; }

    /// <summary>A lower bound of what is committed, and of the durable log; a record boundary.</summary>
    public Lsn CommitLsn { get; init; } = LocalStartLsn;

    /// <summary>Sealed segments up to here are in the object store; a segment boundary (or the timeline's start).</summary>
    public Lsn UploadedLsn { get; init; } = TimelineStartLsn;

    /// <summary>What page servers reported durable.</summary>
    public Lsn RemoteConsistentLsn { get; init; } = TimelineStartLsn;

    /// <summary>Below this the local log may go: the durable copies elsewhere cover it.</summary>
    public Lsn RemovalHorizon => Lsn.Min(Lsn.Min(UploadedLsn, RemoteConsistentLsn), CommitLsn);
}
