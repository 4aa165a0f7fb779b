using Strata.Format;

namespace Strata.Compute.Wal;

/// <summary>A safekeeper's number and address.</summary>
public readonly record struct SafekeeperAddress(uint Id, string Address);

/// <summary>What a compute needs to write a timeline's log.</summary>
public sealed record QuorumWalOptions
{
    public required ProjectId Project { get; init; }

    public required TimelineId Timeline { get; init; }

    /// <summary>All safekeepers of the timeline.</summary>
    public required IReadOnlyList<SafekeeperAddress> Safekeepers { get; init; }

    /// <summary>Generation of this list of safekeepers.</summary>
    public ulong Generation { get; init; } = 1;

    /// <summary>Bytes of WAL kept in memory, a power of two: what a slow safekeeper may be behind before it must read from another one.</summary>
    public int RingBytes { get; init; } = 16 << 20;

    /// <summary>WAL that the page server may have to apply yet before writers wait, in bytes.</summary>
    public long ReplayLagBytesMax { get; init; } = 256L << 20;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A safekeeper that leaves an append unanswered for so long is connected to anew.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
