namespace Strata.Compute.Wal;

/// <summary>Planted bugs: tests of the simulator switch them on and expect a violated invariant.</summary>
[Flags]
internal enum ProposerFaults
{
    None = 0,

    /// <summary>What a majority has is taken for committed even when it was written in an older term (Raft's figure 8).</summary>
    CommitOlderTermByCount = 1,

    /// <summary>Acknowledgements of a safekeeper that lost its directory count before it caught up.</summary>
    CountBarred = 2,
}
