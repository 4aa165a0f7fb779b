namespace Strata.Format.Messages;

/// <summary>
/// Reads log bytes once; answered by one <see cref="SafekeeperWalChunk"/> (shorter than asked at the end of what is there). On a proposer connection with
/// the leader's term it may reach into the uncommitted tail, and is refused when the safekeeper's term differs or when its log is not the leader's.
/// </summary>
/// <param name="Term">The leader's term, or 0 to read committed bytes only.</param>
/// <param name="ProposerId">The leader's id, with a term.</param>
/// <param name="BeginLsn">First byte.</param>
/// <param name="MaxBytes">Most bytes, at most <see cref="SafekeeperProtocol.MaxWalBytes"/>.</param>
public sealed record SafekeeperReadRequest(ulong Term, UInt128 ProposerId, Lsn BeginLsn, int MaxBytes) : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.ReadRequest;
}
