using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Storage.Toast;

/// <summary>The values that a stored row has out of line.</summary>
internal static class ToastedRow
{
    /// <summary>Lists them with their columns (0-based), of a row as it stands in the heap.</summary>
    public static void List(ReadOnlySpan<byte> row, RowLayout layout, List<(int Column, ToastedValue Value)> values)
    {
        if ((HeapRow.GetFlags(row) & RowFlags.HasOutOfLine) == 0)
            return;
        for (int i = 0; i < layout.ColumnCount; i++)
        {
            if (layout.Width(i) != RowLayout.Variable || RowLayout.IsNull(row, i) || !layout.IsToasted(row, i))
                continue;
            ToastedValue value = ToastedValue.Read(layout.Column(row, i));
            if (value.IsOutOfLine)
                values.Add((i, value));
        }
    }

    /// <summary>Deletes those of a version that the transaction has just deleted or replaced, but for the ones that its successor still names.</summary>
    public static void DeleteValues(
        HeapRelation heap, Transaction transaction, Tid tid, Func<int, RowLayout> layoutOf, IReadOnlyList<ToastedValue> kept, CancellationToken cancellation)
    {
        var values = new List<(int Column, ToastedValue Value)>();
        HeapFetch fetch = default;
        if (fetch.FetchVersion(heap, tid, cancellation))
            List(fetch.Row.Bytes, layoutOf(HeapRow.GetColumnCount(fetch.Row.Bytes)), values);
        fetch.Release();
        foreach ((_, ToastedValue value) in values)
        {
            if (!kept.Contains(value))
                heap.Toast.Delete(transaction, value, cancellation);
        }
    }
}
