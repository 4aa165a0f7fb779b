using Strata.Engine.Storage.Buffers;
using Strata.Format;

namespace Strata.Engine.Transactions;

/// <summary>
/// What a statement sees: every transaction whose commit record ends at or below <see cref="VisibleLsn"/>, and of its own transaction what commands below
/// <see cref="CommandId"/> did. A value; the transaction keeps its LSN registered so that nothing that it sees is pruned.
/// </summary>
public readonly struct Snapshot
{
    internal Snapshot(Transaction owner, Lsn visibleLsn, uint commandId)
    {
        Owner = owner;
        VisibleLsn = visibleLsn;
        CommandId = commandId;
    }

    private Snapshot(Lsn lsn)
    {
        VisibleLsn = lsn;
        ReadPoint = ReadPoint.At(lsn);
    }

    /// <summary>
    /// A historical snapshot: pages and commit log as of an LSN, no live state, no hints. The caller holds a lease on the LSN.
    /// </summary>
    public static Snapshot At(Lsn lsn) => new(lsn);

    /// <summary>The transaction whose own changes are seen; null for a historical snapshot.</summary>
    public Transaction? Owner { get; }

    public Lsn VisibleLsn { get; }

    /// <summary>Own commands below this one are seen.</summary>
    public uint CommandId { get; }

    /// <summary>Which state of the pages goes with it.</summary>
    public ReadPoint ReadPoint { get; }

    /// <summary>The same snapshot at a later command of its transaction.</summary>
    public Snapshot WithCommand(uint commandId) =>
        Owner is null ? this : new Snapshot(Owner, VisibleLsn, commandId);
}
