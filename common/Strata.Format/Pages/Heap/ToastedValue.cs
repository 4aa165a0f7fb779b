using System.Buffers.Binary;

namespace Strata.Format.Pages.Heap;

// The stored form of a value whose bit in the row's second bitmap is set (RowLayout):
//
//   offset size
//   0      1    how it is stored: bits 0-3 compression (0 none, 1 LZ4 block), bit 4 out of line
//   1      4    length of the value in bytes
//   in line:
//   5      n    the compressed value
//   out of line:
//   5      4    length of what is stored in bytes: the value, or its compressed form
//   9      1    height of the tree
//   10     6    TID of the root
//
// Out of line the bytes stand in rows of the heap's toast storage (ToastStorage), each with one variable column. At height 0 the root is the value; above that a row lists its children in order,
// 6 bytes each. A leaf is full but for the last one.

/// <summary>A value that a row holds compressed, or only names. Immutable.</summary>
/// <param name="Compression">0 for none, <see cref="Lz4"/>.</param>
/// <param name="RawBytes">Length of the value.</param>
/// <param name="StoredBytes">Length of what is stored.</param>
/// <param name="Height">Height of the tree of rows that hold it.</param>
/// <param name="Root">Its root; none when the value is in line.</param>
public readonly record struct ToastedValue(byte Compression, int RawBytes, int StoredBytes, byte Height, Tid Root)
{
    /// <summary>Compression by LZ4's block format.</summary>
    public const byte Lz4 = 1;

    /// <summary>Bytes of the form of a value that is out of line.</summary>
    public const int OutOfLineBytes = 16;

    /// <summary>Bytes in front of a compressed value that is in line.</summary>
    public const int InLineHeaderBytes = 5;

    /// <summary>Longest value: 1 GB less one byte, as in PostgreSQL.</summary>
    public const int RawBytesMax = (1 << 30) - 1;

    private const byte OutOfLineBit = 16;

    public bool IsOutOfLine => !Root.IsNone;

    /// <summary>Writes the form of a value out of line: <see cref="OutOfLineBytes"/>.</summary>
    public void Write(Span<byte> destination)
    {
        Invariant.Check(IsOutOfLine);
        destination[0] = (byte)(Compression | OutOfLineBit);
        BinaryPrimitives.WriteInt32LittleEndian(destination[1..], RawBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[5..], StoredBytes);
        destination[9] = Height;
        Root.Write(destination[10..]);
    }

    /// <summary>Writes what stands in front of a compressed value in line: <see cref="InLineHeaderBytes"/>.</summary>
    public static void WriteInLineHeader(Span<byte> destination, byte compression, int rawBytes)
    {
        destination[0] = compression;
        BinaryPrimitives.WriteInt32LittleEndian(destination[1..], rawBytes);
    }

    /// <summary>Reads either form. Throws <see cref="CorruptPageException"/> when it is none.</summary>
    public static ToastedValue Read(ReadOnlySpan<byte> stored)
    {
        CorruptPageException.Unless(stored.Length > InLineHeaderBytes);
        byte compression = (byte)(stored[0] & 15);
        int rawBytes = BinaryPrimitives.ReadInt32LittleEndian(stored[1..]);
        CorruptPageException.Unless(rawBytes is >= 0 and <= RawBytesMax && compression <= Lz4 && (stored[0] & ~(OutOfLineBit | 15)) == 0);
        if ((stored[0] & OutOfLineBit) == 0)
        {
            CorruptPageException.Unless(compression != 0);
            return new ToastedValue(compression, rawBytes, stored.Length - InLineHeaderBytes, 0, default);
        }
        CorruptPageException.Unless(stored.Length == OutOfLineBytes);
        int storedBytes = BinaryPrimitives.ReadInt32LittleEndian(stored[5..]);
        Tid root = Tid.Read(stored[10..]);
        CorruptPageException.Unless(storedBytes > 0 && storedBytes <= rawBytes && !root.IsNone && (compression != 0 || storedBytes == rawBytes));
        return new ToastedValue(compression, rawBytes, storedBytes, stored[9], root);
    }
}
