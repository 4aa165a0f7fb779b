using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Execution.Rows;

/// <summary>Reads chosen columns of stored rows into vectors. Immutable; thread-safe.</summary>
public sealed unsafe class RowDecoder(TableLayout layout, IReadOnlyList<short> attributes)
{
    private readonly short[] _attributes = [.. attributes];

    /// <summary>Number of columns read.</summary>
    public int ColumnCount => _attributes.Length;

    /// <summary>
    /// Reads a row into row <paramref name="target"/> of the batch's flat vectors, which have room. Bytes are copied: the page may go afterwards. <paramref name="detoast"/> reads large values.
    /// </summary>
    public void Decode(in HeapRowPointer row, Batch batch, int target, in Detoast detoast)
    {
        ReadOnlySpan<byte> bytes = row.Bytes;
        int count = HeapRow.GetColumnCount(bytes);
        RowLayout version = layout.Of(count);
        for (int i = 0; i < _attributes.Length; i++)
        {
            Vector vector = batch.Columns[i];
            int attribute = _attributes[i];
            if (attribute <= 0)
            {
                DecodeSystem(row, attribute, vector, target);
                continue;
            }

            int column = attribute - 1;
            if (column >= count)
                layout.Missing(column).Store(vector, target);
            else if (RowLayout.IsNull(bytes, column))
                vector.SetNull(target);
            else
                Read(version, bytes, column, vector, target, detoast);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Read(RowLayout version, ReadOnlySpan<byte> row, int column, Vector vector, int target, in Detoast detoast)
    {
        if (version.IsToasted(row, column))
        {
            detoast.Into(vector, target, version.Column(row, column));
            vector.SetValid(target);
            return;
        }

        Store(version.Column(row, column), vector, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ReadOnlySpan<byte> value, Vector vector, int target)
    {
        switch (vector.Physical)
        {
            case PhysicalType.Int32 or PhysicalType.Float32:
                vector.Set(target, BinaryPrimitives.ReadInt32LittleEndian(value));
                break;
            case PhysicalType.Int64 or PhysicalType.Float64:
                vector.Set(target, BinaryPrimitives.ReadInt64LittleEndian(value));
                break;
            case PhysicalType.Bytes:
                vector.SetBytes(target, value);
                break;
            case PhysicalType.Int16:
                vector.Set(target, BinaryPrimitives.ReadInt16LittleEndian(value));
                break;
            case PhysicalType.Fixed16:
                vector.Set(target, BinaryPrimitives.ReadUInt128LittleEndian(value));
                break;
            default:
                vector.Set(target, value[0]);
                break;
        }

        vector.SetValid(target);
    }

    private void DecodeSystem(in HeapRowPointer row, int attribute, Vector vector, int target)
    {
        vector.SetValid(target);
        switch (attribute)
        {
            case SystemAttribute.Ctid:
                vector.Set(target, TidValue.Pack(row.Tid));
                break;
            case SystemAttribute.Xmin:
                vector.Set(target, (uint)HeapRow.GetXmin(row.Bytes));
                break;
            case SystemAttribute.Xmax:
                vector.Set(target, (uint)HeapRow.GetXmax(row.Bytes));
                break;
            case SystemAttribute.Cmin:
                vector.Set(target, HeapRow.GetCmin(row.Bytes));
                break;
            case SystemAttribute.Cmax:
                vector.Set(target, HeapRow.GetCmax(row.Bytes));
                break;
            default:
                vector.Set(target, layout.Relation.Oid);
                break;
        }
    }
}
