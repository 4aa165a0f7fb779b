using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Statistics;

/// <summary>
/// Sampled rows of one table as they are stored, in physical order; columns are decoded when they are asked for. Immutable; different threads may decode different columns. Owns the memory of the rows.
/// </summary>
/// <param name="rows">The rows, in any order; taken over.</param>
/// <param name="memory">What holds their bytes.</param>
/// <param name="layout">How they are stored.</param>
/// <param name="attributes">The columns of the sample.</param>
/// <param name="detoast">Reads large values, as of the snapshot that saw the rows.</param>
internal sealed class StoredRows(HeapRowPointer[] rows, IDisposable[] memory, TableLayout layout, short[] attributes, Detoast detoast) : IDisposable
{
    private readonly RowDecoder _decoder = new(layout, attributes);
    private readonly HeapRowPointer[] _rows = Sorted(rows);

    public int Count => _rows.Length;

    /// <summary>Adds a column's values of all rows, but of those that are compressed or out of line and too wide for statistics only their length.</summary>
    public void Decode(int column, SampledColumn target)
    {
        foreach (ref readonly HeapRowPointer row in _rows.AsSpan())
        {
            if (WideBytes(row, attributes[column] - 1) is var bytes and > 0)
                target.AddWide(bytes);
            else
                target.AddStored(_decoder, column, row, detoast);
        }
    }

    /// <summary>Reads one value into a row of a vector, however wide it is.</summary>
    public void Decode(int row, int column, Vector target, int place) => _decoder.DecodeColumn(_rows[row], column, target, place, detoast);

    private static HeapRowPointer[] Sorted(HeapRowPointer[] rows)
    {
        Array.Sort(rows, static (a, b) => a.Tid.CompareTo(b.Tid));
        return rows;
    }

    /// <summary>Length of a value that is compressed or out of line and too wide; 0 for others.</summary>
    private int WideBytes(in HeapRowPointer row, int column)
    {
        ReadOnlySpan<byte> bytes = row.Bytes;
        int count = HeapRow.GetColumnCount(bytes);
        if ((HeapRow.GetFlags(bytes) & RowFlags.HasOutOfLine) == 0 || column >= count || layout.Physical[column] != PhysicalType.Bytes || RowLayout.IsNull(bytes, column))
            return 0;
        RowLayout version = layout.Of(count);
        if (!version.IsToasted(bytes, column))
            return 0;
        ToastedValue value = ToastedValue.Read(version.Column(bytes, column));
        return value.RawBytes > SampledColumn.WidthMax ? value.RawBytes : 0;
    }

    public void Dispose()
    {
        foreach (IDisposable owner in memory)
            owner.Dispose();
    }
}
