using Strata.Format;

namespace Strata.Engine.Storage;

/// <summary>How a wait for durability ended.</summary>
public enum DurabilityWait
{
    /// <summary>The LSN is durable on the quorum.</summary>
    Durable,

    /// <summary>The caller cancelled: the outcome is unknown.</summary>
    Cancelled,

    /// <summary>This compute lost its term or closed: the outcome is unknown and nothing more can be appended.</summary>
    LostTerm,
}

/// <summary>
/// The log as the engine sees it: append whole records, wait until the quorum has them. Thread-safe; appends are serialized inside.
/// </summary>
public interface IWalSink
{
    /// <summary>End of the last record appended (or of the log that this compute adopted).</summary>
    Lsn EndOfLog { get; }

    /// <summary>Everything at or below this LSN is on the quorum.</summary>
    Lsn DurableLsn { get; }

    /// <summary>
    /// Waits until a record of <paramref name="bytes"/> surely fits, before any page is latched: this is where back-pressure is felt. Throws
    /// <see cref="OperationCanceledException"/> when cancelled and <see cref="LostTermException"/> when the term is lost. Callers that can be cancelled also get a
    /// <see cref="Types.SqlException"/> (53100) when the quorum has no room for the log: nothing was written, and they may fail; the others wait.
    /// </summary>
    void EnsureRoom(int bytes, CancellationToken cancellation);

    /// <summary>
    /// Reserves the record's LSN, completes its header (previous LSN, checksum) while copying it once into the log buffer, and publishes it for sending.
    /// Never waits. Returns the record's LSN (its end). The caller holds the latches of all pages that the record changes.
    /// </summary>
    /// <param name="record">A record as <c>WalRecordWriter</c> left it: all but previous LSN and checksum filled in.</param>
    Lsn Append(ReadOnlySpan<byte> record);

    /// <summary>Blocks until <paramref name="lsn"/> is durable on the quorum, the caller cancels or the term is lost.</summary>
    DurabilityWait WaitDurable(Lsn lsn, CancellationToken cancellation);

    /// <summary>
    /// Called when <see cref="DurableLsn"/> advanced, from the log's own thread; must be short. Set once, before the first append.
    /// </summary>
    Action<Lsn>? DurableAdvanced { set; }
}

/// <summary>A newer compute won the term: this one can never write again.</summary>
public sealed class LostTermException(string message) : Exception(message);
