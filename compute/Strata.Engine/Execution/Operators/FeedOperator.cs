using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Rows that are fed from outside (COPY FROM).</summary>
internal sealed class FeedOperator(ExecutionState state) : Operator
{
    public override void Open()
    {
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        RowFeed feed = state.Feed ?? throw new SqlException(SqlState.InternalError, "nothing feeds the statement");
        return feed.Next(rowsMax);
    }

    public override void Rescan() => throw new Format.InvariantViolationException("a feed is read once");

    public override void Close()
    {
    }

    public override void Dispose()
    {
    }
}
