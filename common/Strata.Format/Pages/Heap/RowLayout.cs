using System.Buffers.Binary;

namespace Strata.Format.Pages.Heap;

// The body of a row version (after the 36-byte header):
//
//   bitmap     ceil(columns / 8) bytes, bit set = null; only if the row has RowFlags.HasNulls
//   toasted    ceil(columns / 8) bytes, bit set = the value is a ToastedValue; only if the row has RowFlags.HasOutOfLine
//   fixed      each fixed-width column at its own offset, present (as zeros) even when null
//   offsets    2 bytes per variable column: end of its value, counted from the body's first byte
//   variable   the values, in column order; a null has none
//
// Any column is reached in O(1): no column's place depends on another column's value, the offset array apart.

/// <summary>
/// Where the columns of one layout version of a relation lie in its rows. Immutable, shared by all threads. A column added
/// later or dropped makes a new layout version; old rows keep theirs.
/// </summary>
public sealed class RowLayout
{
    /// <summary>Width that stands for "variable".</summary>
    public const short Variable = -1;

    private readonly short[] _widths;
    private readonly int[] _positions;

    /// <summary>A layout of columns with these widths in bytes, <see cref="Variable"/> for variable ones.</summary>
    public RowLayout(ushort version, ReadOnlySpan<short> widths)
    {
        Version = version;
        _widths = widths.ToArray();
        _positions = new int[widths.Length];
        for (int i = 0; i < widths.Length; i++)
        {
            if (widths[i] == Variable)
                _positions[i] = VariableCount++;
            else
            {
                _positions[i] = FixedBytes;
                FixedBytes += widths[i];
            }
        }
        BitmapBytes = (widths.Length + 7) / 8;
    }

    /// <summary>The number that rows name in their header.</summary>
    public ushort Version { get; }

    public int ColumnCount => _widths.Length;

    /// <summary>Bytes of all fixed-width columns.</summary>
    public int FixedBytes { get; }

    public int VariableCount { get; }

    internal int BitmapBytes { get; }

    /// <summary>Width in bytes of a column, or <see cref="Variable"/>.</summary>
    public short Width(int column) => _widths[column];

    /// <summary>Bytes of a body whose variable values have <paramref name="variableBytes"/> bytes in all.</summary>
    public int BodyBytes(bool hasNulls, int variableBytes, bool hasToasted = false) =>
        (hasNulls ? BitmapBytes : 0) + (hasToasted ? BitmapBytes : 0) + FixedBytes + VariableCount * sizeof(ushort) + variableBytes;

    /// <summary>Whether a column (0-based) of a row of this layout is null.</summary>
    public static bool IsNull(ReadOnlySpan<byte> row, int column) =>
        (HeapRow.GetFlags(row) & RowFlags.HasNulls) != 0 &&
        (row[HeapRow.HeaderBytes + (column >> 3)] & (1 << (column & 7))) != 0;

    /// <summary>Whether what <see cref="Column"/> gives for a column (0-based) that is not null is a <see cref="ToastedValue"/>.</summary>
    public bool IsToasted(ReadOnlySpan<byte> row, int column)
    {
        RowFlags flags = HeapRow.GetFlags(row);
        if ((flags & RowFlags.HasOutOfLine) == 0)
            return false;
        int bitmap = HeapRow.HeaderBytes + ((flags & RowFlags.HasNulls) != 0 ? BitmapBytes : 0);
        return (row[bitmap + (column >> 3)] & (1 << (column & 7))) != 0;
    }

    /// <summary>The bytes of a column (0-based) of a row of this layout; meaningless when it is null.</summary>
    public ReadOnlySpan<byte> Column(ReadOnlySpan<byte> row, int column)
    {
        int flags = (int)HeapRow.GetFlags(row);
        int bitmapBytes = ((flags & (int)RowFlags.HasNulls) + ((flags & (int)RowFlags.HasOutOfLine) >> 1)) * BitmapBytes;
        ReadOnlySpan<byte> body = row[HeapRow.HeaderBytes..];
        int width = _widths[column];
        if (width != Variable)
            return body.Slice(bitmapBytes + _positions[column], width);
        int offsets = bitmapBytes + FixedBytes;
        int index = _positions[column];
        int begin = index == 0
            ? offsets + VariableCount * sizeof(ushort)
            : BinaryPrimitives.ReadUInt16LittleEndian(body[(offsets + (index - 1) * sizeof(ushort))..]);
        return body[begin..BinaryPrimitives.ReadUInt16LittleEndian(body[(offsets + index * sizeof(ushort))..])];
    }

    /// <summary>Where a fixed column lies, or the end of a variable column's value is written, counted from the body's first byte in rows without nulls.</summary>
    public int BodyOffset(int column) => _widths[column] == Variable ? FixedBytes + (_positions[column] * sizeof(ushort)) : _positions[column];

    /// <summary>True when a column's value is the first of the variable ones: nothing names its begin.</summary>
    public bool IsFirstVariable(int column) => _widths[column] == Variable && _positions[column] == 0;

    /// <summary>Where the first variable value begins in rows without nulls.</summary>
    public int FirstVariableOffset => FixedBytes + (VariableCount * sizeof(ushort));

    internal int FixedPosition(int column) => _positions[column];
}
