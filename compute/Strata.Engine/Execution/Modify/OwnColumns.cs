using Strata.Engine.Execution.Rows;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Modify;

/// <summary>
/// Completes the new rows of a table with columns that the statement's table does not have (a child with columns of its own): those keep the values of the version that is
/// updated. Not thread-safe.
/// </summary>
internal sealed class OwnColumns : IDisposable
{
    private readonly ExecutionState _state;
    private readonly MemberPlan _plan;
    private readonly RowDecoder _decoder;
    private readonly Batch _existing;
    private readonly Vector[] _values;
    private readonly int[] _identity;
    private HeapFetch _fetch;

    public OwnColumns(ExecutionState state, MemberPlan plan)
    {
        _state = state;
        _plan = plan;
        SqlType?[] types = plan.Target.Layout.Types;
        _decoder = new RowDecoder(plan.Target.Layout, plan.Target.Relation.Columns.Select(static column => column.IsDropped ? SystemAttribute.TableOid : column.Number).ToArray());
        _existing = new Batch([.. types.Select(static type => type ?? SqlType.Int4)]);
        _values = [.. types.Select(static type => new Vector(type ?? SqlType.Int4))];
        _identity = [.. Enumerable.Range(0, types.Length)];
        Row = plan.Target.CreateRow();
    }

    /// <summary>The completed row, at position 0.</summary>
    public TargetRow Row { get; }

    /// <summary>Completes a row with what a version has. False when the version is gone.</summary>
    public bool Complete(HeapRelation heap, Tid tid, TargetRow row, int position)
    {
        _existing.Reset(1);
        try
        {
            if (!_fetch.FetchVersion(heap, tid, _state.Cancellation))
                return false;
            _decoder.Decode(_fetch.Row, _existing, 0, new Detoast(heap, ReadPoint.Live, _state.Cancellation));
            _existing.SetCount(1);
        }
        finally
        {
            _fetch.Release();
        }

        Row.Show(_existing, _identity);
        for (int i = 0; i < _values.Length; i++)
        {
            if (_plan.RootColumns[i] == 0)
                continue;
            _values[i].ResetConstant();
            _values[i].CopyRow(row.Batch[i], position, 0);
            Row.Batch.Columns[i] = _values[i];
        }

        return true;
    }

    public void Dispose()
    {
        _existing.Dispose();
        Row.Dispose();
        foreach (Vector value in _values)
            value.Dispose();
    }
}
