using System.Numerics;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Functions.Kernels;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Execution.Spill;

/// <summary>
/// Drops rows that can't be among the first of an order by a look at their first key column alone, before keys are built for them: numbers and times, and numerics of one scale. What it can't tell it keeps,
/// nulls too. For one thread.
/// </summary>
internal sealed unsafe class TopBound(KeyColumn first, SqlType type) : IDisposable
{
    private enum Kind
    {
        None,
        Int16,
        Int32,
        Int64,
        Numeric,
    }

    private readonly SelectionBuffer _rows = new();
    private Kind _kind;
    private long _worst;
    private ulong _header;

    /// <summary>Nothing is dropped until <see cref="Set"/>.</summary>
    public void Reset() => _kind = Kind.None;

    /// <summary>The last row that is wanted so far stands in row <paramref name="row"/> of a column like the first key's.</summary>
    public void Set(Vector column, int row)
    {
        _kind = Kind.None;
        if (column.IsNull(row))
            return;
        switch (type.Plain.Oid)
        {
            case TypeOid.Int2:
                (_kind, _worst) = (Kind.Int16, column.Get<short>(row));
                break;
            case TypeOid.Int4 or TypeOid.Date:
                (_kind, _worst) = (Kind.Int32, column.Get<int>(row));
                break;
            case TypeOid.Int8 or TypeOid.Timestamp or TypeOid.TimestampTz or TypeOid.Time:
                (_kind, _worst) = (Kind.Int64, column.Get<long>(row));
                break;
            case TypeOid.Numeric when NumericKernels.TryGetInline((ByteView*)column.Data + column.Position(row), out long mantissa, out _):
                (_kind, _worst) = (Kind.Numeric, mantissa);
                _header = *(ulong*)((ByteView*)column.Data + column.Position(row));
                break;
        }
    }

    /// <summary>The rows of a batch that may be wanted; valid until the next call.</summary>
    public Selection Apply(Batch batch)
    {
        Vector column = batch[first.Slot];
        Selection selection = batch.Selection;
        if (_kind == Kind.None || column.Kind != VectorKind.Flat || selection.IsEmpty)
            return selection;
        int* rows = _rows.Reserve(selection.Count);
        int kept = _kind switch
        {
            Kind.Int16 => Keep(column, (short*)column.Data, (short)_worst, selection, rows),
            Kind.Int32 => Keep(column, (int*)column.Data, (int)_worst, selection, rows),
            Kind.Int64 => Keep(column, (long*)column.Data, _worst, selection, rows),
            _ => KeepNumerics(column, selection, rows),
        };
        return new Selection(rows, kept);
    }

    public void Dispose() => _rows.Dispose();

    private int Keep<T>(Vector column, T* values, T worst, Selection selection, int* rows)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        int kept = 0;
        bool nulls = column.HasNulls, isDescending = first.Descending;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            bool passes = isDescending ? values[row] >= worst : values[row] <= worst;
            rows[kept] = row;
            kept += passes || (nulls && column.IsNull(row)) ? 1 : 0;
        }

        return kept;
    }

    private int KeepNumerics(Vector column, Selection selection, int* rows)
    {
        int kept = 0;
        bool nulls = column.HasNulls, isDescending = first.Descending;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            ByteView* value = (ByteView*)column.Data + row;
            long mantissa = ((long*)value)[1];
            bool passes = *(ulong*)value != _header || (isDescending ? mantissa >= _worst : mantissa <= _worst);
            rows[kept] = row;
            kept += passes || (nulls && column.IsNull(row)) ? 1 : 0;
        }

        return kept;
    }
}
