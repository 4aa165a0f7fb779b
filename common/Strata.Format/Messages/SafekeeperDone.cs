namespace Strata.Format.Messages;

/// <summary>The request was carried out durably.</summary>
public sealed record SafekeeperDone : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.Done;
}
