namespace Strata.Format.Messages;

/// <summary>First frame of a connection, from the client.</summary>
/// <param name="Version"><see cref="SafekeeperProtocol.Version"/> of the sender.</param>
/// <param name="Purpose">What follows on this connection.</param>
/// <param name="Project">The timeline's project.</param>
/// <param name="Timeline">The timeline that all further messages are about.</param>
/// <param name="Generation">Generation of the configuration that the sender uses; 0 when it has none.</param>
public sealed record SafekeeperGreeting(
    ushort Version, SafekeeperPurpose Purpose, ProjectId Project, TimelineId Timeline, ulong Generation) : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.Greeting;
}
