using System.Buffers.Binary;
using Strata.Engine.Storage;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Transactions;

/// <summary>
/// Two-phase commit. The state of a prepared transaction is rows of a heap of its own (<see cref="StorageId"/>), written and committed by another transaction: when that is durable, so is all that
/// the prepared one wrote before. COMMIT PREPARED deletes the rows under the prepared transaction's own id and commits that, so one record makes it committed and forgotten; ROLLBACK PREPARED
/// deletes them in a transaction of its own and then rolls back. A new life of the compute reads the heap before it looks at any other row, and gives the ids in it back to transactions that run.
/// Thread-safe.
/// </summary>
/// <remarks>A row's body: u64 transaction id, i32 part, i32 parts, then that part of a <see cref="PreparedState"/>, so that millions of row locks have room.</remarks>
internal sealed class PreparedTransactions(StorageContext storage)
{
    /// <summary>Storage of the heap, among those of the shared catalogs; PostgreSQL has no catalog of this OID.</summary>
    private const ulong StorageId = 9990;

    private const int PartBytes = 6000;
    private const int PartHeaderBytes = 16;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, PreparedTransaction> _byGid = new(StringComparer.Ordinal);
    private readonly HashSet<string> _preparing = new(StringComparer.Ordinal);

    private TransactionManager Manager => storage.Transactions;

    private HeapRelation Heap => new(storage, database: 0, StorageId);

    /// <summary>All prepared transactions.</summary>
    public IReadOnlyList<PreparedTransaction> All
    {
        get
        {
            lock (_gate)
                return [.. _byGid.Values];
        }
    }

    /// <summary>Brings back what earlier lives prepared and nobody ended. Before anything else is read: a row of theirs would be taken for an aborted one's.</summary>
    public void Recover(CancellationToken cancellation)
    {
        var parts = new Dictionary<Tid, byte[]>();
        Transaction reader = Manager.Begin();
        try
        {
            var scan = new HeapScan();
            scan.Open(Heap, reader.TakeSnapshot(), cancellation: cancellation);
            while (scan.NextPage(out ReadOnlySpan<HeapRowPointer> rows, cancellation))
                foreach (HeapRowPointer row in rows)
                    parts.Add(row.Tid, HeapRow.GetBody(row.Bytes).ToArray());
            scan.Close();
        }
        finally
        {
            Manager.Abort(reader);
        }

        List<PreparedTransaction> found = [.. Assemble(parts).Select(item => new PreparedTransaction(item.State, Manager.BeginRecovered(item.State), item.Rows, isRecovered: true))];
        foreach ((ulong xid, Transaction owner) in found.SelectMany(static item => item.State.Xids.Select(xid => (xid, item.Transaction))).OrderBy(static pair => pair.xid))
            Manager.AddRecoveredXid(xid, owner);
        foreach (PreparedTransaction prepared in found)
        {
            Manager.Locks.Restore(prepared.Transaction.Owner, prepared.State.Locks, prepared.State.RowLocks, cancellation);
            _byGid.Add(prepared.State.Gid, prepared);
        }
    }

    /// <summary>
    /// PREPARE TRANSACTION: when it returns, the transaction has left its session and survives the compute. Throws 42710 when the name is taken, 53200 beyond <paramref name="max"/>, 40001; the transaction is
    /// the caller's to roll back then.
    /// </summary>
    public void Prepare(Transaction transaction, string gid, uint role, uint database, int max, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_byGid.ContainsKey(gid) || _preparing.Contains(gid))
                throw new SqlException(SqlState.DuplicateObject, $"transaction identifier \"{gid}\" is already in use");
            if (_byGid.Count + _preparing.Count >= max)
            {
                throw new SqlException(SqlState.OutOfMemory, "maximum number of prepared transactions reached")
                {
                    Hint = $"Increase max_prepared_transactions (currently {max}).",
                };
            }

            _preparing.Add(gid);
        }

        try
        {
            transaction.EnsureXid(cancellation);
            Manager.PrepareSerializable(transaction);
            PreparedState state = transaction.Describe(gid, role, database, Manager.Now());
            List<Tid> rows = Store(state, cancellation);
            var prepared = new PreparedTransaction(state, Manager.Detach(transaction), rows, isRecovered: false);
            lock (_gate)
                _byGid.Add(gid, prepared);
        }
        finally
        {
            lock (_gate)
                _preparing.Remove(gid);
        }
    }

    /// <summary>
    /// The prepared transaction of a name, for who ends it: pass it to <see cref="Commit"/> or <see cref="RollBack"/>. Throws 42704, 42501, 0A000, 55000.
    /// </summary>
    public PreparedTransaction Take(string gid, uint role, bool isSuperuser, uint database)
    {
        lock (_gate)
        {
            if (!_byGid.TryGetValue(gid, out PreparedTransaction? prepared))
                throw new SqlException(SqlState.UndefinedObject, $"prepared transaction with identifier \"{gid}\" does not exist");
            if (prepared.IsEnding)
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"prepared transaction with identifier \"{gid}\" is busy");
            if (!isSuperuser && prepared.State.Role != role)
            {
                throw new SqlException(SqlState.InsufficientPrivilege, "permission denied to finish prepared transaction")
                {
                    Hint = "Must be superuser or the user that prepared the transaction.",
                };
            }

            if (prepared.State.Database != database)
            {
                throw new SqlException(SqlState.FeatureNotSupported, "prepared transaction belongs to another database")
                {
                    Hint = "Connect to the database where the transaction was prepared to finish it.",
                };
            }

            prepared.IsEnding = true;
            return prepared;
        }
    }

    /// <summary>COMMIT PREPARED. Once the commit is in the log, its wait is not cancelled: only the loss of the term ends it, with 08007.</summary>
    public void Commit(PreparedTransaction prepared, CancellationToken cancellation)
    {
        Transaction transaction = prepared.Transaction;
        LockOwner owner = transaction.Owner;
        try
        {
            Delete(prepared, transaction, cancellation);
        }
        catch
        {
            lock (_gate)
                prepared.IsEnding = false;
            throw;
        }

        lock (_gate)
            _byGid.Remove(prepared.State.Gid);
        try
        {
            Manager.Commit(transaction, CancellationToken.None);
        }
        finally
        {
            Manager.CloseOwner(owner);
        }
    }

    /// <summary>ROLLBACK PREPARED.</summary>
    public void RollBack(PreparedTransaction prepared, CancellationToken cancellation)
    {
        Transaction remover = Manager.Begin();
        try
        {
            Delete(prepared, remover, cancellation);
            Manager.Commit(remover, cancellation);
        }
        catch
        {
            if (remover.State == TransactionState.Active)
                Manager.Abort(remover);
            lock (_gate)
                prepared.IsEnding = false;
            throw;
        }

        lock (_gate)
            _byGid.Remove(prepared.State.Gid);

        LockOwner owner = prepared.Transaction.Owner;
        Manager.Abort(prepared.Transaction);
        Manager.CloseOwner(owner);
    }

    private List<Tid> Store(PreparedState state, CancellationToken cancellation)
    {
        HeapRelation.EnsureStorage(storage, database: 0, StorageId, cancellation);
        byte[] bytes = state.Encode();
        int parts = (bytes.Length + PartBytes - 1) / PartBytes;
        var rows = new List<Tid>(parts);
        byte[] body = new byte[PartHeaderBytes + PartBytes];
        Transaction writer = Manager.Begin();
        try
        {
            for (int part = 0; part < parts; part++)
            {
                ReadOnlySpan<byte> own = bytes.AsSpan(part * PartBytes, Math.Min(PartBytes, bytes.Length - (part * PartBytes)));
                BinaryPrimitives.WriteUInt64LittleEndian(body, state.Xids[0]);
                BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(8), part);
                BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(12), parts);
                own.CopyTo(body.AsSpan(PartHeaderBytes));
                rows.Add(Heap.Insert(writer, new RowImage(body.AsSpan(0, PartHeaderBytes + own.Length), RowFlags.None, layoutVersion: 0, columnCount: 0), cancellation));
            }

            Manager.Commit(writer, cancellation);
            return rows;
        }
        catch
        {
            if (writer.State == TransactionState.Active)
                Manager.Abort(writer);
            throw;
        }
    }

    private void Delete(PreparedTransaction prepared, Transaction transaction, CancellationToken cancellation)
    {
        foreach (Tid row in prepared.Rows)
        {
            HeapResult result = Heap.Delete(transaction, transaction.TakeFreshSnapshot(), row, out _, cancellation);
            // A commit that failed before its record was written may have deleted it already.
            Invariant.Check(result is HeapResult.Ok or HeapResult.SelfModified or HeapResult.Invisible);
        }
    }

    private static IEnumerable<(PreparedState State, IReadOnlyList<Tid> Rows)> Assemble(Dictionary<Tid, byte[]> parts)
    {
        foreach (IGrouping<ulong, KeyValuePair<Tid, byte[]>> group in parts.GroupBy(static part => BinaryPrimitives.ReadUInt64LittleEndian(part.Value)))
        {
            KeyValuePair<Tid, byte[]>[] ordered = [.. group.OrderBy(static part => BinaryPrimitives.ReadInt32LittleEndian(part.Value.AsSpan(8)))];
            Invariant.Check(BinaryPrimitives.ReadInt32LittleEndian(ordered[0].Value.AsSpan(12)) == ordered.Length);
            yield return (PreparedState.Decode([.. ordered.SelectMany(static part => part.Value[PartHeaderBytes..])]), Array.ConvertAll(ordered, static part => part.Key));
        }
    }
}
