using Strata.Format.Messages;

namespace Strata.Safekeeper;

/// <summary>Settings of one safekeeper.</summary>
public sealed record SafekeeperOptions
{
    /// <summary>Its number in the cluster, 1 or higher; it never moves to another machine's directory while that one lives.</summary>
    public required uint Id { get; init; }

    /// <summary>Where it listens: <c>host:port</c>, or a name with the in-memory network.</summary>
    public required string ListenAddress { get; init; }

    /// <summary>
    /// A session of this process that commits alone may write and sync this safekeeper's log itself, which saves a hand-off. It hangs when the disk does: only for safekeepers that are all on one disk, whose hanging stops every commit anyway.
    /// </summary>
    public bool LetsSendersServe { get; init; }

    /// <summary>Bytes of a segment file; smaller in tests only.</summary>
    public int SegmentBytes { get; init; } = SafekeeperProtocol.SegmentBytes;

    /// <summary>Most connections at a time; more are closed at once with a log line.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Time between two rounds of upload, removal and saving of positions.</summary>
    public TimeSpan MaintenanceInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a safekeeper waits for another one to upload a sealed segment when it is next in turn; twice as long for the one after it.</summary>
    public TimeSpan UploadPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Uploaded WAL kept in the object store below what the page server made durable, in bytes.</summary>
    public long UploadedWalRetentionBytes { get; init; } = 256L << 20;
}
