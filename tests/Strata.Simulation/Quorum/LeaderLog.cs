using Strata.Format;

namespace Strata.Simulation.Quorum;

/// <summary>The log of one leader: what it adopted from its donor, and its own records.</summary>
public sealed class LeaderLog(ulong term, Lsn begin, byte[] adopted)
{
    private readonly List<byte> _bytes = [.. adopted];

    public ulong Term => term;

    /// <summary>Where the adopted part begins: below, the donor had removed it.</summary>
    public Lsn BeginLsn => begin;

    public Lsn EndLsn => begin + (ulong)_bytes.Count;

    /// <summary>What this leader declared committed.</summary>
    public Lsn CommittedLsn { get; set; }

    public void Append(ReadOnlySpan<byte> record) => _bytes.AddRange(record);

    public ReadOnlySpan<byte> Bytes(Lsn from, Lsn to) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes)[(int)(from - begin)..(int)(to - begin)];
}
