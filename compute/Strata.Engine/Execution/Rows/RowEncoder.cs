using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Execution.Rows;

/// <summary>
/// Builds stored rows from vectors, one per attribute; a null entry stores nulls. Stateless but for the layout; thread-safe.
/// </summary>
public sealed class RowEncoder(TableLayout layout)
{
    /// <summary>
    /// Appends a row to a batch that was reset for <see cref="TableLayout.Current"/>. False when the row is so long that <see cref="RowToaster"/> has to do it; then nothing was appended.
    /// </summary>
    public bool TryEncode(ReadOnlySpan<Vector?> columns, int row, RowBatch target)
    {
        RowLayout current = layout.Current;
        long variableBytes = 0;
        bool hasNulls = false;
        for (int i = 0; i < columns.Length; i++)
        {
            Vector? column = columns[i];
            if (column is null || column.IsNull(row))
                hasNulls = true;
            else if (layout.Physical[i] == PhysicalType.Bytes)
                variableBytes += column.GetBytes(row).Length;
        }

        if (variableBytes > RowToaster.TargetBytes)
            return false;
        int bodyBytes = current.BodyBytes(hasNulls, (int)variableBytes);
        if (bodyBytes + HeapRow.HeaderBytes > RowToaster.TargetBytes)
            return false;
        var writer = new RowBodyWriter(current, target.Begin(bodyBytes), hasNulls);
        for (int i = 0; i < columns.Length; i++)
        {
            Vector? column = columns[i];
            if (column is null || column.IsNull(row))
                writer.AddNull(i);
            else
                Add(ref writer, i, layout.Physical[i], column, row);
        }

        int written = writer.Finish();
        target.Add(written, hasNulls ? RowFlags.HasNulls : RowFlags.None);
        return true;
    }

    /// <summary>Writes a value that is not null as it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add(ref RowBodyWriter writer, int index, PhysicalType physical, Vector column, int row)
    {
        switch (physical)
        {
            case PhysicalType.Bytes:
                writer.AddVariable(column.GetBytes(row));
                break;
            case PhysicalType.Int32 or PhysicalType.Float32:
                BinaryPrimitives.WriteInt32LittleEndian(writer.Fixed(index), column.Get<int>(row));
                break;
            case PhysicalType.Int64 or PhysicalType.Float64:
                BinaryPrimitives.WriteInt64LittleEndian(writer.Fixed(index), column.Get<long>(row));
                break;
            case PhysicalType.Int16:
                BinaryPrimitives.WriteInt16LittleEndian(writer.Fixed(index), column.Get<short>(row));
                break;
            case PhysicalType.Fixed16:
                BinaryPrimitives.WriteUInt128LittleEndian(writer.Fixed(index), column.Get<UInt128>(row));
                break;
            default:
                writer.Fixed(index)[0] = column.Get<byte>(row);
                break;
        }
    }
}
