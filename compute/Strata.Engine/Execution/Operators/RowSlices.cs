using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Reads stored rows as batches without copying.</summary>
internal static unsafe class RowSlices
{
    /// <summary>Up to <paramref name="rowsMax"/> rows from <paramref name="next"/> on, as a batch over the store's vectors; advances.</summary>
    public static Batch? Read(RowStore rows, ref int next, int rowsMax, Batch output, SelectionBuffer slice)
    {
        if (next >= rows.Count)
            return null;
        Batch chunk = rows.ChunkOf(next);
        int offset = RowStore.Offset(next);
        int count = Math.Min(rowsMax, chunk.StoredCount - offset);
        for (int i = 0; i < output.Columns.Length; i++)
            output.Columns[i] = chunk[i];
        output.SetCount(chunk.StoredCount);
        if (count < chunk.StoredCount)
        {
            int* list = slice.Reserve(count);
            for (int i = 0; i < count; i++)
                list[i] = offset + i;
            output.Select(new Selection(list, count));
        }

        next += count;
        return output;
    }
}
