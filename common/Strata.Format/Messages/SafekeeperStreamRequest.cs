namespace Strata.Format.Messages;

/// <summary>A page server asks for committed WAL from an LSN on (a record boundary): chunks follow until the connection ends.</summary>
public sealed record SafekeeperStreamRequest(Lsn StartLsn) : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.StreamRequest;
}
