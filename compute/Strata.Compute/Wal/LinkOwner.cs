using Strata.Format;

namespace Strata.Compute.Wal;

/// <summary>What the links to the safekeepers share: the log in memory, positions, and the proposer's view of each peer. Positions are read without locks.</summary>
internal sealed class LinkOwner(Proposer proposer, TimeProvider time)
{
    private ulong _durable;
    private ulong _remoteConsistent;
    private ulong _ingested;

    public TimeProvider Time => time;

    /// <summary>Set once, when the term was won, before any link streams.</summary>
    public LogRing Ring { get; set; } = null!;

    public ulong Term { get; set; }

    public Lsn DurableLsn
    {
        get => new(Volatile.Read(ref _durable));
        set => Volatile.Write(ref _durable, value.Value);
    }

    public Lsn RemoteConsistentLsn
    {
        get => new(Volatile.Read(ref _remoteConsistent));
        set => Volatile.Write(ref _remoteConsistent, value.Value);
    }

    public Lsn IngestedLsn
    {
        get => new(Volatile.Read(ref _ingested));
        set => Volatile.Write(ref _ingested, value.Value);
    }

    public ProposerPeer Peer(int index) => proposer.Peers[index];
}
