using Strata.Engine.Catalog;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Partitioning;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Modify;

/// <summary>
/// A table that a statement modifies: constraints, stored form and indexes of its rows. One per operator; not thread-safe.
/// </summary>
internal sealed class ModifyTarget(
    ExecutionState state, HeapRelation heap, TableLayout layout, TargetRow row, TargetIndex[] indexes,
    (ConstraintInfo Constraint, ExpressionInstance Condition)[] checks, PartitionGuard? guard = null) : IDisposable
{
    private readonly RowEncoder _encoder = new(layout);
    private readonly RowToaster _toaster = new(layout, heap);
    private readonly RowBatch _encoded = new();
    private readonly ErrorSink _errors = new();
    private Tid[] _tids = new Tid[16];

    /// <summary>The heap.</summary>
    public HeapRelation Heap { get; } = heap;

    /// <summary>The rows at hand.</summary>
    public TargetRow Row { get; } = row;

    /// <summary>Its indexes.</summary>
    public TargetIndex[] Indexes { get; } = indexes;

    /// <summary>The relation.</summary>
    public RelationInfo Relation => Row.Relation;

    /// <summary>Raises 23502 or 23514 for the row at a position if it violates a constraint: before ON CONFLICT looks for its key.</summary>
    public unsafe void CheckConstraints(int position)
    {
        int single = position;
        CheckConstraints(Row, new Selection(&single, 1));
    }

    private void CheckConstraints(TargetRow row, Selection rows)
    {
        if (FirstViolation(row, rows, out _) is { } violation)
            throw violation;
        guard?.Check(state, row, rows);
    }

    /// <summary>What the first selected row that violates a constraint raises, and how many rows stand before it; null when none does.</summary>
    private SqlException? FirstViolation(TargetRow row, Selection rows, out int sound)
    {
        sound = rows.Count;
        ColumnInfo? withNull = null;
        foreach (ColumnInfo column in Relation.Columns)
        {
            if (!column.NotNull || column.IsDropped)
                continue;
            Vector vector = row.Batch[column.Number - 1];
            if (!vector.HasNulls)
                continue;
            for (int i = 0; i < sound; i++)
            {
                if (vector.IsNull(rows[i]))
                    (withNull, sound) = (column, i);
            }
        }

        ConstraintInfo? violated = null;
        foreach ((ConstraintInfo constraint, ExpressionInstance condition) in checks)
        {
            if (sound == 0)
                break;
            Vector result = condition.Evaluate(state.Evaluation, row.Batch, rows.First(sound), _errors);
            _errors.ThrowIfAny();
            for (int i = 0; i < sound; i++)
            {
                // Unknown passes.
                if (!result.IsNull(rows[i]) && result.Get<byte>(rows[i]) == 0)
                    (violated, sound) = (constraint, i);
            }
        }

        return violated is not null ? CheckViolation(row, violated, rows[sound]) : withNull is not null ? NullViolation(row, withNull, rows[sound]) : null;
    }

    /// <summary>Stores the selected rows and their index entries. The addresses are valid until the next call.</summary>
    public ReadOnlySpan<Tid> Insert(Selection rows)
    {
        if (FirstViolation(Row, rows, out int sound) is { } violation)
        {
            // Rows before it may violate a unique index: that comes first, as if each row were stored before the next is looked at.
            if (sound > 0)
                Insert(rows.First(sound));
            throw violation;
        }

        guard?.Check(state, Row, rows);
        Encode(Row, rows, default, default);
        if (_tids.Length < rows.Count)
            _tids = new Tid[Math.Max(rows.Count, _tids.Length * 2)];
        Span<Tid> tids = _tids.AsSpan(0, rows.Count);
        if (rows.Count == 1)
            tids[0] = Heap.Insert(state.Transaction, _encoded[0], state.Cancellation);
        else
            Heap.InsertMany(state.Transaction, _encoded, tids, state.Cancellation);
        InsertKeys(rows, tids);
        return tids;
    }

    /// <summary>
    /// Index after index, so that one tree's pages stay hot. When one refuses a row the others still get the rows before it: the error is that of the first row that any index refuses, as if row
    /// came after row. The statement fails as a whole anyway.
    /// </summary>
    private void InsertKeys(Selection rows, ReadOnlySpan<Tid> tids)
    {
        SqlException? refused = null;
        int count = tids.Length;
        foreach (TargetIndex index in Indexes)
        {
            if (index.InsertMany(state, Heap, Row, rows.First(count), tids[..count], _errors, out int at) is { } error)
                (refused, count) = (error, at);
        }

        if (refused is not null)
            throw refused;
    }

    /// <summary>
    /// Stores one row unless an index that decides about conflicts has its key already (then nothing is left of it, and false is returned); other unique indexes raise 23505. The row was
    /// looked at by <see cref="CheckConstraints(int)"/>.
    /// </summary>
    public unsafe bool TryInsert(int position, ConflictHandler conflicts, out Tid tid)
    {
        int single = position;
        var rows = new Selection(&single, 1);
        bool isToasted = Encode(Row, rows, default, default);
        tid = Heap.Insert(state.Transaction, _encoded[0], state.Cancellation);
        foreach (TargetIndex index in Indexes)
        {
            if (index.Insert(state, Heap, Row, position, tid, raise: !conflicts.IsArbiter(index), _errors))
                continue;
            // Somebody was faster: the row that was stored goes again, and the caller looks for the conflict anew.
            Snapshot own = state.Snapshot.WithCommand(state.Transaction.CommandId + 1);
            Heap.Delete(state.Transaction, own, tid, out _, state.Cancellation);
            if (isToasted)
                _toaster.TakeBack(state.Transaction, state.Cancellation);
            return false;
        }

        return true;
    }

    /// <summary>
    /// Replaces a row version by the row at a position; <paramref name="changed"/> tells by attribute number - 1 whether its value differs.
    /// </summary>
    public unsafe HeapResult Update(Tid tid, int position, ReadOnlySpan<bool> changed, in Snapshot snapshot, out HeapUpdateOutcome outcome)
    {
        int single = position;
        var rows = new Selection(&single, 1);
        return Update(Row, rows, tid, changed, snapshot, out outcome);
    }

    /// <summary>As <see cref="Update(Tid, int, ReadOnlySpan{bool}, in Snapshot, out HeapUpdateOutcome)"/>, with the new row in another view at position 0.</summary>
    public HeapResult UpdateWith(TargetRow newRow, Tid tid, ReadOnlySpan<bool> changed, in Snapshot snapshot, out HeapUpdateOutcome outcome) =>
        Update(newRow, new Selection(1), tid, changed, snapshot, out outcome);

    private HeapResult Update(
        TargetRow newRow, Selection rows, Tid tid, ReadOnlySpan<bool> changed, in Snapshot snapshot, out HeapUpdateOutcome outcome)
    {
        CheckConstraints(newRow, rows);
        bool isToasted = Encode(newRow, rows, tid, changed);
        bool indexedChanged = false;
        bool keyChanged = false;
        foreach (TargetIndex index in Indexes)
        {
            bool touched = Touches(index.Info, changed);
            indexedChanged |= touched;
            keyChanged |= touched && index.Info.IsUnique;
        }

        HeapResult result = Heap.Update(
            state.Transaction, snapshot, tid, _encoded[0], hotAllowed: !indexedChanged, keyChanged, out outcome, state.Cancellation);
        if (result != HeapResult.Ok)
        {
            if (isToasted)
                _toaster.TakeBack(state.Transaction, state.Cancellation);
            return result;
        }

        if (outcome.HadOutOfLine)
            ToastedRow.DeleteValues(Heap, state.Transaction, tid, layout.Of, isToasted ? _toaster.Named : [], state.Cancellation);
        if (outcome.IsHeapOnly)
            return result;
        foreach (TargetIndex index in Indexes)
        {
            if (DefersIndexEntries && index.MayDefer(Touches(index.Info, changed)))
                index.Defer(state, newRow, rows[0], outcome.Tid, _errors);
            else
                index.Insert(state, Heap, newRow, rows[0], outcome.Tid, raise: true, _errors);
        }

        return result;
    }

    /// <summary>
    /// Entries of new versions that no uniqueness depends on may wait for <see cref="FlushIndexEntries"/>: until then nobody but this statement's transaction knows the versions, and it does not look for them
    /// through an index.
    /// </summary>
    public bool DefersIndexEntries { get; init; }

    /// <summary>Adds the entries that wait, in the order of their keys.</summary>
    public void FlushIndexEntries()
    {
        foreach (TargetIndex index in Indexes)
            index.Flush(state);
    }

    /// <summary>Forgets the entries that wait: the statement has failed, or begins.</summary>
    public void DropIndexEntries()
    {
        foreach (TargetIndex index in Indexes)
            index.DropDeferred();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Row.Dispose();
        foreach (TargetIndex index in Indexes)
            index.Dispose();
        foreach ((ConstraintInfo _, ExpressionInstance condition) in checks)
            condition.Dispose();
        guard?.Dispose();
    }

    private static bool Touches(IndexInfo index, ReadOnlySpan<bool> changed)
    {
        // What an expression or predicate reads is not tracked: any change counts.
        if (index.Predicate is not null)
            return true;
        foreach (IndexKey key in index.Keys)
        {
            if (key.Column == 0 || changed[key.Column - 1])
                return true;
        }

        return false;
    }

    /// <summary>Fills <see cref="_encoded"/>. Returns whether the last row went through the toaster.</summary>
    private bool Encode(TargetRow row, Selection rows, Tid replaced, ReadOnlySpan<bool> changed)
    {
        _encoded.Reset(layout.Current);
        bool isToasted = false;
        for (int i = 0; i < rows.Count; i++)
        {
            isToasted = !_encoder.TryEncode(row.Batch.Columns, rows[i], _encoded);
            if (isToasted)
                _toaster.Encode(row.Batch.Columns, rows[i], _encoded, state.Transaction, replaced, changed, state.Cancellation);
        }

        return isToasted;
    }

    /// <summary>
    /// Deletes a row version that the snapshot sees, with its large values. As <see cref="HeapRelation.Delete"/>; <paramref name="isMove"/> when the row goes to another partition.
    /// </summary>
    public HeapResult Delete(Tid tid, in Snapshot snapshot, out HeapUpdateOutcome outcome, bool isMove = false)
    {
        HeapResult result = Heap.Delete(state.Transaction, snapshot, tid, out outcome, state.Cancellation, isMove);
        if (result == HeapResult.Ok && outcome.HadOutOfLine)
            ToastedRow.DeleteValues(Heap, state.Transaction, tid, layout.Of, [], state.Cancellation);
        return result;
    }

    private SqlException NullViolation(TargetRow row, ColumnInfo column, int position) =>
        new(SqlState.NotNullViolation, $"null value in column \"{column.Name}\" of relation \"{Relation.Name}\" violates not-null constraint")
        {
            Detail = $"Failing row contains {row.Describe(state, position)}.",
            SchemaName = Row.SchemaName,
            TableName = Relation.Name,
            ColumnName = column.Name,
        };

    private SqlException CheckViolation(TargetRow row, ConstraintInfo constraint, int position) => constraint.Kind switch
    {
        ConstraintKind.ViewCheck => new SqlException(new SqlState("44000"), $"new row violates check option for view \"{constraint.Name}\"")
        {
            Detail = $"Failing row contains {row.Describe(state, position)}.",
        },
        ConstraintKind.RowSecurity => new SqlException(SqlState.InsufficientPrivilege, constraint.Name.Length == 0
            ? $"new row violates row-level security policy for table \"{Relation.Name}\""
            : $"new row violates row-level security policy \"{constraint.Name}\" for table \"{Relation.Name}\""),
        _ => TableCheckViolation(row, constraint, position),
    };

    private SqlException TableCheckViolation(TargetRow row, ConstraintInfo constraint, int position) =>
        new(SqlState.CheckViolation, $"new row for relation \"{Relation.Name}\" violates check constraint \"{constraint.Name}\"")
        {
            Detail = $"Failing row contains {row.Describe(state, position)}.",
            SchemaName = Row.SchemaName,
            TableName = Relation.Name,
            ConstraintName = constraint.Name,
        };
}
