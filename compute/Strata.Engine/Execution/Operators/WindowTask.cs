using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Execution.Operators;

/// <summary>The window functions that are no aggregates.</summary>
internal enum WindowFunctionKind
{
    Aggregate,
    RowNumber,
    Rank,
    DenseRank,
    PercentRank,
    CumulativeDistribution,
    Tile,
    Lag,
    Lead,
    FirstValue,
    LastValue,
    NthValue,
}

/// <summary>One window function as the operator runs it; arguments are slots of the input, frame offsets column-free.</summary>
internal sealed record WindowTask(
    WindowFunctionKind Kind, SqlType Type, AggregateFunction? Aggregate, int[] ArgumentSlots, int FilterSlot, FrameUnit Unit, FrameBoundKind Start,
    ExpressionInstance? StartOffset, FrameBoundKind End, ExpressionInstance? EndOffset, FrameExclusion Exclusion)
{
    /// <summary>RANGE with offsets; null for other frames.</summary>
    public WindowRange? Range { get; init; }

    /// <summary>The frame only grows from row to row.</summary>
    public bool IsGrowing => Start == FrameBoundKind.UnboundedPreceding && Exclusion == FrameExclusion.None;
}

/// <summary>
/// RANGE with offsets: slots of the input with the value that rows are ordered by and, for each row, with the values that its frame lies between (-1 where a bound has no offset),
/// and conditions that are true for an offset that is negative.
/// </summary>
internal sealed record WindowRange(int KeySlot, bool Descending, int StartSlot, int EndSlot, ExpressionInstance? IsStartNegative, ExpressionInstance? IsEndNegative);
