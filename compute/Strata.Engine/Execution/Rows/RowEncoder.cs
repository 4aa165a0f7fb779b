using System.Buffers.Binary;
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
    /// <summary>Appends a row to a batch that was reset for <see cref="TableLayout.Current"/>.</summary>
    public unsafe void Encode(ReadOnlySpan<Vector?> columns, int row, RowBatch target)
    {
        RowLayout current = layout.Current;
        int variableBytes = 0;
        bool hasNulls = false;
        for (int i = 0; i < columns.Length; i++)
        {
            Vector? column = columns[i];
            if (column is null || column.IsNull(row))
                hasNulls = true;
            else if (layout.Physical[i] == PhysicalType.Bytes)
                variableBytes += column.GetBytes(row).Length;
        }

        int bodyBytes = current.BodyBytes(hasNulls, variableBytes);
        if (bodyBytes > ushort.MaxValue)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"row is too big: size {bodyBytes}, maximum size {HeapPage.MaxRowBytes}");
        var writer = new RowBodyWriter(current, target.Begin(bodyBytes), hasNulls);
        for (int i = 0; i < columns.Length; i++)
        {
            Vector? column = columns[i];
            if (column is null || column.IsNull(row))
            {
                writer.AddNull(i);
                continue;
            }

            switch (layout.Physical[i])
            {
                case PhysicalType.Bytes:
                    writer.AddVariable(column.GetBytes(row));
                    break;
                case PhysicalType.Int32 or PhysicalType.Float32:
                    BinaryPrimitives.WriteInt32LittleEndian(writer.Fixed(i), column.Get<int>(row));
                    break;
                case PhysicalType.Int64 or PhysicalType.Float64:
                    BinaryPrimitives.WriteInt64LittleEndian(writer.Fixed(i), column.Get<long>(row));
                    break;
                case PhysicalType.Int16:
                    BinaryPrimitives.WriteInt16LittleEndian(writer.Fixed(i), column.Get<short>(row));
                    break;
                case PhysicalType.Fixed16:
                    BinaryPrimitives.WriteUInt128LittleEndian(writer.Fixed(i), column.Get<UInt128>(row));
                    break;
                default:
                    writer.Fixed(i)[0] = column.Get<byte>(row);
                    break;
            }
        }

        int written = writer.Finish();
        target.Add(written, hasNulls ? RowFlags.HasNulls : RowFlags.None);
    }
}
