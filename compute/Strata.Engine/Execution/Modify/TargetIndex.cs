using Strata.Engine.Catalog;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Modify;

/// <summary>An index of a table that is being modified. Not thread-safe.</summary>
internal sealed class TargetIndex(IndexInfo info, BTreeIndex index, IndexKeyBuilder keys, ExclusionPlan? exclusion = null) : IDisposable
{
    /// <summary>Fewer rows than this go one by one.</summary>
    private const int ManyMin = 4;

    /// <summary>Most entries that wait.</summary>
    private const int DeferredMax = 4096;

    private readonly List<int> _undecided = [];
    private BTreeEntryBatch? _batch;
    private readonly EntryTarget? _entries = info.Method.HasKeys() ? null : new EntryTarget(info, index, keys, exclusion);

    /// <summary>The index.</summary>
    public IndexInfo Info { get; } = info;

    /// <summary>The B-tree.</summary>
    public BTreeIndex Index { get; } = index;

    /// <summary>Builds its keys from rows.</summary>
    public IndexKeyBuilder Keys { get; } = keys;

    /// <summary>
    /// Adds the entry of a row. Returns false when the key is taken and <paramref name="raise"/> is not set; raises 23505 otherwise. Waits for
    /// transactions that decide it.
    /// </summary>
    public bool Insert(ExecutionState state, HeapRelation heap, TargetRow row, int position, Tid tid, bool raise, ErrorSink errors)
    {
        // It is being built beside writers, who only keep heap-only chains from breaking for it, or on its way out.
        if (!Info.IsReady)
            return true;
        EvaluationContext context = state.Evaluation;
        // What waits may have the key too.
        Flush(state);
        if (!Keys.Includes(context, row.Batch, position, errors))
            return true;
        if (_entries is not null)
            return _entries.Insert(state, row.Batch, position, tid, raise, errors);
        ReadOnlySpan<byte> key = Keys.Build(context, row.Batch, position, errors);
        Transaction transaction = state.Transaction;
        ulong xid = transaction.EnsureXid(state.Cancellation);
        if (!(Info.IsUnique || Info.IsExclusion) || (Keys.HasNull && !Info.NullsNotDistinct))
        {
            Index.Insert(xid, key, tid, transaction.Serializable, state.Cancellation);
            return true;
        }

        if (!Info.IsImmediate)
        {
            Index.Insert(xid, key, tid, transaction.Serializable, state.Cancellation);
            if (Array.Find(row.Relation.Constraints, c => c.IndexOid == Info.Oid) is { } constraint && HasOthers(key, state))
                transaction.Deferred.AddUnique(constraint, row.Relation, Info, key, Duplicate(state, row, position));
            return true;
        }

        while (true)
        {
            var check = new HeapUniqueCheck(heap, transaction, state.Cancellation);
            UniqueInsertResult result = Index.InsertUnique(xid, key, tid, ref check, transaction.Serializable, state.Cancellation);
            switch (result.Outcome)
            {
                case UniqueVerdict.Dead:
                    return true;
                case UniqueVerdict.InProgress:
                    state.Services.Storage.Transactions.Locks.WaitForXid(transaction.Owner, result.WaitXid, state.Cancellation);
                    break;
                default:
                    if (!raise)
                        return false;
                    throw Duplicate(state, row, position);
            }
        }
    }

    /// <summary>
    /// Adds the entries of rows, in the order of their keys and a leaf at a time. Returns the error of the first row that it refuses, because its key is taken (by a row before it too) or can't be built, with its
    /// index in <paramref name="refused"/>; all rows before it are in. Waits for transactions that decide it.
    /// </summary>
    public SqlException? InsertMany(ExecutionState state, HeapRelation heap, TargetRow row, Selection rows, ReadOnlySpan<Tid> tids, ErrorSink errors, out int refused)
    {
        refused = tids.Length;
        if (!Info.IsReady)
            return null;
        bool isJudged = _entries is not null || Info.IsExclusion || (Info.IsUnique && !Info.IsImmediate);
        if (tids.Length < ManyMin || isJudged)
            return InsertEach(state, heap, row, rows, tids, errors, ref refused);
        _undecided.Clear();
        BTreeEntryBatch entries = _batch ??= new BTreeEntryBatch();
        entries.Clear();
        SqlException? error = BuildMany(state, row, rows, tids, entries, errors, ref refused);
        Transaction transaction = state.Transaction;
        entries.Sort();
        Index.InsertMany(transaction.EnsureXid(state.Cancellation), entries, Info.IsUnique, _undecided, transaction.Serializable, state.Cancellation);
        entries.Clear();
        // In the order of the rows, so that the error is that of the row that PostgreSQL would name.
        _undecided.Sort();
        foreach (int i in _undecided)
        {
            try
            {
                Insert(state, heap, row, rows[i], tids[i], raise: true, errors);
            }
            catch (SqlException conflict)
            {
                refused = i;
                return conflict;
            }
        }

        return error;
    }

    private SqlException? InsertEach(ExecutionState state, HeapRelation heap, TargetRow row, Selection rows, ReadOnlySpan<Tid> tids, ErrorSink errors, ref int refused)
    {
        for (int i = 0; i < tids.Length; i++)
        {
            try
            {
                Insert(state, heap, row, rows[i], tids[i], raise: true, errors);
            }
            catch (SqlException error)
            {
                refused = i;
                return error;
            }
        }

        return null;
    }

    private SqlException? BuildMany(ExecutionState state, TargetRow row, Selection rows, ReadOnlySpan<Tid> tids, BTreeEntryBatch entries, ErrorSink errors, ref int refused)
    {
        EvaluationContext context = state.Evaluation;
        for (int i = 0; i < tids.Length; i++)
        {
            try
            {
                if (!Keys.Includes(context, row.Batch, rows[i], errors))
                    continue;
                ReadOnlySpan<byte> key = Keys.Build(context, row.Batch, rows[i], errors);
                if (Info.IsUnique && Keys.HasNull && !Info.NullsNotDistinct)
                    _undecided.Add(i);
                else
                    entries.Add(key, tids[i], i);
            }
            catch (SqlException error)
            {
                refused = i;
                return error;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether the entry of a row's new version needs no judgement. With an unchanged key it is the row's own as before: whoever inserts the key meanwhile waits for the old version's fate.
    /// </summary>
    public bool MayDefer(bool isKeyTouched) => _entries is null && (!isKeyTouched || !(Info.IsUnique || Info.IsExclusion));

    /// <summary>Keeps the entry of a row for <see cref="Flush"/>.</summary>
    public void Defer(ExecutionState state, TargetRow row, int position, Tid tid, ErrorSink errors)
    {
        EvaluationContext context = state.Evaluation;
        if (!Info.IsReady || !Keys.Includes(context, row.Batch, position, errors))
            return;
        BTreeEntryBatch entries = _batch ??= new BTreeEntryBatch();
        entries.Add(Keys.Build(context, row.Batch, position, errors), tid, entries.Count);
        if (entries.Count == DeferredMax)
            Flush(state);
    }

    /// <summary>Adds the entries that were kept.</summary>
    public void Flush(ExecutionState state)
    {
        if (_batch is not { Count: > 0 } entries)
            return;
        Transaction transaction = state.Transaction;
        entries.Sort();
        Index.InsertMany(transaction.EnsureXid(state.Cancellation), entries, isUnique: false, _undecided, transaction.Serializable, state.Cancellation);
        entries.Clear();
    }

    /// <summary>Forgets the entries that were kept.</summary>
    public void DropDeferred() => _batch?.Clear();

    // Entries of dead rows count too: the check will tell.
    private bool HasOthers(ReadOnlySpan<byte> key, ExecutionState state)
    {
        Span<Tid> tids = stackalloc Tid[2];
        return Index.Lookup(key, tids, default, state.Cancellation) > 1;
    }

    /// <summary>The live row that has the key of a proposed row; none when there is none. Waits for transactions that decide it.</summary>
    public Tid FindConflict(ExecutionState state, HeapRelation heap, TargetRow row, int position, ErrorSink errors)
    {
        EvaluationContext context = state.Evaluation;
        if (!(Info.IsUnique || Info.IsExclusion) || !Info.IsReady || !Keys.Includes(context, row.Batch, position, errors))
            return default;
        if (_entries is not null)
            return _entries.FindConflict(state, row.Batch, position, errors);
        ReadOnlySpan<byte> key = Keys.Build(context, row.Batch, position, errors);
        if (Keys.HasNull && !Info.NullsNotDistinct)
            return default;
        Span<Tid> tids = stackalloc Tid[16];
        int count = Index.Lookup(key, tids, default, state.Cancellation);
        while (true)
        {
            bool waited = false;
            for (int i = 0; i < count && !waited; i++)
            {
                var check = new HeapUniqueCheck(heap, state.Transaction, state.Cancellation);
                switch (check.Judge(tids[i], out ulong waitXid))
                {
                    case UniqueVerdict.Live when Index.Contains(key, tids[i], state.Cancellation):
                        return check.LiveTid;
                    case UniqueVerdict.InProgress:
                        state.Services.Storage.Transactions.Locks.WaitForXid(state.Transaction.Owner, waitXid, state.Cancellation);
                        waited = true;
                        break;
                }
            }

            if (!waited && count < tids.Length)
                return default;
            count = waited
                ? Index.Lookup(key, tids, default, state.Cancellation)
                : Index.LookupAfter(key, tids[^1], tids, default, state.Cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _entries?.Dispose();
        Keys.Dispose();
    }

    private SqlException Duplicate(ExecutionState state, TargetRow row, int position)
    {
        var names = new List<string?>();
        var values = new List<string>();
        var errors = new ErrorSink();
        for (int i = 0; i < Info.KeyCount; i++)
        {
            short column = Info.Keys[i].Column;
            names.Add(column > 0 ? row.Relation.Columns[column - 1].Name : state.Evaluation.Functions.Catalog.IndexDefinition(Info.Oid, i + 1, true));
            values.Add(column > 0 ? row.Text(state, column, position) : Text(state, Keys.Value(i, state.Evaluation, row.Batch, position, errors), position));
        }

        if (Info.IsExclusion)
            return new SqlException(SqlState.ExclusionViolation, $"conflicting key value violates exclusion constraint \"{Info.Name}\"")
            {
                Detail = $"Key ({string.Join(", ", names)})=({string.Join(", ", values)}) conflicts with existing key ({string.Join(", ", names)})=({string.Join(", ", values)}).",
                SchemaName = row.SchemaName,
                TableName = row.Relation.Name,
                ConstraintName = Info.Name,
            };
        return new SqlException(SqlState.UniqueViolation, $"duplicate key value violates unique constraint \"{Info.Name}\"")
        {
            Detail = $"Key ({string.Join(", ", names)})=({string.Join(", ", values)}) already exists.",
            SchemaName = row.SchemaName,
            TableName = row.Relation.Name,
            ConstraintName = Info.Name,
        };
    }

    private static string Text(ExecutionState state, Vector value, int position)
    {
        if (value.IsNull(position))
            return "null";
        var buffer = new ByteBuffer();
        TypeOutput.Write(value, position, buffer, state.Evaluation.Functions.Settings, state.Evaluation.Functions.Catalog);
        return buffer.ToString();
    }
}
