namespace Strata.Format.Messages;

/// <summary>The safekeeper's answer to a greeting.</summary>
/// <param name="Member">Who answers.</param>
/// <param name="TimelineExists">Whether this safekeeper has the timeline; false also after it lost its directory.</param>
/// <param name="Term">Highest term that it has seen.</param>
public sealed record SafekeeperGreetingReply(SafekeeperMember Member, bool TimelineExists, ulong Term) : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.GreetingReply;
}
