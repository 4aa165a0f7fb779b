using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Transactions.Serializable;

/// <summary>
/// Makes SERIALIZABLE true by serializable snapshot isolation (Cahill, Röhm, Fekete 2008; Ports, Grittner 2012): every cycle of dependencies among snapshot transactions has two read-write
/// conflicts in a row, T1 → T2 → T3, of which T3 commits first. Reads leave tags behind (rows, pages, relations), writers look for tags of others, readers for versions that they
/// do not see; where such a pair forms, one of its transactions fails with 40001. Thread-safe: one lock, which only serializable transactions take.
/// </summary>
/// <remarks>
/// Rows are tagged under the shared latch of their page, and writers look for tags under the exclusive one, so of a reader and a writer of a row one notices the other; with
/// index leaves it is the same. Who of the three fails is chosen as PostgreSQL chooses: the pivot T2 if it still can, so that a retry of the failed one finds the others gone.
/// A finished transaction is kept until everybody who ran beside it has finished too.
/// </remarks>
internal sealed class SerializableManager
{
    /// <summary>More tags of rows than this on one page become one of the page (PostgreSQL's max_pred_locks_per_page).</summary>
    private const int TuplesPerPageMax = 2;

    /// <summary>More tags of rows and pages than this of one relation become one of the relation (PostgreSQL's max_pred_locks_per_relation, by default half of max_pred_locks_per_transaction).</summary>
    private const int TagsPerRelationMax = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<PredicateTag, List<SerializableTransaction>> _readers = [];
    private readonly Dictionary<ulong, SerializableTransaction> _writers = [];
    private readonly List<SerializableTransaction> _active = [];
    private readonly Queue<SerializableTransaction> _finished = new();
    private volatile int _known;
    private ulong _lastNumber;

    /// <summary>No serializable transaction runs or is remembered: nothing to look for.</summary>
    public bool IsIdle => _known == 0;

    /// <summary>40001 with PostgreSQL's words.</summary>
    public static SqlException Error(string reason) => new(SqlState.SerializationFailure, "could not serialize access due to read/write dependencies among transactions")
    {
        Detail = $"Reason code: {reason}",
        Hint = "The transaction might succeed if retried.",
    };

    /// <summary>A transaction takes its snapshot, which <paramref name="publish"/> does. A read-only one beside which nobody writes is safe from the start.</summary>
    public ulong Begin(SerializableTransaction me, bool readOnly, Func<Transaction, ulong> publish, SerializableTransaction? source = null)
    {
        lock (_gate)
        {
            ulong lsn = publish(me.Transaction);
            me.Snapshot = new Lsn(lsn);
            // A snapshot that another one has exported is as old as that one.
            me.LastCommitBeforeSnapshot = source?.LastCommitBeforeSnapshot ?? _lastNumber;
            me.IsReadOnly = readOnly;
            if (readOnly)
            {
                foreach (SerializableTransaction other in _active)
                {
                    if (!other.IsReadOnly)
                        me.MayBeUnsafe.Add(other);
                }
                me.IsSafe = me.MayBeUnsafe.Count == 0;
            }
            if (!me.IsSafe)
            {
                _active.Add(me);
                _known++;
            }
            return lsn;
        }
    }

    /// <summary>Notes an id under which a transaction will write.</summary>
    public void AddXid(SerializableTransaction me, ulong xid)
    {
        lock (_gate)
        {
            me.Xids.Add(xid);
            _writers[xid] = me;
        }
    }

    /// <summary>What was written under an id was rolled back with its savepoint.</summary>
    public void RemoveXid(ulong xid)
    {
        lock (_gate)
            _writers.Remove(xid);
    }

    /// <summary>Whether a read-only transaction's snapshot is safe, unsafe, or it is not known yet (null).</summary>
    public bool? IsSafe(SerializableTransaction me)
    {
        lock (_gate)
            return me.IsSafe ? true : me.IsUnsafe ? false : null;
    }

    /// <summary>The sessions whose transactions decide whether a read-only one's snapshot is safe.</summary>
    public List<LockOwner> BlockersOf(SerializableTransaction me)
    {
        lock (_gate)
            return me.MayBeUnsafe.ConvertAll(static writer => writer.Transaction.Owner);
    }

    public void Read(SerializableTransaction me, PredicateTag tag)
    {
        lock (_gate)
        {
            if (!me.IsSafe)
                AddTag(me, tag);
        }
    }

    public void MeetWriter(SerializableTransaction me, ulong xid)
    {
        lock (_gate)
        {
            if (me.IsSafe)
                return;
            if (me.IsDoomed)
                throw Error("Canceled on identification as a pivot, during conflict out checking.");
            if (!_writers.TryGetValue(xid, out SerializableTransaction? writer) || writer == me || writer.IsDoomed)
                return;
            if (!writer.CommitLsn.IsZero && writer.CommitLsn <= me.Snapshot)
                return; // seen: the writer comes first
            // A reader that writes nothing appears to run first, unless the writer comes after somebody whom the reader sees.
            if (me.IsReadOnly && writer.IsCommitted && (writer.EarliestOutCommit == 0 || me.LastCommitBeforeSnapshot < writer.EarliestOutCommit))
                return;
            if (!me.Out.Contains(writer) && FindFailure(me, writer, me) is { } reason)
                throw Error(reason);
        }
    }

    public void Write(SerializableTransaction me, PredicateTag tag)
    {
        WriteLatched(me, tag);
        me.ThrowIfFailed();
    }

    public void WriteLatched(SerializableTransaction me, PredicateTag tag)
    {
        lock (_gate)
        {
            me.HasWritten = true;
            if (me.IsDoomed)
            {
                me.Failure ??= "Canceled on identification as a pivot, during conflict in checking.";
                return;
            }
            if (!tag.IsRelation && !tag.IsPage)
                WriteTagged(me, tag);
            if (!tag.IsRelation)
                WriteTagged(me, tag.OfPage);
            WriteTagged(me, tag.OfRelation);
        }
    }

    /// <summary>A leaf was split: who read it has read both. Called with both latched exclusively.</summary>
    public void SplitPage(ulong storage, uint left, uint right)
    {
        if (!IsIdle)
            CopyTags(PredicateTag.Page(storage, left), PredicateTag.Page(storage, right));
    }

    /// <summary>An empty leaf was taken out of its index: its right neighbour covers its keys. Called with both latched exclusively.</summary>
    public void CombinePages(ulong storage, uint gone, uint right)
    {
        if (!IsIdle)
            CopyTags(PredicateTag.Page(storage, gone), PredicateTag.Page(storage, right));
    }

    /// <summary>A transaction is about to commit, and from here on can't be made to fail. Throws 40001.</summary>
    public void Prepare(SerializableTransaction me)
    {
        lock (_gate)
        {
            if (me.IsSafe || me.IsPrepared)
                return;
            if (me.IsDoomed)
                throw Error("Canceled on identification as a pivot, during commit attempt.");
            foreach (SerializableTransaction pivot in me.In)
            {
                if (pivot.IsCommitted || pivot.IsDoomed)
                    continue;
                foreach (SerializableTransaction first in pivot.In)
                {
                    if (first != me && (first.IsCommitted || first.IsReadOnly || first.IsDoomed))
                        continue;
                    // Committing completes first → pivot → me. The pivot fails rather than we, so that a retry makes progress.
                    if (pivot.IsPrepared)
                        throw Error("Canceled on commit attempt with conflict in from prepared pivot.");
                    pivot.IsDoomed = true;
                    break;
                }
            }
            me.PrepareNumber = ++_lastNumber;
        }
    }

    /// <summary>The commit record of a prepared transaction has an LSN.</summary>
    public void SetCommitLsn(SerializableTransaction me, Lsn lsn)
    {
        lock (_gate)
            me.CommitLsn = lsn;
    }

    /// <summary>A transaction is over: its commit is visible, or it was rolled back.</summary>
    public void End(SerializableTransaction me, bool committed)
    {
        lock (_gate)
        {
            if (!_active.Remove(me))
            {
                foreach (ulong xid in me.Xids)
                    _writers.Remove(xid); // it wrote without ever having looked
                return;
            }
            me.EndNumber = ++_lastNumber;
            if (committed)
            {
                me.IsCommitted = true;
                me.IsReadOnly |= !me.HasWritten;
            }
            else
            {
                me.IsDoomed = true;
            }
            EndConflicts(me, committed);
            EndPossiblyUnsafe(me, committed);
            me.MayBeUnsafe.Clear();
            if (committed)
                _finished.Enqueue(me);
            else
                Forget(me);
            ForgetFinished();
        }
    }

    private void WriteTagged(SerializableTransaction me, PredicateTag tag)
    {
        if (!_readers.TryGetValue(tag, out List<SerializableTransaction>? readers))
            return;
        foreach (SerializableTransaction reader in readers)
        {
            bool concurrent = !reader.IsCommitted || reader.EndNumber > me.LastCommitBeforeSnapshot;
            if (reader == me || reader.IsDoomed || !concurrent || reader.Out.Contains(me))
                continue;
            if (FindFailure(reader, me, me) is { } reason)
            {
                me.Failure ??= reason;
                return;
            }
        }
    }

    /// <summary>
    /// <paramref name="reader"/> did not see what <paramref name="writer"/> wrote; one of them is <paramref name="me"/>. Notes it, unless a dangerous structure comes of it: then the writer is
    /// doomed if it still can be and is not we; otherwise the reason is returned for which we must fail.
    /// </summary>
    private static string? FindFailure(SerializableTransaction reader, SerializableTransaction writer, SerializableTransaction me)
    {
        if (IsDangerous(reader, writer))
        {
            if (writer == me)
                return "Canceled on identification as a pivot, during write.";
            if (writer.IsPrepared)
                return $"Canceled on conflict out to pivot {writer.Xids[0]}, during read.";
            writer.IsDoomed = true;
        }
        reader.Out.Add(writer);
        writer.In.Add(reader);
        return null;
    }

    private static bool IsDangerous(SerializableTransaction reader, SerializableTransaction writer)
    {
        // reader → writer → somebody who committed before the writer did.
        if (writer.IsCommitted && writer.EarliestOutCommit != 0)
            return true;
        foreach (SerializableTransaction last in writer.Out)
        {
            if (last.IsPrepared && (!reader.IsCommitted || last.PrepareNumber <= reader.EndNumber) && (!writer.IsCommitted || last.PrepareNumber <= writer.EndNumber)
                && (!reader.IsReadOnly || last.PrepareNumber <= reader.LastCommitBeforeSnapshot))
                return true;
        }
        // somebody → reader → writer, who commits first.
        if (!writer.IsPrepared || reader.IsReadOnly)
            return false;
        foreach (SerializableTransaction first in reader.In)
        {
            if (!first.IsDoomed && (!first.IsCommitted || first.EndNumber >= writer.PrepareNumber) && (!first.IsReadOnly || first.LastCommitBeforeSnapshot >= writer.PrepareNumber))
                return true;
        }
        return false;
    }

    private static void EndConflicts(SerializableTransaction me, bool committed)
    {
        for (int i = me.Out.Count - 1; i >= 0; i--)
        {
            SerializableTransaction writer = me.Out[i];
            if (committed && !me.IsReadOnly && writer.IsCommitted && (me.EarliestOutCommit == 0 || writer.PrepareNumber < me.EarliestOutCommit))
                me.EarliestOutCommit = writer.PrepareNumber;
            if (committed && !writer.IsCommitted)
                continue;
            me.Out.RemoveAt(i);
            writer.In.Remove(me);
        }
        for (int i = me.In.Count - 1; i >= 0; i--)
        {
            SerializableTransaction reader = me.In[i];
            if (committed && !reader.IsCommitted && !reader.IsReadOnly)
                continue;
            me.In.RemoveAt(i);
            reader.Out.Remove(me);
        }
    }

    /// <summary>Read-only transactions that watched a writer learn what became of it.</summary>
    private void EndPossiblyUnsafe(SerializableTransaction writer, bool committed)
    {
        foreach (SerializableTransaction reader in _active.ToArray())
        {
            if (!reader.MayBeUnsafe.Remove(writer))
                continue;
            if (committed && writer.EarliestOutCommit != 0 && writer.EarliestOutCommit <= reader.LastCommitBeforeSnapshot)
            {
                reader.IsUnsafe = true;
                reader.MayBeUnsafe.Clear();
            }
            else if (reader.MayBeUnsafe.Count == 0 && !reader.IsUnsafe)
            {
                reader.IsSafe = true;
                EndConflicts(reader, committed: false);
                _active.Remove(reader);
                Forget(reader);
            }
            reader.Transaction.SignalSnapshotWait();
        }
    }

    private void ForgetFinished()
    {
        ulong oldest = ulong.MaxValue;
        foreach (SerializableTransaction running in _active)
            oldest = Math.Min(oldest, running.LastCommitBeforeSnapshot);
        while (_finished.TryPeek(out SerializableTransaction? first) && first.EndNumber <= oldest)
            Forget(_finished.Dequeue());
    }

    private void Forget(SerializableTransaction me)
    {
        foreach (PredicateTag tag in me.Tags)
            RemoveReader(tag, me);
        me.Tags.Clear();
        me.Children.Clear();
        foreach (ulong xid in me.Xids)
            _writers.Remove(xid);
        foreach (SerializableTransaction writer in me.Out)
            writer.In.Remove(me);
        foreach (SerializableTransaction reader in me.In)
            reader.Out.Remove(me);
        me.Out.Clear();
        me.In.Clear();
        _known--;
    }

    private void AddTag(SerializableTransaction me, PredicateTag tag)
    {
        if (me.Tags.Contains(tag) || me.Tags.Contains(tag.OfRelation) || (!tag.IsPage && me.Tags.Contains(tag.OfPage)))
            return;
        if (!tag.IsRelation && !tag.IsPage && Count(me, tag.OfPage) >= TuplesPerPageMax)
            tag = tag.OfPage;
        if (!tag.IsRelation && Count(me, tag.OfRelation) >= TagsPerRelationMax)
            tag = tag.OfRelation;
        if (tag.IsRelation || tag.IsPage)
            RemoveFiner(me, tag);
        me.Tags.Add(tag);
        AddReader(tag, me);
        Adjust(me, tag, 1);
    }

    private static int Count(SerializableTransaction me, PredicateTag parent) => me.Children.GetValueOrDefault(parent);

    private static void Adjust(SerializableTransaction me, PredicateTag tag, int by)
    {
        if (tag.IsRelation)
            return;
        if (!tag.IsPage)
            me.Children[tag.OfPage] = Count(me, tag.OfPage) + by;
        me.Children[tag.OfRelation] = Count(me, tag.OfRelation) + by;
    }

    private void RemoveFiner(SerializableTransaction me, PredicateTag tag)
    {
        if (Count(me, tag) == 0)
            return;
        foreach (PredicateTag finer in me.Tags.Where(other => other != tag && (tag.IsRelation ? other.Storage == tag.Storage : other.OfPage == tag)).ToArray())
        {
            me.Tags.Remove(finer);
            RemoveReader(finer, me);
            Adjust(me, finer, -1);
        }
    }

    private void CopyTags(PredicateTag from, PredicateTag to)
    {
        lock (_gate)
        {
            if (!_readers.TryGetValue(from, out List<SerializableTransaction>? readers))
                return;
            foreach (SerializableTransaction reader in readers.ToArray())
                AddTag(reader, to);
        }
    }

    private void AddReader(PredicateTag tag, SerializableTransaction me)
    {
        if (!_readers.TryGetValue(tag, out List<SerializableTransaction>? readers))
            _readers.Add(tag, readers = []);
        readers.Add(me);
    }

    private void RemoveReader(PredicateTag tag, SerializableTransaction me)
    {
        if (_readers.TryGetValue(tag, out List<SerializableTransaction>? readers) && readers.Remove(me) && readers.Count == 0)
            _readers.Remove(tag);
    }
}
