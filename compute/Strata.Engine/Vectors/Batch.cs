using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Vectors;

/// <summary>
/// Up to <see cref="RowsMax"/> rows: vectors of equal length, and optionally the rows among them that count. A batch and everything
/// that its views show belong to its producer and live until the producer's next pull.
/// </summary>
public sealed class Batch : IDisposable
{
    /// <summary>Most rows in a batch.</summary>
    public const int RowsMax = 2048;

    private Selection _selection;

    /// <summary>A batch with own vectors of these types.</summary>
    public Batch(ReadOnlySpan<SqlType> types, MemoryAccount? account = null)
    {
        Columns = new Vector[types.Length];
        for (int i = 0; i < types.Length; i++)
            Columns[i] = new Vector(types[i], account);
    }

    /// <summary>A batch over vectors that somebody else owns.</summary>
    public Batch(Vector[] columns) => Columns = columns;

    public Vector[] Columns { get; }

    /// <summary>Rows stored in the vectors, selected or not.</summary>
    public int StoredCount { get; private set; }

    /// <summary>The rows that count, ascending.</summary>
    public Selection Selection => _selection;

    /// <summary>Number of rows that count.</summary>
    public int Count => _selection.Count;

    public Vector this[int column] => Columns[column];

    /// <summary>All of the first <paramref name="count"/> rows count.</summary>
    public void SetCount(int count)
    {
        Invariant.Check((uint)count <= RowsMax);
        StoredCount = count;
        _selection = new Selection(count);
    }

    /// <summary>Narrows the rows that count. The list stays its owner's.</summary>
    public void Select(Selection selection)
    {
        Invariant.Check(selection.End <= StoredCount);
        _selection = selection;
    }

    /// <summary>Makes all columns flat with room for <paramref name="rows"/> rows, and the batch empty.</summary>
    public void Reset(int rows)
    {
        foreach (Vector column in Columns)
            column.Reset(rows);
        SetCount(0);
    }

    /// <summary>Disposes the vectors.</summary>
    public void Dispose()
    {
        foreach (Vector column in Columns)
            column.Dispose();
    }
}
