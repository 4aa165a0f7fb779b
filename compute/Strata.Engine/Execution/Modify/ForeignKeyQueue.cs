using Strata.Engine.Catalog;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Modify;

/// <summary>Which side of a foreign key a statement touched, and so what its queue does.</summary>
internal enum ForeignKeyWork
{
    /// <summary>A referencing row was stored: the referenced row must exist, and is locked FOR KEY SHARE.</summary>
    RequireReferenced,

    /// <summary>A referenced row went or its key changed: no row may refer to the old key.</summary>
    ForbidReferencing,

    /// <summary>The same, but the referencing rows are deleted or changed.</summary>
    Act,
}

/// <summary>
/// Foreign key work of one constraint, gathered while a statement runs and done at its end by an internal plan, as PostgreSQL's constraint triggers
/// are. Not thread-safe.
/// </summary>
internal sealed class ForeignKeyQueue(
    ExecutionState state, ForeignKeyPlan plan, ForeignKeyWork work, SqlType[] types) : IDisposable
{
    private readonly RowStore _keys = new(types, state.Memory);
    private readonly Batch _line = new(new Vector[types.Length]);
    private readonly KeyTable _seen = new(state.Memory);
    private readonly KeyBuffer _key = new();
    private long _rows;
    private bool _insertedNull;

    /// <summary>What is to be done.</summary>
    public ForeignKeyWork Work { get; } = work;

    /// <summary>The constraint.</summary>
    public ConstraintInfo Constraint => plan.Constraint;

    /// <summary>
    /// Queues the key of a row: <paramref name="columns"/> by attribute number. For key changes <paramref name="newRow"/> gives the values that referencing
    /// rows get, behind the old ones. A null in the key means there is nothing to do (MATCH SIMPLE): the result is false.
    /// </summary>
    public bool Add(TargetRow row, int position, short[] columns, TargetRow? newRow = null, int newPosition = 0)
    {
        _rows++;
        _key.Clear();
        for (int i = 0; i < columns.Length; i++)
        {
            Vector vector = row.Batch[columns[i] - 1];
            if (!KeyEncoder.Append(vector, position, false, false, _key))
            {
                if (Constraint.Match == 'f' && Work == ForeignKeyWork.RequireReferenced)
                    CheckFullMatch(row, position, columns);
                return false;
            }

            _line.Columns[i] = vector;
        }

        _seen.FindOrAdd(_key.Written, out bool added);
        if (!added)
            return true;
        int own = Math.Min(columns.Length, types.Length);
        for (int i = own; i < types.Length; i++)
            _line.Columns[i] = row.Batch[columns[i - own] - 1];
        _line.SetCount(Batch.RowsMax);
        int stored = _keys.AppendRow(_line, position);
        if (newRow is null)
            return true;
        for (int i = own; i < types.Length; i++)
            _keys.ChunkOf(stored)[i].CopyRow(newRow.Batch[columns[i - own] - 1], newPosition, RowStore.Offset(stored));
        return true;
    }

    /// <summary>Queues the key of an inserted row. PostgreSQL queues those with nulls too: the table has something pending until they were looked at.</summary>
    public void AddInserted(TargetRow row, int position) => _insertedNull |= !Add(row, position, Constraint.Columns);

    /// <summary>Does the work. Raises 23503.</summary>
    public void Run()
    {
        if (_rows == 0 || state.ConstraintTimes is not { } times)
        {
            RunQueued();
            return;
        }

        long began = state.Services.Time.GetTimestamp();
        RunQueued();
        bool isCheck = Work == ForeignKeyWork.RequireReferenced;
        times.Add(new ConstraintTime(Constraint.Name, (isCheck ? plan.Referencing : plan.Referenced).Name, isCheck, state.Services.Time.GetElapsedTime(began).TotalMilliseconds, _rows));
    }

    private void RunQueued()
    {
        if (_keys.Count == 0 && !_insertedNull)
            return;
        Transaction transaction = state.Transaction;
        if (Work != ForeignKeyWork.Act && Constraint.IsDeferrable && transaction.Deferred.IsDeferred(Constraint) && !(Work == ForeignKeyWork.ForbidReferencing && plan.IsRestrict))
        {
            Defer(transaction.Deferred);
            return;
        }

        if (_keys.Count == 0)
            return;

        transaction.AdvanceCommand();
        Snapshot snapshot = transaction.TakeFreshSnapshot();
        for (int row = 0; row < _keys.Count; row++)
        {
            bool found = Finds(row, snapshot);
            if (Work == ForeignKeyWork.RequireReferenced && !found)
            {
                // The transaction sees the row that it refers to, and somebody has removed it meanwhile: that is no error of the transaction's own making.
                if (transaction.Isolation >= IsolationLevel.RepeatableRead && Finds(row, transaction.CurrentSnapshot))
                    throw new SqlException(SqlState.SerializationFailure, "could not serialize access due to concurrent update");
                throw plan.Missing(Describe(Constraint.Columns, plan.Referencing, row));
            }

            if (Work == ForeignKeyWork.ForbidReferencing && found)
                throw plan.StillReferenced(Describe(Constraint.ReferencedColumns, plan.Referenced, row));
        }
    }

    private bool Finds(int row, in Snapshot snapshot)
    {
        ExecutionInstance instance = plan.Plan.Rent();
        try
        {
            instance.Begin(state.Transaction, snapshot, state.Evaluation.Functions, state.SystemScan, state.Cancellation);
            if (Work == ForeignKeyWork.Act && state.Transaction.Isolation >= IsolationLevel.RepeatableRead)
                instance.State.CrossCheck = state.Transaction.CurrentSnapshot;
            for (int i = 0; i < types.Length; i++)
            {
                Vector parameter = instance.ParameterVector(i);
                parameter.ResetConstant();
                parameter.CopyRow(_keys.ChunkOf(row)[i], RowStore.Offset(row), 0);
            }

            return instance.Next(1) is not null;
        }
        finally
        {
            instance.Close();
        }
    }

    private void CheckFullMatch(TargetRow row, int position, short[] columns)
    {
        foreach (short column in columns)
            if (!row.Batch[column - 1].IsNull(position))
                throw plan.MixedNulls();
    }

    private void Defer(DeferredConstraints deferred)
    {
        bool requires = Work == ForeignKeyWork.RequireReferenced;
        RelationInfo touched = requires ? plan.Referencing : plan.Referenced;
        if (_insertedNull)
            deferred.AddTouched(Constraint, touched.Oid);
        for (int row = 0; row < _keys.Count; row++)
        {
            var key = new Datum[types.Length];
            for (int i = 0; i < key.Length; i++)
                key[i] = Datum.FromVector(_keys.ChunkOf(row)[i], RowStore.Offset(row));
            deferred.AddKey(Constraint, touched.Oid, Work, Describe(requires ? Constraint.Columns : Constraint.ReferencedColumns, touched, row), key);
        }
    }

    /// <summary>Forgets what is queued.</summary>
    public void Clear()
    {
        _rows = 0;
        _insertedNull = false;
        _keys.Clear();
        _seen.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _seen.Dispose();
    }

    private string Describe(short[] columns, RelationInfo relation, int row)
    {
        var names = new List<string>();
        var values = new List<string>();
        for (int i = 0; i < columns.Length; i++)
        {
            names.Add(relation.Columns[columns[i] - 1].Name);
            var buffer = new ByteBuffer();
            TypeOutput.Write(
                _keys.ChunkOf(row)[i], RowStore.Offset(row), buffer, state.Evaluation.Functions.Settings, state.Evaluation.Functions.Catalog);
            values.Add(buffer.ToString());
        }

        return $"Key ({string.Join(", ", names)})=({string.Join(", ", values)})";
    }
}
