using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Keys;

/// <summary>Keys of a batch whose columns are integers of eight bytes or less in all: one 64-bit number per row. Reused; not thread-safe.</summary>
internal sealed unsafe class PackedKeys(IReadOnlyList<int> slots)
{
    private readonly int[] _slots = [.. slots];

    /// <summary>Keys by position in the batch's selection. A null column's bits are zero.</summary>
    public ulong[] Keys { get; } = new ulong[Batch.RowsMax];

    /// <summary>Which columns of a row are null, a bit each; only meaningful when <see cref="HasNulls"/>.</summary>
    public byte[] Nulls { get; } = new byte[Batch.RowsMax];

    /// <summary>Some key column of the batch may have nulls.</summary>
    public bool HasNulls { get; private set; }

    /// <summary>Reads the keys of all rows that count.</summary>
    public void Read(Batch batch)
    {
        Selection selection = batch.Selection;
        int shift = 0;
        HasNulls = false;
        foreach (int slot in _slots)
            HasNulls |= batch.Columns[slot].HasNulls;
        if (HasNulls)
            Array.Clear(Nulls, 0, selection.Count);
        for (int i = 0; i < _slots.Length; i++)
        {
            Vector column = batch.Columns[_slots[i]];
            switch (column.Physical)
            {
                case PhysicalType.Int64:
                    Add<ulong>(column, selection, shift, i);
                    shift += 64;
                    break;
                case PhysicalType.Int32:
                    Add<uint>(column, selection, shift, i);
                    shift += 32;
                    break;
                case PhysicalType.Int16:
                    Add<ushort>(column, selection, shift, i);
                    shift += 16;
                    break;
                default:
                    Add<byte>(column, selection, shift, i);
                    shift += 8;
                    break;
            }
        }
    }

    private void Add<T>(Vector column, Selection selection, int shift, int index)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        ulong[] keys = Keys;
        int count = selection.Count;
        var data = (T*)column.Data;
        bool isFirst = index == 0;
        if (column.HasNulls)
        {
            for (int i = 0; i < count; i++)
            {
                int row = selection[i];
                bool isNull = column.IsNull(row);
                ulong value = isNull ? 0 : ulong.CreateTruncating(data[column.Position(row)]) << shift;
                keys[i] = isFirst ? value : keys[i] | value;
                if (isNull)
                    Nulls[i] |= (byte)(1 << index);
            }

            return;
        }

        if (column.Kind == VectorKind.Flat && isFirst)
        {
            if (selection.IsRange)
            {
                for (int i = 0; i < count; i++)
                    keys[i] = ulong.CreateTruncating(data[i]);
            }
            else
            {
                int* rows = selection.Rows;
                for (int i = 0; i < count; i++)
                    keys[i] = ulong.CreateTruncating(data[rows[i]]);
            }

            return;
        }

        for (int i = 0; i < count; i++)
        {
            ulong value = ulong.CreateTruncating(data[column.Position(selection[i])]) << shift;
            keys[i] = isFirst ? value : keys[i] | value;
        }
    }
}
