using Strata.Engine.Catalog;
using Strata.Engine.Execution.BlockSummaries;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Transactions;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Modify;

/// <summary>A GIN, GiST, SP-GiST or BRIN index of a table that is being modified. Not thread-safe.</summary>
internal sealed class EntryTarget : IDisposable
{
    private readonly BTreeIndex _tree;
    private readonly IndexKeyBuilder _keys;
    private readonly RowEntries? _entries;
    private readonly SummaryWriter? _summaries;
    private readonly ExclusionPlan? _exclusion;
    private ExclusionCheck? _check;

    public EntryTarget(IndexInfo index, BTreeIndex tree, IndexKeyBuilder keys, ExclusionPlan? exclusion)
    {
        _tree = tree;
        _keys = keys;
        _exclusion = exclusion;
        if (index.Method == IndexMethod.Brin)
            _summaries = new SummaryWriter(index, tree, keys);
        else
            _entries = new RowEntries(index, keys);
    }

    /// <summary>
    /// Adds the entries of a row that belongs into the index. Returns false when an exclusion constraint forbids it and <paramref name="raise"/> is not set; raises 23P01 otherwise. Waits for
    /// transactions that decide it.
    /// </summary>
    public bool Insert(ExecutionState state, Batch row, int position, Tid tid, bool raise, ErrorSink errors)
    {
        ulong xid = state.Transaction.EnsureXid(state.Cancellation);
        if (_summaries is not null)
        {
            _summaries.Insert(state.Evaluation, row, position, tid, xid, state.Transaction.Serializable, errors, state.Cancellation);
            return true;
        }

        _entries!.Build(state.Evaluation, row, position, errors);
        if (_exclusion is null || !Check(state).TakeKeys(state.Evaluation, _keys, row, position, errors))
        {
            Store(state, xid, tid);
            return true;
        }

        ExclusionCheck check = _check!;
        if (!_exclusion.Index.IsImmediate)
        {
            Store(state, xid, tid);
            state.Transaction.Deferred.AddExclusion(_exclusion, check.SaveKeys(), tid, state.Evaluation.Functions);
            return true;
        }

        while (true)
        {
            ulong waitXid;
            lock (check.Lock)
            {
                if (check.FindConflict(state.Evaluation, state.Transaction, tid, out waitXid, state.Cancellation).IsNone)
                {
                    Store(state, xid, tid);
                    return true;
                }
            }

            if (waitXid != 0)
                state.Services.Storage.Transactions.Locks.WaitForXid(state.Transaction.Owner, waitXid, state.Cancellation);
            else if (raise)
                throw check.Violation(state.Evaluation);
            else
                return false;
        }
    }

    /// <summary>The live row that an exclusion constraint forbids a proposed row beside; none when there is none. Waits for transactions that decide it.</summary>
    public Tid FindConflict(ExecutionState state, Batch row, int position, ErrorSink errors)
    {
        if (_exclusion is null || !Check(state).TakeKeys(state.Evaluation, _keys, row, position, errors))
            return default;
        while (true)
        {
            Tid found = _check!.FindConflict(state.Evaluation, state.Transaction, default, out ulong waitXid, state.Cancellation);
            if (waitXid == 0)
                return found;
            state.Services.Storage.Transactions.Locks.WaitForXid(state.Transaction.Owner, waitXid, state.Cancellation);
        }
    }

    public void Dispose() => _check?.Dispose();

    private ExclusionCheck Check(ExecutionState state) => _check ??= new ExclusionCheck(_exclusion!, state.Services);

    private void Store(ExecutionState state, ulong xid, Tid tid)
    {
        EntryList entries = _entries!.Entries;
        for (int i = 0; i < entries.Count; i++)
            _tree.Insert(xid, entries[i], tid, state.Transaction.Serializable, state.Cancellation);
    }
}
