using Strata.Format;
using Strata.Format.Messages;

namespace Strata.Compute.Wal;

/// <summary>What the proposer knows of one safekeeper.</summary>
public sealed class ProposerPeer
{
    internal ProposerPeer(uint id) => Id = id;

    public uint Id { get; }

    /// <summary>Whether a greeting came on the present connection.</summary>
    public bool Greeted { get; internal set; }

    /// <summary>Who greeted: its incarnation.</summary>
    public SafekeeperMember Member { get; internal set; }

    public bool TimelineExists { get; internal set; }

    /// <summary>Its vote of the present round, given by the incarnation that the round named.</summary>
    public bool Voted { get; internal set; }

    /// <summary>Its last answer to a vote request: what its log looks like.</summary>
    public SafekeeperVoteResponse? LogState { get; internal set; }

    /// <summary>Whether it takes our appends on the present connection.</summary>
    public bool Adopted { get; internal set; }

    /// <summary>Whether its acknowledgements count.</summary>
    public bool MayVote { get; internal set; }

    /// <summary>End of its durable log, valid while <see cref="Adopted"/>.</summary>
    public Lsn FlushLsn { get; internal set; }

    /// <summary>Newest list of members of this term that it has durably.</summary>
    public uint Round { get; internal set; }

    /// <summary>The list of members with which it was told of its own incarnation.</summary>
    internal uint ToldRound { get; set; }

    /// <summary>The next byte to send to it.</summary>
    public Lsn NextSendLsn { get; set; }
}
