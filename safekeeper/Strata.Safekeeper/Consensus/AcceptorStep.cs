using Strata.Format;
using Strata.Format.Messages;

namespace Strata.Safekeeper.Consensus;

/// <summary>
/// What the acceptor wants done for one message. The shell carries out the effects in the order of the fields, each durable before the next, then calls
/// <see cref="Acceptor.Complete"/>, and only then sends the answer. A crash between any two leaves a state that <see cref="Acceptor"/> can go on from.
/// </summary>
public readonly record struct AcceptorStep
{
    /// <summary>1. Make this state durable.</summary>
    public AcceptorState? PersistFirst { get; init; }

    /// <summary>2. Cut the log here, durably; null for no truncation.</summary>
    public Lsn? TruncateTo { get; init; }

    /// <summary>3. Forget the whole local log and begin an empty one here; null for no reset.</summary>
    public Lsn? ResetTo { get; init; }

    /// <summary>4. Make this state durable.</summary>
    public AcceptorState? PersistThen { get; init; }

    /// <summary>5. Write <see cref="Wal"/> here and sync it.</summary>
    public Lsn WriteAt { get; init; }

    /// <summary>Bytes to write; empty for none.</summary>
    public ReadOnlyMemory<byte> Wal { get; init; }

    /// <summary>6. The answer: a rare message, or null when it is <see cref="Acceptor.Response"/>.</summary>
    public SafekeeperMessage? Reply { get; init; }
}
