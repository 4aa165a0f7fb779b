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
        if (attribute <= 0)
        {
            for (int i = 0; i < selection.Count; i++)
                DecodeSystem(rows[selection[i]], attribute, vector, dense ? target + i : selection[i]);
            return;
        }

        var places = new Places(layout.Current, attribute - 1, dense, target);
        switch (vector.Physical)
        {
            case PhysicalType.Int32 or PhysicalType.Float32:
                DecodeFixed<int>(vector, rows, selection, isUniform, index, places, detoast);
                break;
            case PhysicalType.Int64 or PhysicalType.Float64:
                DecodeFixed<long>(vector, rows, selection, isUniform, index, places, detoast);
                break;
            case PhysicalType.Int16:
                DecodeFixed<short>(vector, rows, selection, isUniform, index, places, detoast);
                break;
            case PhysicalType.Fixed16:
                DecodeFixed<UInt128>(vector, rows, selection, isUniform, index, places, detoast);
                break;
            case PhysicalType.Bytes:
                if (isUniform)
                    DecodeBytes(vector, rows, selection, places, copyBytes);
                else
                    DecodeMixedBytes(vector, rows, selection, index, places, copyBytes, detoast);
                break;
            default:
                DecodeFixed<byte>(vector, rows, selection, isUniform, index, places, detoast);
                break;
        }

        if (isUniform && vector.HasNulls)
        {
            for (int i = 0; i < selection.Count; i++)
                vector.SetValid(dense ? target + i : selection[i]);
        }
    }

    /// <summary>Where a column stands in rows of the current layout, and where its values go.</summary>
    private readonly struct Places(RowLayout current, int column, bool dense, int first)
    {
        public readonly int ColumnCount = current.ColumnCount;
        public readonly int BitmapBytes = (current.ColumnCount + 7) / 8;
        public readonly int Column = column;
        public readonly int Offset = current.BodyOffset(column);
        public readonly bool IsFirstVariable = current.IsFirstVariable(column);
        public readonly int FirstBegin = current.FirstVariableOffset;
        public readonly bool Dense = dense;
        public readonly int First = first;
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

    private void DecodeFixed<T>(
        Vector vector, ReadOnlySpan<HeapRowPointer> rows, Selection selection, bool isUniform, int index, in Places places, in Detoast detoast)
        where T : unmanaged
    {
        if (!isUniform)
        {
            DecodeMixedFixed<T>(vector, rows, selection, index, places, detoast);
            return;
        }

        int offset = HeapRow.HeaderBytes + places.Offset;
        var target = (T*)vector.Data + (places.Dense ? places.First : 0);
        if (selection.IsRange)
        {
            for (int i = 0; i < selection.Count; i++)
                target[i] = Unsafe.ReadUnaligned<T>(rows[i].Address + offset);
            return;
        }

        int* list = selection.Rows;
        bool dense = places.Dense;
        for (int i = 0; i < selection.Count; i++)
            target[dense ? i : list[i]] = Unsafe.ReadUnaligned<T>(rows[list[i]].Address + offset);
    }

    /// <summary>The body of a row of the current layout without values out of line, behind its null bitmap; null for other rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* BodyOf(byte* row, in Places places, out int bitmapBytes, out bool isNull)
    {
        int flags = *(ushort*)(row + HeapRow.FlagsOffset);
        byte* body = row + HeapRow.HeaderBytes;
        isNull = false;
        bitmapBytes = 0;
        if (*(ushort*)(row + HeapRow.ColumnCountOffset) != places.ColumnCount || (flags & (int)RowFlags.HasOutOfLine) != 0)
            return null;
        if ((flags & (int)RowFlags.HasNulls) != 0)
        {
            isNull = (body[places.Column >> 3] & (1 << (places.Column & 7))) != 0;
            bitmapBytes = places.BitmapBytes;
        }

        return body;
    }

    private void DecodeMixedFixed<T>(
        Vector vector, ReadOnlySpan<HeapRowPointer> rows, Selection selection, int index, in Places places, in Detoast detoast)
        where T : unmanaged
    {
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            int target = places.Dense ? places.First + i : row;
            byte* body = BodyOf(rows[row].Address, places, out int bitmapBytes, out bool isNull);
            if (body == null)
            {
                DecodeColumn(rows[row], index, vector, target, detoast);
            }
            else if (isNull)
            {
                vector.SetNull(target);
            }
            else
            {
                vector.Set(target, Unsafe.ReadUnaligned<T>(body + bitmapBytes + places.Offset));
                vector.SetValid(target);
            }
        }
    }

    private static void DecodeBytes(Vector vector, ReadOnlySpan<HeapRowPointer> rows, Selection selection, in Places places, bool copy)
    {
        var target = (ByteView*)vector.Data;
        // Ends of the values stand in a table behind the fixed columns; the first value begins behind the table.
        int ends = places.Offset;
        bool isFirst = places.IsFirstVariable;
        bool dense = places.Dense;
        int firstBegin = places.FirstBegin;
        int first = places.First;
        Arena? strings = copy ? vector.Strings : null;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            byte* body = rows[row].Address + HeapRow.HeaderBytes;
            int begin = isFirst ? firstBegin : Unsafe.ReadUnaligned<ushort>(body + ends - sizeof(ushort));
            int length = Unsafe.ReadUnaligned<ushort>(body + ends) - begin;
            StoreView(target + (dense ? first + i : row), body + begin, length, strings);
        }
    }

    private void DecodeMixedBytes(
        Vector vector, ReadOnlySpan<HeapRowPointer> rows, Selection selection, int index, in Places places, bool copy, in Detoast detoast)
    {
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            int target = places.Dense ? places.First + i : row;
            byte* body = BodyOf(rows[row].Address, places, out int bitmapBytes, out bool isNull);
            if (body == null)
            {
                DecodeColumn(rows[row], index, vector, target, detoast);
            }
            else if (isNull)
            {
                vector.SetNull(target);
            }
            else
            {
                byte* ends = body + bitmapBytes + places.Offset;
                int begin = places.IsFirstVariable ? bitmapBytes + places.FirstBegin : Unsafe.ReadUnaligned<ushort>(ends - sizeof(ushort));
                StoreView((ByteView*)vector.Data + target, body + begin, Unsafe.ReadUnaligned<ushort>(ends) - begin, copy ? vector.Strings : null);
                vector.SetValid(target);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreView(ByteView* target, byte* bytes, int length, Arena? strings)
    {
        if (length == ByteView.InlineMaxBytes)
            ByteView.StoreFull(target, bytes);
        else if (length < ByteView.InlineMaxBytes || strings is null)
            *target = new ByteView(bytes, length);
        else
            *target = strings.Copy(new ReadOnlySpan<byte>(bytes, length));
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
