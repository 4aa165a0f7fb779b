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
    private const int Irregular = (int)(RowFlags.HasNulls | RowFlags.HasOutOfLine);

    private readonly short[] _attributes = [.. attributes];

    /// <summary>Number of columns read.</summary>
    public int ColumnCount => _attributes.Length;

    /// <summary>
    /// Reads a row into row <paramref name="target"/> of the batch's flat vectors, which have room. Bytes are copied: the page may go afterwards.
    /// <paramref name="detoast"/> reads large values.
    /// </summary>
    public void Decode(in HeapRowPointer row, Batch batch, int target, in Detoast detoast)
    {
        for (int i = 0; i < _attributes.Length; i++)
            DecodeColumn(row, i, batch.Columns[i], target, detoast);
    }

    /// <summary>Reads one column of a row.</summary>
    public void DecodeColumn(in HeapRowPointer row, int index, Vector vector, int target, in Detoast detoast)
    {
        int attribute = _attributes[index];
        if (attribute <= 0)
        {
            DecodeSystem(row, attribute, vector, target);
            return;
        }

        ReadOnlySpan<byte> bytes = row.Bytes;
        int count = HeapRow.GetColumnCount(bytes);
        int column = attribute - 1;
        if (column >= count)
            layout.Missing(column).Store(vector, target);
        else if (RowLayout.IsNull(bytes, column))
            vector.SetNull(target);
        else
            Read(layout.Of(count), bytes, column, vector, target, detoast);
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

    /// <summary>
    /// Reads column <paramref name="index"/> of the selected rows into a flat vector with room, either at the rows' own places or, when
    /// <paramref name="dense"/>, side by side from <paramref name="target"/> on. Without <paramref name="copyBytes"/> the views show the page itself and
    /// live as long as its pin.
    /// </summary>
    public void DecodeColumn(
        ReadOnlySpan<HeapRowPointer> rows, Selection selection, bool isUniform, int index, Vector vector, bool dense, int target, bool copyBytes,
        in Detoast detoast)
    {
        int attribute = _attributes[index];
        if (!isUniform || attribute <= 0)
        {
            for (int i = 0; i < selection.Count; i++)
                DecodeColumn(rows[selection[i]], index, vector, dense ? target + i : selection[i], detoast);
            return;
        }

        RowLayout current = layout.Current;
        int column = attribute - 1;
        switch (vector.Physical)
        {
            case PhysicalType.Int32 or PhysicalType.Float32:
                DecodeFixed((int*)vector.Data, rows, selection, current.BodyOffset(column), dense, target);
                break;
            case PhysicalType.Int64 or PhysicalType.Float64:
                DecodeFixed((long*)vector.Data, rows, selection, current.BodyOffset(column), dense, target);
                break;
            case PhysicalType.Int16:
                DecodeFixed((short*)vector.Data, rows, selection, current.BodyOffset(column), dense, target);
                break;
            case PhysicalType.Fixed16:
                DecodeFixed((UInt128*)vector.Data, rows, selection, current.BodyOffset(column), dense, target);
                break;
            case PhysicalType.Bytes:
                DecodeBytes(vector, rows, selection, current, column, dense, target, copyBytes);
                break;
            default:
                DecodeFixed(vector.Data, rows, selection, current.BodyOffset(column), dense, target);
                break;
        }

        if (vector.HasNulls)
        {
            for (int i = 0; i < selection.Count; i++)
                vector.SetValid(dense ? target + i : selection[i]);
        }
    }

    /// <summary>True when all rows have the current layout, no nulls and nothing out of line: columns then lie at the same place in each.</summary>
    public bool IsUniform(ReadOnlySpan<HeapRowPointer> rows)
    {
        int count = layout.Physical.Length;
        int different = 0;
        foreach (ref readonly HeapRowPointer row in rows)
            different |= (*(ushort*)(row.Address + HeapRow.FlagsOffset) & Irregular) | (*(ushort*)(row.Address + HeapRow.ColumnCountOffset) ^ count);
        return different == 0;
    }

    private static void DecodeFixed<T>(T* target, ReadOnlySpan<HeapRowPointer> rows, Selection selection, int offset, bool dense, int first)
        where T : unmanaged
    {
        offset += HeapRow.HeaderBytes;
        if (selection.IsRange)
        {
            target += dense ? first : 0;
            for (int i = 0; i < selection.Count; i++)
                target[i] = Unsafe.ReadUnaligned<T>(rows[i].Address + offset);
            return;
        }

        int* list = selection.Rows;
        for (int i = 0; i < selection.Count; i++)
            target[dense ? first + i : list[i]] = Unsafe.ReadUnaligned<T>(rows[list[i]].Address + offset);
    }

    private static void DecodeBytes(
        Vector vector, ReadOnlySpan<HeapRowPointer> rows, Selection selection, RowLayout current, int column, bool dense, int first, bool copy)
    {
        var target = (ByteView*)vector.Data;
        // Ends of the values stand in a table behind the fixed columns; the first value begins behind the table.
        int ends = current.BodyOffset(column);
        bool isFirst = current.IsFirstVariable(column);
        int firstBegin = current.FirstVariableOffset;
        Arena? strings = copy ? vector.Strings : null;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            byte* body = rows[row].Address + HeapRow.HeaderBytes;
            int begin = isFirst ? firstBegin : Unsafe.ReadUnaligned<ushort>(body + ends - sizeof(ushort));
            int length = Unsafe.ReadUnaligned<ushort>(body + ends) - begin;
            var view = new ByteView(body + begin, length);
            target[dense ? first + i : row] = strings is null || view.IsInline ? view : strings.Copy(view.Span);
        }
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
