namespace Strata.Format.Messages;

/// <summary>What a client can do about a refused request.</summary>
public enum SafekeeperErrorKind : byte
{
    /// <summary>The message broke the protocol, or versions differ.</summary>
    Protocol = 1,

    /// <summary>No such timeline here (or it was deleted).</summary>
    NoTimeline = 2,

    /// <summary>The bytes asked for are neither here nor in the object store.</summary>
    WalRemoved = 3,

    /// <summary>The local disk is full or failing; try again later, other safekeepers may be well.</summary>
    Storage = 4,

    /// <summary>The sender's term or configuration is outdated.</summary>
    Fenced = 5,

    /// <summary>Not possible now (shutting down, not yet adopted); try again.</summary>
    Busy = 6,
}

/// <summary>A request was refused.</summary>
public sealed record SafekeeperError(SafekeeperErrorKind Error, string Text) : SafekeeperMessage
{
    public override SafekeeperMessageKind Kind => SafekeeperMessageKind.Error;
}
