using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Keys;

/// <summary>A column of a key: its place in a batch and its order.</summary>
public readonly record struct KeyColumn(int Slot, bool Descending = false, bool NullsFirst = false);

/// <summary>Builds the keys of rows over some columns of a batch. Reused; not thread-safe.</summary>
public sealed class KeyBuilder(IReadOnlyList<KeyColumn> columns)
{
    private readonly KeyColumn[] _columns = [.. columns];
    private readonly KeyBuffer _buffer = new();

    /// <summary>The first column; null when there is none.</summary>
    public KeyColumn? First => _columns.Length > 0 ? _columns[0] : null;

    /// <summary>True when a column of the last key was null.</summary>
    public bool HasNull { get; private set; }

    /// <summary>The key of a row; valid until the next call.</summary>
    public ReadOnlySpan<byte> Build(Batch batch, int row)
    {
        _buffer.Clear();
        bool hasNull = false;
        foreach (KeyColumn column in _columns)
            hasNull |= !KeyEncoder.Append(batch[column.Slot], row, column.Descending, column.NullsFirst, _buffer);
        HasNull = hasNull;
        return _buffer.Written;
    }
}
