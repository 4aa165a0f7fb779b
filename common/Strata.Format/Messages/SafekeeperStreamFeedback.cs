namespace Strata.Format.Messages;

/// <summary>
/// From a page server, at any time while it streams. <paramref name="RemoteConsistentLsn"/> must be durable in the object store under a validated
/// generation: local WAL below it is removed.
/// </summary>
public sealed record SafekeeperStreamFeedback(Lsn IngestedLsn, Lsn RemoteConsistentLsn) : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.StreamFeedback;
}
