using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Execution.Modify;

/// <summary>What ON CONFLICT decided for a proposed row.</summary>
internal enum ConflictOutcome
{
    /// <summary>There is no conflict: insert.</summary>
    None,

    /// <summary>Leave the existing row alone.</summary>
    Skip,

    /// <summary>The existing row was updated.</summary>
    Updated,

    /// <summary>The existing row changed meanwhile: look again.</summary>
    Retry,
}

/// <summary>
/// ON CONFLICT: looks for a live row with the proposed row's key in the deciding indexes, and for DO UPDATE locks and changes it.
/// Expressions are over a batch with the existing row's columns, then the proposed ones', by attribute. Not thread-safe.
/// </summary>
internal sealed class ConflictHandler(
    ExecutionState state, TargetIndex[] arbiters, bool isUpdate, RowDecoder decoder, SqlType?[] types, TargetRow newRow, TargetRow oldRow,
    (short Attribute, ExpressionInstance Value)[] assignments, ExpressionInstance? where) : IDisposable
{
    private readonly Batch _existing = new([.. types.Select(type => type ?? SqlType.Int4)]);
    private readonly Batch _both = new(new Vector[types.Length * 2]);
    private readonly ErrorSink _errors = new();
    private readonly bool[] _changed = new bool[types.Length];
    private HeapFetch _fetch;

    /// <summary>The row that was updated last, as it was; at position 0.</summary>
    public TargetRow OldRow => oldRow;

    /// <summary>By attribute number - 1, whether the last update changed it.</summary>
    public ReadOnlySpan<bool> Changed => _changed;

    /// <summary>True when the index decides about conflicts.</summary>
    public bool IsArbiter(TargetIndex index) => Array.IndexOf(arbiters, index) >= 0;

    /// <summary>Decides for the row at a position of the target.</summary>
    public ConflictOutcome Resolve(ModifyTarget target, int position, out TargetRow? updated, out Tid tid)
    {
        updated = null;
        tid = default;
        foreach (TargetIndex index in arbiters)
        {
            Tid existing = index.FindConflict(state, target.Heap, target.Row, position, _errors);
            if (existing.IsNone)
                continue;
            if (state.Transaction.Isolation >= IsolationLevel.RepeatableRead)
                CheckVisible(target, existing);
            if (!isUpdate)
                return ConflictOutcome.Skip;
            updated = newRow;
            return Update(target, position, existing, out tid);
        }

        return ConflictOutcome.None;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _existing.Dispose();
        newRow.Dispose();
        oldRow.Dispose();
        where?.Dispose();
        foreach ((short _, ExpressionInstance value) in assignments)
            value.Dispose();
    }

    private ConflictOutcome Update(ModifyTarget target, int position, Tid existing, out Tid tid)
    {
        tid = default;
        Transaction transaction = state.Transaction;
        Snapshot snapshot = state.Snapshot.WithCommand(transaction.CommandId);
        HeapResult locked = target.Heap.LockRow(
            transaction, snapshot, existing, RowLockMode.Update, WaitPolicy.Block, out _, state.Cancellation);
        switch (locked)
        {
            case HeapResult.Ok:
                break;
            case HeapResult.Invisible or HeapResult.SelfModified:
                throw new SqlException(SqlState.CardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time")
                {
                    Hint = "Ensure that no rows proposed for insertion within the same command have duplicate constrained values.",
                };
            default:
                return ConflictOutcome.Retry;
        }

        if (!Load(target, existing))
            return ConflictOutcome.Retry;
        Combine(target, position);
        if (where is not null && !IsTrue(where))
            return ConflictOutcome.Skip;
        var values = new Vector[assignments.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = assignments[i].Value.Evaluate(state.Evaluation, _both, new Selection(1), _errors);
            _errors.ThrowIfAny();
        }

        newRow.Show(_existing, [.. Enumerable.Range(0, types.Length)]);
        oldRow.Show(_existing, [.. Enumerable.Range(0, types.Length)]);
        Array.Clear(_changed);
        for (int i = 0; i < values.Length; i++)
        {
            int attribute = assignments[i].Attribute - 1;
            newRow.Batch.Columns[attribute] = values[i];
            _changed[attribute] = !ValueEquality.AreSame(_existing[attribute], 0, values[i], 0);
        }

        TargetRow proposed = target.Row;
        HeapResult result = target.UpdateWith(newRow, existing, _changed, snapshot, out HeapUpdateOutcome outcome);
        Invariant.Check(ReferenceEquals(proposed, target.Row));
        if (result != HeapResult.Ok)
            return ConflictOutcome.Retry;
        tid = outcome.Tid;
        return ConflictOutcome.Updated;
    }

    /// <summary>Above READ COMMITTED a row decides only if the snapshot sees it or the transaction made it itself. Throws 40001.</summary>
    private void CheckVisible(ModifyTarget target, Tid existing)
    {
        bool counts = _fetch.FetchExact(target.Heap, existing, state.Snapshot, state.Cancellation)
            || (_fetch.FetchVersion(target.Heap, existing, state.Cancellation) && state.Transaction.IsOwn(HeapRow.GetXmin(_fetch.Row.Bytes)));
        _fetch.Release();
        if (!counts)
            throw new SqlException(SqlState.SerializationFailure, "could not serialize access due to concurrent update");
    }

    private bool Load(ModifyTarget target, Tid tid)
    {
        _existing.Reset(1);
        try
        {
            if (!_fetch.FetchVersion(target.Heap, tid, state.Cancellation))
                return false;
            decoder.Decode(_fetch.Row, _existing, 0, new Detoast(target.Heap, ReadPoint.Live, state.Cancellation));
            _existing.SetCount(1);
            return true;
        }
        finally
        {
            _fetch.Release();
        }
    }

    private readonly List<Vector> _proposed = [];

    private void Combine(ModifyTarget target, int position)
    {
        while (_proposed.Count < types.Length)
            _proposed.Add(new Vector(types[_proposed.Count] ?? SqlType.Int4));
        for (int i = 0; i < types.Length; i++)
        {
            _both.Columns[i] = _existing[i];
            _proposed[i].ResetConstant();
            _proposed[i].CopyRow(target.Row.Batch[i], position, 0);
            _both.Columns[types.Length + i] = _proposed[i];
        }

        _both.SetCount(1);
    }

    private bool IsTrue(ExpressionInstance condition)
    {
        Selection passed = condition.Filter(state.Evaluation, _both, new Selection(1), _errors);
        _errors.ThrowIfAny();
        return passed.Count == 1;
    }
}
