using System.Runtime.CompilerServices;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Spill;

// A chunk of rows in a temporary file. Columns stand one behind the other, nothing is aligned, numbers are little-endian.
//
//   length     4 bytes: bytes behind this header
//   rows       4 bytes: 1 to 2,048
//   per column
//     nulls    1 byte: 1 when a validity bitmap follows
//     bitmap   (rows + 63) / 64 × 8 bytes; a set bit is a value
//     values   fixed width: rows × width as in the vector
//              bytes: rows × 4 bytes of length (0 for null), then the bytes of all rows

/// <summary>Writes and reads chunks of rows. Stateless; thread-safe.</summary>
internal static unsafe class SpillFormat
{
    public const int HeaderBytes = 8;

    /// <summary>Appends the selected rows of a batch, its first columns as many as <paramref name="columns"/>, to a buffer.</summary>
    public static void Write(Batch batch, Selection selection, int columns, SpillBuffer buffer)
    {
        int start = buffer.Length;
        buffer.Add(HeaderBytes);
        for (int i = 0; i < columns; i++)
            WriteColumn(batch.Columns[i], selection, buffer);
        Unsafe.WriteUnaligned(buffer.Start + start, buffer.Length - start - HeaderBytes);
        Unsafe.WriteUnaligned(buffer.Start + start + 4, selection.Count);
    }

    private static void WriteColumn(Vector column, Selection selection, SpillBuffer buffer)
    {
        int count = selection.Count;
        bool nulls = column.HasNulls;
        *buffer.Add(1) = nulls ? (byte)1 : (byte)0;
        if (nulls)
        {
            int words = (count + 63) >>> 6;
            byte* bitmap = buffer.Add(words * sizeof(ulong));
            for (int word = 0; word < words; word++)
            {
                ulong bits = 0;
                int end = Math.Min(64, count - (word << 6));
                for (int i = 0; i < end; i++)
                    bits |= column.IsNull(selection[(word << 6) + i]) ? 0 : 1UL << i;
                Unsafe.WriteUnaligned(bitmap + (word * sizeof(ulong)), bits);
            }
        }

        switch (column.Physical.WidthBytes())
        {
            case 1:
                WriteValues<byte>(column, selection, buffer);
                break;
            case 2:
                WriteValues<ushort>(column, selection, buffer);
                break;
            case 4:
                WriteValues<uint>(column, selection, buffer);
                break;
            case 8:
                WriteValues<ulong>(column, selection, buffer);
                break;
            case 16 when column.Physical == PhysicalType.Bytes:
                WriteBytes(column, selection, buffer);
                break;
            default:
                WriteValues<UInt128>(column, selection, buffer);
                break;
        }
    }

    private static void WriteValues<T>(Vector column, Selection selection, SpillBuffer buffer)
        where T : unmanaged
    {
        int count = selection.Count;
        byte* to = buffer.Add(count * sizeof(T));
        var from = (T*)column.Data;
        if (column.Kind == VectorKind.Flat && selection.IsRange)
        {
            Buffer.MemoryCopy(from, to, (long)count * sizeof(T), (long)count * sizeof(T));
            return;
        }

        for (int i = 0; i < count; i++)
            Unsafe.WriteUnaligned(to + ((nint)i * sizeof(T)), from[column.Position(selection[i])]);
    }

    private static void WriteBytes(Vector column, Selection selection, SpillBuffer buffer)
    {
        int count = selection.Count;
        bool nulls = column.HasNulls;
        int lengths = buffer.Length;
        buffer.Add(count * sizeof(int));
        var views = (ByteView*)column.Data;
        for (int i = 0; i < count; i++)
        {
            int row = selection[i];
            int length = 0;
            if (!nulls || !column.IsNull(row))
            {
                ByteView* view = views + column.Position(row);
                length = view->Length;
                view->Span.CopyTo(new Span<byte>(buffer.Add(length), length));
            }

            Unsafe.WriteUnaligned(buffer.Start + lengths + (i * sizeof(int)), length);
        }
    }

    /// <summary>
    /// Makes the batch's vectors show the rows of a chunk's body. Bytes stay in the buffer, which must stay as it is while they are looked at.
    /// </summary>
    public static void Read(byte* body, int rows, Batch target)
    {
        target.Reset(rows);
        foreach (Vector column in target.Columns)
        {
            bool nulls = *body++ != 0;
            if (nulls)
            {
                int bytes = ((rows + 63) >>> 6) * sizeof(ulong);
                Unsafe.CopyBlockUnaligned(column.MutableValidity(), body, (uint)bytes);
                body += bytes;
            }

            if (column.Physical != PhysicalType.Bytes)
            {
                int bytes = rows * column.Physical.WidthBytes();
                Unsafe.CopyBlockUnaligned(column.Data, body, (uint)bytes);
                body += bytes;
                continue;
            }

            byte* lengths = body;
            body += rows * sizeof(int);
            var views = (ByteView*)column.Data;
            for (int i = 0; i < rows; i++)
            {
                int length = Unsafe.ReadUnaligned<int>(lengths + (i * sizeof(int)));
                views[i] = new ByteView(body, length);
                body += length;
            }
        }

        target.SetCount(rows);
    }
}
