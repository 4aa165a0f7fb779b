using Strata.Format.Messages;

namespace Strata.Compute.Wal;

/// <summary>A message that the proposer wants sent to a safekeeper, by its index; null to connect and greet anew.</summary>
public readonly record struct ProposerSend(int Peer, SafekeeperMessage? Message);
