using System.Buffers.Binary;

namespace Strata.Format.Pages.Heap;

/// <summary>
/// Builds the body of a row version in a caller-owned span: columns in ascending order, each by one of the three
/// methods, then <see cref="Finish"/>. Layout: see <see cref="RowLayout"/>.
/// </summary>
public ref struct RowBodyWriter
{
    private readonly RowLayout _layout;
    private readonly Span<byte> _body;
    private readonly bool _hasNulls;
    private readonly int _toastedBegin;
    private readonly int _fixedBegin;
    private readonly int _offsetsBegin;
    private int _variableIndex;
    private int _end;

    /// <summary>
    /// <paramref name="hasNulls"/> and <paramref name="hasToasted"/> tell beforehand whether any column will be null or toasted: that moves all others.
    /// </summary>
    public RowBodyWriter(RowLayout layout, Span<byte> destination, bool hasNulls, bool hasToasted = false)
    {
        _layout = layout;
        _body = destination;
        _hasNulls = hasNulls;
        _toastedBegin = hasToasted ? (hasNulls ? layout.BitmapBytes : 0) : -1;
        _fixedBegin = (hasNulls ? layout.BitmapBytes : 0) + (hasToasted ? layout.BitmapBytes : 0);
        _offsetsBegin = _fixedBegin + layout.FixedBytes;
        _end = _offsetsBegin + layout.VariableCount * sizeof(ushort);
        destination[.._offsetsBegin].Clear();
    }

    /// <summary>The bytes of a fixed-width column, to be filled by the caller.</summary>
    public readonly Span<byte> Fixed(int column) =>
        _body.Slice(_fixedBegin + _layout.FixedPosition(column), _layout.Width(column));

    /// <summary>Appends the value of the next variable column.</summary>
    public void AddVariable(scoped ReadOnlySpan<byte> value)
    {
        value.CopyTo(_body[_end..]);
        _end += value.Length;
        EndVariable();
    }

    /// <summary>Appends the <see cref="ToastedValue"/> of the next variable column.</summary>
    public void AddToasted(int column, scoped ReadOnlySpan<byte> stored)
    {
        Invariant.Check(_toastedBegin >= 0);
        _body[_toastedBegin + (column >> 3)] |= (byte)(1 << (column & 7));
        AddVariable(stored);
    }

    /// <summary>Marks a column null; a variable one takes its place in the order.</summary>
    public void AddNull(int column)
    {
        Invariant.Check(_hasNulls);
        _body[column >> 3] |= (byte)(1 << (column & 7));
        if (_layout.Width(column) == RowLayout.Variable)
            EndVariable();
    }

    /// <summary>The length of the body in bytes.</summary>
    public readonly int Finish()
    {
        Invariant.Check(_variableIndex == _layout.VariableCount);
        return _end;
    }

    private void EndVariable() =>
        BinaryPrimitives.WriteUInt16LittleEndian(_body[(_offsetsBegin + _variableIndex++ * sizeof(ushort))..], checked((ushort)_end));
}
