using Strata.Format;

namespace Strata.Engine.Transactions.Serializable;

/// <summary>
/// A transaction as the conflict graph of SERIALIZABLE knows it. It outlives its transaction for as long as others run that overlapped with it. All state under the lock of
/// <see cref="SerializableManager"/>, but what only the session's own thread touches is marked.
/// </summary>
internal sealed class SerializableTransaction(SerializableManager manager, Transaction running)
{
    /// <summary>What it read.</summary>
    public readonly HashSet<PredicateTag> Tags = [];

    /// <summary>How many tags it has below each page and each relation: the reason to take one coarser tag instead.</summary>
    public readonly Dictionary<PredicateTag, int> Children = [];

    /// <summary>Transactions that read what this one wrote and did not see it: they come before it.</summary>
    public readonly List<SerializableTransaction> In = [];

    /// <summary>Transactions that wrote what this one read, and that it did not see: they come after it.</summary>
    public readonly List<SerializableTransaction> Out = [];

    /// <summary>Transaction ids under which it wrote.</summary>
    public readonly List<ulong> Xids = [];

    /// <summary>Read-write transactions that ran when this read-only one took its snapshot and have not ended yet; when none is left, and none was dangerous, it is safe.</summary>
    public readonly List<SerializableTransaction> MayBeUnsafe = [];

    /// <summary>Session's thread. Zero before the first statement.</summary>
    public Lsn Snapshot;

    /// <summary>LSN of its commit record; zero before.</summary>
    public Lsn CommitLsn;

    /// <summary>Commits so far when it took its snapshot.</summary>
    public ulong LastCommitBeforeSnapshot;

    /// <summary>Its place in the order of those that are about to commit; 0 before.</summary>
    public ulong PrepareNumber;

    /// <summary>Its place in the order of commits and ends; 0 before.</summary>
    public ulong EndNumber;

    /// <summary>The earliest place of a transaction that it has a conflict out to and that committed before it; 0 for none.</summary>
    public ulong EarliestOutCommit;

    public bool IsCommitted;
    public bool IsDoomed;
    public bool IsReadOnly;
    public bool HasWritten;

    /// <summary>Read-only, and nothing that ran beside it can make its snapshot an anomaly: it need not be watched.</summary>
    public bool IsSafe;

    /// <summary>Read-only, and something that ran beside it did make it one that must be watched.</summary>
    public bool IsUnsafe;

    /// <summary>Why it must fail, found where nothing could be thrown. Session's thread.</summary>
    public string? Failure;

    public bool IsPrepared => PrepareNumber != 0;

    /// <summary>The transaction while it runs; another one from PREPARE TRANSACTION on.</summary>
    public Transaction Transaction { get; set; } = running;

    /// <summary>It looks at all of a heap or an index.</summary>
    public void ReadRelation(ulong storage) => manager.Read(this, PredicateTag.Relation(storage));

    /// <summary>It looks at a page: a leaf of an index, or a heap page of which it knows without looking that all sees it.</summary>
    public void ReadPage(ulong storage, uint block) => manager.Read(this, PredicateTag.Page(storage, block));

    /// <summary>It read a row version.</summary>
    public void ReadTuple(ulong storage, Tid tid) => manager.Read(this, PredicateTag.Tuple(storage, tid));

    /// <summary>It met something written under an id that its snapshot may not see. Throws 40001.</summary>
    public void MeetWriter(ulong xid) => manager.MeetWriter(this, xid);

    /// <summary>It is about to insert a row somewhere in a heap. Throws 40001.</summary>
    public void Write(ulong storage) => manager.Write(this, PredicateTag.Relation(storage));

    /// <summary>It is about to change or delete a row version. Throws 40001.</summary>
    public void Write(ulong storage, Tid tid) => manager.Write(this, PredicateTag.Tuple(storage, tid));

    /// <summary>It is about to insert into a leaf of an index, which is latched: instead of throwing it notes a <see cref="Failure"/>.</summary>
    public void WriteLatched(ulong storage, uint block) => manager.WriteLatched(this, PredicateTag.Page(storage, block));

    /// <summary>Throws 40001 when a <see cref="Failure"/> was noted.</summary>
    public void ThrowIfFailed()
    {
        if (Failure is { } reason)
            throw SerializableManager.Error(reason);
    }
}
