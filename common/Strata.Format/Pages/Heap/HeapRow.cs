using System.Buffers.Binary;

namespace Strata.Format.Pages.Heap;

// A row version; begins at a multiple of 8:
//
//   offset size
//   0      8    xmin             inserting transaction
//   8      8    xmax             deleting transaction, 0 = none
//   16     4    cmin             command that inserted, counted within its transaction
//   20     4    cmax             command that deleted
//   24     4    next block       the newer version ...
//   28     2    next slot        ... or slot 0: there is none
//   30     2    flags            RowFlags
//   32     2    layout version   which layout of the relation the columns have
//   34     2    column count
//   36     ...                   null bitmap, columns: see RowLayout
//
// Transaction ids are 64 bits and never wrap, so nothing is ever frozen. Both command ids have their own field: no
// in-memory map of combined ids, at the price of 4 bytes.

/// <summary>The header of a row version. Pure functions over the row's bytes.</summary>
public static class HeapRow
{
    /// <summary>Bytes of the row header.</summary>
    public const int HeaderBytes = 36;

    /// <summary>Offset of the flags within the row: 2-byte aligned in memory, so hints can be set atomically.</summary>
    public const int FlagsOffset = 30;

    /// <summary>Offset of the column count within the row.</summary>
    public const int ColumnCountOffset = 34;

    /// <summary>Where the part begins that an update encodes as a delta: layout version, column count, columns.</summary>
    internal const int DeltaOffset = 32;

    public static ulong GetXmin(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadUInt64LittleEndian(row);

    public static ulong GetXmax(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadUInt64LittleEndian(row[8..]);

    public static uint GetCmin(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadUInt32LittleEndian(row[16..]);

    public static uint GetCmax(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadUInt32LittleEndian(row[20..]);

    /// <summary>The newer version, or none.</summary>
    public static Tid GetNext(ReadOnlySpan<byte> row) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(row[24..]), BinaryPrimitives.ReadUInt16LittleEndian(row[28..]));

    public static RowFlags GetFlags(ReadOnlySpan<byte> row) =>
        (RowFlags)BinaryPrimitives.ReadUInt16LittleEndian(row[FlagsOffset..]);

    public static ushort GetLayoutVersion(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadUInt16LittleEndian(row[32..]);

    public static int GetColumnCount(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadUInt16LittleEndian(row[34..]);

    /// <summary>Null bitmap and columns: what an insert takes as its body.</summary>
    public static ReadOnlySpan<byte> GetBody(ReadOnlySpan<byte> row) => row[HeaderBytes..];

    internal static void SetFlags(Span<byte> row, RowFlags flags) =>
        BinaryPrimitives.WriteUInt16LittleEndian(row[FlagsOffset..], (ushort)flags);

    internal static void WriteInserted(Span<byte> row, ulong xmin, uint cmin, RowFlags flags)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(row, xmin);
        row[8..24].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(row[16..], cmin);
        row[24..30].Clear();
        SetFlags(row, flags);
    }

    internal static void WriteShape(Span<byte> row, ushort layoutVersion, ushort columnCount)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(row[32..], layoutVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(row[34..], columnCount);
    }

    internal static void SetDeleted(Span<byte> row, ulong xmax, uint cmax, Tid next, RowFlags flags)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(row[8..], xmax);
        BinaryPrimitives.WriteUInt32LittleEndian(row[20..], cmax);
        BinaryPrimitives.WriteUInt32LittleEndian(row[24..], next.Block);
        BinaryPrimitives.WriteUInt16LittleEndian(row[28..], next.Slot);
        SetFlags(row, (GetFlags(row) & ~RowFlags.OfXmax) | flags);
    }
}
