namespace Strata.Format.Messages;

/// <summary>Deletes the greeting's timeline for ever: a tombstone keeps its id from being created again. Answered by <see cref="SafekeeperDone"/>.</summary>
public sealed record SafekeeperDeleteTimeline : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.DeleteTimeline;
}
