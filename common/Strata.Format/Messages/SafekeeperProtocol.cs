namespace Strata.Format.Messages;

/// <summary>Constants of the safekeeper protocol. Every count and length in a message is checked against these bounds when it is read.</summary>
public static class SafekeeperProtocol
{
    /// <summary>Version of the messages; a greeting with another major version is refused with a clear error.</summary>
    public const ushort Version = 1;

    /// <summary>Most WAL bytes that one frame carries.</summary>
    public const int MaxWalBytes = 4 << 20;

    /// <summary>Most entries in a term history. Old entries are folded away (see <see cref="TermHistory.Trim"/>).</summary>
    public const int MaxTermHistory = 4096;

    /// <summary>Most safekeepers in a configuration.</summary>
    public const int MaxMembers = 16;

    /// <summary>Most bytes of text in an error.</summary>
    public const int MaxTextBytes = 1024;

    /// <summary>Bytes of one WAL segment file.</summary>
    public const int SegmentBytes = 16 << 20;
}
