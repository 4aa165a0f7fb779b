namespace Strata.Format.Messages;

/// <summary>Asks for the <see cref="SafekeeperStatus"/> of the greeting's timeline.</summary>
public sealed record SafekeeperStatusRequest : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.StatusRequest;
}
