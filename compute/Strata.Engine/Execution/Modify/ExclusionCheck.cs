using Strata.Engine.Catalog;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Modify;

/// <summary>
/// Looks for rows that an exclusion constraint forbids beside a new one: the index gives candidates, whose rows are compared by the constraint's operators and judged as for unique keys. Not thread-safe.
/// </summary>
internal sealed class ExclusionCheck : IDisposable
{
    private readonly ExclusionPlan _plan;
    private readonly BTreeIndex _tree;
    private readonly HeapRelation _heap;
    private readonly ExpressionInstance _condition;
    private readonly IndexKeyBuilder _keys;
    private readonly RowDecoder _decoder;
    private readonly Batch _existing;
    private readonly Vector[] _values;
    private readonly Batch _both;
    private readonly EntryList _scratch = new();
    private readonly ErrorSink _errors = new();
    private HeapFetch _fetch;

    public ExclusionCheck(ExclusionPlan plan, ExecutionServices services)
    {
        _plan = plan;
        _tree = services.Handles.Index(plan.Relation.Database, plan.Index.Storage);
        _heap = services.Handles.Heap(plan.Relation.Database, plan.Relation.Storage);
        _condition = plan.Condition.CreateInstance();
        _keys = new IndexKeyBuilder(plan.Index, plan.Keys, null);
        _decoder = new RowDecoder(plan.Layout, [.. plan.Relation.Columns.Select(static column => column.IsDropped ? SystemAttribute.TableOid : column.Number)]);
        _existing = new Batch([.. plan.Layout.Types.Select(static type => type ?? SqlType.Int4)]);
        _values = new Vector[plan.KeyTypes.Length * 2];
        for (int i = 0; i < _values.Length; i++)
            _values[i] = new Vector(plan.KeyTypes[i % plan.KeyTypes.Length]);
        _both = new Batch(_values);
    }

    /// <summary>The constraint.</summary>
    public ExclusionPlan Plan => _plan;

    /// <summary>The index's lock: held from the check to the insertion of a row's entries, so that of two conflicting rows one is found by the other's check.</summary>
    public Lock Lock => _tree.ExclusionLock;

    /// <summary>Takes the keys of a new row; false when one is null, so that nothing conflicts with it.</summary>
    public bool TakeKeys(EvaluationContext context, IndexKeyBuilder keys, Batch row, int position, ErrorSink errors)
    {
        bool isComplete = true;
        for (int i = 0; i < _plan.KeyTypes.Length; i++)
        {
            Vector value = keys.Value(i, context, row, position, errors);
            isComplete &= !value.IsNull(position);
            Take(value, position, _plan.KeyTypes.Length + i);
        }

        return isComplete;
    }

    /// <summary>The keys taken last, to be checked later.</summary>
    public Datum[] SaveKeys()
    {
        int count = _plan.KeyTypes.Length;
        var saved = new Datum[count];
        for (int i = 0; i < count; i++)
            saved[i] = Datum.FromVector(_values[count + i], 0);
        return saved;
    }

    /// <summary>Takes keys that were saved.</summary>
    public void TakeKeys(Datum[] saved)
    {
        for (int i = 0; i < saved.Length; i++)
        {
            _values[saved.Length + i].ResetConstant();
            saved[i].Store(_values[saved.Length + i], 0);
        }
    }

    /// <summary>
    /// Finds a row that conflicts with the keys taken, other than <paramref name="own"/>; none when there is none. <paramref name="waitXid"/> is the transaction that decides whether it counts, or 0 when it
    /// does.
    /// </summary>
    public Tid FindConflict(EvaluationContext context, Transaction transaction, Tid own, out ulong waitXid, CancellationToken cancellation)
    {
        waitXid = 0;
        var queries = new EntryQuery[_plan.KeyTypes.Length];
        for (int i = 0; i < queries.Length; i++)
            queries[i] = _plan.Items[i].Query(_plan.OperatorNames[i], _values[queries.Length + i], 0, i, _scratch);
        using var scan = new EntryScan(_tree, ReadPoint.Live, transaction.Serializable, null, cancellation);
        using var bitmap = new TidBitmap(null);
        EntryQuery.And(queries)!.Collect(scan, bitmap);
        bitmap.Complete();
        for (int i = 0; i < bitmap.Count; i++)
        {
            Tid tid = TidStream.TidOf(bitmap.NumberAt(i));
            if (tid != own && Conflicts(context, transaction, tid, out Tid found, out waitXid, cancellation))
                return found;
        }

        return default;
    }

    /// <summary>The row that a check wrote down is still there.</summary>
    public bool IsLive(Transaction transaction, Tid tid, CancellationToken cancellation) =>
        new HeapUniqueCheck(_heap, transaction, cancellation).Judge(tid, out _) != UniqueVerdict.Dead;

    /// <summary>23P01, after <see cref="FindConflict"/> found a row that counts.</summary>
    public SqlException Violation(EvaluationContext context)
    {
        int count = _plan.KeyTypes.Length;
        var names = new string?[count];
        for (int i = 0; i < count; i++)
            names[i] = context.Functions.Catalog.IndexDefinition(_plan.Index.Oid, i + 1, true);
        string keys = string.Join(", ", names);
        return new SqlException(SqlState.ExclusionViolation, $"conflicting key value violates exclusion constraint \"{_plan.Index.Name}\"")
        {
            Detail = $"Key ({keys})=({Texts(context, count)}) conflicts with existing key ({keys})=({Texts(context, 0)}).",
            SchemaName = _plan.SchemaName,
            TableName = _plan.Relation.Name,
            ConstraintName = _plan.Constraint.Name,
        };
    }

    public void Dispose()
    {
        _fetch.Release();
        _condition.Dispose();
        _keys.Dispose();
        _existing.Dispose();
        foreach (Vector value in _values)
            value.Dispose();
    }

    private bool Conflicts(EvaluationContext context, Transaction transaction, Tid tid, out Tid found, out ulong waitXid, CancellationToken cancellation)
    {
        var check = new HeapUniqueCheck(_heap, transaction, cancellation);
        UniqueVerdict verdict = check.Judge(tid, out waitXid);
        found = check.JudgedTid;
        if (verdict is not (UniqueVerdict.Live or UniqueVerdict.InProgress) || !Load(context, found, cancellation) || !IsForbidden(context))
            return false;
        // The row that was compared is the one that was judged, if it still is there.
        return check.Judge(tid, out waitXid) is UniqueVerdict.Live or UniqueVerdict.InProgress;
    }

    private bool Load(EvaluationContext context, Tid tid, CancellationToken cancellation)
    {
        _existing.Reset(1);
        bool exists;
        try
        {
            exists = _fetch.FetchVersion(_heap, tid, cancellation);
            if (exists)
            {
                _decoder.Decode(_fetch.Row, _existing, 0, new Detoast(_heap, ReadPoint.Live, cancellation));
                _existing.SetCount(1);
            }
        }
        finally
        {
            _fetch.Release();
        }

        for (int i = 0; exists && i < _plan.KeyTypes.Length; i++)
            Take(_keys.Value(i, context, _existing, 0, _errors), 0, i);
        return exists;
    }

    private bool IsForbidden(EvaluationContext context)
    {
        _both.SetCount(1);
        Selection passed = _condition.Filter(context, _both, new Selection(1), _errors);
        _errors.ThrowIfAny();
        return passed.Count == 1;
    }

    private void Take(Vector source, int position, int target)
    {
        _values[target].ResetConstant();
        _values[target].CopyRow(source, position, 0);
    }

    private string Texts(EvaluationContext context, int first)
    {
        var texts = new string[_plan.KeyTypes.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            var buffer = new ByteBuffer();
            TypeOutput.Write(_values[first + i], 0, buffer, context.Functions.Settings, context.Functions.Catalog);
            texts[i] = buffer.ToString();
        }

        return string.Join(", ", texts);
    }
}
