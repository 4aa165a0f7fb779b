namespace Strata.Safekeeper.Consensus;

/// <summary>Planted bugs: tests of the simulator switch them on and expect a violated invariant.</summary>
[Flags]
internal enum AcceptorFaults
{
    None = 0,

    /// <summary>A safekeeper that lost its directory votes as if it had never promised anything.</summary>
    WipedVotes = 1,

    /// <summary>The log is not cut where a newer term's history parts from it.</summary>
    SkipTruncation = 2,
}
