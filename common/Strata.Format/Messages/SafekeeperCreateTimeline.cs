namespace Strata.Format.Messages;

/// <summary>
/// Creates the greeting's timeline, empty, its log beginning at <paramref name="StartLsn"/> (a branch: its branch point). Answered by <see cref="SafekeeperDone"/>, also when it
/// exists already with the same start.
/// </summary>
/// <param name="StartLsn">A record boundary.</param>
/// <param name="Incarnation">
/// The incarnation that this safekeeper had when the creation of the timeline was first decided (from its greeting reply, kept durably by the
/// control plane before the first attempt). When the safekeeper has lost its directory since, a repeated creation makes a timeline that may not vote
/// before it caught up.
/// </param>
public sealed record SafekeeperCreateTimeline(Lsn StartLsn, ulong Incarnation) : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.CreateTimeline;
}
