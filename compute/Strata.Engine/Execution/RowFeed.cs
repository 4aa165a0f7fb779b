using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>Rows handed to a running statement from outside: COPY FROM. Used by the statement's thread.</summary>
public abstract class RowFeed
{
    /// <summary>The next 1 to <paramref name="rowsMax"/> rows, in the statement's feed columns; null at the end. The batch stays the feed's.</summary>
    public abstract Batch? Next(int rowsMax);
}
