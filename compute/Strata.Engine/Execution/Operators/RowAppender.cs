using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Builds an output batch row by row from rows of other batches.</summary>
internal sealed class RowAppender(Batch output)
{
    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>The batch.</summary>
    public Batch Output { get; } = output;

    /// <summary>Empties the batch.</summary>
    public void Begin(int rows)
    {
        Output.Reset(rows);
        Count = 0;
    }

    /// <summary>Copies a row of <paramref name="source"/> into the columns from <paramref name="firstColumn"/> on; nulls when it is null.</summary>
    public void Copy(Batch? source, int row, int firstColumn, int columns)
    {
        for (int i = 0; i < columns; i++)
        {
            Vector target = Output[firstColumn + i];
            target.EnsureCapacity(Count + 1, Count);
            if (source is null)
                target.SetNull(Count);
            else
                target.CopyRow(source[i], row, Count);
        }
    }

    /// <summary>Ends the row.</summary>
    public void EndRow() => Count++;

    /// <summary>The batch with its rows, or null when there are none.</summary>
    public Batch? Finish()
    {
        if (Count == 0)
            return null;
        Output.SetCount(Count);
        return Output;
    }
}
