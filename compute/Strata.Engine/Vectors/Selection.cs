using System.Runtime.CompilerServices;

namespace Strata.Engine.Vectors;

/// <summary>
/// Ascending row numbers of a batch: either 0..Count-1, or a list in memory that its maker owns and that stays unchanged while the
/// selection is used. Passed by value.
/// </summary>
public readonly unsafe struct Selection
{
    private readonly int* _rows;

    /// <summary>Rows 0..<paramref name="count"/>-1.</summary>
    public Selection(int count)
    {
        _rows = null;
        Count = count;
    }

    /// <summary>The listed rows, ascending.</summary>
    public Selection(int* rows, int count)
    {
        _rows = rows;
        Count = count;
    }

    public int Count { get; }

    public bool IsEmpty => Count == 0;

    /// <summary>True for rows 0..Count-1.</summary>
    public bool IsRange => _rows == null;

    /// <summary>The list, or null for a range.</summary>
    public int* Rows => _rows;

    /// <summary>The row number at a position 0..Count-1.</summary>
    public int this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _rows == null ? position : _rows[position];
    }

    /// <summary>One more than the highest selected row.</summary>
    public int End => Count == 0 ? 0 : this[Count - 1] + 1;

    /// <summary>The selected rows below <paramref name="row"/>.</summary>
    public Selection Below(int row)
    {
        if (End <= row)
            return this;
        if (_rows == null)
            return new Selection(row);
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_rows[middle] < row)
                low = middle + 1;
            else
                high = middle;
        }

        return new Selection(_rows, low);
    }

    /// <summary>The first <paramref name="count"/> positions.</summary>
    public Selection First(int count) => count >= Count ? this : new Selection(_rows, count);
}
