namespace Strata.Compute.Wal;

/// <summary>Where a proposer stands.</summary>
public enum ProposerPhase
{
    /// <summary>It collects greetings and votes.</summary>
    Campaigning,

    /// <summary>It won its term and streams.</summary>
    Leading,

    /// <summary>A newer term was seen: it can never commit again.</summary>
    Lost,
}
